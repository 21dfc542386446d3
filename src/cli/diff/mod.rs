//! `mailprof diff`: what changed between two descriptions, or between two outputs. A password that changed is told, and never shown.

use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

mod notices;

use super::apart::overlap;
use super::args::{BuildFormat, ReportFormat};
use super::description::{self, Description};
use super::{CliError, Report, Tongue, args};
use crate::account::Account;
use crate::build::Reader;
use crate::delivered::Delivered;
use crate::diff::{self, Change, Counts, Difference, FileChange, Owner, Setting, Tally};
use crate::finding::{Catalogue, Severity, visible};
use crate::library::{Library, LibraryError};
use crate::sink::{OutputError, Target};
use notices::Notices;

pub(super) fn run(args: &args::Diff, library: &Library, tongue: &Tongue) -> Result<u8, CliError> {
    let words = tongue.words;
    if args.notices.sheets {
        let ids = notices::common(args, &args.new);
        description::typed(library, &ids, &[], &args.notices.languages, words)?;
    }
    apart(args, words)?;
    let open = |path: &Path| Delivered::open(path).map_err(|e| CliError::output(e, words));
    let page = &mut Page::new(args.format, words);
    match (open(&args.old)?, open(&args.new)?) {
        (Some(old), Some(new)) => outputs(args, [&old, &new], library, tongue, page),
        (None, None) => descriptions(args, library, tongue, page),
        _ => {
            let names = [("old", &args.old), ("new", &args.new)].map(|(n, p)| (n, p.display().to_string()));
            Err(CliError::Usage(words.line("diff-two-kinds", &names)))
        }
    }
}

/// Notices go neither to standard output, where the differences are, nor into what is compared.
fn apart(args: &args::Diff, words: &Catalogue) -> Result<(), CliError> {
    let Some(out) = &args.notices.out else { return Ok(()) };
    let path = out.display().to_string();
    let mut compared = [&args.old, &args.new].into_iter();
    let refusal = match () {
        () if matches!(Target::of(out), Target::Stdout) => "diff-notices-stream",
        () if compared.any(|other| overlap(out, other)) => "diff-notices-inside",
        () => return Ok(()),
    };
    Err(CliError::Usage(words.line(refusal, &[("path", path)])))
}

/// Why two outputs were not compared.
enum Failed {
    Output(OutputError),
    Other(CliError),
}

impl From<OutputError> for Failed {
    fn from(error: OutputError) -> Self {
        Self::Output(error)
    }
}

impl From<CliError> for Failed {
    fn from(error: CliError) -> Self {
        Self::Other(error)
    }
}

impl From<LibraryError> for Failed {
    fn from(error: LibraryError) -> Self {
        Self::Other(error.into())
    }
}

impl Failed {
    fn told(self, words: &Catalogue) -> CliError {
        match self {
            Self::Output(error) => CliError::output(error, words),
            Self::Other(error) => error,
        }
    }
}

/// Compares two outputs.
fn outputs(
    args: &args::Diff,
    [old, new]: [&Delivered; 2],
    library: &Library,
    tongue: &Tongue,
    page: &mut Page,
) -> Result<u8, CliError> {
    let mut report = Report::default();
    let mut notices = match (&args.notices.out, &args.notices.account) {
        (None, _) => None,
        (Some(_), None) => return Err(CliError::Usage(tongue.words.line("diff-notices-account", &[]))),
        (Some(out), Some(path)) => {
            let Some(description) = sound(path, library, &mut report)? else {
                return report.finish(ReportFormat::Text, library, tongue, false, "");
            };
            let notices = Notices::open(args, out, description, library, &mut report)?;
            if notices.is_none() {
                return report.finish(ReportFormat::Text, library, tongue, false, "");
            }
            notices
        }
    };
    let mut compare = || -> Result<Counts, Failed> {
        let reader = Reader::new(library)?;
        diff::outputs::<Failed>(old, new, &reader, &mut |found| {
            page.difference(&found)?;
            match notices.as_mut().filter(|_| found.change == Change::Changed) {
                Some(notices) => Ok(notices.owner(&found)?),
                None => Ok(()),
            }
        })
    };
    let counts = compare().map_err(|e| e.told(tongue.words))?;
    page.counts(&counts)?;
    notices.map_or(Ok(0), |notices| notices.finish(&mut report, library, tongue))
}

