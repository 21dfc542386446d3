//! The letter with a user's password, posted apart from his sheets: whoever opens it alone can open no mailbox. So it sees the customer
//! number, the password and the postal address, and no template or text of it can name the mail address, a login or a server of the user.

use minijinja::{Value, context, value::merge_maps};

use super::expect::{self, Expected, Settings};
use super::job::Made;
use super::pages::Pages;
use super::sheet::{self, Teller};
use super::{Artifact, Builder, Job, readback};
use crate::account::{Account, RawAccount};
use crate::client::{Language, Scope};
use crate::finding::{self, Code, Finding, Findings};
use crate::render::{Purpose, RenderError, Subject, slot, view};

/// The template, and what a PDF is given.
const TEMPLATE: &str = "sheet/letter.html.j2";
#[cfg(feature = "pdf")]
pub(super) const PAGE: &str = "sheet/letter.typ";
#[cfg(feature = "pdf")]
const DATA: &str = "sheet/letter.json.j2";

/// Its name in the user's folder.
const NAME: &str = "password-letter";

/// What it says beside passwords.
const NUMBER: &str = "customer.number";

impl Builder {
    /// Tells what a user lacks whose password is to be posted.
    pub fn letter_lacks(&self, account: &Account, raw: &RawAccount, findings: &mut Findings) {
        for (code, setting) in lacking(account).filter(|_| self.wishes.printing.letters) {
            findings.push(Finding::new(code).arg("setting", setting).at(raw.place_of(setting)));
        }
    }
}

/// What an account lacks for a letter: how to tell, and which setting.
fn lacking(account: &Account) -> impl Iterator<Item = (&'static Code, &'static str)> {
    let (setting, source) = match account.incoming.first() {
        Some(server) => ("incoming.password", server.password.as_ref()),
        None => ("outgoing.password", account.outgoing.first().and_then(|server| server.password.as_ref())),
    };
    let number = account.paper.customer_number.is_none().then_some((&finding::LETTER_WITHOUT_NUMBER, NUMBER));
    let password = source.is_none().then_some((&finding::LETTER_WITHOUT_PASSWORD, setting));
    number.into_iter().chain(password)
}

/// Whether the password of a setting is on a letter.
pub(super) fn holds(job: &Job<'_>, setting: &str) -> bool {
    let (selected, fetched) = match setting {
        "incoming.password" => (job.selection.incoming.first(), &job.fetched.incoming),
        _ => (job.selection.outgoing.first(), &job.fetched.outgoing),
    };
    let known = selected.and_then(|(index, _)| fetched.get(*index)).is_some_and(Option::is_some);
    known && job.builder.wishes.printing.letters
}

/// Whether an artifact is a letter.
pub(super) fn is_one(artifact: &Artifact) -> bool {
    let name = artifact.path.rsplit('/').next().unwrap_or_default();
    artifact.client.is_none() && name.starts_with(NAME)
}

/// A user's letters in each language and format.
pub(super) fn all(pages: &Pages<'_>) -> Vec<Result<Artifact, Box<Finding>>> {
    if lacking(pages.account).next().is_some() {
        return Vec::new();
    }
    let job = pages.job(&pages.builder.nobody);
    let mut subject = job.subject(&job.selection, false);
    subject.fetched = Some(pages.fetched);
    let in_language = |language| match Letter::new(&job, subject, language) {
        Ok(letter) => letter.printed(),
        Err(error) => vec![Err(Box::new(job.failed(&finding::TEMPLATE_FAILED, NAME, error)))],
    };
    pages.builder.languages.iter().flat_map(in_language).collect()
}

/// A letter in one language.
struct Letter<'a> {
    job: &'a Job<'a>,
    language: &'a Language,
    view: Value,
    /// what it may say, and must
    expected: Settings,
}

