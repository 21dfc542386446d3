//! Display names that old programs cannot carry: signs of RFC 5322 that they leave unquoted, half-width katakana and NEC's row 13,
//! which ISO-2022-JP has no place for.

use super::Subject;
use crate::finding::{Findings, NAME_SPECIAL_CHARACTERS};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for setting in ["name", "name_ascii"] {
        let mut characters: Vec<char> =
            subject.raw.text(setting).into_iter().flat_map(str::chars).filter(|c| breaks(*c)).collect();
        characters.dedup();
        if !characters.is_empty() {
            let shown: Vec<String> = characters.iter().map(char::to_string).collect();
            findings.push(subject.on(&NAME_SPECIAL_CHARACTERS, setting).arg("characters", shown.join(" ")));
        }
    }
}

fn breaks(c: char) -> bool {
    let half_width_katakana = matches!(c, '\u{ff61}'..='\u{ff9f}');
    "\"\\<>()[],;:".contains(c) || half_width_katakana || is_row_13(c)
}

/// NEC special characters: row 13 of Windows-31J, which JIS X 0208 leaves empty.
fn is_row_13(c: char) -> bool {
    let bytes = encoding_rs::SHIFT_JIS.encode(c.encode_utf8(&mut [0; 4])).0.into_owned();
    matches!(bytes[..], [0x87, _])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_13() {
        assert!("①⑳Ⅰ㈱№℡㍻".chars().all(breaks));
        assert!(!"田中髙﨑Tanaka・ー 々".chars().any(breaks));
        assert!("ﾀﾅｶ".chars().all(breaks));
    }
}
