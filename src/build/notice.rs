//! Notices of what changed, for people whose account is set up already: the settings that they have to change, old and new, and where
//! in each mail program. No value of a password comes here.

use minijinja::{Value, context, value::merge_maps};

use super::expect::{Expected, Settings};
use super::sheet::{self, Teller};
use super::{Artifact, Builder, Job, readback};
use crate::account::{Account, Endpoint, Fetched, RawAccount, Security, placeholder, value};
use crate::client::{ChangeField, Changes, Client, Language, Scope, Texts};
use crate::finding::{self, Finding, Findings};
use crate::render::{Purpose, RenderError, view};

/// The template.
const TEMPLATE: &str = "sheet/notice.html.j2";

/// Its name in the user's folder.
const NAME: &str = "notice";

/// What people type, in the order of most dialogs.
const TYPED: [&str; 16] = [
    "address",
    "name",
    "incoming.protocol",
    "incoming.host",
    "incoming.port",
    "incoming.security",
    "incoming.auth",
    "incoming.username",
    "incoming.password",
    "incoming.leave_on_server",
    "outgoing.host",
    "outgoing.port",
    "outgoing.security",
    "outgoing.auth",
    "outgoing.username",
    "outgoing.password",
];

/// What `outgoing.login` is when the login for receiving serves for sending too.
const SHARED: &str = "same";

/// A setting that changed, in the words of the description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    /// its dotted name
    pub setting: String,
    /// what it was; `None`: it is new
    pub old: Option<String>,
    /// what it is; `None`: it is needed no more
    pub new: Option<String>,
    /// whether its values are secret: then neither is looked at
    pub hidden: bool,
}

impl Builder {
    /// The notices in each language of what changed for the user of an account, or for everybody when it has no address. None at all:
    /// nothing changed that people type. A notice that fails becomes a finding.
    pub fn notices(
        &self,
        account: &Account,
        raw: &RawAccount,
        altered: &[Altered],
        findings: &mut Findings,
    ) -> Vec<Artifact> {
        let altered = typed(altered);
        if altered.is_empty() {
            return Vec::new();
        }
        let fetched = Fetched::default();
        let job = Job::new(self, account, raw, &fetched, &self.nobody);
        let notice = Notice { job: &job, altered: &altered };
        let made = self.languages.iter().map(|language| notice.made(language));
        made.filter_map(|made| made.map_err(|finding| findings.push(*finding)).ok()).collect()
    }
}

/// What people have to change: a login for sending that is, or becomes, the one for receiving is told once.
fn typed(altered: &[Altered]) -> Vec<&Altered> {
    let find = |name: &str| altered.iter().find(|a| a.setting == name);
    let repeats = |outgoing: &Altered| {
        let incoming =
            outgoing.setting.strip_prefix("outgoing.").and_then(|k| find(&format!("incoming.{k}")));
        incoming
            .is_some_and(|i| (&i.old, &i.new, i.hidden) == (&outgoing.old, &outgoing.new, outgoing.hidden))
    };
    let shared = find("outgoing.login").is_some_and(|a| a.new.as_deref() == Some(SHARED));
    let redundant = |a: &Altered| repeats(a) || shared && a.old.is_none();
    // a password that was not known before did not change, unless the login is another
    let unknown = |a: &Altered| {
        let username = a.setting.replace("password", "username");
        a.hidden && a.old.is_none() && find(&username).is_none()
    };
    let of_login = |a: &Altered| matches!(a.setting.as_str(), "outgoing.username" | "outgoing.password");
    TYPED
        .iter()
        .filter_map(|name| find(name))
        .filter(|a| !(unknown(a) || of_login(a) && redundant(a)))
        .collect()
}

/// What changed for one user.
struct Notice<'a> {
    job: &'a Job<'a>,
    altered: &'a [&'a Altered],
}

