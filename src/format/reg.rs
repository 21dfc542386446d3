//! Registry files, CR LF. The header decides the bytes: version 5.00 is UTF-16LE with byte order mark; REGEDIT4, the one that
//! Windows 98 reads, is the ANSI code page. Source: Wine programs/regedit/regproc.c; Microsoft support article 310516.
//!
//! Decoded: `{"keys": [{"path", "deleted", "values": {name: text | number | {"hex": …} | null}}]}` in the order of the file.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value, json};

use super::{
    Document, FormatError, Stretches, UTF16_MARK, add_utf16, ansi, crlf, crlf_lines, one_line, put, to_utf16,
};
use super::{unmarked_utf16, utf16};

const HEADER: &str = "Windows Registry Editor Version 5.00";
const OLD_HEADER: &str = "REGEDIT4";

/// Doubles backslashes and quotes with a backslash; a value cannot hold a line end.
pub(super) fn escape(out: &mut dyn fmt::Write, text: &str) -> Result<(), FormatError> {
    super::no_control(text)?;
    one_line(text)?;
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '"']) {
        put(out, &rest[..at])?;
        put(out, "\\")?;
        put(out, &rest[at..=at])?;
        rest = &rest[at + 1..];
    }
    put(out, rest)
}

/// UTF-16LE with byte order mark; with the old header the ANSI code page. CR LF.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, FormatError> {
    super::no_control(text)?;
    if text.lines().next() == Some(OLD_HEADER) {
        return old(text);
    }
    Ok(to_utf16(&crlf(text)))
}

/// What the editor of Windows 98 does with a second byte that is a backslash is not known: such letters are refused.
fn old(text: &str) -> Result<Vec<u8>, FormatError> {
    if ansi::has_trail_5c(text) {
        return Err(FormatError::new("a letter's second byte in Windows-31J is a backslash"));
    }
    ansi::encode(&crlf(text))
}

/// Version 5.00 stretch by stretch. The old version's bytes are others, so a file of that is read whole.
pub(super) static STRETCHES: Stretches = Stretches {
    head: UTF16_MARK,
    encode: |text, bytes| {
        let mut lines = text.split('\n');
        lines.next().into_iter().for_each(|line| add_utf16(line, bytes));
        for line in lines {
            add_utf16("\r\n", bytes);
            add_utf16(line, bytes);
        }
    },
    holds: |before| {
        let line = before.rsplit('\n').next().unwrap_or_default();
        quoted(line).is_ok_and(|(_, rest)| rest.starts_with("=\""))
    },
    value: |bytes| {
        let text = unmarked_utf16(bytes)?;
        one_line(&text)?;
        unescape(text).map(Cow::Owned)
    },
};

/// What stands between two quotes.
fn unescape(text: String) -> Result<String, FormatError> {
    if !text.contains(['\\', '"']) {
        return Ok(text);
    }
    let closed = format!("\"{text}\"");
    match quoted(&closed)? {
        (text, "") => Ok(text),
        _ => Err(FormatError::new("a quote within a value")),
    }
}

/// The keys in order.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let is_old = bytes.starts_with(OLD_HEADER.as_bytes());
    let (header, text) = if is_old { (OLD_HEADER, ansi::decode(bytes)?) } else { (HEADER, utf16(bytes)?) };
    let mut lines = crlf_lines(&text)?.into_iter();
    if lines.next() != Some(header) || lines.next() != Some("") {
        return Err(FormatError::new("the file does not begin with its header and an empty line"));
    }
    let mut keys: Vec<(String, bool, Map<String, Value>)> = Vec::new();
    for line in lines.filter(|l| !l.is_empty() && !l.starts_with(';')) {
        if let Some(path) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            let deleted = path.starts_with('-');
            let path = path.strip_prefix('-').unwrap_or(path);
            let same =
                |k: &(String, bool, Map<String, Value>)| k.0.eq_ignore_ascii_case(path) && k.1 == deleted;
            if keys.iter().any(same) {
                return Err(FormatError::new("a key stands twice"));
            }
            if deleted && keys.iter().any(|k| !k.1) {
                return Err(FormatError::new("a key is deleted after others were written"));
            }
            keys.push((path.to_owned(), deleted, Map::new()));
            continue;
        }
        let (name, value) = assignment(line)?;
        let (_, _, values) =
            keys.last_mut().ok_or_else(|| FormatError::new("a value stands before any key"))?;
        // the registry folds the case of names
        if values.keys().any(|k| k.eq_ignore_ascii_case(&name)) {
            return Err(FormatError::new("a value stands twice"));
        }
        values.insert(name, value);
    }
    let keys: Vec<Value> = keys
        .into_iter()
        .map(|(path, deleted, values)| json!({"path": path, "deleted": deleted, "values": values}))
        .collect();
    Ok(Document::Tree(json!({ "keys": keys })))
}