/// A description that gives an account. `None`: findings say why it does not; what `check` would say beside is not asked for.
fn sound(path: &Path, library: &Library, report: &mut Report) -> Result<Option<Description>, CliError> {
    let loaded = description::load(path, library, &|wishes| wishes, report)?;
    report.findings.retain(|finding| finding.severity == Severity::Error);
    Ok(loaded.filter(|description| description.account.is_some() && !report.findings.has_errors()))
}

/// Compares what two descriptions come to.
fn descriptions(
    args: &args::Diff,
    library: &Library,
    tongue: &Tongue,
    page: &mut Page,
) -> Result<u8, CliError> {
    let mut report = Report::default();
    // of both all that is wrong is told
    let (old, new) = (sound(&args.old, library, &mut report)?, sound(&args.new, library, &mut report)?);
    let end = |report: &mut Report| report.finish(ReportFormat::Text, library, tongue, false, "");
    let accounts =
        old.as_ref().zip(new.as_ref()).and_then(|(o, n)| o.account.as_ref().zip(n.account.as_ref()));
    let Some((before, after)) = accounts else { return end(&mut report) };
    let settings = diff::settings(before, after);
    page.accounts(after, settings.clone())?;
    let (Some(out), Some(new)) = (&args.notices.out, new) else { return Ok(0) };
    let faces = match &args.notices.account {
        Some(path) => sound(path, library, &mut report)?,
        None => Some(new),
    };
    let Some(faces) = faces else { return end(&mut report) };
    let Some(mut notices) = Notices::open(args, out, faces, library, &mut report)? else {
        return end(&mut report);
    };
    if !settings.is_empty() {
        notices.account(&settings)?;
    }
    notices.finish(&mut report, library, tongue)
}

/// What is printed, on its way to standard output.
struct Page {
    out: BufWriter<std::io::StdoutLock<'static>>,
    format: BuildFormat,
    words: &'static Catalogue,
}

impl Page {
    fn new(format: BuildFormat, words: &'static Catalogue) -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, std::io::stdout().lock()), format, words }
    }

    fn write(&mut self, text: &str) -> Result<(), CliError> {
        self.out.write_all(text.as_bytes()).map_err(CliError::Print)
    }

    fn line(&mut self, value: &Value) -> Result<(), CliError> {
        self.write(&format!("{value}\n"))
    }

    fn difference(&mut self, found: &Difference) -> Result<(), CliError> {
        match self.format {
            BuildFormat::Json => self.line(&object(found)),
            BuildFormat::Text => self.write(&block(found, self.words)),
        }
    }

    /// The settings of two descriptions, which stand for one user or one domain.
    fn accounts(&mut self, new: &Account, settings: Vec<Setting>) -> Result<(), CliError> {
        let changed = settings.len();
        match self.format {
            BuildFormat::Text => {
                let lines: String = settings.iter().map(|s| line(s, self.words)).collect();
                let told = self.words.line("diff-settings", &[("changed", changed.to_string())]);
                self.write(&format!("{lines}{told}\n"))?;
                self.flush()
            }
            BuildFormat::Json => {
                let domain = || Owner::Domain(new.domain.ascii().to_owned());
                let owner = new.address.as_ref().map_or_else(domain, |a| Owner::User(a.as_str().to_owned()));
                let mut counts = Counts::default();
                let tally = if new.address.is_some() { &mut counts.users } else { &mut counts.domains };
                tally.count((changed > 0).then_some(Change::Changed));
                if changed > 0 {
                    let files = Vec::new();
                    self.difference(&Difference {
                        owner,
                        change: Change::Changed,
                        settings,
                        files,
                        said: diff::Settings::new(),
                    })?;
                }
                self.counts(&counts)
            }
        }
    }