impl<'a> Letter<'a> {
    fn new(job: &'a Job<'a>, subject: Subject<'_>, language: &'a Language) -> Result<Self, RenderError> {
        let full = view(&subject, Purpose::User);
        let teller = Teller { job, engine: &job.builder.engine, language, view: &full };
        let passwords = passwords(&teller)?;
        let facts = facts(&teller, &passwords)?;
        let texts = Teller { view: &facts, ..teller }.words(&language.letter)?;
        let document = texts.get_attr("title").unwrap_or_default();
        let said = |name: &String| passwords.iter().any(|(setting, _)| setting == name);
        let mut expected = expect::settings(&subject, Purpose::User);
        expected.retain(|name, _| said(name));
        if let Some(number) = &job.account.paper.customer_number {
            expected.insert(NUMBER.to_owned(), Expected::Text(number.clone()));
        }
        Ok(Self { job, language, view: merge_maps([context! { texts, document }, facts]), expected })
    }

    fn printed(&self) -> Vec<Result<Artifact, Box<Finding>>> {
        let formats = self.job.builder.wishes.printing.formats;
        let mut letters = Vec::new();
        if formats.html {
            letters.push(self.html());
        }
        #[cfg(feature = "pdf")]
        if formats.pdf {
            letters.push(self.pdf());
        }
        letters
    }

    fn path(&self, ending: &str) -> String {
        format!("{}/{NAME}.{}.{ending}", self.job.folder(Scope::User), self.language.id)
    }

    fn html(&self) -> Result<Artifact, Box<Finding>> {
        let path = self.path("html");
        let made = self.job.make(TEMPLATE, "html", &self.view, &path)?;
        let said = self.check().file(made.format, &made.bytes, None, &self.carries());
        let made = self.job.judged(made, said, &path)?;
        Ok(self.artifact(path, made))
    }

    #[cfg(feature = "pdf")]
    fn pdf(&self) -> Result<Artifact, Box<Finding>> {
        use super::print::Print;
        let path = self.path("pdf");
        let print = Print {
            job: self.job,
            language: self.language,
            path: &path,
            page: PAGE,
            data: DATA,
            view: &self.view,
            drawings: "{}".to_owned(),
        };
        let (made, marked) = print.run()?;
        let said = self.check().marked(marked, &self.carries());
        let made = self.job.judged(made, said, &path)?;
        Ok(self.artifact(path, made))
    }

    /// What reading it back may give: what the account says beside that is a lie here.
    fn check(&self) -> readback::Check<'_> {
        let (engine, account) = (&self.job.builder.engine, self.job.account);
        readback::Check { engine, account, domain: false, expected: &self.expected }
    }

    fn carries(&self) -> Vec<String> {
        self.expected.keys().cloned().collect()
    }

    fn artifact(&self, path: String, made: Made) -> Artifact {
        Artifact { client: None, ..self.job.artifact(path, None, made) }
    }
}

/// The user's passwords: the setting of each, and its row.
fn passwords(teller: &Teller<'_>) -> Result<Vec<(String, Value)>, RenderError> {
    let mut rows: Vec<(String, Value)> = Vec::new();
    for setting in teller.rows().into_iter().filter(|s| s.ends_with(".password")) {
        let value = teller.at(&setting);
        let told = |(_, row): &(String, Value)| row.get_attr("value").is_ok_and(|v| slot::same(&v, &value));
        if value.is_none() || value.is_undefined() || rows.iter().any(told) {
            continue;
        }
        let row = context! { setting => &setting, title => teller.title(&setting)?, value };
        rows.push((setting, row));
    }
    Ok(rows)
}

/// What its texts and its template see: nothing by which a mailbox is found.
fn facts(teller: &Teller<'_>, passwords: &[(String, Value)]) -> Result<Value, RenderError> {
    let rows: Vec<Value> = passwords.iter().map(|(_, row)| row.clone()).collect();
    // a display name may be the address itself
    let name = teller.at("full_name");
    let is_address = |path: &str| slot::same(&name, &teller.at(path));
    let hidden = name.is_none() || is_address("address") || is_address("address_unicode");
    let own = context! {
        name => if hidden { Value::from(()) } else { name },
        customer_number => teller.at("customer_number"),
        recipient => teller.at("recipient"),
        letter => teller.at("letter"),
        provider => teller.at("provider"),
        words => sheet::constant(&teller.language.words),
        spelled => teller.spelled(&rows)?,
        spelling => Value::from(minijinja::value::Serde(&teller.language.spelling)),
        rows,
    };
    Ok(merge_maps([own, sheet::of_all(teller)?]))
}
