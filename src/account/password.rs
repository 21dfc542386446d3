//! Where a password comes from, and reading it there. The environment and files are reached through [`Environment`], so that
//! the library reads neither by itself.

use std::path::PathBuf;

use super::node::{Kind, Node};
use super::value::plain;
use super::{Account, Fetched, RawAccount};
use crate::finding::{self, Finding, Findings};
use crate::secret::Secret;

/// A description's `password`.
#[derive(Debug, Clone)]
pub enum PasswordSource {
    /// written in the file
    Written(Secret),
    /// an environment variable
    Env(String),
    /// a file of one line, by a path from the description's folder
    File(PathBuf),
    /// a column of the users' file
    Column(String),
}

/// The outside that passwords are read from.
pub trait Environment {
    /// The value of a variable.
    fn variable(&self, name: &str) -> Option<String>;
    /// The text of a file, by a path from the description's folder.
    fn file(&self, path: &std::path::Path) -> Option<String>;
    /// Whether a file is there, without reading it.
    fn has_file(&self, path: &std::path::Path) -> bool;
}

impl PasswordSource {
    pub(super) fn from_node(node: &Node) -> Option<Self> {
        if let Kind::Scalar { text, .. } = &node.kind {
            return Some(Self::Written(Secret::new(text.clone())));
        }
        let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        None.or_else(|| text("env").map(Self::Env))
            .or_else(|| text("file").map(|p| Self::File(p.into())))
            .or_else(|| text("column").map(Self::Column))
    }

    fn read(&self, outside: &dyn Environment) -> Option<Secret> {
        match self {
            Self::Written(secret) => Some(secret.clone()),
            Self::Env(name) => outside.variable(name).map(Secret::new),
            Self::File(path) => outside.file(path).map(|text| {
                let line =
                    text.strip_suffix('\n').map_or(text.as_str(), |t| t.strip_suffix('\r').unwrap_or(t));
                Secret::new(line.to_owned())
            }),
            Self::Column(_) => None,
        }
    }

    fn is_there(&self, outside: &dyn Environment) -> bool {
        match self {
            Self::Written(_) => true,
            Self::Env(name) => outside.variable(name).is_some(),
            Self::File(path) => outside.has_file(path),
            Self::Column(_) => false,
        }
    }

    /// What it is called in a message.
    fn words(&self) -> String {
        match self {
            Self::Written(_) => String::new(),
            Self::Env(name) => format!("`env: {name}`"),
            Self::File(path) => format!("`file: {}`", path.display()),
            Self::Column(name) => format!("`column: {name}`"),
        }
    }
}

impl Account {
    /// Reads the passwords when `needed`: a source that is missing then is an error, else a note.
    pub fn fetch_passwords(
        &self,
        needed: bool,
        raw: &RawAccount,
        outside: &dyn Environment,
        findings: &mut Findings,
    ) -> Fetched {
        let mut one = |source: Option<&PasswordSource>, setting: String| {
            let source = source?;
            if needed {
                return read(source, &setting, raw, outside, findings);
            }
            if !source.is_there(outside) {
                findings.push(missing(&finding::PASSWORD_SOURCE_ABSENT, source, &setting, raw));
            }
            None
        };
        Fetched {
            incoming: self
                .incoming
                .iter()
                .enumerate()
                .map(|(i, s)| one(s.password.as_ref(), setting("incoming", i)))
                .collect(),
            outgoing: self
                .outgoing
                .iter()
                .enumerate()
                .map(|(i, s)| one(s.password.as_ref(), setting("outgoing", i)))
                .collect(),
        }
    }
}

fn setting(side: &str, index: usize) -> String {
    if index == 0 { format!("{side}.password") } else { format!("{side}.{index}.password") }
}

fn missing(code: &finding::Code, source: &PasswordSource, setting: &str, raw: &RawAccount) -> Finding {
    Finding::new(code).arg("setting", setting).arg("source", source.words()).at(raw.place_of(setting))
}

fn read(
    source: &PasswordSource,
    setting: &str,
    raw: &RawAccount,
    outside: &dyn Environment,
    findings: &mut Findings,
) -> Option<Secret> {
    let secret = source.read(outside).filter(|s| !s.is(""));
    let Some(secret) = secret else {
        findings.push(missing(&finding::PASSWORD_SOURCE_MISSING, source, setting, raw));
        return None;
    };
    if let Err(problem) = plain(secret.reveal()) {
        findings.push(problem.finding(setting).at(raw.place_of(setting)));
        return None;
    }
    if !matches!(source, PasswordSource::Written(_)) {
        // of one that is written in the description, rules tell it
        doubts(&secret).for_each(|code| {
            findings.push(Finding::new(code).arg("setting", setting).at(raw.place_of(setting)));
        });
    }
    Some(secret)
}

/// What clients may not carry in a password.
pub fn doubts(secret: &Secret) -> impl Iterator<Item = &'static finding::Code> {
    let text = secret.reveal();
    let blank = (text.trim() != text).then_some(&finding::PASSWORD_EDGE_BLANK);
    let beyond = (!text.is_ascii()).then_some(&finding::PASSWORD_CHARACTERS);
    blank.into_iter().chain(beyond)
}
