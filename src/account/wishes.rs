//! What a description says of building: which clients, with which options, what for whom. Read before anything is resolved.

use super::node::{Entry, Kind, Node};
use super::{BuildWishes, ClientOption, Passwords, Sheets};

/// Options of clients as written.
pub(super) fn options(node: Option<&Node>) -> Vec<ClientOption> {
    let Some(Kind::Map(clients)) = node.map(|n| &n.kind) else { return Vec::new() };
    let of = |client: &Entry| -> Vec<ClientOption> {
        let Kind::Map(options) = &client.value.kind else { return Vec::new() };
        let one = |e: &Entry| {
            let value = e.value.text()?.to_owned();
            Some(ClientOption {
                client: client.key.clone(),
                option: e.key.clone(),
                value,
                place: Some(e.value.place),
            })
        };
        options.iter().filter_map(one).collect()
    };
    clients.iter().flat_map(of).collect()
}

/// A list; what is something else in its place was told.
fn listed(node: Option<&Node>) -> Option<&Node> {
    node.filter(|n| matches!(n.kind, Kind::List(_)))
}

/// What is to be built.
pub(super) fn wishes(node: Option<&Node>) -> BuildWishes {
    let Some(node) = node else { return BuildWishes::default() };
    BuildWishes {
        clients: listed(node.get("clients")).map(Node::texts),
        sheets: node.get("sheets").map(Node::texts).map(|words| match words.as_slice() {
            [one] if one == "clients" => Sheets::Clients,
            [one] if one == "none" => Sheets::None,
            _ => Sheets::Named(words),
        }),
        languages: listed(node.get("languages")).map(Node::texts),
        passwords: node.get("passwords").and_then(Node::text).and_then(Passwords::from_word),
    }
}
