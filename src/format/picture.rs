//! Pictures that others made, such as a provider's logo: they are put into sheets as they are, so they must be whole, and of SVG only
//! what draws is let in: nothing in it may run or fetch anything, wherever the picture is opened.

use std::io::Cursor;

use roxmltree::{Document, Node, ParsingOptions};

use super::{FormatError, html};

/// Longest side of a picture of dots: 1,000 dots an inch at the width that a sheet gives a logo.
const MOST_DOTS: u32 = 2048;

/// What a picture is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// Portable Network Graphics (ISO/IEC 15948)
    Png,
    /// Scalable Vector Graphics (W3C SVG 1.1)
    Svg,
}

impl Picture {
    /// Looks at a picture.
    ///
    /// # Errors
    /// Neither PNG nor SVG, damaged, too large, or something in it runs or fetches something.
    ///
    /// # Examples
    /// ```
    /// use mailprof::format::Picture;
    ///
    /// let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="9"/></svg>"#;
    /// assert_eq!(Picture::of(svg), Ok(Picture::Svg));
    /// assert!(Picture::of(b"GIF89a").is_err());
    /// ```
    pub fn of(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            png(bytes).map(|()| Self::Png)
        } else {
            let text = std::str::from_utf8(bytes).ok().filter(|text| text.contains(SVG));
            svg(text.ok_or_else(|| FormatError::new("it is neither PNG nor SVG"))?).map(|()| Self::Svg)
        }
    }

    /// The ending of such files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }

    /// Its media type (IANA).
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }
}

fn png(bytes: &[u8]) -> Result<(), FormatError> {
    let damaged = |e: png::DecodingError| FormatError::new(format!("it is damaged: {e}"));
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(damaged)?;
    let info = reader.info();
    if info.width.max(info.height) > MOST_DOTS {
        return Err(FormatError::new(format!("it is larger than {MOST_DOTS} dots")));
    }
    while reader.next_row().map_err(damaged)?.is_some() {}
    reader.finish().map_err(damaged)
}

/// The namespace of SVG, and that of `xlink:href`.
const SVG: &str = "http://www.w3.org/2000/svg";

/// Namespaces in which drawing programs keep notes of their own; nothing draws them.
const NOTES: &[&str] = &[
    "http://www.inkscape.org/namespaces/inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
    "http://purl.org/dc/elements/1.1/",
];

/// Elements that draw, and nothing else. What is animated, linked or run is not among them.
const DRAWING: &[&str] = &[
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "metadata",
    "style",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "image",
    "linearGradient",
    "radialGradient",
    "stop",
    "pattern",
    "clipPath",
    "mask",
    "marker",
    "filter",
    "feGaussianBlur",
    "feOffset",
    "feBlend",
    "feColorMatrix",
    "feComposite",
    "feFlood",
    "feMerge",
    "feMergeNode",
];

/// Most elements and texts of a drawing, and elements inside each other.
const MOST_NODES: u32 = 20_000;
const DEEPEST: usize = 64;

fn svg(text: &str) -> Result<(), FormatError> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .map_err(|e| FormatError::new(format!("it is damaged, or has a DOCTYPE: {e}")))?;
    if !document.root_element().has_tag_name((SVG, "svg")) {
        return Err(FormatError::new("its root is not svg"));
    }
    document.descendants().filter(|n| !n.is_root()).try_for_each(|node| drawn(&node))
}

/// One node: nothing but a drawing.
fn drawn(node: &Node<'_, '_>) -> Result<(), FormatError> {
    let refused = |what: &str| Err(FormatError::new(format!("{what} has no place in a picture")));
    if node.is_pi() {
        return refused("a processing instruction");
    }
    if !node.is_element() {
        return Ok(());
    }
    let (name, namespace) = (node.tag_name().name(), node.tag_name().namespace());
    if NOTES.iter().any(|n| namespace == Some(n)) {
        return Ok(());
    }
    if namespace != Some(SVG) || !DRAWING.contains(&name) {
        return refused(&format!("<{name}>"));
    }
    if node.ancestors().count() > DEEPEST {
        return Err(FormatError::new(format!("more than {DEEPEST} elements are inside each other")));
    }
    // one that can be repeated and repeats others multiplies
    if name == "use"
        && node.ancestors().skip(1).any(|a| a.has_attribute("id") && a.parent_element().is_some())
    {
        return refused("<use> in what can be used itself");
    }
    let style: String =
        node.descendants().filter(|n| name == "style" && n.is_text()).filter_map(|n| n.text()).collect();
    if fetches(&style) {
        return refused("a style that fetches something");
    }
    for attribute in node.attributes().filter(|a| NOTES.iter().all(|n| a.namespace() != Some(n))) {
        let (key, value) = (attribute.name(), attribute.value());
        let link = key.eq_ignore_ascii_case("href") || key.eq_ignore_ascii_case("src");
        let held =
            name == "image" && ["data:image/png;", "data:image/jpeg;"].iter().any(|d| value.starts_with(d));
        let handler = key.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on"));
        let base = key == "base" && attribute.namespace().is_some();
        if handler || base || link && !value.starts_with('#') && !held || !link && fetches(value) {
            return refused(&format!("the attribute {key} with this value"));
        }
    }
    Ok(())
}

