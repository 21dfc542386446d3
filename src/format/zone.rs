//! DNS zone files: ASCII, LF. Source: RFC 1035, section 5; RFC 2782 (SRV).
//!
//! Only what our templates write is read: `$ORIGIN`, `$TTL`, one record a line (`name [ttl] [IN] TYPE data`), `;` comments.
//! Decoded: `{"origin", "records": [{"name", "type", "ttl", …}]}`, names in full with the dot at the end.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{Document, FormatError, one_line, put_char};

fn wrong(reason: impl fmt::Display) -> FormatError {
    FormatError::new(format!("not a zone file: {reason}"))
}

/// A backslash before what means something in a zone file; blanks and letters outside ASCII are refused.
pub(super) fn escape(out: &mut dyn fmt::Write, text: &str) -> Result<(), FormatError> {
    one_line(text)?;
    for c in text.chars() {
        if !c.is_ascii_graphic() {
            return Err(wrong("a value has a blank or a letter outside ASCII"));
        }
        if matches!(c, '\\' | '"' | ';' | '(' | ')' | '@' | '$') {
            put_char(out, '\\')?;
        }
        put_char(out, c)?;
    }
    Ok(())
}

/// ASCII, LF.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, FormatError> {
    super::no_control(text)?;
    if !text.is_ascii() {
        return Err(wrong("it has letters outside ASCII"));
    }
    Ok(text.as_bytes().to_vec())
}

/// The records in order.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let text = std::str::from_utf8(bytes).ok().filter(|t| t.is_ascii());
    let text = text.ok_or_else(|| wrong("it has letters outside ASCII"))?;
    super::no_control(text)?;
    let (mut origin, mut records) = (String::new(), Vec::new());
    for line in text.lines() {
        let words = words(line)?;
        match words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>()[..] {
            [] => {}
            ["$ORIGIN", name] if name.ends_with('.') => name.clone_into(&mut origin),
            ["$TTL", ttl] if ttl.parse::<u32>().is_ok() => {}
            [name, ..] if !name.starts_with('$') && !line.starts_with([' ', '\t']) => {
                records.push(record(&words, &origin)?);
            }
            _ => return Err(wrong("a line is no record")),
        }
    }
    if origin.is_empty() {
        return Err(wrong("it has no $ORIGIN"));
    }
    Ok(Document::Tree(json!({"origin": origin, "records": records})))
}

/// A word of a line, without its quotes and backslashes.
struct Word {
    text: String,
    quoted: bool,
}

/// The words of a line up to a comment.
fn words(line: &str) -> Result<Vec<Word>, FormatError> {
    let mut words: Vec<Word> = Vec::new();
    let mut chars = line.chars();
    let (mut inside, mut quoted) = (false, false);
    while let Some(c) = chars.next() {
        let literal = match c {
            '"' if quoted => {
                (inside, quoted) = (false, false);
                continue;
            }
            '"' if !inside => {
                words.push(Word { text: String::new(), quoted: true });
                (inside, quoted) = (true, true);
                continue;
            }
            ';' if !quoted => break,
            ' ' | '\t' if !quoted => {
                inside = false;
                continue;
            }
            '"' | '(' | ')' if !quoted => return Err(wrong("a quote or a bracket stands where none may")),
            '\\' => chars.next().filter(|c| !c.is_ascii_digit()).ok_or_else(|| wrong("a backslash"))?,
            c => c,
        };
        if !inside {
            words.push(Word { text: String::new(), quoted: false });
            inside = true;
        }
        if let Some(word) = words.last_mut() {
            word.text.push(literal);
        }
    }
    if quoted { Err(wrong("a quote is not closed")) } else { Ok(words) }
}

/// `name [ttl] [IN] TYPE data`.
fn record(words: &[Word], origin: &str) -> Result<Value, FormatError> {
    let mut rest = words.iter();
    let name = full(&rest.next().map(|w| w.text.clone()).unwrap_or_default(), origin)?;
    let mut map = Map::from_iter([("name".to_owned(), Value::from(name))]);
    let mut kind = rest.next();
    if let Some(ttl) = kind.and_then(|w| w.text.parse::<u32>().ok()) {
        map.insert("ttl".to_owned(), ttl.into());
        kind = rest.next();
    }
    if kind.is_some_and(|w| w.text == "IN") {
        kind = rest.next();
    }
    let kind = kind.map(|w| w.text.as_str()).unwrap_or_default();
    map.insert("type".to_owned(), kind.into());
    map.extend(data(kind, &rest.collect::<Vec<_>>(), origin)?);
    Ok(Value::Object(map))
}

