//! `mailprof build`: the main job.

use std::path::Path;

use unicode_width::UnicodeWidthStr;

use super::args::SheetFormat;
use super::description::Description;
use super::logo::{logo, unusable};
use super::outside::Outside;
use super::{CliError, Report, Tongue, args, description, users};
use crate::account::{BuildWishes, Passwords, Sheets};
#[cfg(feature = "pdf")]
use crate::build::PressSetupError;
use crate::build::{Builder, Outcome, Printing, SheetFormats};
use crate::finding::Catalogue;
use crate::library::Library;
use crate::lint::{self, Judged};
use crate::sink::{Opening, Sink, Target};

pub(super) fn run(args: &args::Build, library: &Library, tongue: &Tongue) -> Result<u8, CliError> {
    let words = tongue.words;
    usage(args)?;
    users::lies_apart(args, words)?;
    let sheets = match &args.sheets {
        Some(Sheets::Named(ids)) => ids.as_slice(),
        _ => &[],
    };
    description::typed(library, &args.common, sheets, &args.languages, words)?;
    if let Some(users) = &args.users {
        return users::run(args, users, library, tongue);
    }
    let mut report = Report { aside: is_stream(&args.out), ..Report::default() };
    let built = build(args, library, &mut report)?;
    let out = args.out.display().to_string();
    let last = match built {
        Some(outcomes) => {
            let wrote = words.line("wrote", &[("files", report.files.to_string()), ("out", out)]);
            format!("{}\n{wrote}", table(&outcomes, words))
        }
        None => words.line("wrote-nothing", &[]),
    };
    report.finish(args.format.into(), library, tongue, args.common.deny.is_some(), &(last + "\n"))
}

/// Whether the files go to standard output, where nothing else may be.
pub(super) fn is_stream(out: &Path) -> bool {
    matches!(Target::of(out), Target::Stdout)
}

/// What cannot be done, told before anything is read.
fn usage(args: &args::Build) -> Result<(), CliError> {
    if matches!(Target::of(&args.out), Target::Folder(_)) && args.out.exists() && !args.out.is_dir() {
        let out = args.out.display();
        return Err(CliError::Usage(format!("{out} is a file, not a folder; name another one with -o")));
    }
    let pdf = args.sheet_format.contains(&SheetFormat::Pdf);
    if !pdf && !args.fonts.is_empty() {
        return Err(CliError::Usage("--font is for PDF sheets; add --sheet-format pdf".to_owned()));
    }
    let flag = if args.combined.is_some() { "--combined" } else { "--sheet-format pdf" };
    if (pdf || args.combined.is_some()) && !cfg!(feature = "pdf") {
        return Err(CliError::Usage(format!(
            "{flag}: this program was built without PDF; build it with `cargo install --features pdf`, or print the HTML sheets to PDF from a browser"
        )));
    }
    for (asked, flag) in [(args.duplex, "--duplex"), (args.combined.is_some(), "--combined")] {
        if asked && !pdf {
            return Err(CliError::Usage(format!("{flag} is for PDF sheets; add --sheet-format pdf")));
        }
    }
    if args.combined.is_some() && args.resume {
        return Err(CliError::Usage(
            "--resume: files of --combined are made in one run; leave one of the two out".to_owned(),
        ));
    }
    Ok(())
}

/// A password on a letter of its own, and on the sheet too: whoever finds the sheet needs no letter.
pub(super) fn apart(args: &args::Build, wishes: &BuildWishes) -> Result<(), CliError> {
    let word = wishes.passwords.unwrap_or_default().word();
    if !args.password_letters || wishes.passwords.is_none_or(|p| p == Passwords::Omit) {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "--password-letters: with `passwords: {word}` the sheets hold the password too; build with --passwords omit"
    )))
}

