//! File formats: how text becomes bytes, how a value is escaped in it, and how bytes are decoded again. One module a format and
//! one row in [`FORMATS`]. What a place in a file *means* is not known here: readings (`profiles/readings/`) say it.

mod ansi;
mod autoconfig;
mod autodiscover;
mod cmd;
mod drawing;
mod html;
mod iaf;
mod json;
mod mobileconfig;
mod oeaccount;
#[cfg(feature = "pdf")]
pub mod pdf;
mod picture;
mod prf;
mod qr;
mod reg;
mod svg;
mod uri;
mod xml;
mod zone;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

pub use ansi::has_trail_5c;
pub use drawing::operations;
pub use picture::Picture;
pub use qr::Code;

/// A decoded file.
#[derive(Debug, PartialEq)]
pub enum Document {
    /// a tree that a reading looks into
    Tree(Value),
    /// texts that are marked with the name of their setting
    Marked(Vec<(String, String)>),
}

/// Why a text or a value cannot be in a file. Never holds the value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FormatError(pub String);

impl FormatError {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// Writes one value so that the format's reader gives it back.
pub type Escape = fn(&mut dyn fmt::Write, &str) -> Result<(), FormatError>;

/// A way to write a file stretch by stretch, and to read one value of it: for files whose bytes are those of their text's stretches, one
/// behind the other.
#[derive(Debug)]
pub struct Stretches {
    /// what stands before the first one
    pub head: &'static [u8],
    /// the bytes of a stretch
    pub encode: fn(&str, &mut Vec<u8>),
    /// whether a value behind this text is one that [`Stretches::value`] reads, and no part of the file's own structure
    pub holds: fn(&str) -> bool,
    /// what a value's bytes mean: those that [`Escape`] wrote, encoded
    pub value: fn(&[u8]) -> Result<Cow<'_, str>, FormatError>,
}

/// A file format.
#[derive(Debug)]
pub struct Format {
    /// its name in profiles and in the manifest
    pub name: &'static str,
    /// whether clients replace `%EMAILADDRESS%` and its kin in it
    pub placeholders: bool,
    /// how a value is written in a template
    pub escape: Escape,
    /// from a rendered template to bytes
    pub encode: fn(&str) -> Result<Vec<u8>, FormatError>,
    /// from bytes to a document
    pub decode: fn(&[u8]) -> Result<Document, FormatError>,
    /// where the bytes follow from the text stretch by stretch, as they do in most files: then those that are the same for all users need
    /// not be encoded and decoded again for each
    pub stretches: Option<&'static Stretches>,
}

/// Every format.
pub static FORMATS: &[Format] = &[
    Format {
        name: "autoconfig",
        placeholders: true,
        escape: xml::escape,
        encode: utf8,
        decode: autoconfig::decode,
        stretches: Some(&XML),
    },
    // its text is the data that the template lays out; its bytes are read before they are bytes, from the laid-out pages
    Format {
        name: "pdf",
        placeholders: false,
        escape: json::escape,
        encode: |_| Err(FormatError::new("a PDF is printed, not encoded")),
        decode: |_| Err(FormatError::new("a PDF is read from its laid-out pages")),
        stretches: None,
    },
    Format {
        name: "mobileconfig",
        placeholders: false,
        escape: xml::escape,
        encode: utf8,
        decode: mobileconfig::decode,
        stretches: Some(&XML),
    },
    Format {
        name: "reg",
        placeholders: false,
        escape: reg::escape,
        encode: reg::encode,
        decode: reg::decode,
        stretches: Some(&reg::STRETCHES),
    },
    Format {
        name: "prf",
        placeholders: false,
        escape: prf::escape,
        encode: prf::encode,
        decode: prf::decode,
        stretches: None,
    },
    Format {
        name: "cmd",
        placeholders: false,
        escape: cmd::escape,
        encode: cmd::encode,
        decode: cmd::decode,
        stretches: None,
    },
    Format {
        name: "iaf",
        placeholders: false,
        escape: reg::escape,
        encode: iaf::encode,
        decode: iaf::decode,
        stretches: None,
    },
    Format {
        name: "oeaccount",
        placeholders: false,
        escape: xml::escape,
        encode: oeaccount::encode,
        decode: oeaccount::decode,
        stretches: None,
    },
    Format {
        name: "autodiscover",
        placeholders: false,
        escape: xml::escape,
        encode: utf8,
        decode: autodiscover::decode,
        stretches: Some(&XML),
    },
    Format {
        name: "zone",
        placeholders: false,
        escape: zone::escape,
        encode: zone::encode,
        decode: zone::decode,
        stretches: None,
    },
    Format {
        name: "pacc",
        placeholders: false,
        escape: json::escape,
        encode: json::encode,
        decode: json::decode,
        stretches: None,
    },
    Format {
        name: "qr-json",
        placeholders: false,
        escape: json::escape,
        encode: json::encode,
        decode: json::decode,
        stretches: None,
    },
    Format {
        name: "qr-uri",
        placeholders: false,
        escape: uri::escape,
        encode: uri::encode,
        decode: uri::decode,
        stretches: None,
    },
    Format {
        name: "svg",
        placeholders: false,
        escape: xml::escape,
        encode: utf8,
        decode: svg::decode,
        stretches: Some(&XML),
    },
    Format {
        name: "html",
        placeholders: false,
        escape: xml::escape,
        encode: utf8,
        decode: html::decode,
        stretches: Some(&XML),
    },
];

/// XML and its kin, whose bytes are the text.
static XML: Stretches = Stretches {
    head: b"",
    encode: |text, bytes| bytes.extend(text.as_bytes()),
    // what could end a text or a quoted attribute is escaped
    holds: |_| true,
    value: |bytes| {
        let text = std::str::from_utf8(bytes).map_err(|_| FormatError::new("not UTF-8"))?;
        xml::value(text)
    },
};

/// A format by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|f| f.name == name)
}

