//! YAML text to a tree of nodes that know their place. No meaning enters here: scalars stay text, so that `0587`, `9_93`
//! and `no` get words a person understands from whoever types them, and one run reports every mistake.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{DuplicateKeyPolicy, Location, Spanned};

use crate::finding::{Place, Source, SourceId};

/// One node of a description.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// Where its text is written: elsewhere, when an alias stands for it.
    pub written: Place,
    /// Whether its text stands on one line right behind its key or the sign of its list, without anchor, tag or block indicator:
    /// then it can be replaced.
    pub direct: bool,
    /// What it is.
    pub kind: Kind,
}

/// The three shapes of YAML, and nothing.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Nothing: an empty value, `~` or `null`.
    Null,
    /// Text as it was written.
    Scalar {
        /// the text, escapes of a quoted scalar resolved
        text: String,
        /// whether it stood in quotes
        quoted: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file, duplicates included.
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The value of a key of a mapping; the first, when it is written twice.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Kind::Map(entries) = &self.kind else { return None };
        entries.iter().find(|e| e.key == key).map(|e| &e.value)
    }

    /// The node at a dotted path; numbers index lists, and a list of servers answers for its first.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, part| match &node.kind {
            Kind::List(items) => match part.parse::<usize>() {
                Ok(i) => items.get(i),
                Err(_) => items.first()?.get(part),
            },
            Kind::Map(_) if part == "0" => Some(node),
            _ => node.get(part),
        })
    }

    /// The place of a dotted path, or of the nearest node above it; `None` when that is the whole document.
    #[must_use]
    pub fn place_of(&self, path: &str) -> Option<Place> {
        let above = |path: &str| path.rsplit_once('.').map(|(above, _)| above.to_owned());
        let mut paths = std::iter::successors(Some(path.to_owned()), |p| above(p));
        paths.find_map(|p| self.at(&p)).map(|node| node.place)
    }

    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The texts of a list's items, or of the node itself as the only one.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.one_or_many().iter().filter_map(Node::text).map(str::to_owned).collect()
    }

    /// The items of a list, or the node itself as the only one.
    #[must_use]
    pub fn one_or_many(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }
}

/// Why a text is not one YAML document.
#[derive(Debug)]
pub struct SyntaxError {
    /// Where.
    pub place: Place,
    /// The parser's words, without any cut of the text.
    pub message: String,
}

/// Parses one document.
///
/// # Errors
/// The first syntax error, a second document, or a document over the budget (depth 32, 100 aliases, 250,000 nodes).
pub fn parse(source: &Source, id: SourceId) -> Result<Node, SyntaxError> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        budget: serde_yaml::budget! { max_depth: 32, max_documents: 16, max_aliases: 100 },
    };
    serde_yaml::from_str_with_options::<Tree>(source.text(), options)
        .map(|tree| Builder { source, id }.node(tree))
        .map_err(|error| {
            let place = error.location().map_or(Place::start(id), |l| place(source, id, &l));
            SyntaxError { place, message: syntax_words(&error.without_snippet().to_string()) }
        })
}

/// The parser's sentence without its own "at line 3, column 4" and without advice for Rust programmers.
fn syntax_words(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or(message);
    message.split("; use ").next().unwrap_or(message).trim().to_owned()
}

fn place(source: &Source, id: SourceId, location: &Location) -> Place {
    let span = location.span();
    if let (Some(start), Some(len)) = (span.byte_offset(), span.byte_len()) {
        let start = start as usize;
        return Place::new(id, start, start + len as usize);
    }
    let start = source.offset(location.line() as usize, location.column() as usize);
    Place::new(id, start, start)
}

/// The tree as the parser gives it; kinds of scalars are read off the source text in [`Builder`].
struct Tree(Spanned<Shape>);

enum Shape {
    Null,
    Text(String),
    Other,
    List(Vec<Tree>),
    Map(Vec<(Spanned<String>, Tree)>),
}

struct Builder<'s> {
    source: &'s Source,
    id: SourceId,
}

impl Builder<'_> {
    fn node(&self, Tree(spanned): Tree) -> Node {
        let defined = place(self.source, self.id, &spanned.defined);
        let written = self.source.text().get(defined.start..defined.end).unwrap_or_default();
        let quoted = written.starts_with(['"', '\'']);
        let kind = match spanned.value {
            Shape::Null => Kind::Null,
            Shape::Text(text) => Kind::Scalar { text, quoted },
            Shape::Other => Kind::Scalar { text: written.to_owned(), quoted: false },
            Shape::List(items) => Kind::List(items.into_iter().map(|t| self.node(t)).collect()),
            Shape::Map(entries) => Kind::Map(entries.into_iter().map(|e| self.entry(e)).collect()),
        };
        let mut place = place(self.source, self.id, &spanned.referenced);
        if matches!(kind, Kind::List(_) | Kind::Map(_)) {
            place = self.extent(place, &kind);
        }
        let direct = self.is_direct(&defined, written);
        Node { place, written: defined, direct, kind }
    }

    fn is_direct(&self, place: &Place, written: &str) -> bool {
        let before = self.source.text().as_bytes().get(..place.start).unwrap_or_default();
        let last = before.iter().rev().find(|b| !matches!(b, b' ' | b'\t'));
        !written.contains(['\n', '\r']) && last.is_some_and(|b| b":-[{,".contains(b))
    }

    fn entry(&self, (key, value): (Spanned<String>, Tree)) -> Entry {
        let key_place = place(self.source, self.id, &key.referenced);
        Entry { key: key.value, key_place, value: self.node(value) }
    }

    /// A collection's place reaches from its first key or item to the end of its last, on the first line only.
    fn extent(&self, place: Place, kind: &Kind) -> Place {
        let end = match kind {
            Kind::Map(entries) => entries.first().map(|e| e.key_place.end),
            Kind::List(items) => items.first().map(|n| n.place.end),
            _ => None,
        };
        Place { end: end.unwrap_or(place.end).max(place.end), ..place }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Tree)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }
    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Other)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }
    fn visit_i128<E>(self, _: i128) -> Result<Shape, E> {
        Ok(Shape::Other)
    }
    fn visit_u128<E>(self, _: u128) -> Result<Shape, E> {
        Ok(Shape::Other)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }
    fn visit_str<E>(self, text: &str) -> Result<Shape, E> {
        Ok(Shape::Text(text.to_owned()))
    }
    fn visit_bytes<E>(self, _: &[u8]) -> Result<Shape, E> {
        Ok(Shape::Other)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Shape::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shape, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Shape::Map(map))
    }
}
