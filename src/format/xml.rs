//! XML as our formats use it: escaping, and reading into a tree.
//!
//! An element becomes `{"text": …, "@attribute": …, "child": [element, …]}`.

use std::borrow::Cow;
use std::fmt;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::{FormatError, put};

/// Escapes text for XML content and quoted attributes.
pub(super) fn escape(out: &mut dyn fmt::Write, text: &str) -> Result<(), FormatError> {
    super::no_control(text)?;
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        put(out, &rest[..at])?;
        put(out, reference(rest.as_bytes()[at]))?;
        rest = &rest[at + 1..];
    }
    put(out, rest)
}

/// What an escaped value means.
pub(super) fn value(text: &str) -> Result<Cow<'_, str>, FormatError> {
    if text.contains(['<', '>', '"', '\'']) {
        return Err(wrong("a value is not escaped"));
    }
    quick_xml::escape::unescape(text).map_err(wrong)
}

fn reference(sign: u8) -> &'static str {
    match sign {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        _ => "&#39;",
    }
}

/// The root element's name and its tree, when the text is well-formed, holds one root, no CDATA (some clients lose it), no entities
/// of its own, and no byte order mark. `doctype`: whether a document type may stand at its head.
pub(super) fn tree(bytes: &[u8], doctype: bool) -> Result<(String, Value), FormatError> {
    let text = std::str::from_utf8(bytes).map_err(|_| FormatError::new("not UTF-8"))?;
    super::no_control(text)?;
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, Element)> = Vec::new();
    let mut root = None;
    loop {
        let closed = match reader.read_event().map_err(wrong)? {
            Event::Start(tag) => {
                open.push(Element::start(&tag)?);
                continue;
            }
            Event::Empty(tag) => Element::start(&tag)?,
            Event::End(_) => open.pop().ok_or_else(|| wrong("an end tag too many"))?,
            Event::Text(part) => {
                add_text(&mut open, &part)?;
                continue;
            }
            Event::GeneralRef(part) => {
                add_text(&mut open, &unescape(&format!("&{};", &*part))?)?;
                continue;
            }
            Event::CData(_) => return Err(wrong("CDATA: some clients lose it")),
            Event::DocType(part) if doctype && !part.contains('[') => continue,
            Event::DocType(_) => return Err(wrong("a document type")),
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => continue,
        };
        close(closed, &mut open, &mut root)?;
    }
    if !open.is_empty() {
        return Err(wrong("an element is not closed"));
    }
    root.ok_or_else(|| wrong("no root element"))
}

#[derive(Default)]
struct Element {
    map: Map<String, Value>,
    text: String,
}

impl Element {
    fn start(tag: &BytesStart<'_>) -> Result<(String, Self), FormatError> {
        let name = tag.name().as_ref().to_owned();
        let mut element = Self::default();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(wrong)?;
            element
                .map
                .insert(format!("@{}", attribute.key.as_ref()), Value::String(unescape(&attribute.value)?));
        }
        Ok((name, element))
    }

    fn close(mut self) -> Value {
        self.map.insert("text".to_owned(), Value::String(self.text));
        Value::Object(self.map)
    }

    fn add(&mut self, name: String, child: Value) {
        if let Value::Array(list) = self.map.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
            list.push(child);
        }
    }
}

fn wrong(error: impl fmt::Display) -> FormatError {
    FormatError::new(format!("not well-formed XML: {error}"))
}

fn unescape(text: &str) -> Result<String, FormatError> {
    quick_xml::escape::unescape(text).map(Cow::into_owned).map_err(wrong)
}

fn add_text(open: &mut [(String, Element)], text: &str) -> Result<(), FormatError> {
    match open.last_mut() {
        Some((_, element)) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(wrong("text outside the root element")),
    }
    Ok(())
}

fn close(
    (name, element): (String, Element),
    open: &mut [(String, Element)],
    root: &mut Option<(String, Value)>,
) -> Result<(), FormatError> {
    let value = element.close();
    match open.last_mut() {
        Some((_, parent)) => parent.add(name, value),
        None if root.is_none() => *root = Some((name, value)),
        None => return Err(wrong("two root elements")),
    }
    Ok(())
}