impl Notice<'_> {
    fn made(&self, language: &Language) -> Result<Artifact, Box<Finding>> {
        let job = self.job;
        let scope = if job.account.address.is_some() { Scope::User } else { Scope::Domain };
        let path = format!("{}/{NAME}.{}.html", job.folder(scope), language.id);
        let failed = |e: RenderError| Box::new(job.failed(&finding::TEMPLATE_FAILED, &path, e));
        let plain = view(&job.subject(&job.selection, false), Purpose::Condition);
        let teller = Teller { job, engine: &job.builder.engine, language, view: &plain };
        let rows = self.altered.iter().map(|a| Row::of(a, &teller)).collect::<Result<Vec<_>, _>>();
        let rows = rows.map_err(failed)?;
        let view = self.view(&teller, &rows).map_err(failed)?;
        let made = job.make(TEMPLATE, "html", &view, &path)?;
        let expected: Settings = rows.iter().filter_map(Row::expected).collect();
        let carries: Vec<String> = expected.keys().cloned().collect();
        let engine = &job.builder.engine;
        let domain = scope == Scope::Domain;
        let check = readback::Check { engine, account: job.account, domain, expected: &expected };
        let said = check.file(made.format, &made.bytes, None, &carries);
        let made = job.judged(made, said, &path)?;
        let artifact = job.artifact(path, None, made);
        let (scope, address) = if domain { ("domain", None) } else { ("user", artifact.address.clone()) };
        Ok(Artifact { client: None, scope, address, ..artifact })
    }

    fn view(&self, teller: &Teller<'_>, rows: &[Row]) -> Result<Value, RenderError> {
        let texts = teller.words(&teller.language.notice)?;
        let document = texts.get_attr("title").unwrap_or_default();
        let anew = self.altered.iter().any(|a| a.setting == "incoming.protocol");
        // an account that is set up anew has nothing to be changed in it
        let programs = self.programs(teller, if anew { &[] } else { rows })?;
        let rows: Vec<Value> = rows.iter().map(Row::value).collect();
        let own = context! { texts, document, programs, rows, anew };
        // some words of sheets name the user
        let common = match self.job.account.address {
            Some(_) => sheet::common(teller)?,
            None => merge_maps([
                context! { words => sheet::constant(&teller.language.words) },
                sheet::of_all(teller)?,
            ]),
        };
        Ok(merge_maps([teller.view.clone(), common, own]))
    }

    /// Where a program has its settings; `None`: nowhere that is known, or it is told of another client that is the same program.
    fn places<'c>(&'c self, client: &'c Client) -> Option<&'c Changes> {
        let own = client.changes.as_ref()?;
        let builder = self.job.builder;
        let Some(id) = &own.same_as else { return Some(own) };
        let other = builder.clients.iter().find(|client| client.id == *id)?;
        other.changes.as_ref().filter(|_| !builder.is_chosen(other))
    }

    /// The mail programs that were asked for, and where each has what is to be changed. Without any of that, those alone that cannot be used.
    fn programs(&self, teller: &Teller<'_>, rows: &[Row]) -> Result<Vec<Value>, RenderError> {
        let builder = self.job.builder;
        let mut programs = Vec::new();
        for client in builder.clients.iter().filter(|c| c.sheet && builder.is_chosen(c)) {
            let Some(changes) = self.places(client) else { continue };
            let job = Job::new(builder, self.job.account, self.job.raw, self.job.fetched, client);
            // a word for a setting may depend on the program's options
            let plain = view(&job.subject(&job.selection, false), Purpose::Condition);
            let theirs = Teller { job: &job, view: &plain, ..*teller };
            if rows.is_empty() && !theirs.refused() {
                continue;
            }
            programs.push(Program { teller: &theirs, changes, rows }.value()?);
        }
        Ok(programs)
    }
}

/// A setting on a notice.
struct Row {
    setting: String,
    title: Value,
    old: Option<Shown>,
    new: Option<Shown>,
    hidden: bool,
}

