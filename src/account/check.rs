//! Holds a tree of nodes against the schema and reports every mistake: unknown and duplicate keys, wrong types, texts that mean
//! nothing. After it, a value that is there and was not reported can be taken as what the schema says.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use super::edit;
use super::node::{Kind, Node};
use super::schema::{self, Key, Shape};
use super::secrecy;
use super::value::{self, Problem};
use crate::finding::{self, Finding, Findings};

/// More servers of one kind than anybody has.
const MOST_SERVERS: usize = 16;

/// Checks a node against a shape. `setting` is its dotted name for messages.
pub fn check(node: &Node, shape: &Shape, setting: &str, findings: &mut Findings) {
    match (shape, &node.kind) {
        (Shape::Either([Shape::Word([only]), many @ Shape::OneOrMany(_)]), Kind::Scalar { text, .. })
            if text != only =>
        {
            // `incoming: pop.example.jp` was not meant to be `none`
            wrong_kind(node, many, setting, findings);
        }
        (Shape::Either(shapes), _) => check(node, either(shapes, node), setting, findings),
        (Shape::OneOrMany(one), Kind::List(items)) => {
            if items.len() > MOST_SERVERS {
                let finding = Finding::new(&finding::TOO_MANY).arg("setting", setting);
                findings.push(finding.arg("most", MOST_SERVERS).arg("length", items.len()).at(node.place));
            }
            list(node, one, setting, findings);
        }
        (Shape::OneOrMany(one), _) => check(node, one, setting, findings),
        (_, Kind::Null) => {
            findings.push(Finding::new(&finding::EMPTY_VALUE).arg("setting", setting).at(node.place))
        }
        (Shape::Map(keys), Kind::Map(_)) => map(node, keys, setting, findings),
        (Shape::Free(value), Kind::Map(_)) => free(node, value, setting, findings),
        (Shape::List(item), Kind::List(_)) => list(node, item, setting, findings),
        (Shape::Map(_) | Shape::Free(_) | Shape::List(_), _) | (_, Kind::Map(_) | Kind::List(_)) => {
            wrong_kind(node, shape, setting, findings);
        }
        (_, Kind::Scalar { text, quoted }) => {
            if let Err(problem) = scalar(text, *quoted, shape) {
                let bare = matches!(shape, Shape::Port | Shape::Flag | Shape::Integer(..));
                let yaml = |mended: &str| if bare { mended.to_owned() } else { edit::yaml_text(mended) };
                let sound = |mended: &&str| scalar(mended, false, shape).is_ok();
                let fix = problem.mended().filter(sound).and_then(|m| edit::scalar(node, yaml(m)));
                findings.push(problem.finding(setting).at(node.place).fix(fix));
            }
        }
    }
}

/// Which of several shapes a node means to be, by its kind alone.
pub(super) fn either<'s>(shapes: &'s [Shape], node: &Node) -> &'s Shape {
    let fits = |shape: &&Shape| match (&node.kind, shape) {
        (Kind::Map(_), Shape::Map(_) | Shape::Free(_) | Shape::OneOrMany(_)) => true,
        (Kind::List(_), Shape::List(_) | Shape::OneOrMany(_)) => true,
        (Kind::Scalar { .. }, Shape::Map(_) | Shape::Free(_) | Shape::List(_) | Shape::OneOrMany(_)) => false,
        (Kind::Scalar { .. } | Kind::Null, _) => true,
        _ => false,
    };
    shapes.iter().find(fits).unwrap_or(&shapes[0])
}

/// A key's dotted name as a sentence may show it: below a password nothing is shown but what has a name there.
fn join(setting: &str, key: &str) -> String {
    let below_secret = setting.ends_with("password") && !matches!(key, "env" | "file" | "column");
    let key = if below_secret { secrecy::HIDDEN.to_owned() } else { secrecy::shown(key) };
    if setting.is_empty() { key } else { format!("{setting}.{key}") }
}

