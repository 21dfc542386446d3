//! A description as it was read: parsed, held against the schema, laid over its provider's profile; not yet resolved.
//! Here every source learns which of its stretches are secret, before any finding is shown.

use std::sync::Arc;

use super::check::{check, closest};
use super::edit;
use super::merge::overlay;
use super::node::{self, Kind, Node};
use super::schema::{self, Shape};
use super::users::UsersFile;
use super::{BuildWishes, ClientOption, secrecy, wishes};
use crate::finding::{self, Echo, Edit, Finding, Findings, Place, Source, SourceId, Sources};

/// A description whose keys and values were checked one by one.
#[derive(Debug)]
pub struct RawAccount {
    /// the description laid over its provider's profile
    pub(super) merged: Node,
    /// the description alone: what it states itself
    pub(super) own: Node,
    /// whether its provider's profile is missing: then nothing can be said of what the description leaves out
    pub(super) half: bool,
    /// profiles of providers that its hosts or its domain occur in
    pub(super) known: Arc<Vec<Known>>,
    /// the row of a users file that was laid over it
    pub(super) row: Option<SourceId>,
}

/// A provider's profile that may have to do with a description, though it need not name it.
#[derive(Debug, Clone)]
pub struct Known {
    /// its id
    pub id: String,
    /// its tree, not checked
    pub profile: Node,
}

/// Gives the text of a provider's profile.
pub trait Providers {
    /// The profile of this id with the name that reports print, if there is one.
    ///
    /// # Errors
    /// A profile of the user's own that cannot be read.
    fn provider(&self, id: &str) -> Result<Option<Source>, String>;
    /// All ids, for "did you mean".
    fn ids(&self) -> Vec<String>;
    /// The profiles whose text holds any of these words, by id.
    ///
    /// # Errors
    /// A profile of the user's own that cannot be read.
    fn mentioning(&self, words: &[String]) -> Result<Vec<(String, Source)>, String>;
}

