//! Autoconfig XML (`clientConfig` 1.1). Source: Thunderbird's readFromXML.sys.mjs and JXON; draft-ietf-mailmaint-autoconfig
//! ("UTF-8 without byte order mark").
//!
//! Decoded: the tree of the root element, see [`super::xml`].

use super::{Document, FormatError, xml};

/// The element tree below `clientConfig`; without document type.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let (name, root) = xml::tree(bytes, false)?;
    if name != "clientConfig" {
        return Err(FormatError::new(format!("the root element is {name}, not clientConfig")));
    }
    Ok(Document::Tree(root))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_tree_keeps_text_attributes_and_order() {
        let xml = "<?xml version=\"1.0\"?>\n<clientConfig version=\"1.1\"><a x=\"&lt;1\">b&amp;c&#39;</a><a/></clientConfig>\n";
        let expected =
            json!({"@version": "1.1", "text": "", "a": [{"@x": "<1", "text": "b&c'"}, {"text": ""}]});
        assert_eq!(decode(xml.as_bytes()), Ok(Document::Tree(expected)));
    }

    #[test]
    fn what_clients_choke_on_is_refused() {
        for bad in [
            "",
            "<clientConfig>",
            "<clientConfig></x>",
            "<other/>",
            "<clientConfig/><clientConfig/>",
            "x<clientConfig/>",
            "\u{feff}<clientConfig/>",
            "<clientConfig><![CDATA[a]]></clientConfig>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><clientConfig>&b;</clientConfig>",
            "<clientConfig>&b;</clientConfig>",
            "<clientConfig>\u{1}</clientConfig>",
        ] {
            assert!(decode(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
