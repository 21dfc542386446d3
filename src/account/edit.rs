//! Texts that go back into a description: values as YAML writes them, and replacements of what stands there.

use super::node::Node;
use crate::finding::Edit;

/// Longest scalar that is replaced, in bytes; what is longer was pasted there by mistake.
const MOST_EDITED: usize = 256;

/// The replacement of a scalar by other YAML; none where an alias, an anchor, a tag or a block of lines is involved.
pub(super) fn scalar(node: &Node, text: String) -> Option<Edit> {
    let own = node.place == node.written && node.direct;
    let plain = own && !node.place.is_empty() && node.place.len() <= MOST_EDITED;
    (plain && node.text().is_some()).then_some(Edit { place: node.place, text })
}

/// A text as YAML writes it in a mapping: plain where every reader of YAML takes it for the same text, else in single quotes.
///
/// ```
/// use mailprof::account::yaml_text;
/// assert_eq!(yaml_text("mail.example.jp"), "mail.example.jp");
/// assert_eq!(yaml_text("%EMAILADDRESS%"), "'%EMAILADDRESS%'");
/// assert_eq!(yaml_text("0120"), "'0120'");
/// ```
#[must_use]
pub fn yaml_text(text: &str) -> String {
    let sign = |c: char| c.is_alphanumeric() || "._-@/+".contains(c);
    let number = text.replace('_', "").parse::<f64>().is_ok() || text.starts_with("0x");
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = text.starts_with(char::is_alphanumeric)
        && text.chars().all(sign)
        && !number
        && !word.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}
