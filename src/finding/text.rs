//! The report for people: rustc's look. Errors and warnings show the line (secrets masked) with a caret; a note is one line.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::source::visible;
use super::{Catalogue, Finding, Severity, Sources};

/// All findings as text, without colour.
#[must_use]
pub fn report<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    sources: &Sources,
    words: &Catalogue,
) -> String {
    findings
        .map(|f| if f.severity == Severity::Note { note(f, sources, words) } else { full(f, sources, words) })
        .collect()
}

fn title(finding: &Finding, message: &str) -> String {
    let client = finding.client.as_deref().map(|c| format!("{c}: ")).unwrap_or_default();
    format!("{client}{message}").chars().map(visible).collect()
}

fn note(finding: &Finding, sources: &Sources, words: &Catalogue) -> String {
    let worded = words.word(finding);
    let help = worded.help.map(|h| format!(" {h}")).unwrap_or_default();
    let place = finding.place.map(|p| {
        let source = sources.get(p.source);
        format!("{}:{}: ", source.name(), source.line_column(p.start).0)
    });
    let text = title(finding, &(worded.message + &help));
    format!("{}[{}]: {}{}\n", words.severity(finding.severity), finding.code, place.unwrap_or_default(), text)
}

fn full(finding: &Finding, sources: &Sources, words: &Catalogue) -> String {
    let worded = words.word(finding);
    let title = title(finding, &worded.message);
    let help: Option<String> = worded.help.map(|h| h.chars().map(visible).collect());
    let severity = words.severity(finding.severity);
    let level = if finding.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
    let mut group = Group::with_title(level.with_name(severity).primary_title(&title).id(&finding.code));
    let cut = finding.place.map(|p| (sources.get(p.source), sources.get(p.source).masked_line(p), p));
    if let Some((source, (line, mark), place)) = &cut {
        let (number, column) = source.line_column(place.start);
        let snippet = Snippet::source(line.as_str()).line_start(number);
        group = group
            // told by us: in a masked line the column of the cut is not the column of the file
            .element(Origin::path(source.name()).line(number).char_column(column))
            .element(snippet.annotation(AnnotationKind::Primary.span(mark.clone())));
    }
    if let Some(help) = &help {
        group = group.element(Level::HELP.with_name(words.line("help", &[])).message(help));
    }
    Renderer::plain().render(&[group]) + "\n\n"
}
