//! The report for people: rustc's look. Errors and warnings show the line (secrets masked) with a caret; a note is one line.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::source::visible;
use super::{Catalogue, Finding, Place, Severity, Sources};

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
    let ended = worded.message.ends_with(['.', '。', ')', '）']);
    let help = worded.help.filter(|h| !h.is_empty());
    let help = help.map(|h| words.line(if ended { "after" } else { "aside" }, &[("help", h)]));
    let help = help.unwrap_or_default();
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
    let cut = finding.place.map(|p| Cut::new(sources, p));
    if let Some(cut) = &cut {
        let snippet = Snippet::source(cut.line.as_str()).path(cut.name).line_start(cut.number);
        group = group.element(snippet.annotation(AnnotationKind::Primary.span(cut.mark.clone())));
    }
    if let Some(help) = &help {
        group = group.element(Level::HELP.with_name(words.line("help", &[])).message(help));
    }
    let text = Renderer::plain().render(&[group]);
    cut.map_or(text.clone(), |cut| cut.with_real_column(&text)) + "\n\n"
}

/// The line that a finding points at, secrets masked.
struct Cut<'s> {
    name: &'s str,
    number: usize,
    column: usize,
    line: String,
    mark: std::ops::Range<usize>,
}

impl<'s> Cut<'s> {
    fn new(sources: &'s Sources, place: Place) -> Self {
        let source = sources.get(place.source);
        let (number, column) = source.line_column(place.start);
        let (line, mark) = source.masked_line(place);
        Self { name: source.name(), number, column, line, mark }
    }

    /// In a masked line the column of the cut is not the column of the file.
    fn with_real_column(&self, text: &str) -> String {
        let shown = self.line[..self.mark.start].chars().count() + 1;
        let at = |column: usize| format!("--> {}:{}:{column}\n", self.name, self.number);
        text.replacen(&at(shown), &at(self.column), 1)
    }
}