/// The values of a setting. A file may have one word for several: then the new one is the account's, and the old one is not that.
fn exactly(altered: &Altered, job: &Job<'_>) -> [Option<String>; 2] {
    let several =
        |value: &Option<String>| value.iter().flat_map(|v| v.split(SEVERAL)).map(str::to_owned).collect();
    let [mut old, mut new]: [Vec<String>; 2] = [several(&altered.old), several(&altered.new)];
    let account = job.account;
    let (incoming, outgoing) = (account.incoming.first(), account.outgoing.first());
    let security = |endpoint: &Endpoint| {
        // two kinds on a port that stands for neither: nobody knows
        let kind = Security::of_port(endpoint.port).filter(|kind| *kind == endpoint.security);
        kind.map(|kind| kind.word().to_owned())
    };
    let way = |endpoint: &Endpoint| endpoint.auth.iter().find(|way| new.contains(way)).cloned();
    let own = match altered.setting.as_str() {
        "incoming.protocol" => incoming.map(|server| server.protocol.clone()),
        "incoming.security" => incoming.and_then(|server| security(&server.endpoint)),
        "outgoing.security" => outgoing.and_then(|server| security(&server.endpoint)),
        "incoming.auth" => incoming.and_then(|server| way(&server.endpoint)),
        "outgoing.auth" => outgoing.and_then(|server| way(&server.endpoint)),
        "incoming.leave_on_server" => incoming.map(|server| server.leave.said()),
        _ => return [altered.old.clone(), altered.new.clone()],
    };
    if let Some(own) = own.filter(|own| new.len() > 1 && new.contains(own)) {
        new = vec![own];
    }
    if old.len() > 1 {
        old.retain(|value| !new.contains(value));
    }
    let joined = |values: Vec<String>, whole: &Option<String>| match values.is_empty() {
        true => whole.clone(),
        false => Some(values.join(SEVERAL)),
    };
    [joined(old, &altered.old), joined(new, &altered.new)]
}

/// What stands between the values that one word of a file may mean.
const SEVERAL: &str = " / ";

/// A value as people read it.
struct Shown {
    /// the value itself; of one that is read in words, what chooses them
    value: String,
    /// whether what is read is that, and not a word for it
    plain: bool,
    text: Value,
    /// what to type, where people read something else
    ascii: Option<String>,
}

impl Row {
    fn of(altered: &Altered, teller: &Teller<'_>) -> Result<Self, RenderError> {
        let setting = altered.setting.clone();
        let shown = |value: &Option<String>| {
            value.as_ref().map(|value| Shown::of(&setting, value, teller)).transpose()
        };
        let [old, new] = exactly(altered, teller.job);
        let (old, new) = if altered.hidden { (None, None) } else { (shown(&old)?, shown(&new)?) };
        // one that is gone is needed no more
        let hidden = altered.hidden && altered.new.is_some();
        Ok(Self { title: teller.title(&setting)?, old, new, hidden, setting })
    }

    fn value(&self) -> Value {
        let setting = self.setting.as_str();
        let (old, new) = (self.old.as_ref().map(side), self.new.as_ref().map(side));
        context! { setting, title => &self.title, hidden => self.hidden, old, new }
    }

    fn is_security(&self) -> bool {
        self.setting.ends_with(".security")
    }

    /// What reading the notice back must give.
    fn expected(&self) -> Option<(String, Expected)> {
        let new = self.new.as_ref()?;
        let text = if new.plain { new.value.clone() } else { new.text.to_string() };
        Some((self.setting.clone(), Expected::Text(text)))
    }
}

/// A value for the template.
fn side(shown: &Shown) -> Value {
    context! { text => &shown.text, ascii => &shown.ascii }
}

impl Shown {
    fn of(setting: &str, value: &str, teller: &Teller<'_>) -> Result<Self, RenderError> {
        let language = teller.language;
        let words = |words: &Texts| -> Result<Self, RenderError> {
            // an output may tell several that a format has one word for, a description several to choose from
            let each = value.split([',', '/']).map(|word| word_for(word.trim(), words, teller));
            let each = each.map(|text| Ok(text?.to_string())).collect::<Result<Vec<_>, RenderError>>()?;
            Ok(Self::worded(value, each.join(" / ").into()))
        };
        match setting.rsplit('.').next().unwrap_or(setting) {
            "protocol" => words(&language.protocol),
            "security" => words(&language.security),
            "auth" => words(&language.auth),
            "leave_on_server" => leave(value, teller),
            "host" => Ok(Self::named(
                value,
                value::host(value).ok().map(|h| (h.unicode().to_owned(), h.ascii().to_owned())),
            )),
            "address" => Ok(Self::named(
                value,
                value::address(value).ok().map(|a| (a.unicode(), a.as_str().to_owned())),
            )),
            "username" => username(value, teller),
            _ => Ok(Self::named(value, None)),
        }
    }

