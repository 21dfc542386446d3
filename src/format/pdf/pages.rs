//! What laid-out pages say: marked texts, QR codes, characters without a glyph.

use std::collections::BTreeSet;

use typst::foundations::Value;
use typst::introspection::{MetadataElem, Tag};
use typst::layout::{Frame, FrameItem};
use typst::text::TextItem;
use typst::visualize::ImageKind;
use typst_layout::PagedDocument;

use super::super::qr;

/// What the value of a mark that ends a text is.
const END: &str = "";

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) marked: Vec<(String, String)>,
    pub(super) missing: BTreeSet<char>,
    open: Option<(String, String)>,
}

/// Reads all pages.
pub(super) fn read(document: &PagedDocument) -> Read {
    let mut read = Read::default();
    document.pages().iter().for_each(|page| read.frame(&page.frame));
    read
}

impl Read {
    fn frame(&mut self, frame: &Frame) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => self.frame(&group.frame),
                FrameItem::Text(text) => self.text(text),
                FrameItem::Tag(Tag::Start(element, _)) => {
                    if let Some(Value::Str(name)) = element.to_packed::<MetadataElem>().map(|m| &m.value) {
                        self.mark(name.as_str());
                    }
                }
                FrameItem::Image(image, _, _) => {
                    if let ImageKind::Svg(svg) = image.kind() {
                        self.code(svg.data());
                    }
                }
                _ => {}
            }
        }
    }

    fn mark(&mut self, name: &str) {
        if name == END {
            self.marked.extend(self.open.take());
        } else {
            self.open = Some((name.to_owned(), String::new()));
        }
    }

    fn text(&mut self, item: &TextItem) {
        let without = item.glyphs.iter().filter(|g| g.id == 0);
        self.missing.extend(without.flat_map(|g| item.text[g.range()].chars()));
        if let Some((_, text)) = &mut self.open {
            text.push_str(&item.text);
        }
    }

    /// A picture whose root names a payload is its QR code.
    fn code(&mut self, svg: &[u8]) {
        let Some((name, path)) = std::str::from_utf8(svg).ok().and_then(drawn) else { return };
        let text = qr::read(path).unwrap_or_default();
        self.marked.push((format!("qr.{name}"), text));
    }
}

/// The name and the path of a QR code in a picture that the template made.
fn drawn(svg: &str) -> Option<(&str, &str)> {
    let value = |key: &str| Some(svg.split_once(&format!(" {key}=\""))?.1.split_once('"')?.0);
    Some((value("data-qr")?, value("d")?))
}
