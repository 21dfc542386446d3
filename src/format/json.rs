//! JSON whose bytes count: a digest is taken of them, a QR code is drawn from them. UTF-8, compact, keys sorted, no line end, so
//! that a template may be laid out for people. Source: RFC 8259.
//!
//! Decoded: the JSON itself.

use std::fmt;

use serde_json::Value;

use super::{Document, FormatError, put};

/// The inside of a JSON string.
pub(super) fn escape(out: &mut dyn fmt::Write, text: &str) -> Result<(), FormatError> {
    super::no_control(text)?;
    let quoted = Value::from(text).to_string();
    put(out, &quoted[1..quoted.len() - 1])
}

/// The same JSON in its one form.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, FormatError> {
    super::no_control(text)?;
    // no reason of the parser's: it may quote a value
    let mut value: Value =
        serde_json::from_str(text).map_err(|e| FormatError::new(format!("not JSON at line {}", e.line())))?;
    value.sort_all_objects();
    Ok(value.to_string().into_bytes())
}

/// The JSON, when the bytes are its one form.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let text = std::str::from_utf8(bytes).map_err(|_| FormatError::new("not UTF-8"))?;
    if encode(text)? != bytes {
        return Err(FormatError::new("not compact JSON with sorted keys"));
    }
    serde_json::from_str(text).map(Document::Tree).map_err(|_| FormatError::new("not JSON"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_form() {
        let bytes = encode("{ \"b\": [1,\n 2],\n \"a\": {\"d\": \"é\", \"c\": null} }\n").unwrap_or_default();
        assert_eq!(bytes, "{\"a\":{\"c\":null,\"d\":\"é\"},\"b\":[1,2]}".as_bytes());
        assert_eq!(decode(&bytes), Ok(Document::Tree(json!({"a": {"c": null, "d": "é"}, "b": [1, 2]}))));
        // a key that stands twice comes back once, so the bytes differ
        for bad in ["{}\n", "{ }", "{\"b\":1,\"a\":2}", "[1,]", "{\"a\":1,\"a\":1}"] {
            assert!(decode(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_value_stays_in_its_string() {
        let mut out = String::new();
        assert_eq!(escape(&mut out, "a\"b\\c\"],[\"表"), Ok(()));
        assert_eq!(
            encode(&format!("[\"{out}\"]")).and_then(|b| decode(&b)),
            Ok(Document::Tree(json!(["a\"b\\c\"],[\"表"])))
        );
        assert!(escape(&mut String::new(), "a\u{1}").is_err());
    }
}
