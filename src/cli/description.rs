//! Reads a description from a file and resolves it; what `build`, `check` and `show` begin with.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::args::Common;
use super::{CliError, Report};
use crate::account::{self, Account, BuildWishes, ClientOption, RawAccount};
use crate::build::{Builder, Printing, Wishes};
use crate::client::{LABELS_WORD, unknown_client};
use crate::finding::{self, Catalogue, Finding, Findings, Place, Source, Sources};
use crate::library::Library;
use crate::lint::{self, Subject};

/// Largest description that is read, in bytes.
const MOST: u64 = 1024 * 1024;

/// More findings of one description than anybody reads.
const MOST_FINDINGS: usize = 200;

/// A description with all that was said of it.
pub(super) struct Description {
    pub raw: RawAccount,
    /// `None`: its findings leave no account
    pub account: Option<Account>,
    /// what is to be built, flags put in
    pub wishes: BuildWishes,
}

/// Reads, resolves and lints a description; `flags` win over its wishes. `None`: it is no description at all.
pub(super) fn load(
    path: &Path,
    library: &Library,
    flags: &dyn Fn(BuildWishes) -> BuildWishes,
    report: &mut Report,
) -> Result<Option<Description>, CliError> {
    understand(path, &fetch(path)?, library, flags, report)
}

/// The bytes of a description: no more than can be one.
pub(super) fn fetch(path: &Path) -> Result<Vec<u8>, CliError> {
    let wrap = |source| CliError::Read { path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(wrap)?.take(MOST + 1).read_to_end(&mut bytes).map_err(wrap)?;
    Ok(bytes)
}

/// Resolves and lints the bytes of a description; as [`load`].
pub(super) fn understand(
    path: &Path,
    bytes: &[u8],
    library: &Library,
    flags: &dyn Fn(BuildWishes) -> BuildWishes,
    report: &mut Report,
) -> Result<Option<Description>, CliError> {
    let mut findings = Findings::at_most(MOST_FINDINGS);
    let name = path.display().to_string();
    let understood = read(&name, bytes, library, flags, &mut report.sources, &mut findings);
    report.findings.extend(findings);
    understood
}

fn read(
    name: &str,
    bytes: &[u8],
    library: &Library,
    flags: &dyn Fn(BuildWishes) -> BuildWishes,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Result<Option<Description>, CliError> {
    if bytes.len() as u64 > MOST {
        let id = sources.add(Source::new(name, ""));
        findings.push(Finding::new(&finding::TOO_LARGE).arg("most", "1 MiB").at(Place::start(id)));
        return Ok(None);
    }
    let raw = RawAccount::read(bytes, name, library, sources, findings);
    let Some(raw) = raw.map_err(CliError::Usage)? else { return Ok(None) };
    let resolved = account::resolve(&raw, findings);
    let wishes = flags(raw.wishes());
    lint::run(&Subject { raw: &raw, draft: &resolved.draft, wishes: &wishes }, findings);
    Ok(Some(Description { raw, account: resolved.account, wishes }))
}

/// Flags and the description's wishes put together: flags win.
pub(super) fn flagged(common: &Common, wishes: BuildWishes) -> BuildWishes {
    let named = (!common.clients.is_empty()).then(|| common.clients.clone());
    BuildWishes {
        clients: named.or(wishes.clients),
        passwords: common.passwords.map(Into::into).or(wishes.passwords),
        ..wishes
    }
}

/// Ids that were typed and that nobody knows: bad usage.
pub(super) fn typed(
    library: &Library,
    common: &Common,
    sheets: &[String],
    languages: &[String],
    words: &Catalogue,
) -> Result<(), CliError> {
    let set = common.set.iter().map(|(client, ..)| client);
    let mut clients = common.clients.iter().chain(sheets).chain(set).peekable();
    let refuse = |finding: &Finding| {
        let worded = words.word(finding);
        Err(CliError::Usage(format!("{} ({})", worded.message, worded.help.unwrap_or_default())))
    };
    if clients.peek().is_some() {
        let known = library.clients()?;
        if let Some(id) = clients.find(|id| *id != LABELS_WORD && !known.iter().any(|c| c.id == **id)) {
            return refuse(&unknown_client(id, &known));
        }
    }
    let known = library.names("languages")?;
    match languages.iter().find(|id| !known.contains(id)) {
        Some(id) => {
            let finding = Finding::new(&finding::UNKNOWN_LANGUAGE).arg("value", id);
            refuse(&finding.arg("known", known.join(", ")))
        }
        None => Ok(()),
    }
}

/// A builder. What was asked for and is not there becomes findings, beside those of the description itself.
pub(super) fn builder(
    library: &Library,
    raw: &RawAccount,
    asked: BuildWishes,
    common: &Common,
    printing: Printing,
    findings: &mut Findings,
) -> Result<Builder, CliError> {
    let wishes = Wishes {
        clients: asked.clients,
        sheets: asked.sheets.unwrap_or_default(),
        languages: asked.languages.unwrap_or_else(|| vec!["ja".to_owned(), "en".to_owned()]),
        passwords: asked.passwords.unwrap_or_default(),
        printing,
    };
    let set = |(client, option, value): &(String, String, String)| ClientOption {
        client: client.clone(),
        option: option.clone(),
        value: value.clone(),
        place: None,
    };
    let set = common.set.iter().map(set).collect();
    let mut told = Findings::at_most(MOST_FINDINGS);
    let builder = Builder::new(library, raw, set, wishes, &mut told)?;
    findings.extend(told);
    Ok(builder)
}
