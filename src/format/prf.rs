//! Outlook profile files (PRF): INI text in the system's ANSI code page, CR LF. ASCII stays ASCII; else Windows-31J, for Japanese
//! Windows (unverified: no source defines the encoding). Source: Office Resource Kit cc179062.
//!
//! Decoded: `{"sections": {name: {key: value}}, "accounts": [{"type", "keys"}]}`. An account has only those keys that the
//! mapping section of its type maps to a property: Outlook drops the others silently.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{Document, FormatError, ansi, crlf, crlf_lines, one_line, put};

/// A value goes as it is; it cannot hold a line end, which would begin a key of its own.
pub(super) fn escape(out: &mut dyn fmt::Write, text: &str) -> Result<(), FormatError> {
    one_line(text)?;
    put(out, text)
}

/// ASCII, else Windows-31J; CR LF.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, FormatError> {
    super::no_control(text)?;
    ansi::encode(&crlf(text))
}

/// Sections, and the accounts as Outlook would make them.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let text = ansi::decode(bytes)?;
    let sections = sections(&text)?;
    let accounts = accounts(&sections)?;
    Ok(Document::Tree(json!({ "sections": sections, "accounts": accounts })))
}

fn sections(text: &str) -> Result<Map<String, Value>, FormatError> {
    let mut sections: Map<String, Value> = Map::new();
    let mut name = None;
    for line in crlf_lines(text)?.into_iter().filter(|l| !l.is_empty() && !l.starts_with(';')) {
        if let Some(section) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            if sections.keys().any(|s| s.eq_ignore_ascii_case(section)) {
                return Err(FormatError::new(format!("the section {section} stands twice")));
            }
            sections.insert(section.to_owned(), json!({}));
            name = Some(section.to_owned());
            continue;
        }
        let (key, value) =
            line.split_once('=').ok_or_else(|| FormatError::new("a line is neither section nor key"))?;
        let section = name.as_ref().and_then(|n| sections.get_mut(n)).and_then(Value::as_object_mut);
        let section = section.ok_or_else(|| FormatError::new("a key stands before any section"))?;
        if section.keys().any(|k| k.eq_ignore_ascii_case(key)) {
            return Err(FormatError::new(format!("the key {key} stands twice")));
        }
        section.insert(key.to_owned(), Value::String(value.to_owned()));
    }
    Ok(sections)
}

fn accounts(sections: &Map<String, Value>) -> Result<Vec<Value>, FormatError> {
    let Some(Value::Object(list)) = sections.get("Internet Account List") else { return Ok(Vec::new()) };
    list.iter()
        .map(|(account, kind)| one_account(sections, account, kind.as_str().unwrap_or_default()))
        .collect()
}

fn one_account(sections: &Map<String, Value>, account: &str, kind: &str) -> Result<Value, FormatError> {
    let section = |name: &str| sections.get(name).and_then(Value::as_object);
    let keys = section(account).ok_or_else(|| FormatError::new(format!("there is no section {account}")))?;
    let mapping = section(kind).ok_or_else(|| FormatError::new(format!("there is no section {kind}")))?;
    let kept: Map<String, Value> =
        keys.iter().filter(|(k, _)| mapping.contains_key(*k)).map(|(k, v)| (k.clone(), v.clone())).collect();
    Ok(json!({ "type": mapping.get("AccountType"), "keys": kept }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_mapping_is_dropped_as_outlook_does() {
        let text = "[Internet Account List]\nAccount1=I_Mail\n[Account1]\nPOP3Server=mail.example.jp\nX=y\n\
                    [I_Mail]\nAccountType=POP3\nPOP3Server=PT_UNICODE,0x0100\n";
        let Ok(Document::Tree(tree)) = encode(text).and_then(|b| decode(&b)) else { panic!("decodes") };
        assert_eq!(tree["accounts"], json!([{"type": "POP3", "keys": {"POP3Server": "mail.example.jp"}}]));
    }

    #[test]
    fn japanese_goes_through_and_the_rest_is_refused() {
        let bytes = encode("[A]\nDisplayName=田中㈱ 表\n").unwrap_or_default();
        let Ok(Document::Tree(tree)) = decode(&bytes) else { panic!("decodes") };
        assert_eq!(tree["sections"]["A"]["DisplayName"], "田中㈱ 表");
        assert!(encode("[A]\nDisplayName=😀\n").is_err());
        assert!(escape(&mut String::new(), "a\nOverwriteProfile=Yes").is_err());
        assert!(decode(b"[A]\r\nb=c\r\nb=d\r\n").is_err());
    }
}
