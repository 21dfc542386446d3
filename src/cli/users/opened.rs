//! What a run begins with: the description, its builder, and the users file at its first row.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::input::{self, Input};
use super::rejects::RejectsFile;
use crate::account::PasswordSource;
use crate::account::users::{RowFormat, Rows, UsersFile};
use crate::build::{Builder, Printing};
use crate::cli::build::{described, prepared};
use crate::cli::description::Description;
use crate::cli::outside::Outside;
use crate::cli::{CliError, Report, args, logo};
use crate::finding::{self, Findings, Source};
use crate::library::Library;

/// The description and its users file, ready to be read.
pub(super) struct Opened {
    pub description: Description,
    pub builder: Builder,
    pub printing: Printing,
    pub rows: Rows<Input>,
    pub format: RowFormat,
    pub encoding: &'static encoding_rs::Encoding,
    pub name: String,
    pub seen: input::Seen,
}

impl Opened {
    /// `None`: findings say why nothing can be built.
    pub fn new(
        args: &args::Build,
        users: &Path,
        library: &Library,
        report: &mut Report,
    ) -> Result<Option<Self>, CliError> {
        let input = Input::open(users)?;
        let seen = input.seen();
        let Some(description) = described(args, library, report)? else { return Ok(None) };
        // its mistakes were told when the description was read
        let file = UsersFile::of(&description.raw, &mut Findings::new());
        let name = users.display().to_string();
        let format = file.format.or(RowFormat::of(&name)).unwrap_or(RowFormat::Csv);
        let encoding = file.encoding;
        let sources = &mut report.sources;
        let mut header = |text: String| sources.add(Source::new(&name, text));
        let rows = Rows::open(input, file, format, &mut header, &mut report.findings);
        let rows = rows.map_err(|source| CliError::Read { path: name.clone(), source })?;
        let Some(rows) = rows else { return Ok(None) };
        supplied(&rows, &mut report.findings);
        if report.findings.has_errors() {
            return Ok(None);
        }
        let Some((builder, printing)) = prepared(args, library, &description, report)? else {
            return Ok(None);
        };
        let opened = Self { description, builder, printing, rows, format, encoding, name, seen };
        Ok(Some(opened).filter(|_| !report.findings.has_errors()))
    }

    /// The file of the logo that the description names.
    pub fn logo(&self, args: &args::Build, library: &Library, report: &Report) -> Option<PathBuf> {
        logo::path(&self.description, library, &args.common, report)
    }

    /// The files in which the description says that passwords are.
    pub fn password_files(&self, args: &args::Build) -> BTreeSet<PathBuf> {
        let outside = Outside::of(&args.common.account);
        let account = self.description.account.as_ref();
        let incoming = account.into_iter().flat_map(|a| a.incoming.iter().map(|server| &server.password));
        let outgoing = account.into_iter().flat_map(|a| a.outgoing.iter().map(|server| &server.password));
        let files = incoming.chain(outgoing).flatten().filter_map(|source| match source {
            PasswordSource::File(path) => Some(outside.path(path)),
            _ => None,
        });
        files.collect()
    }

    pub fn rejects(&self, args: &args::Build) -> Result<RejectsFile, CliError> {
        let path = args.rejects.clone().or_else(|| RejectsFile::beside(&args.out, self.format));
        let path = path.ok_or_else(|| {
            CliError::Usage("-o -: name the file of rejected rows with --rejects FILE".to_owned())
        })?;
        RejectsFile::new(path, self.format, self.encoding)
    }
}

/// What the description leaves out and rows give is not missing.
fn supplied(rows: &Rows<Input>, findings: &mut Findings) {
    let settings: Option<Vec<String>> =
        rows.settings().map(|all| all.into_iter().map(|s| s.replace(".0.", ".")).collect());
    let gives = |setting: &str| {
        settings.as_ref().is_none_or(|all| {
            all.iter()
                .any(|s| s == setting || s.strip_prefix(setting).is_some_and(|rest| rest.starts_with('.')))
        })
    };
    findings.retain(|finding| {
        let setting = finding.args.iter().find(|(name, _)| *name == "setting").map(|(_, s)| s.as_str());
        let missing = finding.code == finding::MISSING_KEY.id && setting.is_some_and(gives);
        !missing && finding.code != finding::ADDRESS_OR_DOMAIN.id
    });
}

/// A hash of a run that takes in the logo, and the passwords which the description finds elsewhere, where files are to hold them: with
/// others the files are others.
pub(super) fn with_passwords(run: [u8; 32], opened: &Opened, outside: &Outside) -> [u8; 32] {
    let Some(account) = opened.description.account.as_ref() else { return run };
    let raw = &opened.description.raw;
    let needed = opened.builder.holds_passwords();
    let fetched = account.fetch_passwords(needed, raw, outside, &mut Findings::new());
    let mut hash = Sha256::new_with_prefix(run);
    for secret in fetched.incoming.iter().chain(&fetched.outgoing) {
        hash.update([u8::from(secret.is_some())]);
        secret.iter().for_each(|secret| secret.mix_into(&mut hash));
    }
    if let Some(logo) = &opened.printing.logo {
        hash.update(logo.url().as_bytes());
    }
    hash.finalize().into()
}