/// How each client came off, in columns: what is lost or stands in the way by its code, whose words are above.
fn table(outcomes: &[Outcome], words: &Catalogue) -> String {
    let head = ["outcome-client", "outcome-result", "outcome-why"].map(|name| words.line(name, &[]));
    let row = |o: &Outcome| [o.client.clone(), words.line(o.result.line(), &[]), o.why.join(", ")];
    let rows: Vec<[String; 3]> = std::iter::once(head).chain(outcomes.iter().map(row)).collect();
    let widths = [0, 1].map(|n| rows.iter().map(|r| r[n].width()).max().unwrap_or_default());
    let line = |[client, result, why]: &[String; 3]| {
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
        let line = format!("{client}{}  {result}{}  {why}", pad(client, widths[0]), pad(result, widths[1]));
        line.trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// `None`: nothing was built.
fn build(
    args: &args::Build,
    library: &Library,
    report: &mut Report,
) -> Result<Option<Vec<Outcome>>, CliError> {
    let Some(description) = described(args, library, report)? else { return Ok(None) };
    let Some((builder, _)) = prepared(args, library, &description, report)? else { return Ok(None) };
    let outcomes = built(args, &description, &builder, report)?;
    lint::accept(&description.raw, Some(&builder.limit_codes()), Judged::None, &mut report.findings);
    Ok(outcomes)
}

/// Reads the description. `None`: it is none.
pub(super) fn described(
    args: &args::Build,
    library: &Library,
    report: &mut Report,
) -> Result<Option<Description>, CliError> {
    description::load(&args.common.account, library, &|wishes| flagged(args, wishes), report)
}

/// Flags and wishes put together: flags win.
pub(super) fn flagged(args: &args::Build, wishes: BuildWishes) -> BuildWishes {
    let mut wishes = description::flagged(&args.common, wishes);
    wishes.sheets = args.sheets.clone().or(wishes.sheets);
    wishes.languages = (!args.languages.is_empty()).then(|| args.languages.clone()).or(wishes.languages);
    wishes
}

/// What the description's files are built with. `None`: findings say why not.
pub(super) fn prepared(
    args: &args::Build,
    library: &Library,
    description: &Description,
    report: &mut Report,
) -> Result<Option<(Builder, Printing)>, CliError> {
    apart(args, &description.wishes)?;
    let printing = printing(args, library, description, report);
    let (raw, wishes) = (&description.raw, description.wishes.clone());
    let findings = &mut report.findings;
    let builder = description::builder(library, raw, wishes, &args.common, printing.clone(), findings)?;
    match pressed(args, builder) {
        Ok(builder) => Ok(Some((builder, printing))),
        Err(Unpressed::Logo(reason)) => {
            report.findings.push(unusable(raw, reason));
            Ok(None)
        }
        Err(Unpressed::Failed(error)) => Err(error),
    }
}

fn printing(
    args: &args::Build,
    library: &Library,
    description: &Description,
    report: &mut Report,
) -> Printing {
    let has = |format| args.sheet_format.contains(&format);
    let printed = args.password_letters || description.wishes.sheets != Some(Sheets::None);
    Printing {
        date: args.date.clone(),
        paper: args.paper.into(),
        formats: SheetFormats { html: has(SheetFormat::Html), pdf: has(SheetFormat::Pdf) },
        logo: printed.then(|| logo(description, library, &args.common, report)).flatten(),
        letters: args.password_letters,
        duplex: args.duplex,
        combined: args.combined.is_some(),
    }
}

/// Why PDF sheets cannot be printed.
// without the feature nothing is printed
#[cfg_attr(not(feature = "pdf"), expect(dead_code))]
pub(super) enum Unpressed {
    /// the provider's logo cannot be
    Logo(String),
    Failed(CliError),
}

impl From<Unpressed> for CliError {
    fn from(why: Unpressed) -> Self {
        match why {
            Unpressed::Logo(reason) => Self::Usage(reason),
            Unpressed::Failed(error) => error,
        }
    }
}

/// A builder with what it prints PDF sheets with, where they are asked for.
#[cfg(feature = "pdf")]
pub(super) fn pressed(args: &args::Build, builder: Builder) -> Result<Builder, Unpressed> {
    if !args.sheet_format.contains(&SheetFormat::Pdf) {
        return Ok(builder);
    }
    builder.with_press(&args.fonts).map_err(|error| match error {
        error @ PressSetupError::Logo => Unpressed::Logo(error.to_string()),
        error => Unpressed::Failed(CliError::Usage(error.to_string())),
    })
}

/// Without the feature there is nothing to print with; that PDF was asked for was refused before.
#[cfg(not(feature = "pdf"))]
#[allow(clippy::unnecessary_wraps)]
pub(super) fn pressed(_: &args::Build, builder: Builder) -> Result<Builder, Unpressed> {
    Ok(builder)
}

fn built(
    args: &args::Build,
    description: &Description,
    builder: &Builder,
    report: &mut Report,
) -> Result<Option<Vec<Outcome>>, CliError> {
    let Some(account) = description.account.as_ref().filter(|_| !report.findings.has_errors()) else {
        return Ok(None);
    };
    let raw = &description.raw;
    let outside = Outside::of(&args.common.account);
    let needed = builder.needs_passwords(account);
    let fetched = account.fetch_passwords(needed, raw, &outside, &mut report.findings);
    if report.findings.has_errors() {
        return Ok(None);
    }
    let opening = Opening { private: false, resume: false, run: [0; 32], keep: false };
    let mut sink = Sink::open(&Target::of(&args.out), &opening)?;
    let packer = sink.packer();
    let outcomes = builder.run(account, raw, &fetched, &mut report.findings, &mut |artifact| {
        sink.put(packer.pack(vec![artifact])?, None).map_err(CliError::from)
    })?;
    report.files = sink.finish()?;
    report.users = usize::from(account.address.is_some());
    Ok(Some(outcomes))
}
