//! Drawings of sheets, read for another printer than a browser: the few elements that `templates/sheet/figure.svg.j2` draws with (`rect`,
//! `line`, `circle`, `path` of straight lines, `text` in lines of `tspan`) become a list of operations in JSON, in the order in which they
//! are drawn. All lengths are the drawing's units, which are millimetres.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Value, json};

use super::FormatError;

/// A drawing as `{x, y, width, height, alt, ops: […]}`.
///
/// # Errors
/// Not SVG, or an element or a number that no drawing of ours has.
pub fn operations(svg: &str) -> Result<Value, FormatError> {
    let mut reader = Reader::from_str(svg);
    let mut pen = Pen::default();
    loop {
        match reader.read_event().map_err(|_| wrong("it is not well-formed"))? {
            Event::Start(tag) | Event::Empty(tag) => pen.element(&tag)?,
            Event::Text(part) => pen.said.push_str(&part),
            Event::GeneralRef(part) => {
                let part = format!("&{};", &*part);
                pen.said.push_str(&quick_xml::escape::unescape(&part).map_err(|_| wrong("an entity"))?);
            }
            Event::End(tag) if tag.name().as_ref() == "tspan" => pen.line_ends(),
            Event::End(_) => {}
            Event::Eof => break,
            _ => return Err(wrong("more than elements and text")),
        }
    }
    pen.drawing
        .map(|mut drawing| {
            drawing["ops"] = Value::Array(pen.ops);
            drawing
        })
        .ok_or_else(|| wrong("it has no root"))
}

fn wrong(reason: &str) -> FormatError {
    FormatError::new(format!("no drawing of ours: {reason}"))
}

/// What was drawn so far.
#[derive(Default)]
struct Pen {
    drawing: Option<Value>,
    ops: Vec<Value>,
    /// the text element that is open, without its place
    text: Value,
    /// where its line begins
    at: (f64, f64),
    said: String,
}

impl Pen {
    fn element(&mut self, tag: &BytesStart<'_>) -> Result<(), FormatError> {
        let tag = Tag(tag);
        match tag.0.name().as_ref() {
            "svg" if self.drawing.is_none() => self.drawing = Some(root(&tag)?),
            "rect" => self.ops.push(json!({
                "k": "rect", "x": tag.number("x")?, "y": tag.number("y")?, "w": tag.number("width")?, "h": tag.number("height")?,
                "r": tag.number("rx")?, "fill": tag.paint("fill")?, "stroke": tag.paint("stroke")?, "line": tag.number("stroke-width")?,
            })),
            "line" => self.ops.push(json!({
                "k": "path", "closed": false, "fill": null, "stroke": tag.paint("stroke")?, "line": tag.number("stroke-width")?,
                "points": [[tag.number("x1")?, tag.number("y1")?], [tag.number("x2")?, tag.number("y2")?]],
            })),
            "circle" => self.ops.push(json!({
                "k": "circle", "x": tag.number("cx")?, "y": tag.number("cy")?, "r": tag.number("r")?,
                "fill": tag.paint("fill")?, "stroke": tag.paint("stroke")?, "line": tag.number("stroke-width")?,
            })),
            "path" => {
                let (points, closed) = points(&tag.text("d")?)?;
                self.ops.push(json!({
                    "k": "path", "closed": closed, "points": points, "fill": tag.paint("fill")?, "stroke": tag.paint("stroke")?,
                    "line": tag.number("stroke-width")?,
                }));
            }
            "text" => {
                let anchor = tag.text("text-anchor")?;
                self.text = json!({
                    "k": "text", "size": tag.number("font-size")?, "bold": tag.text("font-weight")? == "bold",
                    "anchor": if anchor.is_empty() { "start" } else { anchor.as_str() }, "value": tag.text("class")? == "value",
                    "fill": tag.paint("fill")?,
                });
            }
            "tspan" => {
                self.at = (tag.number("x")?, tag.number("y")?);
                self.said.clear();
            }
            other => return Err(wrong(&format!("the element {other}"))),
        }
        Ok(())
    }

    fn line_ends(&mut self) {
        let mut op = self.text.clone();
        op["x"] = json!(self.at.0);
        op["y"] = json!(self.at.1);
        op["text"] = json!(std::mem::take(&mut self.said));
        self.ops.push(op);
    }
}

