//! What a description says of paper: whom a letter goes to, the customer's number, where the envelope's window is.

use super::node::{Kind, Node};

/// What is printed for a letter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paper {
    /// whom the letter goes to
    pub recipient: Option<Recipient>,
    /// what the provider knows the customer by
    pub customer_number: Option<String>,
    /// where the envelope's window begins; absent: no letter
    pub window: Option<Window>,
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipient {
    /// as it is written on the envelope
    pub postcode: Option<String>,
    /// the address without the name
    pub lines: Vec<String>,
    /// who
    pub name: Option<String>,
    /// what stands with the name
    pub honorific: Option<String>,
}

/// An envelope's window on the unfolded page, in millimetres from its left and upper edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// from the left
    pub x: u32,
    /// from above
    pub y: u32,
}

impl Window {
    /// The windows that have a name. `dl` and `c5`: the address field of DIN 5008, form B, which begins 20 mm from the left and 45 mm from
    /// above. `naga3`: folded in three, the address within the first third.
    fn named(word: &str) -> Option<Self> {
        match word {
            "naga3" => Some(Self { x: 22, y: 16 }),
            "c5" | "dl" => Some(Self { x: 20, y: 45 }),
            _ => None,
        }
    }
}

/// Reads it; what is wrong was told.
pub(super) fn paper(root: &Node) -> Paper {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let recipient = root.get("recipient").map(|node| Recipient {
        postcode: text(node, "postcode"),
        lines: node.get("lines").map(Node::texts).unwrap_or_default(),
        name: text(node, "name"),
        honorific: text(node, "honorific"),
    });
    let number = |node: &Node, key: &str| node.get(key).and_then(Node::text).and_then(|t| t.parse().ok());
    let window = root.get("letter").and_then(|n| n.get("window")).and_then(|node| match &node.kind {
        Kind::Map(_) => Some(Window { x: number(node, "x_mm")?, y: number(node, "y_mm")? }),
        _ => node.text().and_then(Window::named),
    });
    let customer_number = root.get("customer").and_then(|node| text(node, "number"));
    Paper { recipient: recipient.filter(|r| *r != Recipient::default()), customer_number, window }
}