/// UTF-8 without byte order mark, LF.
fn utf8(text: &str) -> Result<Vec<u8>, FormatError> {
    no_control(text)?;
    Ok(text.as_bytes().to_vec())
}

/// What no text file may hold: control characters other than LF and tab, byte order marks, and noncharacters (XML 1.0, section
/// 2.2). A scan of the bytes: every written text comes through here.
fn no_control(text: &str) -> Result<(), FormatError> {
    let bytes = text.as_bytes();
    let after = |at: usize, n: usize| bytes.get(at + n).copied().unwrap_or_default();
    let bad = |&at: &usize| match bytes[at] {
        b'\n' | b'\t' => false,
        0..0x20 | 0x7f => true,
        // U+0080 to U+009F
        0xc2 => after(at, 1) < 0xa0,
        // U+FEFF, U+FFFE, U+FFFF
        0xef => matches!((after(at, 1), after(at, 2)), (0xbb, 0xbf) | (0xbf, 0xbe | 0xbf)),
        _ => false,
    };
    match (0..bytes.len()).find(bad).and_then(|at| text.get(at..)?.chars().next()) {
        Some(c) => Err(FormatError::new(format!("the text has the character U+{:04X}", c as u32))),
        None => Ok(()),
    }
}

/// UTF-16LE with byte order mark.
fn to_utf16(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 * text.len() + UTF16_MARK.len());
    bytes.extend(UTF16_MARK);
    add_utf16(text, &mut bytes);
    bytes
}

/// The byte order mark of UTF-16LE.
const UTF16_MARK: &[u8] = &[0xff, 0xfe];

/// Adds UTF-16LE.
fn add_utf16(text: &str, bytes: &mut Vec<u8>) {
    bytes.reserve(2 * text.len());
    text.encode_utf16().for_each(|unit| bytes.extend(unit.to_le_bytes()));
}

/// The text of UTF-16LE with byte order mark.
fn utf16(bytes: &[u8]) -> Result<String, FormatError> {
    let body = bytes.strip_prefix(UTF16_MARK);
    unmarked_utf16(body.ok_or_else(|| FormatError::new("not UTF-16LE with a byte order mark"))?)
}