fn root(tag: &Tag<'_>) -> Result<Value, FormatError> {
    let view = tag.text("viewBox")?;
    let view: Vec<f64> = view.split(' ').filter_map(|n| n.parse().ok()).collect();
    let [x, y, width, height] = view[..] else { return Err(wrong("its viewBox is not four numbers")) };
    Ok(json!({ "x": x, "y": y, "width": width, "height": height, "alt": tag.text("aria-label")? }))
}

/// The corners of a path of straight lines, `M… L… L…` and perhaps `Z`.
fn points(path: &str) -> Result<(Vec<[f64; 2]>, bool), FormatError> {
    let closed = path.ends_with('Z');
    let corner = |part: &str| {
        let (x, y) = part.split_once(' ')?;
        Some([x.parse().ok()?, y.parse().ok()?])
    };
    let corners = path.trim_end_matches('Z').split(['M', 'L']).skip(1);
    let points: Option<Vec<_>> = corners.map(corner).collect();
    points
        .filter(|p| p.len() > 1)
        .map(|p| (p, closed))
        .ok_or_else(|| wrong("a path of more than straight lines"))
}

/// An element's attributes.
struct Tag<'t>(&'t BytesStart<'t>);

impl Tag<'_> {
    /// A text; absent: empty.
    fn text(&self, key: &str) -> Result<String, FormatError> {
        let attribute = self.0.try_get_attribute(key).map_err(|_| wrong("an attribute"))?;
        let Some(attribute) = attribute else { return Ok(String::new()) };
        quick_xml::escape::unescape(&attribute.value).map(|t| t.into_owned()).map_err(|_| wrong("an entity"))
    }

    /// A number; absent: 0.
    fn number(&self, key: &str) -> Result<f64, FormatError> {
        let text = self.text(key)?;
        if text.is_empty() {
            Ok(0.0)
        } else {
            text.parse().map_err(|_| wrong(&format!("{key} is no number")))
        }
    }

    /// A colour as `#rrggbb`; none: null. Absent: black to fill with, none to draw with.
    fn paint(&self, key: &str) -> Result<Value, FormatError> {
        let text = self.text(key)?;
        let digits = text.strip_prefix('#').filter(|d| d.chars().all(|c| c.is_ascii_hexdigit()));
        match (text.as_str(), digits.map(str::len)) {
            ("none", _) => Ok(Value::Null),
            ("", _) => Ok(if key == "fill" { json!("#000000") } else { Value::Null }),
            (_, Some(3)) => Ok(json!(text.chars().fold(String::new(), |mut long, c| {
                long.push(c);
                if c != '#' {
                    long.push(c);
                }
                long
            }))),
            (_, Some(6)) => Ok(json!(text)),
            _ => Err(wrong(&format!("{key} is no colour"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_become_operations_in_their_order() {
        let svg = "<svg viewBox=\"-1 -1 10 5\" aria-label=\"a &amp; b\"><rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" fill=\"#fff\"/>\
                   <text class=\"value\" font-size=\"3\"><tspan x=\"1\" y=\"2\">a&lt;</tspan><tspan x=\"1\" y=\"6\">b</tspan></text>\
                   <path d=\"M0 0L1 1L2 0Z\"/></svg>";
        let drawing = operations(svg).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(drawing["alt"], "a & b");
        assert_eq!(drawing["ops"].as_array().map(Vec::len), Some(4));
        assert_eq!(drawing["ops"][0]["fill"], "#ffffff");
        assert_eq!((&drawing["ops"][1]["text"], &drawing["ops"][2]["y"]), (&json!("a<"), &json!(6.0)));
        assert_eq!(drawing["ops"][3]["closed"], true);
    }

    #[test]
    fn what_is_no_drawing_of_ours_is_refused() {
        for bad in [
            "",
            "<svg>",
            "<svg viewBox=\"0 0 1 1\"><image href=\"x\"/></svg>",
            "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0C1 1 2 2 3 3\"/></svg>",
            "<svg viewBox=\"0 0 1 1\"><rect x=\"a\"/></svg>",
            "<svg viewBox=\"0 0 1 1\"><rect fill=\"url(#a)\"/></svg>",
        ] {
            assert!(operations(bad).is_err(), "{bad}");
        }
    }
}
