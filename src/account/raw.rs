//! A description as it was read: parsed, held against the schema, laid over its provider's profile; not yet resolved.
//! Here every source learns which of its stretches are secret, before any finding is shown.

use std::ops::Range;

use super::check::{check, closest};
use super::merge::overlay;
use super::node::{self, Kind, Node};
use super::schema::{self, Shape};
use super::{BuildWishes, ClientOption, resolve};
use crate::finding::{self, Finding, Findings, Place, Source, Sources};

/// A description whose keys and values were checked one by one.
#[derive(Debug)]
pub struct RawAccount {
    /// the description laid over its provider's profile
    pub(super) merged: Node,
    /// the description alone: what it states itself
    pub(super) own: Node,
}

/// Gives the text of a provider's profile.
pub trait Providers {
    /// The profile of this id with the name that reports print, if there is one.
    fn provider(&self, id: &str) -> Option<Source>;
    /// All ids, for "did you mean".
    fn ids(&self) -> Vec<String>;
}

impl RawAccount {
    /// Reads a description: everything that can be said of its parts one by one goes into `findings`.
    /// `None` when it is no YAML mapping at all.
    pub fn read(
        bytes: &[u8],
        name: &str,
        providers: &dyn Providers,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Self> {
        let own = tree(bytes, name, &schema::DESCRIPTION, sources, findings)?;
        let provider =
            named_provider(&own).and_then(|node| load_provider(node, providers, sources, findings));
        let merged = match provider {
            Some(provider) => overlay(&provider, &own),
            None => own.clone(),
        };
        Some(Self { merged, own })
    }

    /// Where a setting stands, or the nearest thing above it that does: in the description, else in the provider's profile.
    #[must_use]
    pub fn place_of(&self, setting: &str) -> Option<Place> {
        let only_merged = self.own.at(setting).is_none() && self.merged.at(setting).is_some();
        if only_merged { self.merged.place_of(setting) } else { self.own.place_of(setting) }
    }

    /// Where a word stands in a list of the description.
    #[must_use]
    pub fn place_of_item(&self, list: &str, word: &str) -> Option<Place> {
        let items = self.own.at(list).map(Node::one_or_many).unwrap_or_default();
        items.iter().find(|n| n.text() == Some(word)).map(|n| n.place)
    }

    /// Options of clients as written.
    #[must_use]
    pub fn options(&self) -> Vec<ClientOption> {
        resolve::options(self.merged.get("clients"))
    }

    /// What the description says of building.
    #[must_use]
    pub fn wishes(&self) -> BuildWishes {
        resolve::wishes(self.merged.get("build"))
    }

    /// Codes of findings that the description accepts.
    #[must_use]
    pub fn allowed(&self) -> Vec<String> {
        let items = self.own.get("allow").map(Node::one_or_many).unwrap_or_default();
        items.iter().filter_map(|n| n.get("code")?.text()).map(str::to_owned).collect()
    }
}

/// A file of the schema as a tree, its mistakes reported, its secrets hidden.
fn tree(
    bytes: &[u8],
    name: &str,
    shape: &Shape,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Node> {
    let text = decode(bytes, name, sources, findings)?;
    let id = sources.add(Source::new(name, text));
    let node = match node::parse(sources.get(id), id) {
        Ok(node) => node,
        Err(error) => {
            let hidden = guess_secrets(sources.get(id).text());
            sources.hide(id, hidden);
            findings.push(Finding::new(&finding::YAML_SYNTAX).arg("reason", error.message).at(error.place));
            return None;
        }
    };
    let mut secrets = Vec::new();
    collect_secrets(&node, sources.get(id), false, &mut secrets);
    sources.hide(id, secrets);
    if !matches!(node.kind, Kind::Map(_)) {
        let code = if matches!(node.kind, Kind::Null) {
            &finding::EMPTY_DESCRIPTION
        } else {
            &finding::NOT_A_MAPPING
        };
        findings.push(Finding::new(code).at(Place::start(id)));
        return None;
    }
    check(&node, shape, "", findings);
    Some(node)
}

fn decode(bytes: &[u8], name: &str, sources: &mut Sources, findings: &mut Findings) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            let hidden = guess_secrets(&good);
            let end = good.len();
            let id = sources.add(Source::new(name, good));
            sources.hide(id, hidden);
            findings.push(Finding::new(&finding::NOT_UTF8).at(Place::new(id, end, end)));
            None
        }
    }
}