    /// A name in letters, and what to type for it.
    fn named(value: &str, names: Option<(String, String)>) -> Self {
        let (unicode, ascii) = names.unwrap_or_else(|| (value.to_owned(), value.to_owned()));
        let ascii = (ascii != unicode).then_some(ascii);
        Self { value: value.to_owned(), plain: true, text: unicode.into(), ascii }
    }

    /// A value, and the words that are read for it.
    fn worded(value: &str, text: Value) -> Self {
        Self { value: value.to_owned(), plain: false, text, ascii: None }
    }
}

/// The word for a value. One that has none is read as it is: it may come out of a file, so it is no template.
fn word_for(value: &str, words: &Texts, teller: &Teller<'_>) -> Result<Value, RenderError> {
    words.get(value).map_or_else(|| Ok(value.into()), |word| teller.text(word))
}

/// What happens to mail on the server: `true`, `false`, or a number of days; of several the first.
fn leave(value: &str, teller: &Teller<'_>) -> Result<Shown, RenderError> {
    let value = value.split(SEVERAL).next().unwrap_or(value);
    let days: Option<u32> = value.trim_start_matches("days:").trim().parse().ok();
    let kind = if days.is_some() { "days" } else { value };
    let said = context! { incoming_none => false, incoming => context! { leave_days => days } };
    let view = merge_maps([teller.view.clone(), said]);
    let text = word_for(kind, &teller.language.leave, &Teller { view: &view, ..*teller })?;
    Ok(Shown::worded(kind, text))
}

/// A login; of everybody's what stands in it is said in words.
fn username(value: &str, teller: &Teller<'_>) -> Result<Shown, RenderError> {
    if let Some(address) = &teller.job.account.address {
        return Ok(Shown::named(&placeholder::expand(value, address), None));
    }
    if !placeholder::is_in(value) {
        return Ok(Shown::named(value, None));
    }
    let word =
        |name: &str| teller.language.notice.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let text = value
        .replace("%EMAILADDRESS%", word("your_address"))
        .replace("%EMAILLOCALPART%", word("your_local_part"))
        .replace("%EMAILDOMAIN%", teller.job.account.domain.unicode());
    Ok(Shown::worded(value, text.into()))
}

/// A mail program on a notice.
struct Program<'a> {
    teller: &'a Teller<'a>,
    changes: &'a Changes,
    rows: &'a [Row],
}

