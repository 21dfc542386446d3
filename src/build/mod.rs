//! From an account to artifacts: for each client which servers it gets and which limits it meets, then each file rendered,
//! encoded, read back and compared. Nothing is written here: artifacts go to whoever asked.

mod choice;
mod codes;
#[cfg(feature = "pdf")]
mod combine;
mod content;
mod expect;
mod figure;
mod job;
mod letter;
mod limits;
mod mould;
mod notice;
mod pages;
mod print;
mod printing;
mod read;
mod readback;
mod reader;
mod road;
mod sheet;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::account::{Account, ClientOption, Fetched, Passwords, RawAccount, Sheets};
use crate::client::{self, Client, HoldsSecret, LABELS_WORD, Language, Options, Reading, Scope};
use crate::finding::{self, Finding, Findings};
use crate::format;
use crate::library::{Library, LibraryError};
use crate::parallel;
use crate::render::Engine;
use job::Job;

use pages::{Listed, Pages};

#[cfg(feature = "pdf")]
pub use combine::{CombineError, Combined, Section};
pub use content::Content;
pub use limits::{Met, Server};
pub use mould::{Moulds, shape};
pub use notice::Altered;
pub use printing::{Logo, Paper, Printing, SheetFormats};
pub use read::Said;
pub use reader::{Reader, Unreadable};

/// One file that was made and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// below OUT, `/` between parts
    pub path: String,
    /// the client it is for
    pub client: Option<String>,
    /// its name in the client's profile; `None`: a sheet
    pub file: Option<String>,
    /// a name of [`crate::format::FORMATS`]
    pub format: &'static str,
    /// whom it is for
    pub scope: &'static str,
    /// the user's address
    pub address: Option<String>,
    /// whether it holds a password
    pub secret: bool,
    /// its bytes
    pub bytes: Content,
}

/// How a client came off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// the client's id
    pub client: String,
    /// how it went
    pub result: Outcomes,
    /// codes of what was lost or stands in the way
    pub why: Vec<String>,
}

/// `written`, with losses, not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcomes {
    /// all is expressed
    Written,
    /// something is lost, or a file is not made
    Losses,
    /// nothing is written, or a sheet alone that says why
    Impossible,
}

impl Outcomes {
    /// The name of its words in the catalogues.
    #[must_use]
    pub fn line(self) -> &'static str {
        match self {
            Self::Written => "outcome-written",
            Self::Losses => "outcome-losses",
            Self::Impossible => "outcome-impossible",
        }
    }
}

/// Which part of what an account gives is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// all of it
    Whole,
    /// what is published once for the domain
    Domain,
    /// what one of many users gets
    User,
}

impl Part {
    fn has(self, scope: Scope) -> bool {
        match self {
            Self::Whole => true,
            Self::Domain => scope == Scope::Domain,
            Self::User => scope == Scope::User,
        }
    }
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
    /// how sheets are printed
    pub printing: Printing,
}