impl RawAccount {
    /// Reads a description: everything that can be said of its parts one by one goes into `findings`.
    /// `None` when it is no YAML mapping at all.
    ///
    /// # Errors
    /// What `providers` says of a profile that cannot be read.
    pub fn read(
        bytes: &[u8],
        name: &str,
        providers: &dyn Providers,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Result<Option<Self>, String> {
        let Some(own) = tree(bytes, name, &schema::DESCRIPTION, sources, findings) else { return Ok(None) };
        let named = named_provider(&own);
        let provider = match named {
            Some(node) => load_provider(node, providers, sources, findings)?,
            None => None,
        };
        let half = named.is_some() && provider.is_none();
        let merged = match provider {
            Some(provider) => overlay(&provider, &own),
            None => own.clone(),
        };
        let known = known(&merged, providers, sources)?;
        let raw = Self { merged, own, half, known: Arc::new(known), row: None };
        // what it says of a users file is checked also where none is read
        let _ = UsersFile::of(&raw, findings);
        Ok(Some(raw))
    }

    /// Profiles of providers that the description's hosts or its domain occur in.
    #[must_use]
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// A setting as it stands in the description or in its provider's profile.
    #[must_use]
    pub fn node(&self, setting: &str) -> Option<&Node> {
        self.merged.at(setting)
    }

    /// The text of a setting as it stands in the description or in its provider's profile.
    #[must_use]
    pub fn text(&self, setting: &str) -> Option<&str> {
        self.node(setting).and_then(Node::text)
    }

    /// Where a setting is written; `None` when nobody wrote it.
    #[must_use]
    pub fn written(&self, setting: &str) -> Option<Place> {
        self.node(setting).map(|node| node.place)
    }

    /// The replacement of a setting's whole value by other YAML, when it stands in the description and nothing else stands for it.
    #[must_use]
    pub fn edit(&self, setting: &str, yaml: impl ToString) -> Option<Edit> {
        let node = self.node(setting).filter(|n| n.place.source == self.own.place.source)?;
        // one mapping may stand for several servers of a profile
        let (side, key) = (setting.split('.').next()?, setting.rsplit('.').next()?);
        let servers = self.merged.get(side).map(Node::one_or_many).unwrap_or_default();
        let shared = servers.iter().filter_map(|s| s.get(key)).filter(|n| n.place == node.place).count() > 1;
        edit::scalar(node, yaml.to_string()).filter(|_| !shared)
    }

    /// Where a setting stands, or the nearest thing above it that does: in the description, else in the provider's profile.
    #[must_use]
    pub fn place_of(&self, setting: &str) -> Option<Place> {
        let only_merged = self.own.at(setting).is_none() && self.merged.at(setting).is_some();
        if only_merged { self.merged.place_of(setting) } else { self.own.place_of(setting) }
    }

    /// Whether a place is in the description itself, and not in its provider's profile.
    #[must_use]
    pub fn is_own(&self, place: Place) -> bool {
        place.source == self.own.place.source
    }

    /// Whether a place is in the row of a users file.
    #[must_use]
    pub fn is_of_row(&self, place: Place) -> bool {
        self.row == Some(place.source)
    }

    /// What of a finding holds for users whose rows are like this one.
    #[must_use]
    pub fn echo(&self, finding: &Finding) -> Echo {
        let place = finding.place.filter(|place| self.is_of_row(*place));
        let setting = place.and_then(|place| setting_at(&self.own, "", place));
        Echo { finding: finding.clone(), setting }
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
        wishes::options(self.merged.get("clients"))
    }

    /// What the description says of building.
    #[must_use]
    pub fn wishes(&self) -> BuildWishes {
        wishes::wishes(self.merged.get("build"))
    }

    /// Codes of findings that the description accepts, with their places.
    #[must_use]
    pub fn allowed(&self) -> Vec<(String, Place)> {
        let items = self.own.get("allow").map(Node::one_or_many).unwrap_or_default();
        let code = |n: &Node| n.get("code").and_then(|c| Some((c.text()?.to_owned(), c.place)));
        items.iter().filter_map(code).collect()
    }
}

/// The dotted name of what stands at a place.
fn setting_at(node: &Node, path: &str, place: Place) -> Option<String> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match &node.kind {
        Kind::Map(entries) => entries.iter().find_map(|e| setting_at(&e.value, &below(&e.key), place)),
        Kind::List(items) => {
            items.iter().enumerate().find_map(|(at, n)| setting_at(n, &below(&at.to_string()), place))
        }
        Kind::Scalar { .. } | Kind::Null => (node.place == place).then(|| path.to_owned()),
    }
}

fn known(merged: &Node, providers: &dyn Providers, sources: &mut Sources) -> Result<Vec<Known>, String> {
    let servers = ["incoming", "outgoing"].iter().filter_map(|side| merged.get(side));
    let hosts = servers.flat_map(Node::one_or_many).filter_map(|n| n.get("host")?.text());
    let domain = merged.get("address").and_then(Node::text).and_then(|a| a.rsplit_once('@')).map(|(_, d)| d);
    let words: Vec<String> = hosts.chain(domain).map(str::to_lowercase).filter(|w| w.contains('.')).collect();
    let mut known = Vec::new();
    for (id, source) in providers.mentioning(&words)? {
        let source = sources.add(source);
        if let Ok(profile) = node::parse(sources.get(source), source) {
            known.push(Known { id, profile });
        }
    }
    Ok(known)
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
    let signs = full_width_signs(sources.get(id), id);
    if !signs.is_empty() {
        // what the parser would say of them points elsewhere
        let hidden = secrecy::guess(sources.get(id).text());
        sources.hide(id, hidden);
        signs.into_iter().for_each(|finding| findings.push(finding));
        return None;
    }
    let node = match node::parse(sources.get(id), id) {
        Ok(node) => node,
        Err(error) => {
            let hidden = secrecy::guess(sources.get(id).text());
            sources.hide(id, hidden);
            let several = error.message.starts_with("multiple YAML documents");
            let code = if several { &finding::SEVERAL_DOCUMENTS } else { &finding::YAML_SYNTAX };
            findings.push(Finding::new(code).arg("reason", error.message).at(error.place));
            return None;
        }
    };
    let secrets = secrecy::secrets(&node, sources.get(id));
    sources.hide(id, secrets);
    if !matches!(node.kind, Kind::Map(_)) {
        let code = if matches!(node.kind, Kind::Null) {
            &finding::EMPTY_DESCRIPTION
        } else {
            &finding::NOT_A_MAPPING
        };
        let place = if code.id == finding::EMPTY_DESCRIPTION.id { Place::start(id) } else { node.place };
        findings.push(Finding::new(code).at(place));
        return None;
    }
    check(&node, shape, "", findings);
    Some(node)
}

