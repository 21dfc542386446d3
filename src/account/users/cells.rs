//! What a database, a spreadsheet or a wrong encoding did to a cell, before anybody prints it: nothing is mended silently.

use crate::finding::{self, Finding};

/// What is wrong with a cell; `column` is its name for the message. The cell itself is never shown: it may be a password.
pub(super) fn damage(setting: &str, text: &str, column: &str) -> Option<Finding> {
    let told = |code: &finding::Code| Finding::new(code).arg("column", column);
    if text.contains('\u{fffd}') {
        return Some(told(&finding::ROW_REPLACEMENT));
    }
    if let Some(c) = text.chars().find(|c| is_private(*c)) {
        return Some(told(&finding::ROW_GAIJI).arg("character", format!("U+{:04X}", c as u32)));
    }
    if is_exact(setting) && text.trim() != text {
        return Some(told(&finding::ROW_EDGE_BLANK));
    }
    let kind = spreadsheet(setting, text)?;
    Some(told(&finding::ROW_SPREADSHEET).arg("kind", kind))
}

/// A character that only one maker's or one site's computers know (Unicode, section 23.5, private-use areas): what the user-defined
/// characters of Windows-31J become.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

/// Whether each character of a setting counts, blanks too.
fn is_exact(setting: &str) -> bool {
    let last = setting.rsplit('.').next();
    matches!(last, Some("address" | "username" | "password" | "host" | "number" | "postcode" | "profile_key"))
}

/// What a spreadsheet made of a cell, by its look.
fn spreadsheet(setting: &str, text: &str) -> Option<&'static str> {
    const ERRORS: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"];
    if ERRORS.contains(&text) || text.len() > 2 && text.chars().all(|c| c == '#') {
        return Some("#N/A");
    }
    if !is_exact(setting) {
        return None;
    }
    if is_scientific(text) {
        return Some("1.23E+11");
    }
    if is_date(text) {
        return Some("3月4日");
    }
    // seven digits in Japan: 060-0001 becomes 600001
    let digits = setting.ends_with("postcode") && text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then_some("0")
}

/// A number with an exponent as spreadsheets write it: `1.23457E+11`.
fn is_scientific(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once("E+") else { return false };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole) && whole.len() == 1 && digits(part) && digits(exponent) && exponent.len() == 2
}

/// A date as spreadsheets write one that somebody typed as `3-4` or `3/4`: `3月4日`, `4-Mar`, `Mar-04`.
fn is_date(text: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number = |t: &str| (1..=2).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    let japanese = || {
        let (month, day) = text.strip_suffix('日')?.split_once('月')?;
        Some(number(month) && number(day))
    };
    let english = || {
        let (a, b) = text.split_once('-')?;
        Some(number(a) && MONTHS.contains(&b) || MONTHS.contains(&a) && number(b))
    };
    japanese().or_else(english).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(setting: &str, text: &str) -> Option<String> {
        damage(setting, text, "x").map(|f| f.code)
    }

    #[test]
    fn what_a_spreadsheet_did_is_seen() {
        for text in ["1.23457E+11", "#N/A", "#REF!", "########", "3月4日", "4-Mar", "Mar-04"] {
            assert_eq!(code("incoming.password", text).as_deref(), Some("row-spreadsheet"), "{text}");
        }
        for text in ["1E5", "a1.2E+11", "E+11", "1.E+11", "3月4", "4-Marc", "C#", "#", "0012", "Jan"] {
            assert_eq!(code("incoming.password", text), None, "{text}");
        }
        assert_eq!(code("recipient.postcode", "600001").as_deref(), Some("row-spreadsheet"));
        assert_eq!(code("recipient.postcode", "0600001"), None);
        assert_eq!(code("name", "3月4日"), None);
    }

    #[test]
    fn blanks_around_logins_and_characters_that_were_lost_are_told() {
        for text in ["a ", " a", "a\u{3000}", "\u{a0}a", "a\t"] {
            assert_eq!(code("incoming.username", text).as_deref(), Some("row-edge-blank"), "{text:?}");
        }
        assert_eq!(code("name", "田中 太郎\u{3000}"), None);
        assert_eq!(code("name", "田\u{e000}"), Some("row-gaiji".to_owned()));
        assert_eq!(code("name", "田\u{fffd}"), Some("row-replacement".to_owned()));
        assert_eq!(code("name", "髙﨑①㈱"), None);
    }
}