/// Why no press could be set up.
#[cfg(feature = "pdf")]
#[derive(Debug, thiserror::Error)]
pub enum PressSetupError {
    /// the template
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// none of the fonts that the languages name is there; the Debian package with the best of them
    #[error(
        "this machine has none of the fonts for PDF sheets; install the Debian package {0}, or name a font file with --font"
    )]
    NoFonts(String),
    /// a font
    #[error(transparent)]
    Font(#[from] format::pdf::FontError),
    /// a browser may show the provider's logo, but it cannot be printed
    #[error("it cannot be printed as PDF")]
    Logo,
    /// typst
    #[error(transparent)]
    Press(#[from] format::pdf::PressError),
}

/// Everything known before the first file: clients, languages, the engine.
#[derive(Debug)]
pub struct Builder {
    engine: Engine,
    library: Library,
    clients: Vec<Client>,
    /// clients of which only the labels are known
    labelled: Vec<Client>,
    /// stands in where a page belongs to no client
    nobody: Client,
    languages: Vec<Language>,
    options: BTreeMap<String, Options>,
    wishes: Wishes,
    /// readings by their names: parsed once, not for each file
    readings: Mutex<BTreeMap<String, Arc<Reading>>>,
    #[cfg(feature = "pdf")]
    press: Option<format::pdf::Press>,
}

impl Builder {
    /// Gives it what PDF sheets are printed with: font files, or none for the system's fonts.
    ///
    /// # Errors
    /// A template or a font that cannot be read.
    #[cfg(feature = "pdf")]
    pub fn with_press(mut self, files: &[std::path::PathBuf]) -> Result<Self, PressSetupError> {
        use format::pdf::{Fonts, Press};
        let fonts = if files.is_empty() {
            let lists = self.languages.iter().flat_map(|l| [&l.fonts.sans, &l.fonts.mono, &l.fonts.own]);
            Fonts::of_system(&lists.flatten().map(String::as_str).collect::<Vec<_>>())?
        } else {
            Fonts::of_files(files)?
        };
        if let Some(language) = self.languages.first().filter(|_| fonts.families().is_empty()) {
            return Err(PressSetupError::NoFonts(language.fonts.package.clone()));
        }
        let text = |name| Ok::<_, LibraryError>((name, self.library.template(name)?.unwrap_or_default()));
        let templates =
            [sheet::PAGE, letter::PAGE, combine::FOOT].map(text).into_iter().collect::<Result<_, _>>()?;
        let logo = self.wishes.printing.logo.as_ref();
        let press = Press::new(templates, logo.map(|l| l.bytes.clone()).unwrap_or_default(), fonts)?;
        if logo.is_some_and(|logo| !press.prints_logo(logo.kind.ending())) {
            return Err(PressSetupError::Logo);
        }
        self.press = Some(press);
        Ok(self)
    }

    /// The codes of all clients' limits.
    #[must_use]
    pub fn limit_codes(&self) -> Vec<String> {
        self.clients.iter().flat_map(|c| c.limits.iter().map(|l| l.code.clone())).collect()
    }

    /// Prepares a build. Unknown clients, options and languages become findings. `set`: options that win over the description's.
    ///
    /// # Errors
    /// A profile that cannot be read.
    pub fn new(
        library: &Library,
        raw: &RawAccount,
        set: Vec<ClientOption>,
        wishes: Wishes,
        findings: &mut Findings,
    ) -> Result<Self, LibraryError> {
        let clients = library.clients()?;
        let stated: Vec<ClientOption> = raw.options().into_iter().chain(set).collect();
        let options = client::options(&clients, &stated, findings);
        let named = wishes.clients.iter().flatten().map(|id| ("build.clients", id));
        let sheets = match &wishes.sheets {
            Sheets::Named(ids) => ids.as_slice(),
            _ => &[],
        };
        for (list, id) in named.chain(sheets.iter().map(|id| ("build.sheets", id))) {
            let page = list == "build.sheets" && id == LABELS_WORD;
            if !page && !clients.iter().any(|c| c.id == *id) {
                findings.push(client::unknown_client(id, &clients).at(raw.place_of_item(list, id)));
            }
        }
        let languages = languages(library, raw, &wishes, findings)?;
        for path in library.unused(&clients)? {
            findings.push(Finding::new(&finding::OVERRIDE_UNUSED).arg("path", path.display()));
        }
        Ok(Self {
            engine: Engine::new(library),
            library: library.clone(),
            clients,
            labelled: library.labelled()?,
            nobody: Client::default(),
            languages,
            options,
            wishes,
            readings: Mutex::default(),
            #[cfg(feature = "pdf")]
            press: None,
        })
    }

    /// Whether any file of this build holds a password, so that it must be read from its source.
    #[must_use]
    pub fn needs_passwords(&self, account: &Account) -> bool {
        account.address.is_some() && self.holds_passwords()
    }

    /// Whether any file of a user's holds a password.
    #[must_use]
    pub fn holds_passwords(&self) -> bool {
        let sheets =
            self.wishes.passwords >= Passwords::Sheets && self.clients.iter().any(|c| self.has_sheet(c));
        let may = |c: &&Client| c.files.iter().any(|f| f.secret == HoldsSecret::May);
        let files = self.wishes.passwords == Passwords::Everywhere
            && self.clients.iter().filter(|c| self.is_chosen(c)).any(|c| may(&c));
        sheets || files || self.wishes.printing.letters
    }

    /// Makes every artifact of the account, clients on all cores, and hands each to `sink` in order. Tells how each client that
    /// was asked for came off.
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
    ) -> Result<Vec<Outcome>, E> {
        let mut kept = Kept::new(findings, sink);
        let work = |client: &&Client| self.one(client, account, raw, fetched, Part::Whole);
        parallel::in_order(&self.asked(), work, |made| kept.take(made?))?;
        kept.pages(Part::Whole, &Pages { builder: self, account, raw, fetched })
    }

    /// Makes one part of the account's artifacts on this thread: for builds of many users, each on a thread.
    ///
    /// # Errors
    /// A reading that cannot be read.
    pub fn part(
        &self,
        part: Part,
        account: &Account,
        raw: &RawAccount,
        fetched: &Fetched,
        findings: &mut Findings,
    ) -> Result<Vec<Artifact>, LibraryError> {
        let mut artifacts = Vec::new();
        let mut sink = |artifact| -> Result<(), LibraryError> {
            artifacts.push(artifact);
            Ok(())
        };
        let mut kept = Kept::new(findings, &mut sink);
        for client in self.asked() {
            kept.take(self.one(client, account, raw, fetched, part)?)?;
        }
        kept.pages(part, &Pages { builder: self, account, raw, fetched })?;
        Ok(artifacts)
    }

    /// The clients that something is asked of.
    fn asked(&self) -> Vec<&Client> {
        self.clients.iter().filter(|client| self.is_chosen(client) || self.has_sheet(client)).collect()
    }

    /// The artifacts of a client that was asked for, and what is to be told of them.
    fn one(
        &self,
        client: &Client,
        account: &Account,
        raw: &RawAccount,
        fetched: &Fetched,
        part: Part,
    ) -> Result<Made, LibraryError> {
        let (mut artifacts, mut findings) = (Vec::new(), Findings::new());
        let mut outcome = None;
        let (chosen, sheet) = (self.is_chosen(client), self.has_sheet(client));
        let job = Job::new(self, account, raw, fetched, client);
        // for a domain nothing is built for a client without files of the domain, so its limits say nothing
        let published = client.files.iter().any(|f| f.scope == Scope::Domain) && part != Part::User;
        let for_user = account.address.is_some() && part != Part::Domain;
        if chosen && (for_user || published) {
            job.report(&mut findings);
            job.files(part, &mut findings, &mut artifacts)?;
        }
        if sheet && for_user {
            job.sheets(&mut findings, &mut artifacts);
        }
        if chosen && (for_user || published) {
            outcome = job.outcome(part, &artifacts, &findings);
        }
        Ok(Made { artifacts, findings, outcome })
    }

    /// Where each setting stands in a file.
    fn reading(&self, name: &str, by: &str) -> Result<Arc<Reading>, LibraryError> {
        let mut known = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reading) = known.get(name) {
            return Ok(reading.clone());
        }
        let reading = Arc::new(self.library.reading(name, by)?);
        known.insert(name.to_owned(), reading.clone());
        Ok(reading)
    }

    /// What a delivered file says of each setting, by dotted name. Where its format has no order of servers they are told in the
    /// order of the file.
    ///
    /// # Errors
    /// Bytes that are not of the format, a reading that fails: in words.
    pub fn read(&self, artifact: &Artifact) -> Result<Said, String> {
        let format = format::find(artifact.format).ok_or("there is no such format")?;
        let client = self.clients.iter().find(|c| Some(&c.id) == artifact.client.as_ref());
        let spec = client.zip(artifact.file.as_ref()).and_then(|(c, name)| c.file(name));
        let reading = spec.map(|f| self.reading(f.reading.as_deref().unwrap_or(&f.format), &f.template));
        let reading = reading.transpose().map_err(|e| e.to_string())?;
        read::file(&self.engine, format, &artifact.bytes, reading.as_deref(), &expect::Settings::new())
            .map_err(|refusal| format!("{refusal:?}"))
    }

    /// Whether a user's sheets and letters are all there: of what is posted together nothing may be missing.
    #[must_use]
    pub fn has_all_paper(&self, artifacts: &[Artifact]) -> bool {
        let Printing { formats, letters, combined, .. } = &self.wishes.printing;
        let of =
            |sheet: bool| artifacts.iter().filter(move |a| a.file.is_none() && a.client.is_some() == sheet);
        let each = self.languages.len() * (usize::from(formats.html) + usize::from(formats.pdf));
        let sheets = self.clients.iter().filter(|c| self.has_sheet(c)).count() * each;
        let posted = of(false).filter(|a| letter::is_one(a)).count();
        (!letters || posted == each) && (!combined || of(true).count() == sheets)
    }

    fn is_chosen(&self, client: &Client) -> bool {
        self.wishes.clients.as_ref().is_none_or(|ids| ids.contains(&client.id))
    }

    fn is_named(&self, client: &Client) -> bool {
        self.wishes.clients.as_ref().is_some_and(|ids| ids.contains(&client.id))
    }

    fn has_sheet(&self, client: &Client) -> bool {
        match &self.wishes.sheets {
            _ if !client.sheet => false,
            Sheets::Clients => self.is_chosen(client),
            Sheets::None => false,
            Sheets::Named(ids) => ids.contains(&client.id),
        }
    }
}

