//! `check --fix`: replaces what can be mended without asking, in place, and shows the difference. Comments and layout stay: only
//! the wrong value is replaced. What the description accepts is left as it is.

use std::path::Path;

use similar::{ChangeTag, TextDiff};

use super::args::Common;
use super::{CliError, Report, Tongue, description, tell};
use crate::finding::{Edit, Finding, Findings, Severity, SourceId};
use crate::library::Library;
use crate::sink;

/// Mending one thing may bring another to light.
const ROUNDS: usize = 5;

/// Lines around a change.
const AROUND: usize = 2;

pub(super) fn run(common: &Common, library: &Library, tongue: &Tongue) -> Result<(), CliError> {
    can_be_mended(&common.account, tongue)?;
    let bytes = description::fetch(&common.account)?;
    let mut report = Report::default();
    let mut read = Read::new(common, &bytes, library, &mut report)?;
    let before = read.source;
    for _ in 0..ROUNDS {
        let Some(mended) = mended(report.sources.get(read.source).text(), &read.edits) else { break };
        let had = errors(&report);
        report.findings = Findings::new();
        let next = Read::new(common, mended.as_bytes(), library, &mut report)?;
        if had < errors(&report) {
            // what was replaced meant more than it seemed: nothing is better than that
            break;
        }
        read = next;
    }
    let text = report.sources.get(read.source).text();
    if text != report.sources.get(before).text() {
        sink::mend(&common.account, text.as_bytes())?;
    }
    tell(&diff(&report, before, read.source, tongue));
    Ok(())
}

fn errors(report: &Report) -> usize {
    report.findings.iter().filter(|f| f.severity == Severity::Error).count()
}

/// A pipe has no place to write to, and a file that its owner closed stays closed.
fn can_be_mended(path: &Path, tongue: &Tongue) -> Result<(), CliError> {
    let name = path.display().to_string();
    let meta = std::fs::metadata(path).map_err(|source| CliError::Read { path: name.clone(), source })?;
    if meta.is_file() && !meta.permissions().readonly() {
        Ok(())
    } else {
        Err(CliError::Usage(tongue.words.line("fix-refused", &[("path", name)])))
    }
}

/// The description as it was read once: its text, and what would mend it.
struct Read {
    source: SourceId,
    edits: Vec<Edit>,
}

impl Read {
    fn new(common: &Common, bytes: &[u8], library: &Library, report: &mut Report) -> Result<Self, CliError> {
        let source = report.sources.next();
        let flags = |wishes| description::flagged(common, wishes);
        let description = description::understand(&common.account, bytes, library, &flags, report)?;
        let allowed = description.map(|d| d.raw.allowed()).unwrap_or_default();
        let accepted =
            |f: &&Finding| f.severity != Severity::Error && allowed.iter().any(|(code, _)| *code == f.code);
        let found = report.findings.iter().filter(|f| !accepted(f)).filter_map(|f| f.fix.as_deref().cloned());
        let mut edits: Vec<Edit> = found.filter(|e| e.place.source == source).collect();
        edits.sort_by_key(|e| (e.place.start, e.place.end));
        edits.dedup();
        // one value that stands for several servers cannot be two things
        let places: Vec<_> = edits.iter().map(|e| e.place).collect();
        edits.retain(|e| places.iter().filter(|p| **p == e.place).count() == 1);
        Ok(Self { source, edits })
    }
}

/// A text with its replacements; of two that overlap the first. `None`: there is nothing to replace.
fn mended(text: &str, edits: &[Edit]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.place.start, edit.place.end);
        if start >= at && text.get(start..end).is_some_and(|old| old != edit.text) {
            out.push_str(&text[at..start]);
            out.push_str(&edit.text);
            at = end;
        }
    }
    out.push_str(&text[at..]);
    (out != text).then_some(out)
}

/// What was changed, as a unified diff with its secrets masked.
fn diff(report: &Report, before: SourceId, after: SourceId, tongue: &Tongue) -> String {
    let (old, new) = (report.sources.get(before), report.sources.get(after));
    if old.text() == new.text() {
        return tongue.words.line("fix-nothing", &[]) + "\n";
    }
    let diff = TextDiff::from_lines(old.text(), new.text());
    let mut out = format!("--- {}\n+++ {}\n", old.shown_name(), new.shown_name());
    for group in diff.grouped_ops(AROUND) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = match (change.tag(), change.old_index(), change.new_index()) {
                (ChangeTag::Insert, _, Some(at)) => format!("+{}", new.shown_line(at + 1)),
                (ChangeTag::Delete, Some(at), _) => format!("-{}", old.shown_line(at + 1)),
                (_, Some(at), _) => format!(" {}", old.shown_line(at + 1)),
                _ => continue,
            };
            out.push_str(&coloured(change.tag(), &line, tongue.colour));
            out.push('\n');
        }
    }
    let wrote = tongue.words.line("fix-wrote", &[("path", new.shown_name())]);
    format!("{out}\n{wrote}\n\n")
}

fn coloured(tag: ChangeTag, line: &str, colour: bool) -> String {
    match tag {
        ChangeTag::Insert if colour => format!("\u{1b}[32m{line}\u{1b}[0m"),
        ChangeTag::Delete if colour => format!("\u{1b}[31m{line}\u{1b}[0m"),
        _ => line.to_owned(),
    }
}
