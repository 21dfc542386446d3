//! One account for one client: its servers, its limits, its files and sheets, each rendered, encoded and read back.

use minijinja::Value;

use super::readback::Refusal;
use super::{Artifact, Builder, Met, choice, expect, readback, sheet};
use crate::account::{Account, Fetched, Login, Passwords, RawAccount, placeholder};
use crate::client::{self, Client, FileSpec, HoldsSecret, Language, Options, Scope};
use crate::finding::{self, Finding, Findings, Severity};
use crate::format;
use crate::library::LibraryError;
use crate::paths;
use crate::render::{Purpose, Selection, Subject, view};

/// One account for one client.
pub(super) struct Job<'a> {
    pub(super) builder: &'a Builder,
    pub(super) account: &'a Account,
    pub(super) raw: &'a RawAccount,
    fetched: &'a Fetched,
    pub(super) client: &'a Client,
    options: &'a Options,
    pub(super) selection: Selection,
    pub(super) met: Vec<Met<'a>>,
}

static NO_OPTIONS: Options = Options::new();

impl<'a> Job<'a> {
    pub(super) fn new(
        builder: &'a Builder,
        account: &'a Account,
        raw: &'a RawAccount,
        fetched: &'a Fetched,
        client: &'a Client,
    ) -> Self {
        let options = builder.options.get(&client.id).unwrap_or(&NO_OPTIONS);
        let mut job = Self {
            builder,
            account,
            raw,
            fetched,
            client,
            options,
            selection: Selection::default(),
            met: Vec::new(),
        };
        let (selection, met) = choice::choose(&builder.engine, client, account, |selection| {
            view(&job.subject(selection, true), Purpose::Condition)
        });
        job.selection = selection;
        job.met = met;
        job
    }