impl Program<'_> {
    fn value(&self) -> Result<Value, RenderError> {
        let text = |texts: &Texts| self.words(texts).to_owned();
        let around = |texts: &Option<Texts>| texts.as_ref().map(text);
        let typed = self.rows.iter().filter(|row| row.setting != "incoming.protocol");
        let missing = typed.filter(|row| !self.changes.has(&row.setting)).map(|row| row.title.clone());
        Ok(context! {
            name => text(&self.teller.job.client.names),
            refused => self.teller.refused(),
            // what keeps only files from being made does not matter here
            limits => self.teller.limits_that(|met| met.stops_all())?,
            before => around(&self.changes.before),
            places => self.places()?,
            missing => missing.collect::<Vec<_>>(),
            after => around(&self.changes.after),
            unverified => self.changes.unverified,
        })
    }

    fn words<'t>(&self, texts: &'t Texts) -> &'t str {
        Client::text(texts, &self.teller.language.id)
    }

    /// Places with something that changed, and the way there.
    fn places(&self) -> Result<Vec<Value>, RenderError> {
        let (mut places, mut way) = (Vec::new(), None);
        for place in &self.changes.places {
            if place.fields.is_empty() {
                way = Some(self.words(&place.texts));
            }
            let labelled = self.rows.iter().filter_map(|row| Some((row, place.fields.get(&row.setting)?)));
            let fields = labelled.map(|(row, field)| self.field(row, field));
            let fields = fields.collect::<Result<Vec<_>, _>>()?;
            if !fields.is_empty() {
                places.extend(way.take().map(|text| context! { text, fields => Vec::<Value>::new() }));
                places.push(context! { text => self.words(&place.texts), fields });
            }
        }
        Ok(places)
    }

    /// A field, with what the program has there: some have a box for the encryption, or for logging in.
    fn field(&self, row: &Row, field: &ChangeField) -> Result<Value, RenderError> {
        let client = self.teller.job.client;
        let other = self.other(row)?;
        let new = other.as_ref().or(row.new.as_ref());
        let word = new.and_then(|new| {
            let of_client = || client.security_words.get(&new.value).filter(|_| row.is_security());
            field.word(&new.value).or_else(of_client)
        });
        let own = match (word, &other) {
            // no value of the account, so not to be read as one
            (Some(texts), _) => {
                let new = context! { text => self.teller.text(self.words(texts))? };
                context! { setting => "", word => true, new }
            }
            (None, Some(other)) => context! { setting => "", new => side(other) },
            (None, None) => context! {},
        };
        let label = self.words(&field.texts);
        // the last of them wins
        Ok(merge_maps([row.value(), context! { label }, own]))
    }

    /// What this program has in the place of a new value: of several servers, or ways to log in, one that it can use. `None`: that value.
    fn other(&self, row: &Row) -> Result<Option<Shown>, RenderError> {
        // whether mail stays on the server is the same on all servers of people who know of one
        if row.new.is_none() || row.hidden || row.setting.ends_with(".leave_on_server") {
            return Ok(None);
        }
        let selection = &self.teller.job.selection;
        let servers = match row.setting.split_once('.') {
            Some(("incoming", _)) => &selection.incoming,
            Some(("outgoing", _)) => &selection.outgoing,
            _ => return Ok(None),
        };
        let first = servers.first().is_none_or(|(index, _)| *index == 0);
        let value = self.teller.at(&row.setting);
        if first && !row.setting.ends_with(".auth") || value.is_undefined() || value.is_none() {
            return Ok(None);
        }
        let value = value.to_string();
        let same = row.new.as_ref().is_some_and(|new| new.value == value);
        if same { Ok(None) } else { Shown::of(&row.setting, &value, self.teller).map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn altered(setting: &str, old: Option<&str>, new: Option<&str>) -> Altered {
        let own = |value: Option<&str>| value.map(str::to_owned);
        Altered { setting: setting.to_owned(), old: own(old), new: own(new), hidden: false }
    }

    #[test]
    fn people_are_told_what_they_type_in_the_order_of_dialogs_and_a_login_once() {
        let all = [
            altered("outgoing.username", Some("a"), Some("b")),
            altered("outgoing.port", Some("25"), Some("587")),
            altered("incoming.username", Some("a"), Some("b")),
            altered("incoming.1.host", Some("a"), Some("b")),
            altered("provider.webmail", Some("a"), Some("b")),
        ];
        let names = |all: &[Altered]| typed(all).iter().map(|a| a.setting.clone()).collect::<Vec<_>>();
        assert_eq!(names(&all), ["incoming.username", "outgoing.port"]);
        let own = [altered("outgoing.username", None, Some("b")), all[2].clone()];
        assert_eq!(names(&own), ["incoming.username", "outgoing.username"]);
        assert!(names(&all[3..]).is_empty());
        let known = |old| Altered { hidden: true, ..altered("incoming.password", old, Some("(hidden)")) };
        assert!(names(&[known(None)]).is_empty());
        assert_eq!(names(&[known(Some("(hidden)"))]), ["incoming.password"]);
        assert_eq!(names(&[known(None), all[2].clone()]), ["incoming.username", "incoming.password"]);
        let login = [altered("outgoing.login", Some("none"), Some("same")), own[0].clone(), own[1].clone()];
        assert_eq!(names(&login), ["incoming.username"]);
    }
}
