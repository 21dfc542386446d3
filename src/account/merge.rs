//! Lays a description over its provider's profile: the account's own keys win.

use super::node::{Entry, Kind, Node};

/// Mappings are merged key by key; servers by protocol (below); all else is replaced.
pub(super) fn overlay(base: &Node, over: &Node) -> Node {
    let (Kind::Map(below), Kind::Map(above)) = (&base.kind, &over.kind) else { return over.clone() };
    let mut entries: Vec<Entry> = above.iter().map(|e| merge_entry(base, e)).collect();
    entries.extend(below.iter().filter(|e| over.get(&e.key).is_none()).cloned());
    Node { kind: Kind::Map(entries), ..over.clone() }
}

fn merge_entry(base: &Node, entry: &Entry) -> Entry {
    let value = match (base.get(&entry.key), entry.key.as_str()) {
        (Some(below), "incoming" | "outgoing") => servers(below, &entry.value),
        (Some(below), _) if matches!(entry.value.kind, Kind::Map(_)) => overlay(below, &entry.value),
        // `provider: gmail` names the profile; its mapping is the profile's
        (Some(below), "provider") => below.clone(),
        _ => entry.value.clone(),
    };
    Entry { value, ..entry.clone() }
}

/// One mapping says something of every server of the profile with its protocol (of all, when it names none). A list says which
/// servers there are: each takes what it leaves open from the profile's first with its protocol.
fn servers(below: &Node, over: &Node) -> Node {
    let same = |server: &&Node, wanted: &Node| match wanted.get("protocol").and_then(Node::text) {
        Some(protocol) => server.get("protocol").and_then(Node::text).is_none_or(|p| p == protocol),
        None => true,
    };
    match &over.kind {
        Kind::Map(_) => {
            let fitting: Vec<Node> =
                below.one_or_many().iter().filter(|s| same(s, over)).map(|s| server(s, over)).collect();
            if fitting.is_empty() { over.clone() } else { Node { kind: Kind::List(fitting), ..over.clone() } }
        }
        Kind::List(items) => {
            let merge = |item: &Node| {
                below
                    .one_or_many()
                    .iter()
                    .find(|s| same(s, item))
                    .map_or_else(|| item.clone(), |s| server(s, item))
            };
            Node { kind: Kind::List(items.iter().map(merge).collect()), ..over.clone() }
        }
        _ => over.clone(),
    }
}

/// A server of the account's own host keeps nothing of the profile's that belongs to its host.
fn server(below: &Node, over: &Node) -> Node {
    let mut merged = overlay(below, over);
    let moved = over.get("host").is_some();
    let half_given = over.get("port").is_some() != over.get("security").is_some();
    if let Kind::Map(entries) = &mut merged.kind {
        // a port without its security (or the other way round) decides the other itself, as it does without a profile
        entries.retain(|e| {
            let stated = over.get(&e.key).is_some();
            let pair = matches!(e.key.as_str(), "port" | "security");
            // how a host lets people in, and what its passwords are, is the host's own
            let of_host = !matches!(e.key.as_str(), "protocol" | "port" | "security");
            stated || !(pair && (half_given || moved) || of_host && moved)
        });
    }
    merged
}
