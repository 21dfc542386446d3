//! Pictures that others made, such as a provider's logo: they are put into sheets as they are, so they must be whole, and nothing in
//! them may run or fetch anything.

use std::io::Cursor;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{FormatError, html};

/// Longest side of a picture of dots. More is no sharper on paper.
const MOST_DOTS: u32 = 4096;

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
        } else if std::str::from_utf8(bytes).is_ok_and(|text| text.contains("<svg")) {
            svg(bytes).map(|()| Self::Svg)
        } else {
            Err(FormatError::new("it is neither PNG nor SVG"))
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

fn svg(bytes: &[u8]) -> Result<(), FormatError> {
    let damaged = |e: quick_xml::Error| FormatError::new(format!("it is damaged: {e}"));
    let text = std::str::from_utf8(bytes).map_err(|_| FormatError::new("it is not UTF-8"))?;
    if html::fetches(text) {
        return Err(FormatError::new("its style fetches something"));
    }
    let mut reader = Reader::from_str(text);
    let mut root = None;
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Start(tag) | Event::Empty(tag) => {
                html::harmless(&tag)?;
                let name: &str = tag.local_name().into_inner();
                if name.eq_ignore_ascii_case("foreignObject") {
                    return Err(FormatError::new(format!("<{name}> has no place in a picture")));
                }
                root.get_or_insert_with(|| name == "svg");
            }
            Event::DocType(words) if words.contains("ENTITY") => {
                return Err(FormatError::new("it declares entities"));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let namespace = text.contains("http://www.w3.org/2000/svg");
    if root == Some(true) && namespace { Ok(()) } else { Err(FormatError::new("its root is not svg")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(body: &str) -> Result<Picture, FormatError> {
        Picture::of(format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{body}</svg>").as_bytes())
    }

    #[test]
    fn pictures_that_run_or_fetch_are_refused() {
        assert_eq!(drawn("<defs><path id=\"a\"/></defs><use href=\"#a\"/>"), Ok(Picture::Svg));
        for bad in [
            "<script>1</script>",
            "<g onload=\"x\"/>",
            "<image href=\"https://example.jp/a.png\"/>",
            "<image xlink:href=\"a.png\"/>",
            "<style>@import 'x'</style>",
            "<rect style=\"fill: url(https://example.jp)\"/>",
            "<foreignObject/>",
            "<g>",
        ] {
            assert!(drawn(bad).is_err(), "{bad}");
        }
        assert!(
            Picture::of(b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns=\"http://www.w3.org/2000/svg\"/>")
                .is_err()
        );
        assert!(Picture::of(b"<html><svg xmlns=\"http://www.w3.org/2000/svg\"/></html>").is_err());
    }

    #[test]
    fn damaged_png_is_refused() {
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
