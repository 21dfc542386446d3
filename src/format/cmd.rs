//! Windows command files: ASCII, CR LF. Source: Microsoft Learn, `cmd` and `for` (`%` is doubled in a file).
//!
//! Decoded: `{"lines": […]}`.

use std::fmt;

use serde_json::json;

use super::{Document, FormatError, crlf, crlf_lines, one_line, put, put_char};

/// Doubles `%`; refuses what the command interpreter takes for its own, quoted or not.
pub(super) fn escape(out: &mut dyn fmt::Write, text: &str) -> Result<(), FormatError> {
    one_line(text)?;
    for c in text.chars() {
        match c {
            '%' => put(out, "%%"),
            '"' | '&' | '|' | '<' | '>' | '^' | '!' => {
                Err(FormatError::new(format!("a command file cannot hold the sign {c} safely")))
            }
            _ => put_char(out, c),
        }?;
    }
    Ok(())
}

/// ASCII, CR LF.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, FormatError> {
    super::no_control(text)?;
    if !text.is_ascii() {
        return Err(FormatError::new(
            "a command file must be ASCII: its code page differs from one Windows to the next",
        ));
    }
    Ok(crlf(text).into_bytes())
}

/// The lines.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let text = std::str::from_utf8(bytes).ok().filter(|t| t.is_ascii());
    let lines = crlf_lines(text.ok_or_else(|| FormatError::new("not ASCII"))?)?;
    Ok(Document::Tree(json!({ "lines": lines })))
}
