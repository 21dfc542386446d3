//! Path parts made from what others wrote: safe on every system, and never the same for two different texts.

use sha2::{Digest, Sha256};

use crate::hex::hex;

/// Longest safe form, in bytes.
const MOST: usize = 100;

/// Names that Windows keeps for devices, whatever follows the first dot.
const RESERVED: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A path part for a text: its safe form, and `~` with 16 hex digits of its SHA-256 whenever that form is not the text itself
/// in lower case. So two texts never share a part, also where file names fold case.
///
/// ```
/// use mailprof::paths::part;
/// assert_eq!(part("tanaka@example.jp"), "tanaka@example.jp");
/// assert_eq!(part("../Tanaka@example.jp"), "_._tanaka@example.jp~c2248ceb7003356b");
/// ```
#[must_use]
pub fn part(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.to_lowercase().chars() {
        let plain = c.is_ascii_alphanumeric()
            || "@-_+".contains(c)
            || c == '.' && !safe.is_empty() && !safe.ends_with('.');
        safe.push(if plain { c } else { '_' });
    }
    safe.truncate(MOST);
    if is_reserved(&safe) || safe.is_empty() {
        safe.insert(0, '_');
    }
    if safe.ends_with('.') {
        safe.pop();
        safe.push('_');
    }
    if safe == text {
        return safe;
    }
    let hash = Sha256::digest(text.as_bytes());
    format!("{safe}~{}", hex(&hash[..8]))
}

/// Whether a path part is safe as it is: no `..`, separators, control characters, or names that Windows keeps for devices.
#[must_use]
pub fn is_safe(part: &str) -> bool {
    let bad = |c: char| c.is_control() || matches!(c, '\\' | '/' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    !part.is_empty()
        && !part.contains(bad)
        && !part.ends_with(['.', ' '])
        && !is_reserved(part)
        && part.len() <= 255
}

/// Whatever its case.
fn is_reserved(part: &str) -> bool {
    let first = part.split('.').next().unwrap_or_default();
    let numbered = |name: &str| {
        first.split_at_checked(name.len()).is_some_and(|(head, number)| {
            head.eq_ignore_ascii_case(name) && number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit())
        })
    };
    RESERVED.iter().any(|name| name.eq_ignore_ascii_case(first)) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_address_stays_itself() {
        for text in ["tanaka@example.jp", "a.b+c_d-e@xn--r8jz45g.jp"] {
            assert_eq!(part(text), text);
        }
    }

    #[test]
    fn hostile_ones_are_tamed_and_told_apart() {
        let hostile = [
            "../../etc/passwd@x.jp",
            "a/b@x.jp",
            "a\\b@x.jp",
            "con@x.jp",
            "CON.a@x.jp",
            "com1.a@x.jp",
            "lpt9.x@x.jp",
            "Tanaka@x.jp",
            "tanaka!@x.jp",
            "tanaka?@x.jp",
            ".hidden@x.jp",
            "a..b@x.jp",
            "あ@x.jp",
            "\u{202e}a@x.jp",
            "a@x.jp\0",
            "",
        ];
        let parts: Vec<String> = hostile.iter().map(|t| part(t)).collect();
        for p in &parts {
            let tame = p.chars().all(|c| c.is_ascii_alphanumeric() || "@-_+.~".contains(c));
            assert!(tame && !p.contains("..") && !p.starts_with('.') && p.len() <= 118, "{p}");
        }
        let distinct: std::collections::BTreeSet<_> = parts.iter().collect();
        assert_eq!(distinct.len(), hostile.len());
        assert!(part(&"a".repeat(500)).len() <= 117);
    }
}
