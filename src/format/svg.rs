//! Pictures as SVG: self-contained, nothing run, nothing fetched. A path with the attribute `data-qr` is a QR code, see [`super::qr`].
//!
//! Decoded: `{"codes": [text, …]}`.

use serde_json::{Value, json};

use super::{Document, FormatError, qr, xml};

/// Elements that run or fetch something.
const REFUSED: &[&str] = &["script", "foreignObject", "image", "use", "a", "style", "animate", "set"];

/// The texts of its QR codes.
pub(super) fn decode(bytes: &[u8]) -> Result<Document, FormatError> {
    let (name, root) = xml::tree(bytes, false)?;
    if name != "svg" || root["@xmlns"] != "http://www.w3.org/2000/svg" {
        return Err(FormatError::new("the root element is not svg"));
    }
    let mut codes = Vec::new();
    walk(&name, &root, &mut codes)?;
    Ok(Document::Tree(json!({ "codes": codes })))
}

fn walk(name: &str, element: &Value, codes: &mut Vec<String>) -> Result<(), FormatError> {
    let handler = |key: &str| key.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("@on"));
    let refused = REFUSED.iter().any(|r| name.eq_ignore_ascii_case(r));
    for (key, value) in element.as_object().into_iter().flatten() {
        if refused || handler(key) || key.ends_with("href") {
            return Err(FormatError::new(format!("<{name}> or its {key} has no place in a picture")));
        }
        for child in value.as_array().into_iter().flatten() {
            walk(key, child, codes)?;
        }
    }
    if element.get("@data-qr").is_some() {
        codes.push(qr::read(element["@d"].as_str().unwrap_or_default())?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Document, FormatError> {
        decode(format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{body}</svg>\n").as_bytes())
    }

    #[test]
    fn codes_are_read_wherever_they_are() {
        let code = qr::Code::of("tanaka").unwrap_or_else(|| panic!("fits"));
        let body = format!("<rect width=\"9\"/><g><path data-qr=\"x\" d=\"{}\"/></g>", code.path);
        assert_eq!(read(&body), Ok(Document::Tree(json!({"codes": ["tanaka"]}))));
    }

    #[test]
    fn what_runs_or_fetches_is_refused() {
        for bad in [
            "<script>1</script>",
            "<g onclick=\"x\"/>",
            "<image href=\"x\"/>",
            "<g xlink:href=\"x\"/>",
            "<path data-qr=\"x\" d=\"\"/>",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(decode(b"<svg/>").is_err());
    }
}
