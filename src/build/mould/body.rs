//! One file's body as a mould has it: how it is made for another user and read, stretch by stretch or as a whole.

use std::borrow::Cow;
use std::ops::Range;

use crate::build::content::{Beginning, Content};
use crate::format::{Document, Escape, Format, Stretches};
use crate::render::slot::{Part, Slot, Stencil};

/// How a file's bytes are made and read.
#[derive(Debug)]
pub(super) enum Body {
    /// stretch by stretch: what it begins with, then values, each with the fixed stretch behind it as it is encoded
    Stretches { how: &'static Stretches, first: Beginning, holes: Vec<Part>, fixed: Vec<Vec<u8>> },
    /// as one, with what decoding it gives, marks in the place of values
    Whole { text: Stencil, tree: serde_json::Value },
}

impl Body {
    /// `None`: what decoding gives cannot be told from a text of the account.
    pub(super) fn new(text: Stencil, format: &'static Format) -> Option<Self> {
        let marked = text.marked()?;
        let whole = (format.encode)(&marked).ok()?;
        if let Some(how) = format.stretches {
            let encoded = |text: &str| {
                let mut bytes = Vec::new();
                (how.encode)(text, &mut bytes);
                bytes
            };
            // what a file begins with may decide how it is encoded
            if text.holds(how) && [how.head, &encoded(&marked)].concat() == whole {
                let (first, fixed) = text.fixed.split_first()?;
                let first = Beginning::new([how.head, &encoded(first)].concat());
                let fixed = fixed.iter().map(|text| encoded(text)).collect();
                return Some(Self::Stretches { how, first, holes: text.holes, fixed });
            }
        }
        match (format.decode)(&whole).ok()? {
            Document::Tree(tree) => Some(Self::Whole { text, tree }),
            Document::Marked(_) => None,
        }
    }

    /// The bytes for a user, read. `None`: something in them is not as it should be.
    pub(super) fn content<'v>(&self, format: &Format, of: &impl Fn(&Slot) -> &'v str) -> Option<Content> {
        match self {
            Self::Stretches { how, first, holes, fixed } => {
                let holes = holes.iter().zip(fixed);
                first.content(stretched(how, format.escape, first, holes, of)?)
            }
            Self::Whole { text, tree } => {
                let bytes = (format.encode)(&fill(String::new(), text, of, Some(format.escape))?).ok()?;
                let Ok(Document::Tree(said)) = (format.decode)(&bytes) else { return None };
                is_same(tree, &said, text, of).then(|| bytes.into())
            }
        }
    }

    pub(super) fn holes(&self) -> &[Part] {
        match self {
            Self::Stretches { holes, .. } => holes,
            Self::Whole { text, .. } => &text.holes,
        }
    }

    /// Bytes that are the same for all.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Stretches { first, fixed, .. } => first.len() + fixed.iter().map(Vec::len).sum::<usize>(),
            Self::Whole { text, .. } => text.fixed.iter().map(String::len).sum(),
        }
    }
}

/// Bytes that most values take at most.
const ROOM: usize = 64;

/// Where a value stands in bytes, what it means, and what is behind it.
struct Hole<'v> {
    at: Range<usize>,
    meant: Cow<'v, str>,
    fixed: &'v [u8],
}

/// A file stretch by stretch. Behind its beginning it is read: each value means what the user has, and the stretch behind it is the
/// mould's.
fn stretched<'m, 'v>(
    how: &Stretches,
    escape: Escape,
    first: &[u8],
    holes: impl ExactSizeIterator<Item = (&'m Part, &'m Vec<u8>)> + Clone,
    of: &impl Fn(&Slot) -> &'v str,
) -> Option<Vec<u8>> {
    let length: usize = holes.clone().map(|(_, fixed)| fixed.len() + ROOM).sum();
    let mut bytes = Vec::with_capacity(first.len() + length);
    let mut read = Vec::with_capacity(holes.len());
    let mut text = String::with_capacity(ROOM);
    bytes.extend_from_slice(first);
    for (part, fixed) in holes {
        let (start, meant) = (bytes.len(), part.of(of(&part.slot))?);
        text.clear();
        escape(&mut text, &meant).ok()?;
        (how.encode)(&text, &mut bytes);
        read.push(Hole { at: start..bytes.len(), meant, fixed });
        bytes.extend_from_slice(fixed);
    }
    is_read(&bytes, first.len(), &read, how).then_some(bytes)
}