/// What was made for one client.
struct Made {
    artifacts: Vec<Artifact>,
    findings: Findings,
    outcome: Option<Outcome>,
}

fn languages(
    library: &Library,
    raw: &RawAccount,
    wishes: &Wishes,
    findings: &mut Findings,
) -> Result<Vec<Language>, LibraryError> {
    let mut languages = Vec::new();
    let mut ids: Vec<&String> = Vec::new();
    for id in &wishes.languages {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let found = parallel::map(&ids, |id| library.language(id));
    for (id, language) in ids.into_iter().zip(found) {
        match language? {
            Some(language) => languages.push(language),
            None => {
                let known = library.names("languages")?.join(", ");
                let finding = Finding::new(&finding::UNKNOWN_LANGUAGE).arg("value", id).arg("known", known);
                findings.push(finding.at(raw.place_of_item("build.languages", id)));
            }
        }
    }
    Ok(languages)
}

/// What is made of one account, on its way to a sink: a path belongs to the first file that has it, also where names fold case.
struct Kept<'k, E> {
    findings: &'k mut Findings,
    sink: &'k mut dyn FnMut(Artifact) -> Result<(), E>,
    makers: BTreeMap<String, String>,
    listed: Vec<Listed>,
    outcomes: Vec<Outcome>,
}

