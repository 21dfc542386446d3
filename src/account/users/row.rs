//! A row of a users file laid over the description: one user's description, checked like any other.

use crate::account::RawAccount;
use crate::account::check::check;
use crate::account::node::{Entry, Kind, Node};
use crate::account::schema;
use crate::finding::{self, Finding, Findings, Place, SourceId};

/// A value of a row, with the stretch of the row's text where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Value<'r> {
    /// the setting's dotted name
    pub setting: &'r str,
    /// what the cell holds
    pub text: &'r str,
    /// where it stands
    pub place: Place,
}

impl RawAccount {
    /// The description of one row's user: a row's values take the place of the description's. What is wrong with them one by one goes
    /// into `findings`, at their places in `row`.
    #[must_use]
    pub fn with_row(&self, values: &[Value<'_>], row: SourceId, findings: &mut Findings) -> Self {
        let (mut merged, mut own) = (self.merged.clone(), self.own.clone());
        for value in values {
            let path: Vec<&str> = value.setting.split('.').collect();
            let leaf = leaf(value);
            for tree in [&mut merged, &mut own] {
                if !set(tree, &path, &leaf) {
                    let finding = Finding::new(&finding::USERS_NO_SERVER).arg("setting", value.setting);
                    findings.push(finding.at(value.place));
                    break;
                }
            }
        }
        let mut all = Findings::new();
        check(&own, &schema::DESCRIPTION, "", &mut all);
        // what the description itself says was checked once for all
        for finding in all.iter().filter(|f| f.place.is_some_and(|p| p.source == row)) {
            findings.push(finding.clone());
        }
        Self { merged, own, half: self.half, known: self.known.clone(), row: Some(row) }
    }
}

/// A cell as a part of a description. A table has no lists: words are separated by commas, the lines of a postal address by line ends.
fn leaf(value: &Value<'_>) -> Node {
    let node = |kind| Node { place: value.place, written: value.place, direct: false, kind };
    let scalar = |text: &str| {
        // nor does it tell numbers from texts: what is none stands as if in quotes
        let bare = text.parse::<u64>().is_ok() || matches!(text, "true" | "false");
        node(Kind::Scalar { text: text.to_owned(), quoted: !bare })
    };
    let named: Vec<&str> = value.setting.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    let numbered = value.setting.rsplit('.').next().is_some_and(|part| part.parse::<usize>().is_ok());
    let between = if named.last() == Some(&"lines") { '\n' } else { ',' };
    match schema::takes_list(&named.join(".")).filter(|_| !numbered) {
        Some(always) if always || value.text.contains(between) => {
            let items = value.text.split(between).map(str::trim).filter(|item| !item.is_empty());
            node(Kind::List(items.map(scalar).collect()))
        }
        _ => scalar(value.text),
    }
}

/// Puts a leaf at a path. Numbers index lists; a list answers for its first. Whether there is such a place: a list grows by one at most.
fn set(node: &mut Node, path: &[&str], leaf: &Node) -> bool {
    let Some((part, rest)) = path.split_first() else {
        *node = leaf.clone();
        return true;
    };
    // what a number stands below is a list
    let numbered = rest.first().is_some_and(|part| part.parse::<usize>().is_ok());
    let kind = || if numbered { Kind::List(Vec::new()) } else { Kind::Map(Vec::new()) };
    let below = || Node { kind: kind(), ..leaf.clone() };
    let index = part.parse::<usize>().ok();
    match (&mut node.kind, index) {
        (Kind::List(items), index) => {
            let at = index.unwrap_or(0);
            let path = if index.is_some() { rest } else { path };
            if at == items.len() {
                items.push(below());
            }
            items.get_mut(at).is_some_and(|item| set(item, path, leaf))
        }
        // the only server of a mapping
        (Kind::Map(_), Some(0)) => set(node, rest, leaf),
        (Kind::Map(entries), Some(1)) if !entries.is_empty() => {
            let first = node.clone();
            node.kind = Kind::List(vec![first, below()]);
            set(node, path, leaf)
        }
        (Kind::Map(_), Some(_)) => false,
        (Kind::Map(entries), None) => {
            let at = entries.iter().position(|e| e.key == *part).unwrap_or_else(|| {
                let (key, key_place) = ((*part).to_owned(), leaf.place);
                entries.push(Entry { key, key_place, value: below() });
                entries.len() - 1
            });
            set(&mut entries[at].value, rest, leaf)
        }
        // what stood there was no mapping: the row's value takes its place
        (Kind::Scalar { .. } | Kind::Null, Some(0)) => {
            node.kind = Kind::List(vec![below()]);
            set(node, path, leaf)
        }
        (Kind::Scalar { .. } | Kind::Null, Some(_)) => false,
        (Kind::Scalar { .. } | Kind::Null, None) => {
            *node = below();
            set(node, path, leaf)
        }
    }
}