fn is_read(bytes: &[u8], mut at: usize, holes: &[Hole<'_>], how: &Stretches) -> bool {
    for Hole { at: hole, meant, fixed } in holes {
        let said = bytes.get(hole.clone()).and_then(|bytes| (how.value)(bytes).ok());
        let behind = hole.end..hole.end + fixed.len();
        let whole = hole.start == at && bytes.get(behind.clone()) == Some(fixed);
        if !whole || said.as_deref() != Some(&**meant) {
            return false;
        }
        at = behind.end;
    }
    at == bytes.len()
}

/// Writes a stencil with a user's values behind a text.
pub(super) fn fill<'v>(
    mut text: String,
    stencil: &Stencil,
    of: &impl Fn(&Slot) -> &'v str,
    escape: Option<Escape>,
) -> Option<String> {
    let fixed: usize = stencil.fixed.iter().map(String::len).sum();
    text.reserve(fixed + ROOM * stencil.holes.len());
    for (at, stretch) in stencil.fixed.iter().enumerate() {
        text.push_str(stretch);
        if let Some(part) = stencil.holes.get(at) {
            let meant = part.of(of(&part.slot))?;
            match escape {
                Some(escape) => escape(&mut text, &meant).ok()?,
                None => text.push_str(&meant),
            }
        }
    }
    Some(text)
}

/// How a mark begins in a tree: letters that every format writes as they are.
const MARK: &str = "mailprofMark";

impl Stencil {
    /// Whether each value stands where one is read. An identifier is hexadecimal digits wherever it stands.
    fn holds(&self, how: &Stretches) -> bool {
        let mut before = String::new();
        self.fixed.iter().zip(&self.holes).all(|(fixed, part)| {
            before.push_str(fixed);
            let holds = matches!(part.slot, Slot::ProfileHash | Slot::Uuid(_)) || (how.holds)(&before);
            before.push('x');
            holds
        })
    }

    /// Its text with numbered marks in the place of values. `None`: they cannot be told from a text of the account.
    fn marked(&self) -> Option<String> {
        if self.fixed.iter().any(|text| text.contains(MARK)) {
            return None;
        }
        let mark = |at: usize| self.holes.get(at).map(|_| format!("{MARK}{at}x")).unwrap_or_default();
        Some(self.fixed.iter().enumerate().map(|(at, text)| text.clone() + &mark(at)).collect())
    }
}

/// Whether a decoded file is the marked one with a user's values in the place of its marks.
fn is_same<'v>(
    marked: &serde_json::Value,
    tree: &serde_json::Value,
    stencil: &Stencil,
    of: &impl Fn(&Slot) -> &'v str,
) -> bool {
    use serde_json::Value;
    match (marked, tree) {
        (Value::String(marked), Value::String(text)) => {
            expanded(marked, stencil, of).as_deref() == Some(text)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b, stencil, of))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |((key, a), (other, b)): ((&String, &Value), (&String, &Value))| {
                expanded(key, stencil, of).as_deref() == Some(other) && is_same(a, b, stencil, of)
            };
            a.len() == b.len() && a.iter().zip(b).all(same)
        }
        (marked, tree) => marked == tree,
    }
}

fn expanded<'m, 'v>(
    marked: &'m str,
    stencil: &Stencil,
    of: &impl Fn(&Slot) -> &'v str,
) -> Option<Cow<'m, str>> {
    if !marked.contains(MARK) {
        return Some(Cow::Borrowed(marked));
    }
    let mut parts = marked.split(MARK);
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (number, rest) = part.split_once('x')?;
        let hole = stencil.holes.get(number.parse::<usize>().ok()?)?;
        out.push_str(&hole.of(of(&hole.slot))?);
        out.push_str(rest);
    }
    Some(Cow::Owned(out))
}
