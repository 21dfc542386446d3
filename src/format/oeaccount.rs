//! Account files of Windows Mail and Windows Live Mail (`.oeaccount`): XML in UTF-16LE with byte order mark, CR LF, one element a
//! property. Source: Microsoft Learn, previous-versions/windows/desktop/oe (account files); comm-central nsWMSettings.cpp
//! (numbers are hexadecimal without a prefix).
//!
//! Decoded: `{"properties": {name: text | number}}`.

use serde_json::{Map, Value, json};

use super::{Document, FormatError, crlf, to_utf16, utf16, xml};

fn wrong(reason: &str) -> FormatError {
    FormatError::new(format!("not an account file: {reason}"))
}

/// UTF-16LE with byte order mark, CR LF.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, FormatError> {
    super::no_control(text)?;
    Ok(to_utf16(&crlf(text)))
}

/// The properties by name.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let text = utf16(bytes)?;
    // a reader of XML sees LF (XML 1.0, section 2.11)
    let text = super::crlf_lines(&text)?.join("\n");
    if !text.starts_with("<?xml version=\"1.0\" encoding=\"utf-16\"") {
        return Err(wrong("it does not declare UTF-16"));
    }
    let (name, root) = xml::tree(text.as_bytes(), false)?;
    if name != "MessageAccount" {
        return Err(wrong("its root element is not MessageAccount"));
    }
    let mut properties = Map::new();
    for (name, elements) in root.as_object().into_iter().flatten().filter(|(_, v)| v.is_array()) {
        let elements = elements.as_array().map_or(&[][..], Vec::as_slice);
        let [element] = elements else { return Err(wrong("a property stands twice")) };
        properties.insert(name.clone(), property(element)?);
    }
    Ok(Document::Tree(json!({ "properties": properties })))
}

fn property(element: &Value) -> Result<Value, FormatError> {
    let text = element["text"].as_str().unwrap_or_default();
    match element["@type"].as_str() {
        Some("SZ") => Ok(Value::from(text)),
        Some("DWORD") => {
            let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit());
            let number = u32::from_str_radix(text, 16).ok().filter(|_| digits);
            Ok(Value::from(number.ok_or_else(|| wrong("a number is not hexadecimal"))?))
        }
        _ => Err(wrong("a property has a type that we do not know")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Document, FormatError> {
        let file = format!(
            "<?xml version=\"1.0\" encoding=\"utf-16\"?>\n<MessageAccount>\n{body}\n</MessageAccount>\n"
        );
        decode(&encode(&file)?)
    }

    #[test]
    fn properties_are_texts_and_hexadecimal_numbers() {
        let body =
            "<Account_Name type=\"SZ\">表&amp;😀</Account_Name>\n<POP3_Port type=\"DWORD\">3e3</POP3_Port>";
        let expected = json!({"properties": {"Account_Name": "表&😀", "POP3_Port": 995}});
        assert_eq!(read(body), Ok(Document::Tree(expected)));
    }

    #[test]
    fn what_the_program_would_take_otherwise_is_refused() {
        for bad in [
            "<A type=\"DWORD\">0x3e3</A>",
            "<A type=\"DWORD\"></A>",
            "<A type=\"BINARY\">0</A>",
            "<A>b</A>",
            "<A type=\"SZ\">b</A><A type=\"SZ\">c</A>",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(decode(&to_utf16("<MessageAccount/>")).is_err(), "no declaration");
        assert!(decode(b"<?xml version=\"1.0\" encoding=\"utf-16\"?><MessageAccount/>").is_err(), "UTF-8");
    }
}
