//! Apple configuration profiles: XML property lists. Source: developer.apple.com, device-management; the `plist` crate reads.
//!
//! Decoded: the property list as JSON; data and dates as text.

use plist::Value as Plist;
use serde_json::{Map, Value};

use super::{Document, FormatError, xml};

/// The property list.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    // the plist crate takes a file that is cut off
    let (name, _) = xml::tree(bytes, true)?;
    if name != "plist" {
        return Err(FormatError::new(format!("the root element is {name}, not plist")));
    }
    let list =
        Plist::from_reader_xml(bytes).map_err(|e| FormatError::new(format!("not a property list: {e}")))?;
    json(list).map(Document::Tree)
}

fn json(value: Plist) -> Result<Value, FormatError> {
    Ok(match value {
        Plist::Array(items) => Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        Plist::Dictionary(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                map.insert(key, json(value)?);
            }
            Value::Object(map)
        }
        Plist::Boolean(flag) => Value::Bool(flag),
        Plist::Integer(number) => {
            let number = number.as_signed().ok_or_else(|| FormatError::new("an integer is out of range"))?;
            Value::from(number)
        }
        Plist::Real(number) => Value::from(number),
        Plist::String(text) => Value::String(text),
        Plist::Data(data) => Value::String(data.iter().map(|b| format!("{b:02x}")).collect()),
        Plist::Date(date) => Value::String(date.to_xml_format()),
        _ => return Err(FormatError::new("a property list holds a value of an unknown kind")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_of_values_are_kept() {
        let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict><key>a</key><integer>995</integer>\
                   <key>b</key><true/><key>c</key><string>x&amp;y</string></dict></plist>";
        assert_eq!(decode(xml.as_bytes()), Ok(Document::Tree(json!({"a": 995, "b": true, "c": "x&y"}))));
        assert!(decode(b"<plist><dict><key>a</key></dict></plist>").is_err());
    }
}
