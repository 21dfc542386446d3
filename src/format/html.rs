//! Sheets: self-contained HTML. The text of every element with `data-setting="…"` is that setting's value; breaks such as `<wbr>`
//! do not count. A path with `data-qr="name"` is a QR code, see [`super::qr`]; its text is told as `qr.name`.
//!
//! Decoded: the marked texts in order.

use std::fmt;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Document, FormatError, qr};

/// Elements that have no end tag (HTML Living Standard, "void elements").
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Elements that run or fetch something.
const REFUSED: &[&str] = &[
    "script", "iframe", "object", "embed", "base", "link", "form", "template", "noscript", "frame", "portal",
];

/// Whether a style fetches something: `@import`, or `url()` of anything but data and fragments, or what a backslash may hide.
pub(super) fn fetches(style: &str) -> bool {
    let folded = style.to_ascii_lowercase();
    let inside = |rest: &str| {
        let target = rest.trim_start_matches([' ', '"', '\'']);
        target.starts_with("data:") || target.starts_with('#')
    };
    folded.contains("@import") || folded.contains('\\') || folded.split("url(").skip(1).any(|r| !inside(r))
}

fn wrong(error: impl fmt::Display) -> FormatError {
    FormatError::new(format!("not readable as HTML: {error}"))
}

/// The marked texts. Scripts and references to anything outside are refused: a sheet fetches nothing.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let text = std::str::from_utf8(bytes).map_err(|_| FormatError::new("not UTF-8"))?;
    // a value cannot open a style sheet: its `<` is escaped
    let styles = text.split("<style").skip(1).map(|s| s.split("</style").next().unwrap_or(s));
    if styles.into_iter().any(fetches) || text.contains("<STYLE") {
        return Err(wrong("a style sheet that fetches something"));
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut marked = Vec::new();
    let mut open: Option<Open> = None;
    loop {
        match reader.read_event().map_err(wrong)? {
            Event::Start(tag) => marked.extend(start(&tag, false, &mut open)?),
            Event::Empty(tag) => marked.extend(start(&tag, true, &mut open)?),
            Event::End(tag) => end(tag.name().as_ref(), &mut open, &mut marked),
            Event::Text(part) => add(&mut open, &part),
            Event::GeneralRef(part) => {
                let name = format!("&{};", &*part);
                if open.is_some() {
                    add(&mut open, &quick_xml::escape::unescape(&name).map_err(wrong)?);
                }
            }
            Event::CData(_) | Event::PI(_) => return Err(wrong("CDATA or a processing instruction")),
            Event::Eof => break,
            Event::Decl(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    match open {
        Some(open) => Err(wrong(format!("the element of {} is not closed", open.setting))),
        None => Ok(Document::Marked(marked)),
    }
}

/// A marked element that is not closed yet.
struct Open {
    setting: String,
    text: String,
    /// its own element's name, and how many of that name are open inside it
    name: String,
    inner: usize,
}

/// Opens an element. Gives what it says by itself: a QR code.
fn start(
    tag: &BytesStart<'_>,
    empty: bool,
    open: &mut Option<Open>,
) -> Result<Option<(String, String)>, FormatError> {
    let name = tag.name();
    let name: &str = name.as_ref();
    let is = |other: &&str| name.eq_ignore_ascii_case(other);
    if REFUSED.iter().any(is) {
        return Err(wrong(format!("<{name}> has no place on a sheet")));
    }
    let Marks { setting, code, path } = marks(tag)?;
    let void = empty || VOID.iter().any(is);
    match (open.as_mut(), setting) {
        (Some(open), Some(_)) => return Err(wrong(format!("a setting is marked inside {}", open.setting))),
        (Some(open), None) if !void && is(&open.name.as_str()) => open.inner += 1,
        (None, Some(setting)) if void => {
            return Err(wrong(format!("the element of {setting} holds no text")));
        }
        (None, Some(setting)) => {
            *open = Some(Open { setting, text: String::new(), name: name.to_owned(), inner: 0 })
        }
        _ => {}
    }
    code.map(|name| Ok((format!("qr.{name}"), qr::read(&path)?))).transpose()
}

/// What a tag says by its attributes.
#[derive(Default)]
struct Marks {
    /// the setting whose text it holds
    setting: Option<String>,
    /// the name of the QR code that it draws
    code: Option<String>,
    /// what it draws
    path: String,
}

/// What a tag says. On the way, what would run or fetch something is refused.
fn marks(tag: &BytesStart<'_>) -> Result<Marks, FormatError> {
    let mut marks = Marks::default();
    for attribute in tag.html_attributes() {
        let attribute = attribute.map_err(wrong)?;
        let (key, value): (&str, _) = (attribute.key.as_ref(), attribute.value);
        let is = |other: &&str| key.eq_ignore_ascii_case(other);
        let fetched = ["src", "srcset", "data", "poster"].iter().any(is) && !value.starts_with("data:");
        let link = key.eq_ignore_ascii_case("href") || key.eq_ignore_ascii_case("xlink:href");
        let elsewhere = link && !tag.name().as_ref().eq_ignore_ascii_case("a") && !value.starts_with('#');
        let runs = link && value.trim_start().to_ascii_lowercase().starts_with("javascript:");
        let refresh = is(&"http-equiv") && value.eq_ignore_ascii_case("refresh");
        let hidden = is(&"hidden") || is(&"style") && fetches(&value);
        let handler = key.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on"));
        if handler || fetched || elsewhere || runs || refresh || hidden {
            return Err(wrong(format!("the attribute {key} has no place on a sheet")));
        }
        if is(&"data-setting") && !value.is_empty() {
            marks.setting = Some(value.into_owned());
        } else if is(&"data-qr") {
            marks.code = Some(value.into_owned());
        } else if is(&"d") {
            marks.path = value.into_owned();
        }
    }
    Ok(marks)
}

fn end(name: &str, open: &mut Option<Open>, marked: &mut Vec<(String, String)>) {
    let Some(at) = open.as_mut().filter(|o| o.name.eq_ignore_ascii_case(name)) else { return };
    if at.inner > 0 {
        at.inner -= 1;
    } else if let Some(done) = open.take() {
        marked.push((done.setting, done.text));
    }
}

fn add(open: &mut Option<Open>, text: &str) {
    if let Some(open) = open {
        open.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Vec<(String, String)>, FormatError> {
        let page = format!(
            "<!DOCTYPE html><html lang=\"ja\"><head><meta charset=\"utf-8\"><style>a>b{{}}</style></head><body>{body}</body></html>"
        );
        match decode(page.as_bytes())? {
            Document::Marked(marked) => Ok(marked),
            Document::Tree(_) => Err(wrong("a tree")),
        }
    }

    #[test]
    fn marked_texts_are_read_and_breaks_do_not_count() {
        let page = "<p>x &nbsp;<br></p><td data-setting=\"incoming.host\">mail.<wbr>example.<b>jp</b></td><i data-setting='a'>&lt;&#39;</i><i data-setting=\"b\"></i>";
        let expected = [("incoming.host", "mail.example.jp"), ("a", "<'"), ("b", "")]
            .map(|(s, t)| (s.to_owned(), t.to_owned()));
        assert_eq!(read(page), Ok(expected.to_vec()));
    }

    #[test]
    fn a_code_is_read_as_its_text() {
        let code = super::super::Code::of("tanaka").unwrap_or_else(|| panic!("fits"));
        let page = format!("<svg><path data-qr=\"payload\" d=\"{}\"/></svg>", code.path);
        assert_eq!(read(&page), Ok(vec![("qr.payload".to_owned(), "tanaka".to_owned())]));
        assert!(read("<svg><path data-qr=\"payload\" d=\"M0 0h1v1h-1z\"/></svg>").is_err());
    }

    #[test]
    fn what_runs_or_fetches_is_refused() {
        for bad in [
            "<script>1</script>",
            "<img src=\"https://example.jp/a.png\">",
            "<b onclick=\"x\">",
            "<i data-setting=\"a\">x",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
