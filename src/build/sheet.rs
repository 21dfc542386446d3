//! The facts of a sheet: rows, steps, warnings, what to try. Worked out here once, so that every look of a sheet tells the same.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::Job;
use super::codes::OnSheet;
use super::letter;
use super::limits::Met;
use super::printing::Paper;
use crate::account::Login;
use crate::client::{Client, Language, SIX, SettingWords, Status};
use crate::render::{Engine, Purpose, RenderError, slot, view};

/// The one template of all HTML sheets.
pub(super) const TEMPLATE: &str = "sheet/sheet.html.j2";

/// What lays out a PDF, what that is given, and one of its drawings.
#[cfg(feature = "pdf")]
pub(super) const PAGE: &str = "sheet/sheet.typ";
#[cfg(feature = "pdf")]
pub(super) const DATA: &str = "sheet/data.json.j2";
#[cfg(feature = "pdf")]
pub(super) const DRAWING: &str = "sheet/drawing.svg.j2";

/// What the template sees, and which settings it must mark.
pub(super) struct Facts {
    pub(super) view: Value,
    pub(super) carries: Vec<String>,
}

/// The facts for one language.
pub(super) fn facts(
    job: &Job<'_>,
    language: &Language,
    view: &Value,
    codes: &[OnSheet<'_>],
) -> Result<Facts, RenderError> {
    let teller = Teller { job, engine: &job.builder.engine, language, view };
    let rows = teller.rows();
    let settings = teller.all(rows.iter().map(String::as_str))?;
    let more = teller.all(teller.further().into_iter())?;
    let common = common(&teller)?;
    let title = common.get_attr("words")?.get_attr("title").unwrap_or_default();
    let road = teller.road()?;
    let limits = teller.limits()?;
    let drawings = road.iter().filter(|s| s.figure.is_some()).count();
    let density = teller.density(road.len(), drawings, &limits);
    let own = context! {
        document => slot::joined(&[title.clone(), " – ".into(), Client::text(&job.client.names, &language.id).into(), " – ".into(), teller.at("address")]),
        title => title,
        client => teller.client(),
        settings => settings.clone(),
        more => more,
        density => density,
        drawings => drawings,
        drawings_unverified => road.iter().any(|s| s.unverified),
        steps => road.into_iter().map(super::road::Shaped::value).collect::<Vec<_>>(),
        limits => limits,
        refused => teller.refused(),
        errors => teller.errors()?,
        files => teller.files()?,
        unverified => job.client.unverified.iter().map(|t| teller.text(Client::text(t, &language.id))).collect::<Result<Vec<_>, _>>()?,
        trouble => teller.trouble()?,
        codes => codes.iter().map(code).collect::<Vec<_>>(),
        spelled => teller.spelled(&settings)?,
        spelling => Value::from(minijinja::value::Serde(&language.spelling)),
    };
    let carries = rows.into_iter().chain(codes.iter().map(OnSheet::name)).collect();
    let view = minijinja::value::merge_maps([own, common, view.clone()]);
    Ok(Facts { view, carries })
}

/// What every page sees: its language, how it is printed.
pub(super) fn of_all(teller: &Teller<'_>) -> Result<Value, RenderError> {
    let printing = &teller.job.builder.wishes.printing;
    Ok(context! {
        lang => &teller.language.id,
        date => printing.date.as_deref(),
        paper => printing.paper.word(),
        logo => printing.logo.as_ref().map(|logo| &logo.url),
        duplex => printing.duplex,
        pages => teller.words(&teller.language.pages)?,
    })
}

/// What every page of a user's sees: the words of sheets too, which may name him.
pub(super) fn common(teller: &Teller<'_>) -> Result<Value, RenderError> {
    let words = context! { words => teller.words(&teller.language.words)? };
    Ok(minijinja::value::merge_maps([words, of_all(teller)?]))
}

/// Words of sheets that are the same for everybody: those that are no templates.
pub(super) fn constant(words: &serde_json::Value) -> Value {
    let all = words.as_object().into_iter().flatten();
    let plain = all.filter(|(_, word)| word.as_str().is_some_and(|word| !word.contains('{')));
    let plain: BTreeMap<String, Value> =
        plain.map(|(name, word)| (name.clone(), Value::from(minijinja::value::Serde(word)))).collect();
    plain.into()
}

fn code(code: &OnSheet<'_>) -> Value {
    context! {
        name => &code.spec.payload,
        caption => &code.caption,
        size => code.code.size,
        path => &code.code.path,
    }
}

/// Columns of a host name that is said letter by letter: longer ones are made of words.
const MOST_SPELLED: usize = 30;

/// Tells the facts of one sheet in its language.
pub(super) struct Teller<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) engine: &'a Engine,
    pub(super) language: &'a Language,
    pub(super) view: &'a Value,
}

