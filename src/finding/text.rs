//! The report for people: rustc's look. Errors and warnings show the line (secrets masked) with a caret and the places that have
//! to do with it; a note is one line. Notes come first, client by client, warnings and errors last: the end is what a
//! terminal shows.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Catalogue, Finding, Place, Severity, Sources, visible};

/// Lines between two places that are shown in one cut.
const NEAR: usize = 6;

/// All findings as text; `colour` for a terminal.
#[must_use]
pub fn report<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    sources: &Sources,
    words: &Catalogue,
    colour: bool,
) -> String {
    let (mut aside, main): (Vec<&Finding>, Vec<&Finding>) =
        findings.partition(|f| f.severity == Severity::Note);
    // by client; those of the description itself behind them
    aside.sort_by(|a, b| (a.client.is_none(), &a.client).cmp(&(b.client.is_none(), &b.client)));
    let page = Page { sources, words, colour };
    let told = |f: &&Finding| if f.severity == Severity::Note { page.note(f) } else { page.full(f) };
    aside.iter().chain(&main).map(told).collect()
}

struct Page<'p> {
    sources: &'p Sources,
    words: &'p Catalogue,
    colour: bool,
}

impl Page<'_> {
    fn renderer(&self) -> Renderer {
        if self.colour { Renderer::styled() } else { Renderer::plain() }
    }

    fn note(&self, finding: &Finding) -> String {
        let worded = self.words.word(finding);
        let ended = is_sentence(&worded.message);
        let help =
            worded.help.map(|h| self.words.line(if ended { "after" } else { "aside" }, &[("help", h)]));
        let place = finding.place.map(|p| {
            let source = self.sources.get(p.source);
            format!("{}:{}: ", source.shown_name(), source.line_column(p.start).0)
        });
        let text = title(finding, &(worded.message + &help.unwrap_or_default()));
        let text = place.unwrap_or_default() + &text;
        let level = Level::NOTE.with_name(self.words.severity(finding.severity));
        let title = level.primary_title(&text).id(&finding.code);
        self.renderer().render(&[Group::with_title(title)]) + "\n"
    }

    fn full(&self, finding: &Finding) -> String {
        let worded = self.words.word(finding);
        let title = title(finding, &worded.message);
        let help = worded.help.map(|h| h.chars().map(visible).collect::<String>());
        let severity = self.words.severity(finding.severity);
        let level = if finding.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
        let mut group = Group::with_title(level.with_name(severity).primary_title(&title).id(&finding.code));
        let safe = |words: String| words.chars().map(visible).collect::<String>();
        let label = safe(worded.label.unwrap_or_default());
        let primary = finding.place.map(|p| (p, label, AnnotationKind::Primary));
        let related = finding.related.iter().zip(worded.related);
        let related = related.map(|(r, words)| (r.place, safe(words), AnnotationKind::Context));
        let cuts = cuts(self.sources, primary.into_iter().chain(related));
        for cut in &cuts {
            let snippet = Snippet::source(cut.text.as_str()).path(cut.name.as_str()).line_start(cut.line);
            group = group.element(snippet.annotations(cut.marks.iter().map(Mark::annotation)));
        }
        if let Some(help) = &help {
            group = group.element(Level::HELP.with_name(self.words.line("help", &[])).message(help));
        }
        let text = self.renderer().render(&[group]);
        cuts.iter().fold(text, |text, cut| cut.with_real_column(&text)) + "\n\n"
    }
}

/// Whether a text ends a sentence, a remark in brackets behind it set aside.
fn is_sentence(text: &str) -> bool {
    let bare = text.strip_suffix([')', '）']).and_then(|t| t.rfind(['(', '（']).map(|at| t[..at].trim_end()));
    bare.unwrap_or(text).ends_with(['.', '。'])
}

fn title(finding: &Finding, message: &str) -> String {
    let client = finding.client.as_deref().map(|c| format!("{c}: ")).unwrap_or_default();
    format!("{client}{message}").chars().map(visible).collect()
}

/// A stretch of a cut with a few words.
struct Mark {
    span: std::ops::Range<usize>,
    words: String,
    kind: AnnotationKind,
}

impl Mark {
    fn annotation(&self) -> annotate_snippets::Annotation<'_> {
        let words = Some(self.words.as_str()).filter(|w| !w.is_empty());
        self.kind.span(self.span.clone()).label(words)
    }
}

/// The lines that a finding points at, secrets masked.
struct Cut {
    name: String,
    /// the first line that is shown
    line: usize,
    text: String,
    marks: Vec<Mark>,
    /// line and column in the file of what the cut's heading names
    heading: (usize, usize),
}

/// The cuts that show some places: those close to the first one in one cut, the others each in one of their own.
fn cuts(sources: &Sources, places: impl Iterator<Item = (Place, String, AnnotationKind)>) -> Vec<Cut> {
    let mut cuts: Vec<(Place, Cut)> = Vec::new();
    for (place, words, kind) in places {
        let source = sources.get(place.source);
        let near = cuts
            .first_mut()
            .filter(|(first, cut)| first.source == place.source && cut.is_near(source, place));
        match near {
            Some((_, cut)) => cut.add(source, place, words, kind),
            None => cuts.push((place, Cut::new(source, place, words, kind))),
        }
    }
    cuts.into_iter().map(|(_, cut)| cut).collect()
}

impl Cut {
    fn new(source: &super::Source, place: Place, words: String, kind: AnnotationKind) -> Self {
        let heading = source.line_column(place.start);
        let (text, span) = source.masked_line(place);
        let marks = vec![Mark { span, words, kind }];
        Self { name: source.shown_name(), line: heading.0, text, marks, heading }
    }

    /// Whether a place's line can be shown with the lines of this cut: not far, and none of them so long that it was cut.
    fn is_near(&self, source: &super::Source, place: Place) -> bool {
        let line = source.line_column(place.start).0;
        let last = self.line + self.text.matches('\n').count();
        let (least, most) = (self.line.min(line), last.max(line));
        most - least <= NEAR && (least..=most).all(|n| source.is_shown_whole(n))
    }

    /// Takes a place's line in, with the lines between.
    fn add(&mut self, source: &super::Source, place: Place, words: String, kind: AnnotationKind) {
        let line = source.line_column(place.start).0;
        while line < self.line {
            self.line -= 1;
            let above = source.shown_line(self.line) + "\n";
            self.marks.iter_mut().for_each(|m| m.span = m.span.start + above.len()..m.span.end + above.len());
            self.text.insert_str(0, &above);
        }
        let last = self.line + self.text.matches('\n').count();
        for below in last + 1..=line {
            self.text.push('\n');
            self.text.push_str(&source.shown_line(below));
        }
        let before: usize = self.text.split_inclusive('\n').take(line - self.line).map(str::len).sum();
        let span = source.masked_line(place).1;
        self.marks.push(Mark { span: before + span.start..before + span.end, words, kind });
    }

    /// In a masked or shortened line the column of the cut is not the column of the file.
    fn with_real_column(&self, text: &str) -> String {
        let mark = &self.marks[0].span;
        let line_start = self.text[..mark.start].rfind('\n').map_or(0, |i| i + 1);
        let shown = self.text[line_start..mark.start].chars().count() + 1;
        let at = |column: usize| format!("{}:{}:{column}", self.name, self.heading.0);
        let (shown, real) = (at(shown), at(self.heading.1));
        // the first line is the finding's own sentence
        let body = text.find('\n').unwrap_or(text.len());
        format!("{}{}", &text[..body], text[body..].replacen(&shown, &real, 1))
    }
}
