//! The ANSI code page of Windows, for formats that know no Unicode: ASCII stays ASCII, the rest is Windows-31J, for Japanese
//! Windows. Source: Microsoft code page 932; encoding.spec.whatwg.org (Shift_JIS).

use encoding_rs::SHIFT_JIS;

use super::FormatError;

/// Bytes that come back as the same text.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, FormatError> {
    let (bytes, _, lossy) = SHIFT_JIS.encode(text);
    // both ways: U+2212 and the yen sign come back as other characters, without a word
    if lossy || decode(&bytes)? != text {
        return Err(FormatError::new("the text has characters that Windows-31J has not"));
    }
    Ok(bytes.into_owned())
}

/// The text of bytes.
pub(super) fn decode(bytes: &[u8]) -> Result<String, FormatError> {
    let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
    Ok(text.ok_or_else(|| FormatError::new("not Windows-31J"))?.into_owned())
}

/// Whether a character's second byte is 0x5C, the backslash of programs that look at single bytes.
#[must_use]
pub fn has_trail_5c(text: &str) -> bool {
    let mut buffer = [0; 4];
    text.chars().any(|c| {
        let (bytes, _, _) = SHIFT_JIS.encode(c.encode_utf8(&mut buffer));
        bytes.len() == 2 && bytes[1] == b'\\'
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_or_not_at_all() {
        for good in ["tanaka", "田中㈱ 表", "ｱ"] {
            assert_eq!(encode(good).and_then(|b| decode(&b)).as_deref(), Ok(good));
        }
        for bad in ["😀", "山田−太郎", "¥100"] {
            assert!(encode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_letters_that_hold_a_backslash() {
        for text in ["表", "ソニー", "十"] {
            assert!(has_trail_5c(text), "{text}");
        }
        for text in ["\\", "田中", "tanaka", "😀"] {
            assert!(!has_trail_5c(text), "{text}");
        }
    }
}