/// Whether reading a sheet back looks at a setting's value: words such as "SSL/TLS" stand for more than one.
pub(super) fn is_marked(setting: &str) -> bool {
    let last = setting.rsplit('.').next();
    setting != "name" && !matches!(last, Some("protocol" | "security" | "auth" | "leave_on_server"))
}

impl Teller<'_> {
    pub(super) fn refused(&self) -> bool {
        self.job.met.iter().any(Met::stops_all)
    }

    pub(super) fn text(&self, source: &str) -> Result<Value, RenderError> {
        self.engine.text_value(source, self.view)
    }

    /// A value of the view by its dotted name.
    pub(super) fn at(&self, path: &str) -> Value {
        path.split('.').try_fold(self.view.clone(), |value, part| value.get_attr(part)).unwrap_or_default()
    }

    pub(super) fn holds(&self, condition: Option<&String>) -> Result<bool, RenderError> {
        condition.map_or(Ok(true), |source| self.engine.condition(source)?.holds(self.view))
    }

    /// Every string of a tree, rendered.
    pub(super) fn words(&self, tree: &serde_json::Value) -> Result<Value, RenderError> {
        Ok(match tree {
            serde_json::Value::String(text) => self.text(text)?,
            serde_json::Value::Array(items) => {
                Value::from(items.iter().map(|t| self.words(t)).collect::<Result<Vec<_>, _>>()?)
            }
            serde_json::Value::Object(map) => {
                let words = map
                    .iter()
                    .map(|(k, t)| Ok((k.clone(), self.words(t)?)))
                    .collect::<Result<BTreeMap<_, _>, RenderError>>();
                Value::from(words?)
            }
            other => Value::from(minijinja::value::Serde(other)),
        })
    }

    /// The rows of the table: the six that the account has, and a sending login of its own.
    pub(super) fn rows(&self) -> Vec<String> {
        let account = self.job.account;
        let own = self
            .job
            .selection
            .outgoing
            .first()
            .is_some_and(|(i, _)| account.outgoing[*i].login == Login::Own);
        let six = SIX.iter().filter(|s| !account.incoming.is_empty() || !s.starts_with("incoming."));
        let extra = ["outgoing.username", "outgoing.password"].iter().filter(|_| own);
        six.chain(extra).map(|s| (*s).to_owned()).collect()
    }

    /// What else must be typed, in the order of most dialogs.
    fn further(&self) -> Vec<&'static str> {
        let mut rows = Vec::new();
        if self.job.account.name.is_some() {
            rows.push("name");
        }
        if !self.job.account.incoming.is_empty() {
            rows.extend(["incoming.protocol", "incoming.port", "incoming.security"]);
            // the ordinary password needs no row where the client has no field for the method
            let labelled = self.job.client.labels.contains_key("incoming.auth");
            if labelled || self.at("incoming.auth") != Value::from("password") {
                rows.push("incoming.auth");
            }
        }
        if !self.at("incoming.leave_on_server").is_undefined()
            && !self.at("incoming.leave_on_server").is_none()
        {
            rows.push("incoming.leave_on_server");
        }
        rows.extend(["outgoing.security", "outgoing.auth"]);
        rows
    }

    pub(super) fn all<'s>(&self, settings: impl Iterator<Item = &'s str>) -> Result<Vec<Value>, RenderError> {
        settings.map(|s| self.row(s)).collect()
    }

    /// The common name of a setting.
    pub(super) fn title(&self, setting: &str) -> Result<Value, RenderError> {
        self.language.settings.get(setting).map_or_else(|| Ok("".into()), |w| self.text(&w.title))
    }

    fn row(&self, setting: &str) -> Result<Value, RenderError> {
        let words = self.language.settings.get(setting);
        let text =
            |pick: fn(&SettingWords) -> &String| words.map_or_else(|| Ok("".into()), |w| self.text(pick(w)));
        let title = text(|w| &w.title)?;
        // a refused client's own words would send people looking for fields that do not fit
        let labels = self.job.client.labels.get(setting).filter(|_| !self.refused());
        let label = match labels {
            Some(texts) => self.text(Client::text(texts, &self.language.id))?,
            None => "".into(),
        };
        let (value, ascii) = self.value(setting)?;
        let marked = !value.is_undefined() && is_marked(setting);
        Ok(context! {
            setting => if marked { setting } else { "" },
            title => title,
            also => text(|w| &w.also)?,
            label => label,
            value => if value.is_undefined() { Value::from(()) } else { value },
            ascii => ascii,
            note => self.note(setting)?,
        })
    }

    /// What to print, and the punycode when people read something else.
    pub(super) fn value(&self, setting: &str) -> Result<(Value, Value), RenderError> {
        let none = Value::from(());
        let word = |words: &crate::client::Texts, own: Option<&crate::client::Texts>| {
            let word = self.at(setting).to_string();
            let text =
                own.map(|t| Client::text(t, &self.language.id)).or(words.get(&word).map(String::as_str));
            self.text(text.unwrap_or(&word))
        };
        Ok(match setting.rsplit_once('.').map_or(setting, |(_, kind)| kind) {
            "address" => self.unicode("address", "address_unicode"),
            "host" => self.unicode(setting, &format!("{setting}_unicode")),
            "protocol" => (word(&self.language.protocol, None)?, none),
            "auth" => (word(&self.language.auth, None)?, none),
            "security" => {
                let own = self.job.client.security_words.get(&self.at(setting).to_string());
                let own = own.filter(|_| !self.refused());
                (word(&self.language.security, own)?, none)
            }
            "leave_on_server" => {
                let days = self.at("incoming.leave_days");
                let kind = if days.is_none() { self.at(setting).to_string() } else { "days".to_owned() };
                (self.text(Client::text(&self.language.leave, &kind.to_lowercase()))?, none)
            }
            "name" => (self.at("full_name"), none),
            "port" => (Value::from(self.at(setting).to_string()), none),
            _ => (self.at(setting), none),
        })
    }

    fn unicode(&self, ascii: &str, unicode: &str) -> (Value, Value) {
        let (ascii, unicode) = (self.at(ascii), self.at(unicode));
        let differs = !slot::same(&ascii, &unicode);
        (unicode, if differs { ascii } else { Value::from(()) })
    }

    fn note(&self, setting: &str) -> Result<Value, RenderError> {
        if !matches!(setting, "incoming.password" | "outgoing.password") {
            return Ok("".into());
        }
        let kind = self.at("incoming.password_kind").to_string();
        let side = if setting == "incoming.password" { "incoming" } else { "outgoing" };
        let signs_in = self.at(&format!("{side}.auth")) == Value::from("oauth2");
        let same = side == "outgoing" && self.at("outgoing.password_same").is_true();
        let incoming = setting == "incoming.password";
        let posted = letter::holds(self.job, setting);
        let kinds: &[&str] = match kind.as_str() {
            _ if same => &["same"],
            "mailbox" if signs_in => &["oauth2"],
            "initial" if incoming && posted => &["letter", "initial"],
            "initial" if incoming => &["initial"],
            "app" if incoming && !posted => &["app"],
            _ if posted => &["letter"],
            _ if self.at(setting).is_none() => &["omitted"],
            _ => &[],
        };
        let notes = kinds.iter().filter_map(|kind| self.language.password_notes.get(*kind));
        let space = self.language.words.get("space").and_then(serde_json::Value::as_str);
        // one template, as texts with values in them cannot be put together
        self.text(&notes.map(String::as_str).collect::<Vec<_>>().join(space.unwrap_or(" ")))
    }

    /// How close a sheet is set, so that it is four pages at most: the more steps, drawings and advice it has, and the longer its values.
    fn density(&self, steps: usize, drawings: usize, limits: &[Value]) -> &'static str {
        let mut values = ["address", "outgoing.host_unicode", "incoming.host_unicode", "incoming.username"]
            .map(|path| self.at(path))
            .to_vec();
        let own = self.at("outgoing.login") == Value::from("own");
        values.extend(own.then(|| self.at("outgoing.username")));
        let advised = limits.iter().filter(|l| l.get_attr("do").is_ok_and(|d| d.is_true())).count();
        let ended = self.job.client.lifecycle.status == Status::Ended;
        // US Letter is 18 mm shorter a page
        let shorter = usize::from(self.job.builder.wishes.printing.paper == Paper::Letter);
        let close = match () {
            () if slot::is_wider(&values, if own { 40 } else { 0 }, 140) || drawings > 6 => 3,
            () if ended || advised > 3 || drawings > 3 || steps > 9 => 2,
            () if steps > 6 || drawings > 2 => 1,
            () => 0,
        };
        ["roomy", "dense", "tight", "packed"][(close + shorter).min(3)]
    }

    /// The rows whose values somebody may have to say on the telephone, each value once: logins, passwords and short host names. People
    /// know their address; where it is the login too, that row says it.
    pub(super) fn spelled(&self, rows: &[Value]) -> Result<Vec<Value>, RenderError> {
        let mut told: Vec<Value> = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        for row in rows {
            let (setting, value) = (row.get_attr("setting")?, row.get_attr("value")?);
            let short = || !slot::is_wider(std::slice::from_ref(&value), 0, MOST_SPELLED);
            let said = match setting.as_str().and_then(|s| s.rsplit('.').next()) {
                Some("username" | "password") => !value.is_none(),
                Some("host") => short(),
                _ => false,
            };
            if said && !values.iter().any(|told| slot::same(told, &value)) {
                values.push(value);
                told.push(row.clone());
            }
        }
        Ok(told)
    }

    fn client(&self) -> Value {
        let client = self.job.client;
        let known = |id: &String| self.job.builder.clients.iter().find(|c| c.id == *id);
        let name = |id: &String| {
            known(id).map_or(id.clone(), |c| Client::text(&c.names, &self.language.id).to_owned())
        };
        let ended = client.lifecycle.ended.as_deref().filter(|_| client.lifecycle.status == Status::Ended);
        context! {
            id => &client.id,
            name => Client::text(&client.names, &self.language.id),
            platforms => &client.platforms,
            ended => ended,
            instead => client.lifecycle.instead.iter().map(name).collect::<Vec<_>>(),
        }
    }

    fn limits(&self) -> Result<Vec<Value>, RenderError> {
        self.limits_that(|_| true)
    }

    /// What the client cannot do, of all that the account meets, as its sheet tells it.
    pub(super) fn limits_that(&self, wanted: impl Fn(&Met<'_>) -> bool) -> Result<Vec<Value>, RenderError> {
        let plain = view(&self.job.subject(&self.job.selection, false), Purpose::Condition);
        let one = |met: &Met<'_>| {
            let (lost, advice) = met.told(self.job, &plain, self.language)?;
            let map: BTreeMap<&str, Value> = BTreeMap::from([
                ("severity", met.severity().word().into()),
                ("lost", lost),
                ("do", advice),
                ("unverified", matches!(met, Met::Stated(limit) if limit.unverified).into()),
            ]);
            Ok(Value::from(map))
        };
        self.job.met.iter().filter(|met| wanted(met)).map(one).collect()
    }

    fn errors(&self) -> Result<Vec<Value>, RenderError> {
        let one = |e: &crate::client::ErrorNumber| {
            let text = self.text(Client::text(&e.texts, &self.language.id))?;
            Ok(context! { code => e.code.text(&self.language.id), text => text })
        };
        self.job.client.errors.iter().filter(|_| !self.refused()).map(one).collect()
    }

    /// The names of the files that were made for this user.
    fn files(&self) -> Result<Vec<Value>, RenderError> {
        let mut names = Vec::new();
        for file in self
            .job
            .client
            .files
            .iter()
            .filter(|f| f.scope == crate::client::Scope::User && !self.job.is_refused(f))
        {
            // whether it is made, not whether the sheet itself might hold it
            if self.job.wanted(file).unwrap_or(false) && self.job.builder.is_chosen(self.job.client) {
                names.extend(file.paths.iter().map(|p| self.text(p)).collect::<Result<Vec<_>, _>>()?);
            }
        }
        Ok(names)
    }

    fn trouble(&self) -> Result<Vec<Value>, RenderError> {
        let mut texts = Vec::new();
        for trouble in &self.language.trouble {
            if self.holds(trouble.when.as_ref())? {
                texts.push(self.text(&trouble.text)?);
            }
        }
        Ok(texts)
    }
}
