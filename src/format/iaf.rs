//! Account files of Outlook Express (`.iaf`), what its "Export" writes and its "Import" reads: a header, then records of a
//! property's number, its type and its bytes. Source: CPAN Win32::Outlook::IAF 0.96 (the layout, the types, the scrambling);
//! Microsoft Learn, previous-versions/windows/desktop/oe (what the properties are).
//!
//! As text, one record a line: `5160 text "smtp.example.jp"`, `5165 dword 587`, `5166 bool 1`, `5162 password "…"`; lines
//! that begin with `#` are comments. Decoded: `{"properties": {"5160": text | number}}`.

use serde_json::{Map, Value, json};

use super::{Document, FormatError, ansi};

/// "fMAI", version 5, one account.
const HEADER: [u8; 12] = [0x66, 0x4d, 0x41, 0x49, 0, 0, 5, 0, 1, 0, 0, 0];
/// What the first four bytes of a password are scrambled with.
const KEY: [u8; 4] = [0x75, 0x18, 0x15, 0x14];
/// Most files have no more properties.
const USUAL: usize = 32;
/// What a password's payload begins with.
const PASSWORD: [u8; 2] = [1, 1];

const KINDS: [(&str, u32); 4] = [("dword", 1001), ("text", 1008), ("bool", 1013), ("password", 1014)];

fn wrong(reason: &str) -> FormatError {
    FormatError::new(format!("not an account file: {reason}"))
}

/// The records of a text. No reason holds a value: it may be a password.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, FormatError> {
    super::no_control(text)?;
    let mut bytes = Vec::with_capacity(HEADER.len() + text.len());
    bytes.extend(HEADER);
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let mut parts = line.splitn(3, ' ');
        let number: Option<u16> = parts.next().and_then(|n| n.parse().ok());
        let kind = parts.next().and_then(|k| KINDS.iter().find(|(name, _)| *name == k));
        let (Some(number), Some((kind, code)), Some(value)) = (number, kind, parts.next()) else {
            return Err(wrong("a line is not a number, a kind and a value"));
        };
        bytes.extend(((u32::from(number) << 16) | code).to_le_bytes());
        let start = bytes.len() + 4;
        bytes.extend([0; 4]);
        payload(kind, value, &mut bytes)?;
        let length = length(bytes.len() - start)?;
        bytes[start - 4..start].copy_from_slice(&length);
    }
    Ok(bytes)
}

fn length(of: usize) -> Result<[u8; 4], FormatError> {
    u32::try_from(of).map(u32::to_le_bytes).map_err(|_| wrong("a value is too long"))
}

fn payload(kind: &str, value: &str, out: &mut Vec<u8>) -> Result<(), FormatError> {
    let number = || value.parse::<u32>().map_err(|_| wrong("a number is none"));
    match kind {
        "dword" => out.extend(number()?.to_le_bytes()),
        "bool" => {
            let flag = number().and_then(|n| if n < 2 { Ok(n) } else { Err(wrong("a bool is 0 or 1")) })?;
            out.extend(flag.to_le_bytes());
        }
        "text" => out.extend(terminated(value)?),
        _ => {
            let plain = terminated(value)?;
            out.extend(PASSWORD);
            out.extend(length(plain.len())?);
            out.extend(scrambled(&plain, false));
        }
    }
    Ok(())
}

/// A quoted text in the ANSI code page, with the zero at its end.
fn terminated(value: &str) -> Result<Vec<u8>, FormatError> {
    let (text, rest) = super::reg::quoted(value)?;
    if !rest.is_empty() {
        return Err(wrong("a line goes on behind its closing quote"));
    }
    let mut bytes = ansi::encode(&text)?;
    bytes.push(0);
    Ok(bytes)
}

/// Each block of four is XORed with the plain block before it, the first with [`KEY`]; a short last block with the end of its key.
fn scrambled(bytes: &[u8], back: bool) -> Vec<u8> {
    let mut key = KEY;
    let mut out = Vec::with_capacity(bytes.len());
    for block in bytes.chunks(4) {
        let from = key.len() - block.len();
        let start = out.len();
        out.extend(block.iter().zip(&key[from..]).map(|(b, k)| b ^ k));
        let plain = if back { &out[start..] } else { block };
        if let Ok(next) = <[u8; 4]>::try_from(plain) {
            key = next;
        }
    }
    out
}