/// What a record of a type holds.
fn data(kind: &str, words: &[&Word], origin: &str) -> Result<Map<String, Value>, FormatError> {
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    let number = |text: &str| text.parse::<u16>().map_err(|_| wrong("a number is none"));
    let entries = match (kind, &texts[..]) {
        ("SRV", [priority, weight, port, target]) => vec![
            ("priority", number(priority)?.into()),
            ("weight", number(weight)?.into()),
            ("port", number(port)?.into()),
            ("target", full(target, origin)?.into()),
        ],
        ("CNAME", [target]) => vec![("target", full(target, origin)?.into())],
        ("A", [address]) if address.parse::<std::net::Ipv4Addr>().is_ok() => {
            vec![("address", Value::from(*address))]
        }
        ("AAAA", [address]) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
            vec![("address", Value::from(*address))]
        }
        ("TXT", [_, ..]) if words.iter().all(|w| w.quoted && w.text.len() <= 255) => {
            vec![("text", texts.concat().into())]
        }
        _ => return Err(wrong(format!("a record of type {kind} has other data"))),
    };
    Ok(entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

/// A name in full, in lower case; `.` alone is the root.
fn full(name: &str, origin: &str) -> Result<String, FormatError> {
    let label = |l: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !l.is_empty() && l.len() <= 63 && l.chars().all(plain)
    };
    let full = match name.strip_suffix('.') {
        _ if name == "." => return Ok(name.to_owned()),
        Some(absolute) => absolute.to_owned(),
        None if origin.is_empty() => return Err(wrong("a name before $ORIGIN")),
        None if name == "@" => origin.trim_end_matches('.').to_owned(),
        None => format!("{name}.{}", origin.trim_end_matches('.')),
    };
    if full.len() > 253 || !full.split('.').all(label) {
        return Err(wrong("a name is no host name"));
    }
    Ok(full.to_lowercase() + ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Document, FormatError> {
        decode(&encode(&format!("$ORIGIN example.jp.\n$TTL 3600\n{body}"))?)
    }

    #[test]
    fn records_with_their_names_in_full() {
        let body = "; comment\n_imaps._tcp IN SRV 0 1 993 imap.example.jp. ; c\n_pop3._tcp 60 IN SRV 0 0 0 .\n\
                    autoconfig CNAME @\n_x TXT \"v=1; a\" \"b\\\"\"\n";
        let expected = json!({"origin": "example.jp.", "records": [
            {"name": "_imaps._tcp.example.jp.", "type": "SRV", "priority": 0, "weight": 1, "port": 993, "target": "imap.example.jp."},
            {"name": "_pop3._tcp.example.jp.", "ttl": 60, "type": "SRV", "priority": 0, "weight": 0, "port": 0, "target": "."},
            {"name": "autoconfig.example.jp.", "type": "CNAME", "target": "example.jp."},
            {"name": "_x.example.jp.", "type": "TXT", "text": "v=1; ab\""},
        ]});
        assert_eq!(read(body), Ok(Document::Tree(expected)));
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for bad in [
            "a SRV 0 0 x b.\n",
            "a SRV 0 0 1\n",
            "a CNAME b c\n",
            "a CNAME b..c.\n",
            "a A 1.2.3\n",
            "a TXT b\n",
            "a TXT \"b\n",
            "a ( CNAME b )\n",
            " CNAME b\n",
            "$INCLUDE x\n",
            "a MX 0 b\n",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(decode(b"a CNAME b.\n").is_err(), "no origin");
    }

    #[test]
    fn a_value_stays_in_its_word() {
        let escaped = |text: &str| {
            let mut out = String::new();
            escape(&mut out, text).map(|()| out)
        };
        let text = "a;b\\\"()@$";
        let line = format!("x TXT \"{}\"\n", escaped(text).unwrap_or_default());
        let Ok(Document::Tree(tree)) = read(&line) else { panic!("reads: {line}") };
        assert_eq!(tree["records"][0]["text"], text);
        assert!(escaped("a b").is_err() && escaped("a\nb").is_err() && escaped("é").is_err());
    }
}