/// Whether a key's name looks like a password's, also when it is misspelt.
fn is_secret_key(key: &str) -> bool {
    let key = key.to_lowercase();
    ["pass", "secret", "pwd", "パスワード"].iter().any(|s| key.contains(s))
        || strsim::damerau_levenshtein(&key, "password") <= 3
}

/// Keys around passwords that hold no secret themselves.
const OPEN: &[&str] = &[
    "env",
    "file",
    "column",
    "password_kind",
    "password_url",
    "password_change_url",
    "password_valid_until",
    "passwords",
];

fn collect_secrets(node: &Node, source: &Source, secret: bool, out: &mut Vec<Range<usize>>) {
    match &node.kind {
        Kind::Null => {}
        Kind::Scalar { .. } if secret => {
            out.extend([written(node.place, source), written(node.written, source)])
        }
        Kind::Scalar { .. } => {}
        Kind::List(items) => items.iter().for_each(|n| collect_secrets(n, source, secret, out)),
        Kind::Map(entries) => {
            for entry in entries {
                let scalar = matches!(entry.value.kind, Kind::Scalar { .. });
                let open = scalar && OPEN.contains(&entry.key.as_str());
                let secret = !open && (secret || is_secret_key(&entry.key));
                collect_secrets(&entry.value, source, secret, out);
            }
        }
    }
}

/// A scalar's stretch; where the parser gave no end, to the end of the line.
fn written(place: Place, source: &Source) -> Range<usize> {
    if place.end > place.start {
        return place.start..place.end;
    }
    let rest = &source.text()[place.start..];
    place.start..place.start + rest.find('\n').unwrap_or(rest.len())
}

/// In a text that is no YAML: all that follows a key like `password` on its line, and the deeper lines below it.
fn guess_secrets(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut deeper_than = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let folded = line.to_lowercase();
        let key = ["pass", "secret", "pwd", "パスワード"].iter().filter_map(|s| folded.find(s)).min();
        if deeper_than.is_some_and(|d| indent > d || line.trim().is_empty()) {
            out.push(start..start + line.len());
        } else if let Some(at) = key {
            let from = line.get(at..).and_then(|rest| rest.find([':', '='])).map_or(at, |i| at + i + 1);
            out.push(start + from..start + line.len());
            deeper_than = Some(indent);
        } else {
            deeper_than = None;
        }
        start += line.len();
    }
    out
}

fn named_provider(own: &Node) -> Option<&Node> {
    let provider = own.get("provider")?;
    match provider.kind {
        Kind::Scalar { .. } => Some(provider),
        _ => provider.get("use"),
    }
}

fn load_provider(
    node: &Node,
    providers: &dyn Providers,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Node> {
    let id = node.text()?;
    let Some(source) = providers.provider(id) else {
        let ids = providers.ids();
        let near = closest(id, ids.iter().map(String::as_str));
        let finding = Finding::new(&finding::UNKNOWN_PROVIDER).arg("value", id).arg("known", ids.join(", "));
        findings.push(finding.arg("near", near.unwrap_or("")).at(node.place));
        return None;
    };
    let name = source.name().to_owned();
    let profile = tree(source.text().as_bytes(), &name, &schema::PROVIDER_PROFILE, sources, findings)?;
    let words = |language: &str| profile.get("unverified").and_then(|n| n.get(language)).and_then(Node::text);
    if let (Some(en), Some(ja)) = (words("en"), words("ja")) {
        let finding = Finding::new(&finding::PROVIDER_UNVERIFIED).arg("value", id);
        findings.push(finding.arg("en", en).arg("ja", ja).at(node.place));
    }
    Some(profile)
}
