//! One account for one client: its servers, its limits, its files and sheets, each rendered, encoded and read back.

use std::collections::BTreeMap;

use minijinja::Value;

use super::read::{Difference, Refusal};
use super::{Artifact, Builder, Met, Outcome, Outcomes, Part, choice, expect, readback};
use crate::account::{Account, Fetched, Host, Login, Passwords, RawAccount, placeholder};
use crate::client::{self, Client, FileSpec, HoldsSecret, Options, Scope};
use crate::finding::{self, Finding, Findings, Severity};
use crate::format;
use crate::library::LibraryError;
use crate::paths;
use crate::render::{Embedded, Purpose, Selection, Subject, slot, view};

/// Characters of a word that a finding about a file shows.
const MOST_SHOWN: usize = 200;

/// One account for one client.
pub(super) struct Job<'a> {
    pub(super) builder: &'a Builder,
    pub(super) account: &'a Account,
    pub(super) raw: &'a RawAccount,
    pub(super) fetched: &'a Fetched,
    pub(super) client: &'a Client,
    options: &'a Options,
    pub(super) selection: Selection,
    pub(super) met: Vec<Met<'a>>,
}

static NO_OPTIONS: Options = Options::new();
static NOTHING_EMBEDDED: BTreeMap<String, Option<Embedded>> = BTreeMap::new();

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
            embedded: &NOTHING_EMBEDDED,
        }
    }

    pub(super) fn report(&self, findings: &mut Findings) {
        let named = self.builder.is_named(self.client);
        // its words are of this user
        slot::untraced(|| {
            let view = view(&self.subject(&self.selection, false), Purpose::Condition);
            for met in &self.met {
                findings.push(met.finding(self, &view, named));
            }
        });
    }

    /// How the client came off; `None`: nothing was asked of it. `findings`: what was told on the way, beside its limits.
    pub(super) fn outcome(&self, part: Part, made: &[Artifact], findings: &Findings) -> Option<Outcome> {
        let due =
            |f: &&FileSpec| part.has(f.scope) && (f.scope == Scope::Domain || self.account.address.is_some());
        let is_made = |f: &&FileSpec| made.iter().any(|a| a.file.as_ref() == Some(&f.name));
        let missing: Vec<&FileSpec> = self.client.files.iter().filter(due).filter(|f| !is_made(f)).collect();
        if made.is_empty() && self.client.files.iter().all(|f| !due(&f)) {
            return None;
        }
        let beside = || findings.iter().filter(|f| self.met.iter().all(|m| m.code() != f.code));
        let lost: Vec<&str> = self.met.iter().filter(|m| m.loses(&missing)).map(Met::code).collect();
        let left = self.met.iter().filter(|m| matches!(m, Met::LeftOut { .. })).map(Met::code);
        let why = lost.iter().copied().chain(left).chain(beside().map(|f| f.code.as_str()));
        let mut why: Vec<String> = why.map(str::to_owned).collect();
        why.dedup();
        let result = match () {
            () if made.is_empty() || self.met.iter().any(Met::stops_all) => Outcomes::Impossible,
            () if !lost.is_empty() || beside().next().is_some() => Outcomes::Losses,
            () => Outcomes::Written,
        };
        Some(Outcome { client: self.client.id.clone(), result, why })
    }

    /// Whether a limit of severity `error` keeps a file from being written.
    pub(super) fn is_refused(&self, file: &FileSpec) -> bool {
        self.met.iter().any(|m| m.severity() == Severity::Error && m.concerns(&file.name))
    }

    /// The client's files.
    pub(super) fn files(
        &self,
        part: Part,
        findings: &mut Findings,
        artifacts: &mut Vec<Artifact>,
    ) -> Result<(), LibraryError> {
        for file in self.client.files.iter().filter(|f| part.has(f.scope)) {
            match self.is_due(file) {
                Ok(true) => artifacts.extend(self.artifacts(file, findings)?),
                Ok(false) => {}
                Err(finding) => findings.push(finding),
            }
        }
        Ok(())
    }

    /// Whether a file is to be made of this account at all; a finding tells what its own condition does not.
    fn is_due(&self, file: &FileSpec) -> Result<bool, Finding> {
        let for_whom = file.scope == Scope::Domain || self.account.address.is_some();
        if self.is_refused(file) || !for_whom || !self.wanted(file)? {
            return Ok(false);
        }
        match file.scope {
            Scope::Domain => self.one_users_own(file).map_or(Ok(true), Err),
            Scope::User => Ok(true),
        }
    }

    /// A file's artifacts (the same bytes under each of its paths), or findings that say why there are none.
    fn artifacts(&self, file: &FileSpec, findings: &mut Findings) -> Result<Vec<Artifact>, LibraryError> {
        let embedded = self.embedded(file, findings)?;
        if let Some(name) = too_fine(file, &embedded) {
            let mut finding = Finding::new(&finding::QR_TOO_LONG).arg("path", name).client(&self.client.id);
            if !self.builder.is_named(self.client) {
                finding.severity = Severity::Note;
            }
            findings.push(finding);
            return Ok(Vec::new());
        }
        // a picture of what was not made: the reason has been told
        if file.format == "svg" && embedded.values().any(Option::is_none) {
            return Ok(Vec::new());
        }
        let may_hold = file.secret == HoldsSecret::May;
        let subject = Subject { embedded: &embedded, ..self.subject(&self.selection, may_hold) };
        Ok(match self.file(file, &subject)? {
            Ok((paths, made)) => {
                let secret = made.secret || embedded.values().flatten().any(|e| e.secret);
                let made = Made { secret, ..made };
                paths.into_iter().map(|path| self.artifact(path, Some(file), made.clone())).collect()
            }
            Err(finding) => {
                findings.push(*finding);
                Vec::new()
            }
        })
    }

    /// A file and its paths.
    fn file(&self, file: &FileSpec, subject: &Subject<'_>) -> Result<MaybeFile, LibraryError> {
        let reading = file.reading.as_deref().unwrap_or(&file.format);
        let reading = self.builder.reading(reading, &file.template)?;
        Ok(self.made(file, &reading, subject).map_err(Box::new))
    }

    fn made(
        &self,
        file: &FileSpec,
        reading: &client::Reading,
        subject: &Subject<'_>,
    ) -> Result<(Vec<String>, Made), Finding> {
        let domain = file.scope == Scope::Domain;
        let placeholders = format::find(&file.format).is_some_and(|f| f.placeholders);
        let purpose = if domain { Purpose::Domain { placeholders } } else { Purpose::User };
        let view = view(subject, purpose);
        let paths = self.paths(file, &view)?;
        let made = self.make(&file.template, &file.format, &view, &paths[0])?;
        let engine = &self.builder.engine;
        let mut expected = expect::settings(subject, purpose);
        expected.extend(
            subject.embedded.iter().filter_map(|(name, of)| Some(expect::digest(name, of.as_ref()?))),
        );
        let check = readback::Check { engine, account: self.account, domain, expected: &expected };
        let said = check.file(made.format, &made.bytes, Some(reading), &file.carries);
        let made = self.judged(made, said, &paths[0])?;
        Ok((paths, made))
    }

    /// What a file embeds, made as it is delivered.
    fn embedded(
        &self,
        file: &FileSpec,
        findings: &mut Findings,
    ) -> Result<BTreeMap<String, Option<Embedded>>, LibraryError> {
        let mut all = BTreeMap::new();
        for (name, of) in &file.embeds {
            // what another file makes of it is not followed
            slot::refuse();
            let (client, of) = self.client.qualified(of);
            let other = self.builder.clients.iter().find(|c| c.id == client);
            let made = match other.and_then(|c| Some((c, c.file(of)?))) {
                Some((client, of)) if client.id == self.client.id => self.embeddable(of, findings)?,
                Some((client, of)) => {
                    let job = Job::new(self.builder, self.account, self.raw, self.fetched, client);
                    job.embeddable(of, findings)?
                }
                None => None,
            };
            all.insert(name.clone(), made);
        }
        Ok(all)
    }

    fn embeddable(&self, file: &FileSpec, findings: &mut Findings) -> Result<Option<Embedded>, LibraryError> {
        if !self.is_due(file).unwrap_or(false) {
            return Ok(None);
        }
        let subject = self.subject(&self.selection, file.secret == HoldsSecret::May);
        Ok(match self.file(file, &subject)? {
            Ok((_, made)) => Some(made.embedded()),
            Err(finding) => {
                findings.push(*finding);
                None
            }
        })
    }

    /// A payload of the sheet's: with a password where the sheet may hold it.
    pub(super) fn payload(&self, file: &FileSpec, subject: &Subject<'_>) -> Result<Embedded, Finding> {
        let made = self.file(file, subject);
        let made = made.map_err(|e| self.failed(&finding::TEMPLATE_FAILED, &file.template, e))?;
        made.map(|(_, made)| made.embedded()).map_err(|finding| *finding)
    }

    pub(super) fn wanted(&self, file: &FileSpec) -> Result<bool, Finding> {
        let Some(when) = &file.when else { return Ok(true) };
        let view = view(&self.subject(&self.selection, true), Purpose::Condition);
        let holds = self.builder.engine.condition(when).and_then(|c| c.holds(&view));
        holds.map_err(|e| self.failed(&finding::TEMPLATE_FAILED, &file.template, e))
    }

    fn paths(&self, file: &FileSpec, view: &Value) -> Result<Vec<String>, Finding> {
        let folder = self.folder(file.scope);
        let text = |template: &String| {
            slot::settled(self.builder.engine.text(template, view)?, slot::Kind::Path, None)
        };
        let path = |template: &String| match text(template) {
            Ok(path) if is_tame(&path) => Ok(format!("{folder}/{path}")),
            Ok(_) => Err(self.failed(&finding::TEMPLATE_FAILED, &file.template, "its path is not safe")),
            Err(e) => Err(self.failed(&finding::TEMPLATE_FAILED, &file.template, e)),
        };
        file.paths.iter().map(path).collect()
    }

    /// `<domain>`, or `<domain>/<address>`.
    pub(super) fn folder(&self, scope: Scope) -> String {
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

    /// Law 8: what is published for all holds nothing of one. A login or a host that is one user's own leaves a file out that
    /// says it, unless its format leaves placeholders to the client.
    fn one_users_own(&self, file: &FileSpec) -> Option<Finding> {
        let carries = |kind: &str| file.carries.iter().any(|s| s.ends_with(kind));
        let placeholders = format::find(&file.format).is_some_and(|f| f.placeholders);
        let login = carries(".username").then(|| self.own_login()).flatten();
        let host = || (carries(".host") && !placeholders).then(|| self.own_host()).flatten();
        let setting = login.or_else(host)?;
        let finding =
            Finding::new(&finding::DOMAIN_FILE_LEFT_OUT).arg("path", &file.paths[0]).arg("setting", setting);
        Some(finding.at(self.raw.place_of(setting)).client(&self.client.id))
    }

    fn own_login(&self) -> Option<&'static str> {
        let address = self.account.address.as_ref();
        let own = |username: &str| placeholder::pattern(username, address).is_none();
        let incoming = |(i, _): &(usize, String)| own(&self.account.incoming[*i].username);
        let outgoing = |(i, auth): &(usize, String)| {
            let server = &self.account.outgoing[*i];
            server.login_for(auth) == Login::Own && own(&server.username)
        };
        let first = self.selection.incoming.iter().any(incoming).then_some("incoming.username");
        first.or_else(|| self.selection.outgoing.iter().any(outgoing).then_some("outgoing.username"))
    }

    fn own_host(&self) -> Option<&'static str> {
        let own = |host: &Host| placeholder::is_in(host.unicode());
        let incoming = |(i, _): &(usize, String)| own(&self.account.incoming[*i].endpoint.host);
        let outgoing = |(i, _): &(usize, String)| own(&self.account.outgoing[*i].endpoint.host);
        let first = self.selection.incoming.iter().any(incoming).then_some("incoming.host");
        first.or_else(|| self.selection.outgoing.iter().any(outgoing).then_some("outgoing.host"))
    }

    pub(super) fn make(
        &self,
        template: &str,
        format: &str,
        view: &Value,
        path: &str,
    ) -> Result<Made, Finding> {
        let rendered = self.builder.engine.render(template, format, view);
        let (text, secret) = rendered.map_err(|e| self.failed(&finding::TEMPLATE_FAILED, path, e))?;
        let known = format::find(format);
        let format = known.ok_or_else(|| self.failed(&finding::TEMPLATE_FAILED, path, "no such format"))?;
        let text = slot::settled(text, slot::Kind::File(path), Some(format.escape));
        let text = text.map_err(|e| self.failed(&finding::TEMPLATE_FAILED, path, e))?;
        let bytes = (format.encode)(&text).map_err(|e| self.failed(&finding::NOT_ENCODABLE, path, e))?;
        Ok(Made { format, bytes, secret })
    }

    /// A file that was read back. A secret that was revealed in it and that reading it did not find is a lie of its own.
    pub(super) fn judged(
        &self,
        made: Made,
        said: Result<bool, Refusal>,
        path: &str,
    ) -> Result<Made, Finding> {
        let refusal = match said {
            Ok(found) if found || !made.secret => return Ok(Made { secret: made.secret || found, ..made }),
            Ok(_) => Refusal::Differs(Difference::new("incoming.password", &[], None)),
            Err(refusal) => refusal,
        };
        let mut finding = refusal.finding(path, &self.client.id);
        for (_, word) in &mut finding.args {
            // cut only then: a cut password would not be known again
            *word = self.scrubbed(word).chars().take(MOST_SHOWN).collect();
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

    pub(super) fn artifact(&self, path: String, file: Option<&FileSpec>, made: Made) -> Artifact {
        let user = file.is_none_or(|f| f.scope == Scope::User);
        Artifact {
            path,
            file: file.map(|f| f.name.clone()),
            client: Some(self.client.id.clone()),
            format: made.format.name,
            scope: if user { "user" } else { "domain" },
            address: self.account.address.as_ref().filter(|_| user).map(|a| a.as_str().to_owned()),
            secret: made.secret,
            bytes: made.bytes.into(),
        }
    }
}

/// A file that was made: its format, its bytes, and whether a secret was revealed in it.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) format: &'static format::Format,
    pub(super) bytes: Vec<u8>,
    pub(super) secret: bool,
}

/// A file and its paths.
type MaybeFile = Result<(Vec<String>, Made), Box<Finding>>;

impl Made {
    fn embedded(self) -> Embedded {
        let text = std::str::from_utf8(&self.bytes).ok().filter(|_| self.format.name.starts_with("qr-"));
        Embedded { code: text.and_then(format::Code::of), secret: self.secret, bytes: self.bytes }
    }
}

/// The path of a picture whose code would be too fine to be scanned off paper.
fn too_fine<'f>(file: &'f FileSpec, embedded: &BTreeMap<String, Option<Embedded>>) -> Option<&'f str> {
    let missing = embedded.values().any(|e| e.as_ref().is_some_and(|e| e.code.is_none()));
    file.paths.first().map(String::as_str).filter(|_| file.format == "svg" && missing)
}

/// Whether a path made by a template stays in its folder and can be made everywhere.
fn is_tame(path: &str) -> bool {
    path.split('/').all(|part| part != ".." && paths::is_safe(part))
}