/// Lines of known keys that are indented with full-width blanks or have a full-width colon.
fn full_width_signs(source: &Source, id: SourceId) -> Vec<Finding> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in source.text().split_inclusive('\n') {
        found.extend(full_width_sign(line).map(|(at, wide, mended, key)| {
            let place = Place::new(id, start + at, start + at + wide.len());
            let finding = Finding::new(&finding::FULL_WIDTH_SIGN).arg("key", key).at(place);
            finding.fix(Some(Edit { place, text: mended }))
        }));
        start += line.len();
    }
    found
}

/// The first such sign of a line: where, what stands there, what should, and the key.
fn full_width_sign(line: &str) -> Option<(usize, &str, String, &str)> {
    let content = line.trim_start_matches([' ', '\u{3000}', '-', '\u{feff}']);
    let key = content.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap_or_default();
    let colon = content[key.len()..].trim_start_matches([' ', '\u{3000}']);
    if !schema::knows(&schema::DESCRIPTION, key) || !colon.starts_with([':', '：']) {
        return None;
    }
    let indent = &line[..line.len() - content.len()];
    if indent.contains('\u{3000}') {
        return Some((0, indent, indent.replace('\u{3000}', "  "), key));
    }
    let behind = colon.strip_prefix('：')?;
    let wide = &content[key.len()..content.len() - behind.len()];
    Some((indent.len() + key.len(), wide, ": ".to_owned(), key))
}

fn decode(bytes: &[u8], name: &str, sources: &mut Sources, findings: &mut Findings) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            let hidden = secrecy::guess(&good);
            let end = good.len();
            let id = sources.add(Source::new(name, good));
            sources.hide(id, hidden);
            findings.push(
                Finding::new(&finding::NOT_UTF8)
                    .arg("guess", guess_encoding(bytes))
                    .at(Place::new(id, end, end)),
            );
            None
        }
    }
}

/// What a file that is not UTF-8 probably is.
fn guess_encoding(bytes: &[u8]) -> &'static str {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let shift_jis =
        || encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).is_some();
    if utf16 {
        "UTF-16"
    } else if shift_jis() {
        "Shift_JIS"
    } else {
        "?"
    }
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
) -> Result<Option<Node>, String> {
    let Some(id) = node.text() else { return Ok(None) };
    let Some(source) = providers.provider(id)? else {
        let ids = providers.ids();
        let near = closest(id, ids.iter().map(String::as_str));
        let code = if near.is_some() { &finding::UNKNOWN_PROVIDER_NEAR } else { &finding::UNKNOWN_PROVIDER };
        let finding = Finding::new(code).arg("value", id).arg("known", ids.join(", "));
        findings.push(finding.arg("near", near.unwrap_or_default()).at(node.place));
        return Ok(None);
    };
    let name = source.name().to_owned();
    let profile = tree(source.text().as_bytes(), &name, &schema::PROVIDER_PROFILE, sources, findings);
    let Some(profile) = profile else { return Ok(None) };
    let words = |language: &str| profile.get("unverified").and_then(|n| n.get(language)).and_then(Node::text);
    if let (Some(en), Some(ja)) = (words("en"), words("ja")) {
        let finding = Finding::new(&finding::PROVIDER_UNVERIFIED).arg("value", id);
        findings.push(finding.arg("en", en).arg("ja", ja).at(node.place));
    }
    Ok(Some(profile))
}
