//! Autodiscover answers of Outlook (plain old XML, schema 2006a): UTF-8. Source: Microsoft Learn, Exchange client developer,
//! "POX Autodiscover response"; the two namespaces are compared as text.
//!
//! Decoded: the tree of `Response`, see [`super::xml`].

use serde_json::Value;

use super::{Document, FormatError, xml};

const OUTER: &str = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";
const INNER: &str = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

fn wrong(reason: &str) -> FormatError {
    FormatError::new(format!("not an Autodiscover answer: {reason}"))
}

/// The element tree below `Response`.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let (name, mut root) = xml::tree(bytes, false)?;
    if name != "Autodiscover" || root["@xmlns"] != OUTER {
        return Err(wrong("the root element or its namespace is another"));
    }
    let Some([response]) = root["Response"].as_array_mut().map(Vec::as_mut_slice) else {
        return Err(wrong("it has not one Response"));
    };
    if response["@xmlns"] != INNER {
        return Err(wrong("the namespace of Response is another"));
    }
    let account = &response["Account"][0];
    let settings = |key: &str, word: &str| account[key][0]["text"] == word;
    if !settings("AccountType", "email") || !settings("Action", "settings") {
        return Err(wrong("it gives no settings of a mail account"));
    }
    Ok(Document::Tree(std::mem::take::<Value>(response)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(inner: &str, kind: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover xmlns=\"{OUTER}\"><Response xmlns=\"{inner}\">\
             <Account><AccountType>{kind}</AccountType><Action>settings</Action><Protocol><Type>POP3</Type></Protocol></Account>\
             </Response></Autodiscover>\n"
        )
    }

    #[test]
    fn the_tree_begins_at_response() {
        let Ok(Document::Tree(tree)) = decode(file(INNER, "email").as_bytes()) else { panic!("decodes") };
        assert_eq!(tree["Account"][0]["Protocol"][0]["Type"][0]["text"], "POP3");
    }

    #[test]
    fn another_namespace_or_kind_is_refused() {
        assert!(decode(file(OUTER, "email").as_bytes()).is_err());
        assert!(decode(file(&INNER.replace("http:", "https:"), "email").as_bytes()).is_err());
        assert!(decode(file(INNER, "contacts").as_bytes()).is_err());
        assert!(decode(b"<Autodiscover/>").is_err());
    }
}
