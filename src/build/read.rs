//! What a file says: its bytes are decoded, and its reading says where each setting stands. Nothing is judged here.

use std::collections::BTreeMap;

use minijinja::Value;

use super::expect::{Expected, Settings, prefix};
use crate::account::secrecy::HIDDEN;
use crate::client::{Reading, ServerReading};
use crate::finding::{self, Finding};
use crate::format::{Document, Format};
use crate::render::{Engine, RenderError};

/// What is wrong with a file that was read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// it could not be read
    Unreadable(String),
    /// it must say this setting, and is silent
    Silent(String),
    /// it says this setting, and the account says something else or nothing
    Differs(Difference),
}

/// A setting that a file says otherwise than the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub setting: String,
    /// what the file says; not of a password
    pub said: String,
    /// what the account has; not of a password
    pub expected: String,
}

impl Difference {
    /// Between what a file says and what the account has. Of a password neither is kept.
    pub(super) fn new(setting: &str, said: &[String], expected: Option<&Expected>) -> Self {
        let secret = matches!(expected, Some(Expected::Secret(_))) || setting.ends_with("password");
        let hidden = || HIDDEN.to_owned();
        let expected = match expected {
            Some(Expected::Text(text)) => text.clone(),
            _ => NOTHING.to_owned(),
        };
        Self {
            setting: setting.to_owned(),
            said: if secret { hidden() } else { said.join(" / ") },
            expected: if secret { hidden() } else { expected },
        }
    }
}

/// What an account has that has no such setting.
const NOTHING: &str = "—";

impl Refusal {
    pub(super) fn finding(self, path: &str, client: &str) -> Finding {
        let finding = match self {
            Self::Unreadable(reason) => Finding::new(&finding::READ_BACK_FAILED).arg("reason", reason),
            Self::Silent(setting) => Finding::new(&finding::READ_BACK_SILENT).arg("setting", setting),
            Self::Differs(Difference { setting, said, expected }) => {
                let finding = Finding::new(&finding::READ_BACK_DIFFERS).arg("setting", setting);
                finding.arg("said", said).arg("expected", expected)
            }
        };
        finding.arg("path", path).client(client)
    }
}

impl From<RenderError> for Refusal {
    fn from(error: RenderError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// What a file says of a setting: one value, or several that it may stand for.
pub type Said = BTreeMap<String, Vec<String>>;

/// What a file says. `expected` tells the servers of a format apart whose servers have no order.
///
/// # Errors
/// Bytes that are not of the format, a reading that fails, a setting that is marked with two values.
pub(super) fn file(
    engine: &Engine,
    format: &Format,
    bytes: &[u8],
    reading: Option<&Reading>,
    expected: &Settings,
) -> Result<Said, Refusal> {
    let document = (format.decode)(bytes).map_err(|e| Refusal::Unreadable(e.0))?;
    match (document, reading) {
        (Document::Marked(texts), _) => marked(texts),
        (Document::Tree(tree), Some(reading)) => Reader { engine, expected }.read(reading, &tree),
        (Document::Tree(_), None) => Err(Refusal::Unreadable("the format has no reading".to_owned())),
    }
}

/// Where servers are told that the account does not have.
const UNKNOWN: usize = 1000;

struct Reader<'a> {
    engine: &'a Engine,
    expected: &'a Settings,
}

impl Reader<'_> {
    fn read(&self, reading: &Reading, tree: &serde_json::Value) -> Result<Said, Refusal> {
        let mut names = BTreeMap::from([("doc".to_owned(), Value::from(minijinja::value::Serde(tree)))]);
        for (name, source) in &reading.lets.0 {
            let value = self.evaluate(source, &names)?;
            names.insert(name.clone(), value);
        }
        let mut said = Said::new();
        for (setting, source) in &reading.settings {
            let value = self.evaluate(source, &names)?;
            tell(&mut said, setting.clone(), &value);
        }
        for (side, servers) in [("incoming", &reading.incoming), ("outgoing", &reading.outgoing)] {
            if let Some(servers) = servers {
                self.servers(side, servers, &mut names, &mut said)?;
            }
        }
        Ok(said)
    }

    fn servers(
        &self,
        side: &str,
        reading: &ServerReading,
        names: &mut BTreeMap<String, Value>,
        said: &mut Said,
    ) -> Result<(), Refusal> {
        let servers = self.evaluate(&reading.each, names)?;
        let servers = servers.try_iter().map(Iterator::collect::<Vec<Value>>).unwrap_or_default();
        for (nth, server) in servers.into_iter().enumerate() {
            names.insert("server".to_owned(), server);
            let nth = match &reading.by {
                // one that the account has not must not pass for one that it has
                Some(setting) if !self.expected.is_empty() => {
                    self.same_by(side, setting, &reading.settings, names)?.unwrap_or(UNKNOWN + nth)
                }
                _ => nth,
            };
            for (setting, source) in &reading.settings {
                let value = self.evaluate(source, names)?;
                tell(said, format!("{}.{setting}", prefix(side, nth)), &value);
            }
        }
        Ok(())
    }

    /// The first of the account's servers with the same value of a setting: for formats whose servers have no order.
    fn same_by(
        &self,
        side: &str,
        setting: &str,
        settings: &BTreeMap<String, String>,
        names: &BTreeMap<String, Value>,
    ) -> Result<Option<usize>, Refusal> {
        let Some(source) = settings.get(setting) else { return Ok(None) };
        let said = Expected::Text(self.evaluate(source, names)?.to_string());
        let expected = |nth: &usize| self.expected.get(&format!("{}.{setting}", prefix(side, *nth)));
        Ok((0..).take_while(|nth| expected(nth).is_some()).find(|nth| expected(nth) == Some(&said)))
    }

    fn evaluate(&self, source: &str, names: &BTreeMap<String, Value>) -> Result<Value, Refusal> {
        Ok(self.engine.reading(source)?.value(&Value::from(names.clone()))?)
    }
}

/// Texts that are marked with their setting. An empty one is a password that was left out.
pub(super) fn marked(marked: Vec<(String, String)>) -> Result<Said, Refusal> {
    let mut said = Said::new();
    for (setting, text) in marked {
        let values = said.entry(setting.clone()).or_insert_with(|| vec![text.clone()]);
        if values[0] != text {
            let both = [values[0].clone(), text];
            return Err(Refusal::Differs(Difference::new(&setting, &both, None)));
        }
    }
    Ok(said)
}

/// Adds what a reading's value says: nothing, one value, or a list.
fn tell(said: &mut Said, setting: String, value: &Value) {
    if value.is_undefined() || value.is_none() {
        return;
    }
    let values = match value.try_iter() {
        Ok(items) if value.as_str().is_none() => items.map(|v| v.to_string()).collect(),
        _ => vec![value.to_string()],
    };
    said.insert(setting, values);
}
