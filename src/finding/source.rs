//! Texts that findings point into, and the one place where byte offsets become lines and columns.
//! A source knows which of its stretches are secret; every cut of it is masked.

use std::ops::Range;

/// Which source a place is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(usize);

impl SourceId {
    pub(super) fn index(self) -> usize {
        self.0
    }
}

/// A stretch of a source, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// the source
    pub source: SourceId,
    /// first byte
    pub start: usize,
    /// one past the last byte
    pub end: usize,
}

impl Place {
    /// A stretch.
    #[must_use]
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Self { source, start, end }
    }

    /// Its bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether it is a point between two bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end == self.start
    }

    /// The beginning of a source.
    #[must_use]
    pub fn start(source: SourceId) -> Self {
        Self::new(source, 0, 0)
    }
}

/// A text that was read: a description, a provider's profile, words of the command line.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    /// first bytes of its lines
    lines: Vec<usize>,
    /// lines of the file before its text
    before: usize,
    secrets: Vec<Range<usize>>,
}

impl Source {
    /// A text under the name that reports print.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: name.into(), text, lines, before: 0, secrets: Vec::new() }
    }

    /// A part of a file that begins on a line (from 1).
    #[must_use]
    pub fn at_line(name: impl Into<String>, text: impl Into<String>, line: u64) -> Self {
        let before = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
        Self { before, ..Self::new(name, text) }
    }

    /// The name that reports print.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name as a terminal may show it.
    #[must_use]
    pub fn shown_name(&self) -> String {
        self.name.chars().map(visible).collect()
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Byte offset of a line and a column (both from 1; columns count characters).
    #[must_use]
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        start + line.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>()
    }

    /// Line and column (from 1; columns count characters, a byte order mark is none) of a byte offset.
    #[must_use]
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.floor(offset);
        let line = self.lines.partition_point(|start| *start <= offset);
        let before = &self.text[self.lines[line - 1]..offset];
        (self.before + line, before.trim_start_matches('\u{feff}').chars().count() + 1)
    }

    /// First byte of a line (from 1) and one past its last, its end excluded.
    fn line(&self, line: usize) -> Range<usize> {
        let start = self.lines.get(line - 1).copied().unwrap_or(self.text.len());
        let end = self.lines.get(line).map_or(self.text.len(), |next| next - 1).max(start);
        let line = self.text[start..end].trim_end_matches('\r').len();
        start..start + line
    }

    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// The line that a place begins on, secrets masked, and the place's stretch in it. Of a line beyond what a screen shows, the
    /// surroundings of the place.
    #[must_use]
    pub fn masked_line(&self, place: Place) -> (String, Range<usize>) {
        let start = self.floor(place.start);
        let line = self.line(self.line_of(start));
        let end = self.floor(place.end).clamp(start, line.end).min(self.floor(start + WIDEST / 2));
        let shown = if line.len() <= WIDEST {
            line
        } else {
            let from = self.floor(start.saturating_sub(WIDEST / 4)).max(line.start);
            from..self.floor(end + WIDEST / 4).min(line.end)
        };
        self.mask(shown, start..end)
    }

    /// Whether a line is not too long for a report.
    #[must_use]
    pub fn is_shown_whole(&self, line: usize) -> bool {
        self.line(line.saturating_sub(self.before).max(1)).len() <= WIDEST
    }

    fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// A whole line (from 1) with its secrets masked.
    #[must_use]
    pub fn shown_line(&self, line: usize) -> String {
        let line = self.line(line.saturating_sub(self.before).max(1));
        let start = line.start;
        self.mask(line, start..start).0
    }

    fn mask(&self, line: Range<usize>, mark: Range<usize>) -> (String, Range<usize>) {
        let mut out = String::new();
        let mut marked = 0..0;
        let mut at = line.start;
        for secret in self.secrets.iter().filter(|s| s.start < line.end && s.end > line.start) {
            let (from, to) = (secret.start.max(at), secret.end.min(line.end));
            push_marked(&mut out, &mut marked, &self.text, at..from, &mark);
            let stars = out.len()..out.len() + MASK.len();
            out.push_str(MASK);
            if mark.start < to && mark.end > from || mark.is_empty() && (from..to).contains(&mark.start) {
                let begin = if mark.start < from { marked.start } else { stars.start };
                marked = begin..stars.end;
            }
            at = to.max(at);
        }
        push_marked(&mut out, &mut marked, &self.text, at..line.end, &mark);
        (out, marked)
    }

    fn hide(&mut self, secrets: Vec<Range<usize>>) {
        let mut secrets: Vec<Range<usize>> =
            secrets.into_iter().map(|s| self.floor(s.start)..self.floor(s.end)).collect();
        secrets.sort_by_key(|s| (s.start, s.end));
        let mut merged: Vec<Range<usize>> = Vec::new();
        for secret in secrets {
            match merged.last_mut() {
                Some(last) if secret.start <= last.end => last.end = last.end.max(secret.end),
                _ => merged.push(secret),
            }
        }
        self.secrets = merged;
    }
}