fn list(node: &Node, item: &Shape, setting: &str, findings: &mut Findings) {
    let Kind::List(items) = &node.kind else { return };
    if items.is_empty() {
        findings.push(Finding::new(&finding::EMPTY_VALUE).arg("setting", setting).at(node.place));
    }
    for node in items {
        check(node, item, setting, findings);
    }
}

fn free(node: &Node, value: &Shape, setting: &str, findings: &mut Findings) {
    duplicates(node, setting, findings);
    let Kind::Map(entries) = &node.kind else { return };
    for entry in entries {
        check(&entry.value, value, &join(setting, &entry.key), findings);
    }
}

fn map(node: &Node, keys: &[Key], setting: &str, findings: &mut Findings) {
    duplicates(node, setting, findings);
    let Kind::Map(entries) = &node.kind else { return };
    for entry in entries {
        match keys.iter().find(|k| k.name == entry.key) {
            Some(key) => check(&entry.value, &key.shape, &join(setting, key.name), findings),
            None => findings.push(unknown(&entry.key, keys, setting).at(entry.key_place)),
        }
    }
    for key in keys.iter().filter(|k| k.required && node.get(k.name).is_none() && !is_misspelt(node, k.name))
    {
        findings
            .push(Finding::new(&finding::MISSING_KEY).arg("setting", join(setting, key.name)).at(node.place));
    }
}

fn duplicates(node: &Node, setting: &str, findings: &mut Findings) {
    let Kind::Map(entries) = &node.kind else { return };
    let mut seen = BTreeMap::new();
    for entry in entries {
        match seen.entry(entry.key.as_str()) {
            Slot::Vacant(slot) => drop(slot.insert(entry.key_place)),
            Slot::Occupied(first) => findings.push(
                Finding::new(&finding::DUPLICATE_KEY)
                    .arg("key", join(setting, &entry.key))
                    .at(entry.key_place)
                    .related(Some(*first.get()), "first"),
            ),
        }
    }
}

fn unknown(key: &str, keys: &[Key], setting: &str) -> Finding {
    match closest(key, keys.iter().map(|k| k.name)) {
        Some(near) => {
            Finding::new(&finding::UNKNOWN_KEY_NEAR).arg("near", near).arg("key", join(setting, key))
        }
        None => {
            let known = keys.iter().map(|k| k.name).collect::<Vec<_>>().join(", ");
            Finding::new(&finding::UNKNOWN_KEY).arg("known", known).arg("key", join(setting, key))
        }
    }
}

/// Names that mail programs and their manuals use, and our keys for the same.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("smtp", "outgoing"),
    ("pop", "incoming"),
    ("pop3", "incoming"),
    ("imap", "incoming"),
    ("server", "host"),
    ("user", "username"),
    ("login", "username"),
    ("account", "username"),
    ("ssl", "security"),
    ("encryption", "security"),
    ("email", "address"),
    ("mail", "address"),
];

/// The known name that was probably meant: "did you mean".
#[must_use]
pub fn closest<'k>(typed: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let folded = typed.to_lowercase().replace('-', "_");
    let known: Vec<&str> = known.collect();
    let other = OTHER_NAMES.iter().find(|(name, _)| *name == folded);
    if let Some(ours) = other.and_then(|(_, ours)| known.iter().find(|k| *k == ours)) {
        return Some(ours);
    }
    let known = known.into_iter();
    let distance = |name: &str| strsim::damerau_levenshtein(&folded, &name.replace('-', "_"));
    let (name, distance) = known.map(|n| (n, distance(n))).min_by_key(|(_, d)| *d)?;
    (distance <= (folded.chars().count() / 3).max(1)).then_some(name)
}

/// Whether a key that is missing stands there under a name that was reported as unknown: one mistake, one finding.
pub(super) fn is_misspelt(node: &Node, key: &str) -> bool {
    let Kind::Map(entries) = &node.kind else { return false };
    let unknown = |name: &str| !schema::knows(&schema::DESCRIPTION, name);
    entries.iter().any(|e| unknown(&e.key) && closest(&e.key, std::iter::once(key)).is_some())
}

