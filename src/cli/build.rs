//! `mailprof build`: the main job.

use std::path::Path;

use unicode_width::UnicodeWidthStr;

use super::args::SheetFormat;
use super::description::Description;
use super::logo::logo;
#[cfg(feature = "pdf")]
use super::logo::unusable;
use super::outside::Outside;
use super::{CliError, Report, Tongue, args, description};
use crate::account::{Account, RawAccount, Sheets};
#[cfg(feature = "pdf")]
use crate::build::PressSetupError;
use crate::build::{Builder, Outcome, Printing, SheetFormats};
use crate::finding::Catalogue;
use crate::library::Library;
use crate::lint::{self, Judged};
use crate::sink::Folder;

pub(super) fn run(args: &args::Build, library: &Library, tongue: &Tongue) -> Result<u8, CliError> {
    let words = tongue.words;
    usage(args)?;
    let sheets = match &args.sheets {
        Some(Sheets::Named(ids)) => ids.as_slice(),
        _ => &[],
    };
    description::typed(library, &args.common, sheets, &args.languages, words)?;
    let mut report = Report::default();
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

/// What this version cannot do, told before anything is read.
fn usage(args: &args::Build) -> Result<(), CliError> {
    let out = args.out.to_string_lossy();
    if out == "-" || [".tar", ".tar.zst", ".zip"].iter().any(|e| out.ends_with(e)) {
        return Err(CliError::Usage(format!("-o {out}: this version writes folders only, no archives")));
    }
    if args.out.exists() && !args.out.is_dir() {
        return Err(CliError::Usage(format!("{out} is a file, not a folder; name another one with -o")));
    }
    let pdf = args.sheet_format.contains(&SheetFormat::Pdf);
    if !pdf && !args.fonts.is_empty() {
        return Err(CliError::Usage("--font is for PDF sheets; add --sheet-format pdf".to_owned()));
    }
    if pdf && !cfg!(feature = "pdf") {
        return Err(CliError::Usage("--sheet-format pdf: this program was built without PDF; build it with `cargo install --features pdf`, or print the HTML sheets to PDF from a browser".to_owned()));
    }
    Ok(())
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
    let flags = |wishes| {
        let mut wishes = description::flagged(&args.common, wishes);
        wishes.sheets = args.sheets.clone().or(wishes.sheets);
        wishes.languages = (!args.languages.is_empty()).then(|| args.languages.clone()).or(wishes.languages);
        wishes
    };
    let Some(description) = description::load(&args.common.account, library, &flags, report)? else {
        return Ok(None);
    };
    let has = |format| args.sheet_format.contains(&format);
    let printed = description.wishes.sheets != Some(Sheets::None);
    let printing = Printing {
        date: args.date.clone(),
        paper: args.paper.into(),
        formats: SheetFormats { html: has(SheetFormat::Html), pdf: has(SheetFormat::Pdf) },
        logo: printed.then(|| logo(&description, library, &args.common, report)).flatten(),
    };
    let builder = description::builder(library, &description, &args.common, printing, report)?;
    #[cfg(feature = "pdf")]
    let builder = if has(SheetFormat::Pdf) {
        match builder.with_press(&args.fonts) {
            Ok(builder) => builder,
            Err(error @ PressSetupError::Logo) => {
                report.findings.push(unusable(&description.raw, error));
                return Ok(None);
            }
            Err(error) => return Err(CliError::Usage(error.to_string())),
        }
    } else {
        builder
    };
    let outcomes = built(args, &description, &builder, report)?;
    lint::accept(&description.raw, Some(&builder.limit_codes()), Judged::None, &mut report.findings);
    Ok(outcomes)
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
    write(builder, account, raw, &fetched, &args.out, report).map(Some)
}

fn write(
    builder: &Builder,
    account: &Account,
    raw: &RawAccount,
    fetched: &crate::account::Fetched,
    out: &Path,
    report: &mut Report,
) -> Result<Vec<Outcome>, CliError> {
    let mut folder = Folder::open(out)?;
    let outcomes = builder.run(account, raw, fetched, &mut report.findings, &mut |artifact| {
        folder.put(&artifact).map_err(CliError::from)
    })?;
    report.files = folder.finish()?;
    report.users = usize::from(account.address.is_some());
    Ok(outcomes)
}