/// The text of UTF-16LE.
fn unmarked_utf16(bytes: &[u8]) -> Result<String, FormatError> {
    let text = encoding_rs::UTF_16LE.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(Cow::into_owned).ok_or_else(|| FormatError::new("not UTF-16"))
}

/// Line ends of Windows.
fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// The lines of a Windows file; a bare CR or LF is an error.
fn crlf_lines(text: &str) -> Result<Vec<&str>, FormatError> {
    let lines: Vec<&str> = text.split("\r\n").collect();
    if lines.iter().any(|l| l.contains(['\r', '\n'])) {
        return Err(FormatError::new("a line does not end in CR LF"));
    }
    Ok(lines)
}

/// Refuses control characters in one value: in a line-based format a line end would begin a setting of its own.
fn one_line(text: &str) -> Result<(), FormatError> {
    match text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        Some(c) => Err(FormatError::new(format!("a value has the character U+{:04X}", c as u32))),
        None => Ok(()),
    }
}

fn put(out: &mut dyn fmt::Write, text: &str) -> Result<(), FormatError> {
    out.write_str(text).map_err(|_| FormatError::new("could not write"))
}

fn put_char(out: &mut dyn fmt::Write, c: char) -> Result<(), FormatError> {
    out.write_char(c).map_err(|_| FormatError::new("could not write"))
}

#[cfg(test)]
mod tests {
    use super::{FORMATS, Stretches, no_control};

    fn encoded(how: &Stretches, text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        (how.encode)(text, &mut bytes);
        bytes
    }

    #[test]
    fn stretches_are_the_whole_and_a_value_is_read_from_its_own() {
        let (mut read, signs) = (0, "a&<>\"'\\ %x% 表ソ😀\u{2028}\u{feff}\u{ffff}\t\n\r\u{0}\u{85}");
        for (format, how) in FORMATS.iter().filter_map(|format| Some((format, format.stretches?))) {
            let (head, tail) = match format.name {
                "reg" => ("Windows Registry Editor Version 5.00\n\n[K]\n\"n\"=\"", "\"\n"),
                _ => ("<a>\n", "</a>\n"),
            };
            for value in signs.chars().map(String::from).chain(["".to_owned(), "x\\\"<&>\"\\表".to_owned()])
            {
                let mut text = String::new();
                if (format.escape)(&mut text, &value).is_err() {
                    continue;
                }
                let stretches = [head, &text, tail].map(|text| encoded(how, text)).concat();
                let whole = (format.encode)(&[head, &text, tail].concat());
                assert_eq!(whole, Ok([how.head, &stretches].concat()), "{} {value:?}", format.name);
                let said = (how.value)(&encoded(how, &text)).map(|said| said.into_owned());
                assert_eq!(said, Ok(value), "{}", format.name);
                read += 1;
            }
        }
        assert!(read > 60, "{read}");
    }

    #[test]
    fn what_escaping_does_not_write_is_no_value_and_structure_holds_none() {
        for (name, bad) in
            [("reg", "a\"b"), ("reg", "a\\b"), ("reg", "a\nb"), ("html", "a<b"), ("html", "a\"b")]
        {
            let how = super::find(name).and_then(|format| format.stretches);
            assert!(how.is_some_and(|how| (how.value)(&encoded(how, bad)).is_err()), "{name} {bad:?}");
        }
        let holds = |before: &str| (super::reg::STRETCHES.holds)(before);
        assert!(holds("[K]\n\"a \\\" b\"=\"x"));
        for structure in ["[K\\", "\"n", "\"n\"=dword:", "\"n\"=\"a\"\n", "; \"n\"=\""] {
            assert!(!holds(structure), "{structure:?}");
        }
    }

    #[test]
    fn what_no_text_file_may_hold() {
        for good in ["a\n\tb", "é\u{a0}", "：＜", "\u{fffd}", "表😀"] {
            assert_eq!(no_control(good), Ok(()), "{good:?}");
        }
        for bad in
            ["\u{0}", "a\r", "\u{1b}", "\u{7f}", "é\u{80}", "\u{9f}", "\u{feff}", "表\u{fffe}", "\u{ffff}"]
        {
            assert!(no_control(bad).is_err(), "{bad:?}");
        }
    }
}
