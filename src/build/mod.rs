//! From an account to artifacts: for each client which servers it gets and which limits it meets, then each file rendered,
//! encoded, read back and compared. Nothing is written here: artifacts go to whoever asked.

mod choice;
mod expect;
mod limits;
mod readback;
mod sheet;

use std::collections::BTreeMap;

use minijinja::Value;

use crate::account::{Account, Fetched, Passwords, RawAccount, Sheets, placeholder};
use crate::client::{self, Client, FileSpec, HoldsSecret, Language, Options, Scope};
use crate::finding::{self, Finding, Findings, Severity};
use crate::format;
use crate::library::{Library, LibraryError};
use crate::paths;
use crate::render::{Engine, Purpose, Selection, Subject, view};

pub use limits::Met;

/// One file that was made and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// below OUT, `/` between parts
    pub path: String,
    /// the client it is for
    pub client: Option<String>,
    /// a name of [`format::FORMATS`]
    pub format: &'static str,
    /// whom it is for
    pub scope: &'static str,
    /// the user's address
    pub address: Option<String>,
    /// whether it holds a password
    pub secret: bool,
    /// its bytes
    pub bytes: Vec<u8>,
}

/// What to build, flags and the description's wishes put together.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// clients that somebody named; `None`: all
    pub clients: Option<Vec<String>>,
    /// which sheets
    pub sheets: Sheets,
    /// languages of sheets
    pub languages: Vec<String>,
    /// where passwords may go
    pub passwords: Passwords,
}

/// Everything known before the first file: clients, languages, the engine.
#[derive(Debug)]
pub struct Builder {
    engine: Engine,
    library: Library,
    clients: Vec<Client>,
    languages: Vec<Language>,
    options: BTreeMap<String, Options>,
    wishes: Wishes,
}

impl Builder {
    /// Prepares a build. Unknown clients, options and languages become findings.
    ///
    /// # Errors
    /// A profile that cannot be read.
    pub fn new(library: &Library, account: &Account, wishes: Wishes, findings: &mut Findings) -> Result<Self, LibraryError> {
        let clients = library.clients()?;
        let options = client::options(&clients, &account.options, findings);
        let named = wishes.clients.iter().flatten();
        let sheets = match &wishes.sheets {
            Sheets::Named(ids) => ids.as_slice(),
            _ => &[],
        };
        for id in named.chain(sheets) {
            if !clients.iter().any(|c| c.id == *id) {
                findings.push(client::unknown_client(id, &clients));
            }
        }
        let mut languages = Vec::new();
        for id in &wishes.languages {
            match library.language(id)? {
                Some(language) => languages.push(language),
                None => {
                    let known = library.names("languages")?.join(", ");
                    findings.push(Finding::new(&finding::UNKNOWN_LANGUAGE).arg("value", id).arg("known", known));
                }
            }
        }
        Ok(Self { engine: Engine::new(library), library: library.clone(), clients, languages, options, wishes })
    }

    /// Whether any file of this build holds a password, so that it must be read from its source.
    #[must_use]
    pub fn needs_passwords(&self, account: &Account) -> bool {
        let sheets = self.wishes.passwords >= Passwords::Sheets && self.clients.iter().any(|c| self.has_sheet(c));
        let may = |c: &&Client| c.files.iter().any(|f| f.secret == HoldsSecret::May);
        let files = self.wishes.passwords == Passwords::Everywhere && self.clients.iter().filter(|c| self.is_chosen(c)).any(|c| may(&c));
        account.address.is_some() && (sheets || files)
    }

    /// Makes every artifact of the account, in order, and hands each to `sink`.
    ///
    /// # Errors
    /// A reading that cannot be read, or what `sink` says.
    pub fn run<E: From<LibraryError>>(
        &self,
        account: &Account,
        raw: &RawAccount,
        fetched: &Fetched,
        findings: &mut Findings,
        sink: &mut dyn FnMut(Artifact) -> Result<(), E>,
    ) -> Result<(), E> {
        for client in &self.clients {
            let (chosen, sheet) = (self.is_chosen(client), self.has_sheet(client));
            if !chosen && !sheet {
                continue;
            }
            let job = Job::new(self, account, raw, fetched, client, findings);
            if chosen {
                job.report(findings);
                job.files(findings, sink)?;
            }
            if sheet && account.address.is_some() {
                job.sheets(findings, sink)?;
            }
        }
        Ok(())
    }

    fn is_chosen(&self, client: &Client) -> bool {
        self.wishes.clients.as_ref().is_none_or(|ids| ids.contains(&client.id))
    }

    fn is_named(&self, client: &Client) -> bool {
        self.wishes.clients.as_ref().is_some_and(|ids| ids.contains(&client.id))
    }

    fn has_sheet(&self, client: &Client) -> bool {
        match &self.wishes.sheets {
            Sheets::Clients => self.is_chosen(client),
            Sheets::None => false,
            Sheets::Named(ids) => ids.contains(&client.id),
        }
    }
}