fn wrong_kind(node: &Node, shape: &Shape, setting: &str, findings: &mut Findings) {
    let code = match shape {
        Shape::Map(_) | Shape::Free(_) | Shape::OneOrMany(Shape::Map(_)) => &finding::EXPECTED_MAPPING,
        Shape::List(_) => &finding::EXPECTED_LIST,
        _ => &finding::EXPECTED_TEXT,
    };
    findings.push(Finding::new(code).arg("setting", setting).at(node.place));
}

/// Checks one text. Never puts the text of a secret into a problem.
fn scalar(text: &str, quoted: bool, shape: &Shape) -> Result<(), Problem> {
    match shape {
        Shape::Secret | Shape::Text | Shape::Login if text.is_empty() => {
            Err(Problem::new(&finding::EMPTY_VALUE))
        }
        Shape::Secret | Shape::Text => value::plain(text).map(drop),
        Shape::Login => value::login(text).map(drop),
        Shape::Variable => value::variable(text).map(drop),
        Shape::Flag if !quoted && matches!(text, "true" | "false") => Ok(()),
        Shape::Flag => Err(flag_trouble(text, quoted)),
        Shape::Port if quoted && value::port(text).is_ok() => {
            Err(Problem::new(&finding::QUOTED_NUMBER).arg("value", text).mend(text))
        }
        Shape::Integer(least, most) if quoted => {
            let problem = Problem::new(&finding::QUOTED_NUMBER).arg("value", text);
            Err(if value::integer(text, *least, *most).is_ok() { problem.mend(text) } else { problem })
        }
        Shape::Port => value::port(text).map(drop),
        Shape::Integer(least, most) => value::integer(text, *least, *most).map(drop),
        Shape::Size => value::size(text).map(drop),
        Shape::Host => value::host(text).map(drop),
        Shape::Domain => value::domain(text).map(drop),
        Shape::Address => value::address(text).map(drop),
        Shape::Url => value::url(text).map(drop),
        Shape::Date => value::date(text).map(drop),
        Shape::Colour => value::colour(text).map(drop),
        Shape::Id => value::reverse_dns(text).map(drop),
        Shape::Word(words) => word(text, words),
        Shape::Map(_) | Shape::Free(_) | Shape::List(_) | Shape::OneOrMany(_) | Shape::Either(_) => Ok(()),
    }
}

/// What YAML 1.1 took for a flag means the same here; anything else is a guess.
fn flag_trouble(text: &str, quoted: bool) -> Problem {
    let shown = if quoted { format!("\"{text}\"") } else { text.to_owned() };
    let problem = Problem::new(&finding::BAD_FLAG).arg("value", shown);
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => problem.mend("true"),
        "false" | "no" | "off" | "n" => problem.mend("false"),
        _ => problem,
    }
}

/// Words that mail programs and their manuals use, and ours for the same.
const SYNONYMS: &[(&str, &str)] = &[
    ("ssl", "tls"),
    ("ssl/tls", "tls"),
    ("smtps", "tls"),
    ("pop3s", "tls"),
    ("imaps", "tls"),
    ("stls", "starttls"),
    ("plain", "password"),
    ("login", "password"),
    ("normal", "password"),
    // whoever says SPA has ticked a box by mistake more often than he has a server for NTLM
    ("spa", "password"),
    ("pop", "pop3"),
    ("imap4", "imap"),
    ("digest-md5", "encrypted"),
    ("xoauth2", "oauth2"),
    ("pbs", "pop-before-smtp"),
];

fn word(text: &str, words: &[&str]) -> Result<(), Problem> {
    if words.contains(&text) {
        return Ok(());
    }
    let known = words.join(", ");
    let folded = text.to_lowercase();
    let synonym = SYNONYMS.iter().find(|(other, ours)| *other == folded && words.contains(ours));
    let near = synonym.map(|(_, ours)| *ours).or_else(|| closest(text, words.iter().copied()));
    Err(match near {
        Some(near) => {
            Problem::new(&finding::BAD_WORD_NEAR).arg("value", text).arg("near", near).arg("known", known)
        }
        None => Problem::new(&finding::BAD_WORD).arg("value", text).arg("known", known),
    })
}