/// `"name"=value`.
fn assignment(line: &str) -> Result<(String, Value), FormatError> {
    let (name, rest) = quoted(line)?;
    let value = rest.strip_prefix('=').ok_or_else(|| FormatError::new("a line has no `=`"))?;
    let value = if value == "-" {
        Value::Null
    } else if let Some(hex) = value.strip_prefix("dword:") {
        let number = u32::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 8);
        Value::from(number.ok_or_else(|| FormatError::new("a dword is not eight hexadecimal digits"))?)
    } else if let Some(hex) = value.strip_prefix("hex") {
        json!({ "hex": hex })
    } else {
        let (text, rest) = quoted(value)?;
        if !rest.is_empty() {
            return Err(FormatError::new("a line goes on behind its closing quote"));
        }
        Value::String(text)
    };
    Ok((name, value))
}

/// A quoted text and what stands behind it.
pub(super) fn quoted(text: &str) -> Result<(String, &str), FormatError> {
    let unclosed = || FormatError::new("a quote is not opened or closed");
    let mut chars = text.strip_prefix('"').ok_or_else(unclosed)?.char_indices();
    let mut out = String::with_capacity(text.len());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((out, &text[at + 2..])),
            '\\' => match chars.next() {
                Some((_, c @ ('\\' | '"'))) => out.push(c),
                _ => return Err(FormatError::new("a backslash is not doubled")),
            },
            _ => out.push(c),
        }
    }
    Err(unclosed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Document, FormatError> {
        decode(&encode(&format!("{HEADER}\n\n{body}"))?)
    }

    #[test]
    fn keys_and_values() {
        let body = "[-HKEY_CURRENT_USER\\A]\n\n[HKEY_CURRENT_USER\\A]\n\"n\"=\"表\\\\ \\\"q\\\"\"\n\"p\"=dword:000003e3\n\"d\"=-\n";
        let expected = json!({"keys": [
            {"path": "HKEY_CURRENT_USER\\A", "deleted": true, "values": {}},
            {"path": "HKEY_CURRENT_USER\\A", "deleted": false, "values": {"n": "表\\ \"q\"", "p": 995, "d": null}},
        ]});
        assert_eq!(read(body), Ok(Document::Tree(expected)));
    }

    #[test]
    fn the_old_version_is_in_the_ansi_code_page() {
        let bytes = encode("REGEDIT4\n\n[K]\n\"n\"=\"田中 \\\\\"\n").unwrap_or_default();
        assert!(bytes.starts_with(b"REGEDIT4\r\n\r\n[K]\r\n\"n\"=\"\x93\x63"));
        let expected = json!({"keys": [{"path": "K", "deleted": false, "values": {"n": "田中 \\"}}]});
        assert_eq!(decode(&bytes), Ok(Document::Tree(expected)));
        assert!(encode("REGEDIT4\n\n[K]\n\"n\"=\"表\"\n").is_err());
    }

    #[test]
    fn what_regedit_would_take_otherwise_is_refused() {
        for bad in ["\"a\"=\"b\n", "\"a\"=\"b\\c\"\n", "\"a\"=dword:3e3\n", "\"a\"\n", "\"a\"=\"b\"c\n"] {
            assert!(read(&format!("[K]\n{bad}")).is_err(), "{bad}");
        }
        assert!(read("\"a\"=\"b\"\n").is_err(), "a value before any key");
        assert!(read("[K]\n\"a\"=\"b\"\n\"A\"=\"c\"\n").is_err(), "a value twice");
        assert!(read("[K]\n\n[k]\n").is_err(), "a key twice");
        assert!(read("[K]\n\n[-K]\n").is_err(), "a deletion at the end");
        assert!(decode(b"REGEDIT4\r\n[K]\r\n").is_err(), "no empty line");
        assert!(escape(&mut String::new(), "a\r\n[K]").is_err());
    }
}
