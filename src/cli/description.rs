//! Reads a description from a file and resolves it; what `build`, `check` and `show` begin with.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::args::Common;
use super::{CliError, Report};
use crate::account::{self, Account, ClientOption, RawAccount};
use crate::build::{Builder, Wishes};
use crate::client::unknown_client;
use crate::finding::{self, Catalogue, Finding, Place, Source};
use crate::library::Library;
use crate::lint;

/// Largest description that is read, in bytes.
const MOST: u64 = 1024 * 1024;

/// A description with all that was said of it.
pub(super) struct Description {
    pub raw: RawAccount,
    /// `None`: its findings leave no account
    pub account: Option<Account>,
}

/// Reads, resolves and lints a description. `None`: it is no description at all.
pub(super) fn load(
    path: &Path,
    library: &Library,
    report: &mut Report,
) -> Result<Option<Description>, CliError> {
    let name = path.display().to_string();
    let wrap = |source| CliError::Read { path: name.clone(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(wrap)?.take(MOST + 1).read_to_end(&mut bytes).map_err(wrap)?;
    if bytes.len() as u64 > MOST {
        let id = report.sources.add(Source::new(name, ""));
        report.findings.push(Finding::new(&finding::TOO_LARGE).arg("most", "1 MiB").at(Place::start(id)));
        return Ok(None);
    }
    let raw = RawAccount::read(&bytes, &name, library, &mut report.sources, &mut report.findings);
    let Some(raw) = raw.map_err(CliError::Usage)? else { return Ok(None) };
    let account = account::resolve(&raw, &mut report.findings);
    if let Some(account) = &account {
        lint::run(account, &raw, &mut report.findings);
    }
    Ok(Some(Description { raw, account }))
}

/// Flags and the description's wishes put together: flags win.
pub(super) fn wishes(common: &Common, raw: &RawAccount) -> Wishes {
    let named = (!common.clients.is_empty()).then(|| common.clients.clone());
    let build = raw.wishes();
    Wishes {
        clients: named.or(build.clients),
        sheets: build.sheets.unwrap_or_default(),
        languages: build.languages.unwrap_or_else(|| vec!["ja".to_owned(), "en".to_owned()]),
        passwords: common.passwords.map(Into::into).or(build.passwords).unwrap_or_default(),
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
        if let Some(id) = clients.find(|id| !known.iter().any(|c| c.id == **id)) {
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
    common: &Common,
    wishes: Wishes,
    report: &mut Report,
) -> Result<Builder, CliError> {
    let set = |(client, option, value): &(String, String, String)| ClientOption {
        client: client.clone(),
        option: option.clone(),
        value: value.clone(),
        place: None,
    };
    let set = common.set.iter().map(set).collect();
    Ok(Builder::new(library, raw, set, wishes, &mut report.findings)?)
}