impl<'k, E> Kept<'k, E> {
    fn new(findings: &'k mut Findings, sink: &'k mut dyn FnMut(Artifact) -> Result<(), E>) -> Self {
        Self { findings, sink, makers: BTreeMap::new(), listed: Vec::new(), outcomes: Vec::new() }
    }

    fn take(&mut self, made: Made) -> Result<(), E> {
        self.outcomes.extend(made.outcome);
        self.findings.extend(made.findings);
        made.artifacts.into_iter().try_for_each(|artifact| self.keep(artifact))
    }

    fn keep(&mut self, artifact: Artifact) -> Result<(), E> {
        let maker = artifact.client.clone().unwrap_or_default();
        let folded = artifact.path.to_lowercase();
        if let Some(other) = self.makers.get(&folded) {
            let finding = Finding::new(&finding::PATH_TAKEN).arg("path", &artifact.path).arg("other", other);
            self.findings.push(finding.client(&maker));
            return Ok(());
        }
        self.makers.insert(folded, maker);
        self.listed.extend(Listed::of(&artifact));
        (self.sink)(artifact)
    }

    /// The pages that belong to no client; then all is made.
    fn pages(mut self, part: Part, pages: &Pages<'_>) -> Result<Vec<Outcome>, E> {
        for page in pages.make(part, &self.listed, &self.outcomes, self.findings) {
            self.keep(page)?;
        }
        Ok(self.outcomes)
    }
}