/// The properties by number.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let mut rest = bytes.strip_prefix(&HEADER).ok_or_else(|| wrong("its header is another"))?;
    let mut properties = Map::with_capacity(USUAL);
    while !rest.is_empty() {
        let id = take_u32(&mut rest)?;
        let size = take_u32(&mut rest)?;
        let payload = take(&mut rest, usize::try_from(size).unwrap_or(usize::MAX))?;
        let number = (id >> 16).to_string();
        if properties.insert(number, value(id & 0xffff, payload)?).is_some() {
            return Err(wrong("a property stands twice"));
        }
    }
    Ok(Document::Tree(json!({ "properties": properties })))
}

fn take<'b>(rest: &mut &'b [u8], n: usize) -> Result<&'b [u8], FormatError> {
    let (taken, left) = rest.split_at_checked(n).ok_or_else(|| wrong("it is cut off"))?;
    *rest = left;
    Ok(taken)
}

fn take_u32(rest: &mut &[u8]) -> Result<u32, FormatError> {
    let four = take(rest, 4)?;
    Ok(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

fn value(kind: u32, payload: &[u8]) -> Result<Value, FormatError> {
    let kind = KINDS.iter().find(|(_, code)| *code == kind).map(|(name, _)| *name);
    let text = |bytes: &[u8]| {
        let body = bytes.strip_suffix(&[0]).filter(|b| !b.contains(&0));
        ansi::decode(body.ok_or_else(|| wrong("a text does not end in a zero"))?).map(Value::from)
    };
    match kind {
        Some("dword" | "bool") => {
            let four = <[u8; 4]>::try_from(payload).map_err(|_| wrong("a number has not four bytes"))?;
            let number = u32::from_le_bytes(four);
            if kind == Some("bool") && number > 1 {
                return Err(wrong("a bool is 0 or 1"));
            }
            Ok(Value::from(number))
        }
        Some("text") => text(payload),
        Some(_) => {
            let mut body =
                payload.strip_prefix(&PASSWORD).ok_or_else(|| wrong("a password begins otherwise"))?;
            if usize::try_from(take_u32(&mut body)?) != Ok(body.len()) {
                return Err(wrong("a password's length is another"));
            }
            text(&scrambled(body, true))
        }
        None => Err(wrong("a property has a type that we do not know")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = "# the account\n4661 text \"a\\\\b \\\"表\\\"\"\n5065 dword 995\n5066 bool 1\n5062 password \"s3cret pass\"\n";
        let expected =
            json!({"properties": {"4661": "a\\b \"表\"", "5065": 995, "5066": 1, "5062": "s3cret pass"}});
        assert_eq!(encode(text).and_then(|b| decode(&b)), Ok(Document::Tree(expected)));
    }

    /// Worked by hand from the published layout: 0x13c6 is 5062, 0x3f6 is 1014; "ab" and its zero with the end of the key.
    #[test]
    fn the_bytes_of_a_password() {
        let expected: Vec<u8> = [
            HEADER.to_vec(),
            vec![0xf6, 0x03, 0xc6, 0x13, 9, 0, 0, 0, 1, 1, 3, 0, 0, 0],
            vec![b'a' ^ 0x18, b'b' ^ 0x15, 0x14],
        ]
        .concat();
        assert_eq!(encode("5062 password \"ab\"\n"), Ok(expected));
        // the second block's key is the first block's plain text
        assert_eq!(scrambled(b"abcdefgh", false)[4..], [b'e' ^ b'a', b'f' ^ b'b', b'g' ^ b'c', b'h' ^ b'd']);
    }

    #[test]
    fn what_is_not_one_is_refused() {
        for bad in [
            "5065 dword -1\n",
            "5065 word 1\n",
            "70000 dword 1\n",
            "5066 bool 2\n",
            "5060 text \"a\" b\n",
            "5060 text a\n",
            "5060 text \"😀\"\n",
            "5060\n",
        ] {
            assert!(encode(bad).is_err(), "{bad}");
        }
        let twice = encode("5065 dword 1\n5065 dword 2\n").unwrap_or_default();
        assert!(decode(&twice).is_err());
        let whole = encode("5062 password \"abc\"\n").unwrap_or_default();
        assert!(decode(&whole[..whole.len() - 1]).is_err());
        assert!(decode(b"fMAI").is_err());
    }
}
