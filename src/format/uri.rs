//! URIs that a QR code holds: one line of ASCII without line end, `scheme:target?name=value&…`. Source: RFC 3986.
//!
//! Decoded: `{"scheme", "target", "query": {name: text}}`, percent-decoded; slashes around the target do not count.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{Document, FormatError, one_line, put};

/// All but the unreserved characters (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn wrong(reason: &str) -> FormatError {
    FormatError::new(format!("not a URI: {reason}"))
}

/// Percent-encodes all that is not unreserved.
pub(super) fn escape(out: &mut dyn fmt::Write, text: &str) -> Result<(), FormatError> {
    one_line(text)?;
    utf8_percent_encode(text, RESERVED).try_for_each(|part| put(out, part))
}

/// The one line.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, FormatError> {
    let line = text.trim_end_matches('\n');
    if line.is_empty() || line.chars().any(|c| !c.is_ascii_graphic()) {
        return Err(wrong("it has blanks, line ends or letters outside ASCII"));
    }
    Ok(line.as_bytes().to_vec())
}

/// Its parts.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let text = std::str::from_utf8(bytes).ok().filter(|t| t.chars().all(|c| c.is_ascii_graphic()));
    let text = text.ok_or_else(|| wrong("it has blanks or letters outside ASCII"))?;
    let (scheme, rest) = text.split_once(':').ok_or_else(|| wrong("it has no scheme"))?;
    let (target, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut values = Map::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| wrong("a part of its query has no `=`"))?;
        if values.insert(plain(name)?, Value::String(plain(value)?)).is_some() {
            return Err(wrong("a name stands twice in its query"));
        }
    }
    Ok(Document::Tree(json!({"scheme": scheme, "target": plain(target.trim_matches('/'))?, "query": values})))
}

fn plain(text: &str) -> Result<String, FormatError> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| wrong("a value is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_in_its_place() {
        let mut out = String::new();
        assert_eq!(escape(&mut out, "a&b=c?d/%20+表~"), Ok(()));
        let bytes = encode(&format!("dclogin://t%40example.jp/?v=1&p={out}\n")).unwrap_or_default();
        let expected = json!({"scheme": "dclogin", "target": "t@example.jp", "query": {"v": "1", "p": "a&b=c?d/%20+表~"}});
        assert_eq!(decode(&bytes), Ok(Document::Tree(expected)));
    }

    #[test]
    fn what_is_none_is_refused() {
        assert!(encode("a b\n").is_err() && encode("a\nb\n").is_err() && encode("\n").is_err());
        for bad in ["a", "a:b?c", "a:b?c=1&c=2", "a:b?c=%ff", "a:表"] {
            assert!(decode(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
