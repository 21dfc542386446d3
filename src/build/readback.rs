//! Law 5: no file is delivered unread. A file's bytes are decoded, its reading says where each setting stands, and each is held
//! against the account: what the file carries must be said and agree, and what it says beyond that must agree too.

use std::collections::BTreeMap;

use minijinja::Value;

use super::expect::{Expected, Settings, prefix};
use crate::account::{Account, placeholder, value};
use crate::client::{Reading, ServerReading};
use crate::finding::{self, Finding};
use crate::format::{Document, Format};
use crate::render::{Engine, RenderError};

/// Names in `carries` that stand for "as many servers as the view lists".
const ALL_SERVERS: [(&str, &str); 2] = [("incoming_servers", "incoming"), ("outgoing_servers", "outgoing")];

/// What is wrong with a file that was read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// it could not be read
    Unreadable(String),
    /// it must say this setting, and is silent
    Silent(String),
    /// it says this setting, and the account says something else or nothing
    Differs(String),
}

impl Refusal {
    pub(super) fn finding(self, path: &str, client: &str) -> Finding {
        let (code, name, value) = match self {
            Self::Unreadable(reason) => (&finding::READ_BACK_FAILED, "reason", reason),
            Self::Silent(setting) => (&finding::READ_BACK_SILENT, "setting", setting),
            Self::Differs(setting) => (&finding::READ_BACK_DIFFERS, "setting", setting),
        };
        Finding::new(code).arg("path", path).arg(name, value).client(client)
    }
}

impl From<RenderError> for Refusal {
    fn from(error: RenderError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// What a file says of a setting: one value, or several that it may stand for.
type Said = BTreeMap<String, Vec<String>>;

/// The account that files are held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check<'a> {
    pub(super) engine: &'a Engine,
    pub(super) account: &'a Account,
    /// whether the file is published for all users: then placeholders stay
    pub(super) domain: bool,
    pub(super) expected: &'a Settings,
}

impl Check<'_> {
    /// Holds a file against the account. Tells whether it holds a password.
    ///
    /// # Errors
    /// The first setting that is not said, or said wrongly.
    pub(super) fn file(
        &self,
        format: &Format,
        bytes: &[u8],
        reading: Option<&Reading>,
        carries: &[String],
    ) -> Result<bool, Refusal> {
        let document = (format.decode)(bytes).map_err(|e| Refusal::Unreadable(e.0))?;
        let said = match (document, reading) {
            (Document::Marked(marked), _) => self.marked(marked)?,
            (Document::Tree(tree), Some(reading)) => self.read(reading, &tree)?,
            (Document::Tree(_), None) => {
                return Err(Refusal::Unreadable("the format has no reading".to_owned()));
            }
        };
        for (setting, values) in &said {
            if !self.agrees(setting, values, format.placeholders) {
                return Err(Refusal::Differs(setting.clone()));
            }
        }
        self.carried(carries, &said)?;
        Ok(said.keys().any(|setting| matches!(self.expected.get(setting), Some(Expected::Secret(_)))))
    }

    /// Texts that are marked with their setting. An empty one is a password that was left out.
    fn marked(&self, marked: Vec<(String, String)>) -> Result<Said, Refusal> {
        let mut said = Said::new();
        for (setting, text) in marked {
            let values = said.entry(setting.clone()).or_insert_with(|| vec![text.clone()]);
            if *values != [text] {
                return Err(Refusal::Differs(setting));
            }
        }
        Ok(said)
    }

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
            for (setting, source) in &reading.settings {
                let value = self.evaluate(source, names)?;
                tell(said, format!("{}.{setting}", prefix(side, nth)), &value);
            }
        }
        Ok(())
    }

    fn evaluate(&self, source: &str, names: &BTreeMap<String, Value>) -> Result<Value, Refusal> {
        Ok(self.engine.reading(source)?.value(&Value::from(names.clone()))?)
    }

    fn agrees(&self, setting: &str, values: &[String], placeholders: bool) -> bool {
        let kind = setting.rsplit('.').next().unwrap_or_default();
        match self.expected.get(setting) {
            Some(Expected::Secret(secret)) => values.iter().any(|v| secret.is(v)),
            Some(Expected::Text(expected)) => {
                values.iter().any(|v| self.same(kind, v, expected, placeholders))
            }
            // a password that was left out may stand as an empty field
            None => kind == "password" && values.iter().all(String::is_empty),
        }
    }

    fn same(&self, kind: &str, said: &str, expected: &str, placeholders: bool) -> bool {
        match kind {
            "host" => value::host(said).is_ok_and(|h| h.ascii() == expected),
            "address" => value::address(said).is_ok_and(|a| a.as_str() == expected),
            "username" => match (&self.account.address, placeholders && !self.domain) {
                (Some(address), true) => placeholder::expand(said, address) == expected,
                _ => said == expected,
            },
            _ => said == expected,
        }
    }

    /// What the file carries must be said, where the account has it.
    fn carried(&self, carries: &[String], said: &Said) -> Result<(), Refusal> {
        for setting in carries.iter().filter(|s| !ALL_SERVERS.iter().any(|(name, _)| name == s)) {
            if self.must_say(setting) && !said.contains_key(setting) {
                return Err(Refusal::Silent(setting.clone()));
            }
        }
        for (name, side) in ALL_SERVERS {
            let last = (1..).take_while(|n| self.expected.contains_key(&format!("{side}.{n}.host"))).last();
            let last = last.map(|n| format!("{side}.{n}.host"));
            if let Some(setting) = last.filter(|s| carries.iter().any(|c| c == name) && !said.contains_key(s))
            {
                return Err(Refusal::Silent(setting));
            }
        }
        Ok(())
    }

    /// A sending login that is the incoming one is said by `outgoing.login`; its name and password need no words of their own.
    fn must_say(&self, setting: &str) -> bool {
        let same = self.expected.get("outgoing.login") == Some(&Expected::Text("same".to_owned()));
        let repeated = matches!(setting, "outgoing.username" | "outgoing.password") && same;
        self.expected.contains_key(setting) && !repeated
    }
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