/// One account for one client.
struct Job<'a> {
    builder: &'a Builder,
    account: &'a Account,
    raw: &'a RawAccount,
    fetched: &'a Fetched,
    client: &'a Client,
    options: &'a Options,
    selection: Selection,
    met: Vec<Met<'a>>,
}

static NO_OPTIONS: Options = Options::new();

impl<'a> Job<'a> {
    fn new(
        builder: &'a Builder,
        account: &'a Account,
        raw: &'a RawAccount,
        fetched: &'a Fetched,
        client: &'a Client,
        findings: &mut Findings,
    ) -> Self {
        let options = builder.options.get(&client.id).unwrap_or(&NO_OPTIONS);
        let mut job = Self { builder, account, raw, fetched, client, options, selection: Selection::default(), met: Vec::new() };
        let (selection, met) = choice::choose(&builder.engine, client, account, findings, |selection| {
            view(&job.subject(selection, true), Purpose::Condition)
        });
        job.selection = selection;
        job.met = met;
        job
    }

    /// `everywhere`: whether passwords are in the view when the build says `passwords: everywhere`.
    fn subject<'s>(&'s self, selection: &'s Selection, may_hold: bool) -> Subject<'s> {
        let passwords = self.builder.wishes.passwords;
        Subject {
            account: self.account,
            client: self.client,
            options: self.options,
            selection,
            fetched: (may_hold && passwords == Passwords::Everywhere).then_some(self.fetched),
            passwords,
        }
    }

    fn report(&self, findings: &mut Findings) {
        let named = self.builder.is_named(self.client);
        for met in &self.met {
            let view = view(&self.subject(&self.selection, false), Purpose::Condition);
            findings.push(met.finding(self, &view, named));
        }
    }

    /// Whether a limit of severity `error` keeps a file from being written.
    fn is_refused(&self, file: &FileSpec) -> bool {
        self.met.iter().any(|m| m.severity() == Severity::Error && m.concerns(&file.name))
    }

    fn files<E: From<LibraryError>>(&self, findings: &mut Findings, sink: &mut dyn FnMut(Artifact) -> Result<(), E>) -> Result<(), E> {
        for file in self.client.files.iter().filter(|f| !self.is_refused(f)) {
            if file.scope == Scope::User && self.account.address.is_none() {
                continue;
            }
            let reading = self.builder.library.reading(file.reading.as_deref().unwrap_or(&file.format), &file.template)?;
            for artifact in self.file(file, &reading, findings) {
                sink(artifact)?;
            }
        }
        Ok(())
    }

    /// A file's artifacts (the same bytes under each of its paths), or findings that say why there are none.
    fn file(&self, file: &FileSpec, reading: &client::Reading, findings: &mut Findings) -> Vec<Artifact> {
        let domain = file.scope == Scope::Domain;
        if domain && self.domain_file_left_out(file, findings) {
            return Vec::new();
        }
        let purpose = if domain { Purpose::Domain } else { Purpose::User };
        let subject = self.subject(&self.selection, file.secret == HoldsSecret::May);
        let view = view(&subject, purpose);
        match self.wanted(file).and_then(|wanted| if wanted { self.paths(file, &view) } else { Ok(Vec::new()) }) {
            Ok(paths) if paths.is_empty() => Vec::new(),
            Ok(paths) => self.artifacts(file, reading, &subject, &view, paths, findings),
            Err(finding) => {
                findings.push(finding);
                Vec::new()
            }
        }
    }

    fn wanted(&self, file: &FileSpec) -> Result<bool, Finding> {
        let Some(when) = &file.when else { return Ok(true) };
        let view = view(&self.subject(&self.selection, true), Purpose::Condition);
        let holds = self.builder.engine.condition(when).and_then(|c| c.holds(&view));
        holds.map_err(|e| self.failed(&finding::TEMPLATE_FAILED, &file.template, e))
    }

    fn paths(&self, file: &FileSpec, view: &Value) -> Result<Vec<String>, Finding> {
        let folder = self.folder(file.scope);
        let path = |template: &String| match self.builder.engine.text(template, view) {
            Ok(path) if is_tame(&path) => Ok(format!("{folder}/{path}")),
            Ok(_) => Err(self.failed(&finding::TEMPLATE_FAILED, &file.template, "its path is not safe")),
            Err(e) => Err(self.failed(&finding::TEMPLATE_FAILED, &file.template, e)),
        };
        file.paths.iter().map(path).collect()
    }

    /// `<domain>`, or `<domain>/<address>`.
    fn folder(&self, scope: Scope) -> String {
        let domain = paths::part(self.account.domain.ascii());
        match (&self.account.address, scope) {
            (Some(address), Scope::User) => format!("{domain}/{}", paths::part(address.as_str())),
            _ => domain,
        }
    }

