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

/// Reads one value that [`Escape`] wrote.
pub type Decode = fn(&str) -> Result<String, FormatError>;

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
    /// from one value as it stands in the bytes to what it means, where the bytes are the text: then a file's fixed stretches need not be
    /// decoded again for each user
    pub value: Option<Decode>,
}

/// Every format.
pub static FORMATS: &[Format] = &[
    Format {
        name: "autoconfig",
        placeholders: true,
        escape: xml::escape,
        encode: utf8,
        decode: autoconfig::decode,
        value: Some(xml::value),
    },
    // its text is the data that the template lays out; its bytes are read before they are bytes, from the laid-out pages
    Format {
        name: "pdf",
        placeholders: false,
        escape: json::escape,
        encode: |_| Err(FormatError::new("a PDF is printed, not encoded")),
        decode: |_| Err(FormatError::new("a PDF is read from its laid-out pages")),
        value: None,
    },
    Format {
        name: "mobileconfig",
        placeholders: false,
        escape: xml::escape,
        encode: utf8,
        decode: mobileconfig::decode,
        value: Some(xml::value),
    },
    Format {
        name: "reg",
        placeholders: false,
        escape: reg::escape,
        encode: reg::encode,
        decode: reg::decode,
        value: None,
    },
    Format {
        name: "prf",
        placeholders: false,
        escape: prf::escape,
        encode: prf::encode,
        decode: prf::decode,
        value: None,
    },
    Format {
        name: "cmd",
        placeholders: false,
        escape: cmd::escape,
        encode: cmd::encode,
        decode: cmd::decode,
        value: None,
    },
    Format {
        name: "iaf",
        placeholders: false,
        escape: reg::escape,
        encode: iaf::encode,
        decode: iaf::decode,
        value: None,
    },
    Format {
        name: "oeaccount",
        placeholders: false,
        escape: xml::escape,
        encode: oeaccount::encode,
        decode: oeaccount::decode,
        value: None,
    },
    Format {
        name: "autodiscover",
        placeholders: false,
        escape: xml::escape,
        encode: utf8,
        decode: autodiscover::decode,
        value: Some(xml::value),
    },
    Format {
        name: "zone",
        placeholders: false,
        escape: zone::escape,
        encode: zone::encode,
        decode: zone::decode,
        value: None,
    },
    Format {
        name: "pacc",
        placeholders: false,
        escape: json::escape,
        encode: json::encode,
        decode: json::decode,
        value: None,
    },
    Format {
        name: "qr-json",
        placeholders: false,
        escape: json::escape,
        encode: json::encode,
        decode: json::decode,
        value: None,
    },
    Format {
        name: "qr-uri",
        placeholders: false,
        escape: uri::escape,
        encode: uri::encode,
        decode: uri::decode,
        value: None,
    },
    Format {
        name: "svg",
        placeholders: false,
        escape: xml::escape,
        encode: utf8,
        decode: svg::decode,
        value: Some(xml::value),
    },
    Format {
        name: "html",
        placeholders: false,
        escape: xml::escape,
        encode: utf8,
        decode: html::decode,
        value: Some(xml::value),
    },
];

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
    let units = std::iter::once(0xfeff).chain(text.encode_utf16().collect::<Vec<_>>());
    units.flat_map(u16::to_le_bytes).collect()
}

/// The text of UTF-16LE with byte order mark.
fn utf16(bytes: &[u8]) -> Result<String, FormatError> {
    let body = bytes.strip_prefix(&[0xff, 0xfe]).filter(|b| b.len() % 2 == 0);
    let body = body.ok_or_else(|| FormatError::new("not UTF-16LE with a byte order mark"))?;
    let units: Vec<u16> = body.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
    String::from_utf16(&units).map_err(|_| FormatError::new("not UTF-16"))
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
    use super::no_control;

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
