//! Autoconfig XML (`clientConfig` 1.1), and XML escaping for its kin. Source: Thunderbird's readFromXML.sys.mjs and JXON;
//! draft-ietf-mailmaint-autoconfig ("UTF-8 without byte order mark").
//!
//! Decoded: an element is `{"text": …, "@attribute": …, "child": [element, …]}`; the document is the root element.

use std::fmt;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::{Document, FormatError, put, put_char};

/// Escapes text for XML content and quoted attributes.
pub(super) fn escape(out: &mut dyn fmt::Write, text: &str) -> Result<(), FormatError> {
    super::no_control(text)?;
    for c in text.chars() {
        match c {
            '&' => put(out, "&amp;"),
            '<' => put(out, "&lt;"),
            '>' => put(out, "&gt;"),
            '"' => put(out, "&quot;"),
            '\'' => put(out, "&#39;"),
            _ => put_char(out, c),
        }?;
    }
    Ok(())
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
    quick_xml::escape::unescape(text).map(std::borrow::Cow::into_owned).map_err(wrong)
}

/// The element tree. No document type, no byte order mark, one root.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let text = std::str::from_utf8(bytes).map_err(|_| FormatError::new("not UTF-8"))?;
    super::no_control(text)?;
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, Element)> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(wrong)?;
        let closed = match event {
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
            Event::DocType(_) => return Err(wrong("a document type")),
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => continue,
        };
        close(closed, &mut open, &mut root)?;
    }
    if !open.is_empty() {
        return Err(wrong("an element is not closed"));
    }
    let (name, root) = root.ok_or_else(|| wrong("no root element"))?;
    if name != "clientConfig" {
        return Err(FormatError::new(format!("the root element is {name}, not clientConfig")));
    }
    Ok(Document::Tree(root))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_tree_keeps_text_attributes_and_order() {
        let xml = "<?xml version=\"1.0\"?>\n<clientConfig version=\"1.1\"><a x=\"&lt;1\">b&amp;c&#39;</a><a/></clientConfig>\n";
        let expected =
            json!({"@version": "1.1", "text": "", "a": [{"@x": "<1", "text": "b&c'"}, {"text": ""}]});
        assert_eq!(decode(xml.as_bytes()), Ok(Document::Tree(expected)));
    }

    #[test]
    fn what_clients_choke_on_is_refused() {
        for bad in [
            "",
            "<clientConfig>",
            "<clientConfig></x>",
            "<other/>",
            "<clientConfig/><clientConfig/>",
            "x<clientConfig/>",
            "\u{feff}<clientConfig/>",
            "<clientConfig><![CDATA[a]]></clientConfig>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><clientConfig>&b;</clientConfig>",
            "<clientConfig>&b;</clientConfig>",
            "<clientConfig>\u{1}</clientConfig>",
        ] {
            assert!(decode(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
