//! What looks like a password in a description, so that no cut of it and no sentence about it shows one. Errs on the side of
//! hiding: a typing mistake must not print somebody's password.

use std::ops::Range;

use super::node::{Entry, Kind, Node};
use crate::finding::{Place, Source};

pub use crate::secret::{HIDDEN, is_secret_key, shown, tokens};

/// Keys around passwords that hold no secret themselves.
const OPEN: &[&str] = &[
    "env",
    "file",
    "column",
    "password_kind",
    "password_url",
    "password_change_url",
    "password_valid_until",
    "passwords",
];

/// Whether a text can be the name of an environment variable (POSIX, XBD 8.1: letters, digits and `_`).
#[must_use]
pub fn is_variable(text: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty() && text.chars().all(sign) && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Every stretch of a parsed description that may be a password.
pub(super) fn secrets(node: &Node, source: &Source) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    collect(node, source, false, &mut out);
    comments(source.text(), &mut out);
    out
}

fn collect(node: &Node, source: &Source, secret: bool, out: &mut Vec<Range<usize>>) {
    match &node.kind {
        Kind::Scalar { text, .. } if secret || shown(text) == HIDDEN => {
            out.extend([written(node.place, source), written(node.written, source)]);
        }
        Kind::Null | Kind::Scalar { .. } => {}
        Kind::List(items) => items.iter().for_each(|n| collect(n, source, secret, out)),
        Kind::Map(entries) => entries.iter().for_each(|e| collect_entry(e, source, secret, out)),
    }
}

fn collect_entry(entry: &Entry, source: &Source, secret: bool, out: &mut Vec<Range<usize>>) {
    let scalar = matches!(entry.value.kind, Kind::Scalar { .. });
    // what is no name of a variable is more likely the password itself
    let misplaced = entry.key == "env" && entry.value.text().is_some_and(|t| !is_variable(t));
    let open = scalar && OPEN.contains(&entry.key.as_str()) && !misplaced;
    let own = is_secret_key(&entry.key);
    // `password:hunter2` without a blank, or `password: {hunter2}`: the password is the key
    if shown(&entry.key) == HIDDEN && entry.key.contains([':', '=', ' '])
        || secret && !OPEN.contains(&entry.key.as_str())
    {
        out.push(entry.key_place.start..entry.key_place.end);
    }
    if (own || secret) && matches!(entry.value.kind, Kind::Null) {
        // `password: !hunter2`: nothing as YAML reads it
        out.push(to_line_end(entry.key_place.end, source.text()));
    }
    if own && scalar && !open {
        out.push(beside(entry.key_place.end, &entry.value, source.text()));
    }
    collect(&entry.value, source, !open && (secret || own), out);
}

/// From a password's key to the end of its line: an anchor, a tag or a comment there may be a part of the password. In a flow
/// mapping, where other keys follow, to the end of the value.
fn beside(from: usize, value: &Node, text: &str) -> Range<usize> {
    let line = to_line_end(from, text);
    let end = value.written.end.max(value.place.end).clamp(line.start, line.end.max(line.start));
    let rest = text.get(end..line.end).unwrap_or_default();
    let comment = rest.trim_start().is_empty() || rest.trim_start().starts_with('#');
    line.start..if comment { line.end } else { end }
}

/// A scalar's stretch; where the parser gave no end, to the end of the line.
fn written(place: Place, source: &Source) -> Range<usize> {
    if place.end > place.start { place.start..place.end } else { to_line_end(place.start, source.text()) }
}

fn to_line_end(start: usize, text: &str) -> Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    let from = start + rest.bytes().take_while(|b| matches!(b, b':' | b' ')).count();
    from..start + rest.find('\n').unwrap_or(rest.len()).max(from - start)
}

/// Comments that speak of a password, and those below them.
fn comments(text: &str, out: &mut Vec<Range<usize>>) {
    let (mut start, mut goes_on) = (0, false);
    for line in text.split_inclusive('\n') {
        let begins = |at: &usize| *at == 0 || line[..*at].ends_with([' ', '\t', '\u{feff}']);
        let comment = line.match_indices('#').map(|(at, _)| at).find(begins);
        let alone = comment.is_some_and(|at| line[..at].trim().is_empty());
        let hidden = comment
            .filter(|at| goes_on && alone || tokens(&line[*at..]).any(|(_, token)| is_secret_key(token)));
        if let Some(at) = hidden {
            out.push(start + at + 1..start + line.trim_end().len().max(at + 1));
        }
        goes_on = hidden.is_some() && alone;
        start += line.len();
    }
}

/// In a text that has no tree: all that follows a word like `password` on its line, and the lines that may belong to it.
pub(super) fn guess(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut deeper_than = None;
    let mut open_key = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let belongs = |d: usize| indent > d || trimmed.is_empty() || trimmed.starts_with(':');
        if deeper_than.is_some_and(belongs) || open_key && !trimmed.is_empty() {
            out.push(start..start + line.len());
            open_key = open_key && trimmed.is_empty();
        } else if let Some((at, token)) = tokens(line).find(|(_, t)| is_secret_key(t)) {
            let from = at + token.len();
            let open = line[from..].bytes().take_while(|b| b":=\"' ".contains(b)).count();
            out.push(start + from + open..start + line.len());
            deeper_than = Some(indent);
            // a password on the line below its key belongs to it, however it is indented
            open_key = line[from + open..].trim().is_empty();
        } else {
            deeper_than = None;
        }
        start += line.len();
    }
    out
}