    /// `everywhere`: whether passwords are in the view when the build says `passwords: everywhere`.
    pub(super) fn subject<'s>(&'s self, selection: &'s Selection, may_hold: bool) -> Subject<'s> {
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

    pub(super) fn report(&self, findings: &mut Findings) {
        let named = self.builder.is_named(self.client);
        let view = view(&self.subject(&self.selection, false), Purpose::Condition);
        for met in &self.met {
            findings.push(met.finding(self, &view, named));
        }
    }

    /// Whether a limit of severity `error` keeps a file from being written.
    pub(super) fn is_refused(&self, file: &FileSpec) -> bool {
        self.met.iter().any(|m| m.severity() == Severity::Error && m.concerns(&file.name))
    }

    /// The client's files.
    pub(super) fn files(
        &self,
        findings: &mut Findings,
        artifacts: &mut Vec<Artifact>,
    ) -> Result<(), LibraryError> {
        for file in self.client.files.iter().filter(|f| !self.is_refused(f)) {
            if file.scope == Scope::User && self.account.address.is_none() {
                continue;
            }
            let reading = file.reading.as_deref().unwrap_or(&file.format);
            let reading = self.builder.library.reading(reading, &file.template)?;
            artifacts.extend(self.file(file, &reading, findings));
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
        match self
            .wanted(file)
            .and_then(|wanted| if wanted { self.paths(file, &view) } else { Ok(Vec::new()) })
        {
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

    pub(super) fn failed(&self, code: &finding::Code, path: &str, reason: impl ToString) -> Finding {
        Finding::new(code)
            .arg("path", path)
            .arg("reason", self.scrubbed(&reason.to_string()))
            .client(&self.client.id)
    }

    /// Law 8: what is published for all holds nothing of one. A login that is one user's own leaves the file out.
    fn domain_file_left_out(&self, file: &FileSpec, findings: &mut Findings) -> bool {
        let address = self.account.address.as_ref();
        let shared = |username: &str| placeholder::pattern(username, address).is_some();
        let incoming = self.selection.incoming.iter().map(|(i, _)| &self.account.incoming[*i].username);
        let own = |(i, auth): &(usize, String)| {
            let server = &self.account.outgoing[*i];
            (server.login_for(auth) == Login::Own).then_some(&server.username)
        };
        let outgoing = self.selection.outgoing.iter().filter_map(own);
        let mut named =
            incoming.map(|u| ("incoming.username", u)).chain(outgoing.map(|u| ("outgoing.username", u)));
        let Some((setting, _)) = named.find(|(_, username)| !shared(username)) else {
            return false;
        };
        let finding =
            Finding::new(&finding::DOMAIN_FILE_LEFT_OUT).arg("path", &file.paths[0]).arg("setting", setting);
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
        let check = readback::Check {
            engine: &self.builder.engine,
            account: self.account,
            domain,
            expected: &expected,
        };
        let made = self.make(&file.template, &file.format, view, &paths[0]);
        let made = made.and_then(|made| {
            let carries = file.carries.as_slice();
            let said = check.file(made.format, &made.bytes, Some(reading), carries);
            self.judged(made, said, &paths[0])
        });
        match made {
            Ok(made) => paths.into_iter().map(|path| self.artifact(path, file.scope, made.clone())).collect(),
            Err(finding) => {
                findings.push(finding);
                Vec::new()
            }
        }
    }

    fn make(&self, template: &str, format: &str, view: &Value, path: &str) -> Result<Made, Finding> {
        let rendered = self.builder.engine.render(template, format, view);
        let (text, secret) = rendered.map_err(|e| self.failed(&finding::TEMPLATE_FAILED, path, e))?;
        let known = format::find(format);
        let format = known.ok_or_else(|| self.failed(&finding::TEMPLATE_FAILED, path, "no such format"))?;
        let bytes = (format.encode)(&text).map_err(|e| self.failed(&finding::NOT_ENCODABLE, path, e))?;
        Ok(Made { format, bytes, secret })
    }

    /// A file that was read back. A secret that was revealed in it and that reading it did not find is a lie of its own.
    fn judged(&self, made: Made, said: Result<bool, Refusal>, path: &str) -> Result<Made, Finding> {
        let refusal = match said {
            Ok(found) if found || !made.secret => return Ok(Made { secret: made.secret || found, ..made }),
            Ok(_) => Refusal::Differs("incoming.password".to_owned()),
            Err(refusal) => refusal,
        };
        let mut finding = refusal.finding(path, &self.client.id);
        for (_, word) in &mut finding.args {
            *word = self.scrubbed(word);
        }
        Err(finding)
    }

    /// A reason without any password in it: an error may quote the file.
    fn scrubbed(&self, reason: &str) -> String {
        let secrets = self.fetched.incoming.iter().chain(&self.fetched.outgoing).flatten();
        if secrets.into_iter().any(|s| s.is_in(reason)) {
            "(a reason that quotes a password)".to_owned()
        } else {
            reason.to_owned()
        }
    }

    fn artifact(&self, path: String, scope: Scope, made: Made) -> Artifact {
        let user = scope == Scope::User;
        Artifact {
            path,
            client: Some(self.client.id.clone()),
            format: made.format.name,
            scope: if user { "user" } else { "domain" },
            address: self.account.address.as_ref().filter(|_| user).map(|a| a.as_str().to_owned()),
            secret: made.secret,
            bytes: made.bytes,
        }
    }

    /// The client's sheets, one a language.
    pub(super) fn sheets(&self, findings: &mut Findings, artifacts: &mut Vec<Artifact>) {
        for language in &self.builder.languages {
            match self.sheet(language) {
                Ok(artifact) => artifacts.push(artifact),
                Err(finding) => findings.push(finding),
            }
        }
    }

    fn sheet(&self, language: &Language) -> Result<Artifact, Finding> {
        let path = format!("{}/{}.{}.html", self.folder(Scope::User), self.client.id, language.id);
        let passwords = self.builder.wishes.passwords;
        let mut subject = self.subject(&self.selection, false);
        subject.fetched = (passwords >= Passwords::Sheets).then_some(self.fetched);
        let view = view(&subject, Purpose::User);
        let facts = sheet::facts(self, language, &view)
            .map_err(|e| self.failed(&finding::TEMPLATE_FAILED, &path, e))?;
        let made = self.make(sheet::TEMPLATE, "html", &facts.view, &path)?;
        let expected = expect::settings(&subject, Purpose::User);
        let engine = &self.builder.engine;
        let check = readback::Check { engine, account: self.account, domain: false, expected: &expected };
        let said = check.file(made.format, &made.bytes, None, &facts.carries);
        let made = self.judged(made, said, &path)?;
        Ok(self.artifact(path, Scope::User, made))
    }
}

/// A file that was made: its format, its bytes, and whether a secret was revealed in it.
#[derive(Clone)]
struct Made {
    format: &'static format::Format,
    bytes: Vec<u8>,
    secret: bool,
}

/// Whether a path made by a template stays in its folder and can be made everywhere.
fn is_tame(path: &str) -> bool {
    path.split('/').all(|part| part != ".." && paths::is_safe(part))
}