    fn counts(&mut self, counts: &Counts) -> Result<(), CliError> {
        match self.format {
            BuildFormat::Json => {
                let mut value = numbers(&counts.users);
                value["domains"] = numbers(&counts.domains);
                self.line(&value)?;
            }
            BuildFormat::Text => {
                let of = |name: &str, tally: &Tally| {
                    let args = [
                        ("added", tally.added),
                        ("removed", tally.removed),
                        ("changed", tally.changed),
                        ("unchanged", tally.unchanged),
                    ];
                    self.words.line(name, &args.map(|(name, n)| (name, n.to_string()))) + "\n"
                };
                let domains = match counts.domains == Tally::default() {
                    true => String::new(),
                    false => of("diff-domains", &counts.domains),
                };
                let text = domains + &of("diff-users", &counts.users);
                self.write(&text)?;
            }
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), CliError> {
        self.out.flush().map_err(CliError::Print)
    }
}

fn numbers(tally: &Tally) -> Value {
    let Tally { added, removed, changed, unchanged } = tally;
    json!({ "added": added, "removed": removed, "changed": changed, "unchanged": unchanged })
}

fn object(found: &Difference) -> Value {
    let setting = |s: &Setting| json!({ "setting": s.name, "old": s.old, "new": s.new });
    let file = |(path, how): &(String, FileChange)| json!({ "path": path, "change": how.word() });
    let mut value = json!({
        "address": null,
        "change": found.change.word(),
        "settings": found.settings.iter().map(setting).collect::<Vec<_>>(),
        "files": found.files.iter().map(file).collect::<Vec<_>>(),
    });
    match &found.owner {
        Owner::User(address) => value["address"] = json!(address),
        Owner::Domain(domain) => value["domain"] = json!(domain),
    }
    value
}

/// The lines of a user or a domain.
fn block(found: &Difference, words: &Catalogue) -> String {
    let mut out = format!("{} {}\n", sign(found.change), shown(found.owner.name()));
    if found.change != Change::Changed {
        return out;
    }
    found.settings.iter().for_each(|setting| out += &format!("    {}", line(setting, words)));
    for how in [FileChange::Looks, FileChange::Unread, FileChange::Added, FileChange::Removed] {
        let files: Vec<String> = found
            .files
            .iter()
            .filter(|(_, h)| *h == how)
            .map(|(path, _)| below(path, &found.owner))
            .collect();
        if files.is_empty() {
            continue;
        }
        let name = match how {
            FileChange::Looks => "diff-looks",
            FileChange::Unread => "diff-unread",
            FileChange::Added => "diff-file-added",
            _ => "diff-file-removed",
        };
        out += &format!("    {}\n", words.line(name, &[("files", files.join(", "))]));
    }
    out
}

/// A path from the owner's folder on.
fn below(path: &str, owner: &Owner) -> String {
    let folders = if matches!(owner, Owner::User(_)) { 2 } else { 1 };
    shown(path.splitn(folders + 1, '/').nth(folders).unwrap_or(path))
}

fn sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed => '~',
    }
}

/// The line of a setting.
fn line(setting: &Setting, words: &Catalogue) -> String {
    let name = shown(&setting.name);
    let value = |value: &Option<String>| shown(value.as_deref().unwrap_or_default());
    match setting.change() {
        Change::Changed if setting.is_hidden() => format!("{name}: {}\n", words.line("diff-hidden", &[])),
        Change::Changed => format!("{name}: {} -> {}\n", value(&setting.old), value(&setting.new)),
        Change::Added => format!("+ {name}: {}\n", value(&setting.new)),
        Change::Removed => format!("- {name}: {}\n", value(&setting.old)),
    }
}

/// What others wrote may hold what moves a terminal.
fn shown(text: &str) -> String {
    text.chars().map(visible).collect()
}