    fn failed(&self, code: &finding::Code, path: &str, reason: impl ToString) -> Finding {
        Finding::new(code).arg("path", path).arg("reason", reason.to_string()).client(&self.client.id)
    }

    /// Law 8: what is published for all holds nothing of one. A login that is one user's own leaves the file out.
    fn domain_file_left_out(&self, file: &FileSpec, findings: &mut Findings) -> bool {
        let address = self.account.address.as_ref();
        let own = |username: &String| placeholder::pattern(username, address).is_none();
        let incoming = self.selection.incoming.iter().map(|(i, _)| ("incoming.username", &self.account.incoming[*i].username));
        let outgoing = self.selection.outgoing.iter().map(|(i, _)| ("outgoing.username", &self.account.outgoing[*i].username));
        let Some((setting, _)) = incoming.chain(outgoing).find(|(_, username)| !username.is_empty() && own(username)) else {
            return false;
        };
        let finding = Finding::new(&finding::DOMAIN_FILE_LEFT_OUT).arg("path", &file.paths[0]).arg("setting", setting);
        findings.push(finding.at(self.raw.place_of(setting)).client(&self.client.id));
        true
    }

    fn artifacts(
        &self,
        file: &FileSpec,
        reading: &client::Reading,
        subject: &Subject<'_>,
        view: &Value,
        paths: Vec<String>,
        findings: &mut Findings,
    ) -> Vec<Artifact> {
        let domain = file.scope == Scope::Domain;
        let purpose = if domain { Purpose::Domain } else { Purpose::User };
        let expected = expect::settings(subject, purpose);
        let check = readback::Check { engine: &self.builder.engine, account: self.account, domain, expected: &expected };
        let made = self.make(&file.template, &file.format, view, &paths[0]).and_then(|(format, bytes)| {
            let holds = check.file(format, &bytes, Some(reading), &file.carries).map_err(|e| e.finding(&paths[0], &self.client.id))?;
            Ok((format, bytes, holds))
        });
        match made {
            Ok((format, bytes, secret)) => paths
                .into_iter()
                .map(|path| self.artifact(path, format, file.scope, secret, bytes.clone()))
                .collect(),
            Err(finding) => {
                findings.push(finding);
                Vec::new()
            }
        }
    }

    fn make(&self, template: &str, format: &str, view: &Value, path: &str) -> Result<(&'static format::Format, Vec<u8>), Finding> {
        let text = self.builder.engine.render(template, format, view).map_err(|e| self.failed(&finding::TEMPLATE_FAILED, path, e))?;
        let format = format::find(format).ok_or_else(|| self.failed(&finding::TEMPLATE_FAILED, path, "no such format"))?;
        let bytes = (format.encode)(&text).map_err(|e| self.failed(&finding::NOT_ENCODABLE, path, e))?;
        Ok((format, bytes))
    }

    fn artifact(&self, path: String, format: &'static format::Format, scope: Scope, secret: bool, bytes: Vec<u8>) -> Artifact {
        let user = scope == Scope::User;
        Artifact {
            path,
            client: Some(self.client.id.clone()),
            format: format.name,
            scope: if user { "user" } else { "domain" },
            address: self.account.address.as_ref().filter(|_| user).map(|a| a.as_str().to_owned()),
            secret,
            bytes,
        }
    }

    fn sheets<E>(&self, findings: &mut Findings, sink: &mut dyn FnMut(Artifact) -> Result<(), E>) -> Result<(), E> {
        for language in &self.builder.languages {
            match self.sheet(language) {
                Ok(artifact) => sink(artifact)?,
                Err(finding) => findings.push(finding),
            }
        }
        Ok(())
    }

    fn sheet(&self, language: &Language) -> Result<Artifact, Finding> {
        let path = format!("{}/{}.{}.html", self.folder(Scope::User), self.client.id, language.id);
        let passwords = self.builder.wishes.passwords;
        let mut subject = self.subject(&self.selection, false);
        subject.fetched = (passwords >= Passwords::Sheets).then_some(self.fetched);
        let view = view(&subject, Purpose::User);
        let facts = sheet::facts(self, language, &view).map_err(|e| self.failed(&finding::TEMPLATE_FAILED, &path, e))?;
        let (format, bytes) = self.make(sheet::TEMPLATE, "html", &facts.view, &path)?;
        let expected = expect::settings(&subject, Purpose::User);
        let check = readback::Check { engine: &self.builder.engine, account: self.account, domain: false, expected: &expected };
        let secret = check.file(format, &bytes, None, &facts.carries).map_err(|e| e.finding(&path, &self.client.id))?;
        Ok(self.artifact(path, format, Scope::User, secret, bytes))
    }
}

/// Whether a path made by a template stays in its folder.
fn is_tame(path: &str) -> bool {
    let part = |p: &str| !p.is_empty() && p != "." && p != ".." && !p.contains(['\\', ':', '\0']) && !p.contains(char::is_control);
    path.split('/').all(part)
}