/// Whether a style fetches something.
fn fetches(style: &str) -> bool {
    let folded = style.to_ascii_lowercase();
    html::fetches(&folded) || ["image-set(", "src(", "expression("].iter().any(|word| folded.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(body: &str) -> Result<Picture, FormatError> {
        Picture::of(format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{body}</svg>").as_bytes())
    }

    #[test]
    fn drawings_are_taken() {
        for good in [
            "<defs><path id=\"a\"/></defs><use href=\"#a\"/><use xmlns:x=\"http://www.w3.org/1999/xlink\" x:href=\"#a\"/>",
            "<style>.a { fill: url(#a) }</style><g style=\"fill:url(&quot;#a&quot;)\" class=\"a\"/>",
            "<image href=\"data:image/png;base64,AAAA\"/>",
            "<g xmlns:i=\"http://www.inkscape.org/namespaces/inkscape\" i:export-filename=\"C:\\a\\b\"><i:grid/></g>",
            "<!-- <script> --><title>a &amp; b</title>",
        ] {
            assert_eq!(drawn(good), Ok(Picture::Svg), "{good}");
        }
    }

    #[test]
    fn pictures_that_run_or_fetch_are_refused() {
        for bad in [
            "<script>1</script>",
            "<s:script xmlns:s=\"http://www.w3.org/2000/svg\"/>",
            "<h:iframe xmlns:h=\"http://www.w3.org/1999/xhtml\" src=\"data:text/html,x\"/>",
            "<g onload=\"x\"/>",
            "<image href=\"https://example.jp/a.png\"/>",
            "<image xmlns:q=\"http://www.w3.org/1999/xlink\" q:href=\"a.png\"/>",
            "<image href=\"data:image/svg+xml;base64,AAAA\"/>",
            "<use href=\"&#104;ttps://example.jp/a.svg#b\"/>",
            "<a href=\"java&#115;cript:x\"/>",
            "<set attributeName=\"href\" to=\"https://example.jp\"/>",
            "<g><animate attributeName=\"href\" to=\"javascript:x\"/></g>",
            "<style>@import 'x'</style>",
            "<style>@im&#112;ort 'x'</style>",
            "<style>@im<![CDATA[port 'x']]></style>",
            "<style>a { background: image-set('https://example.jp/a' 1x) }</style>",
            "<rect style=\"fill: ur&#108;(https://example.jp)\"/>",
            "<rect fill=\"url(https://example.jp#a)\"/>",
            "<foreignObject/>",
            "<g xml:base=\"https://example.jp/\"/>",
            "<?xml-stylesheet href=\"https://example.jp/a.css\"?>",
            "<g id=\"a\"><use href=\"#b\"/><use href=\"#b\"/></g>",
        ] {
            assert!(drawn(bad).is_err(), "{bad}");
        }
        let deep = format!("{}{}", "<g>".repeat(100), "</g>".repeat(100));
        assert!(drawn(&deep).is_err());
    }

    #[test]
    fn what_is_no_whole_picture_is_refused() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><g><rect/></g></svg>";
        assert_eq!(Picture::of(svg.as_bytes()), Ok(Picture::Svg));
        for bad in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><g><rect/>".to_owned(),
            format!("{svg}{svg}"),
            format!("{svg}x"),
            format!("<!DOCTYPE svg [<!ATTLIST svg onload CDATA 'x'>]>{svg}"),
            format!("<?xml-stylesheet href='a'?>{svg}"),
            "<svg/><!-- http://www.w3.org/2000/svg -->".to_owned(),
            "<html><svg xmlns=\"http://www.w3.org/2000/svg\"/></html>".to_owned(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=9/>".to_owned(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><use xlink:href=\"#a\"/></svg>".to_owned(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\">&nope;</svg>".to_owned(),
        ] {
            assert!(Picture::of(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_damaged_png_is_refused() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 9, 9);
        encoder.set_color(png::ColorType::Grayscale);
        let written = encoder.write_header().and_then(|mut w| w.write_image_data(&[7; 81]));
        assert!(written.is_ok());
        assert_eq!(Picture::of(&bytes), Ok(Picture::Png));
        assert!(Picture::of(&bytes[..bytes.len() / 2]).is_err());
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x55;
        assert!(Picture::of(&bytes).is_err());
    }
}