const MASK: &str = "********";

/// Bytes of a line that a report shows.
const WIDEST: usize = 320;

/// Copies a stretch of text and carries the mark over when it overlaps.
fn push_marked(
    out: &mut String,
    marked: &mut Range<usize>,
    text: &str,
    part: Range<usize>,
    mark: &Range<usize>,
) {
    let at = out.len();
    out.extend(text[part.clone()].chars().map(visible));
    let (from, to) = (mark.start.max(part.start), mark.end.min(part.end));
    let width = |range: Range<usize>| text[range].chars().map(|c| visible(c).len_utf8()).sum::<usize>();
    if from <= to && part.contains(&mark.start) || mark.start == part.end && mark.is_empty() {
        *marked = at + width(part.start..from)..at + width(part.start..to.max(from));
    } else if from < to {
        marked.end = at + width(part.start..to);
    }
}

/// Characters that would move or colour the terminal, or turn its text around, are shown as U+FFFD.
pub fn visible(c: char) -> char {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}');
    if c == '\t' {
        '→'
    } else if c.is_control() || turns {
        '\u{fffd}'
    } else {
        c
    }
}

/// All sources of a run.
#[derive(Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn add(&mut self, source: Source) -> SourceId {
        self.0.push(source);
        SourceId(self.0.len() - 1)
    }

    /// The id that the next source will have.
    #[must_use]
    pub fn next(&self) -> SourceId {
        SourceId(self.0.len())
    }

    /// The source of an id given by [`Sources::add`].
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.0[id.0]
    }

    /// Says which stretches of a source must never be shown.
    pub fn hide(&mut self, id: SourceId, secrets: Vec<Range<usize>>) {
        self.0[id.0].hide(secrets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str, secret: Range<usize>, mark: Range<usize>) -> (String, String) {
        let mut sources = Sources::new();
        let id = sources.add(Source::new("t", text));
        sources.hide(id, vec![secret]);
        let (line, range) = sources.get(id).masked_line(Place::new(id, mark.start, mark.end));
        let cut = line[range].to_owned();
        (line, cut)
    }

    #[test]
    fn a_secret_is_masked_and_the_mark_follows() {
        let text = "a: 1\npassword: hunter2, port: 99\n";
        let at = text.find("hunter2").unwrap_or_default();
        let secret = at..at + 7;
        let port = text.find("99").unwrap_or_default();
        assert_eq!(
            masked(text, secret.clone(), port..port + 2),
            ("password: ********, port: 99".into(), "99".into())
        );
        assert_eq!(masked(text, secret.clone(), secret.clone()).1, "********");
        assert_eq!(masked(text, secret.clone(), 5..5 + 8).1, "password");
        assert_eq!(masked(text, secret, at + 2..at + 3).1, "********");
    }

    #[test]
    fn lines_and_columns_count_characters() {
        let source = Source::new("t", "\u{feff}日本: x\n名: y\n");
        assert_eq!(source.line_column(source.text().find('x').unwrap_or_default()), (1, 5));
        assert_eq!(source.line_column(source.text().find('y').unwrap_or_default()), (2, 4));
        assert_eq!(source.offset(2, 4), source.text().find('y').unwrap_or_default());
    }

    #[test]
    fn control_characters_are_made_visible() {
        assert_eq!(masked("a: \u{1b}[31m\u{202e}b", 0..0, 0..1).0, "a: \u{fffd}[31m\u{fffd}b");
    }
}
