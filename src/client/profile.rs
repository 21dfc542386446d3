//! The shape of `profiles/clients/*.yaml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::texts::by_language;
use super::{Changes, Figures, Shown, Texts};
use crate::finding::Severity;

/// The six settings that decide whether mail works.
pub const SIX: [&str; 6] =
    ["address", "incoming.host", "outgoing.host", "outgoing.port", "incoming.username", "incoming.password"];

/// The word for the sheet of labels among clients' ids: no client has it for its id.
pub const LABELS_WORD: &str = "labels";

/// A mail client. The default one stands in where a page belongs to none: it takes everything, writes nothing and has no words.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// the file's name
    pub id: String,
    /// what people call it
    pub names: Texts,
    /// where it runs
    pub platforms: Vec<String>,
    /// whether it is still made
    pub lifecycle: Lifecycle,
    /// whether it gets a sheet; what is published for a domain has none
    #[serde(default = "yes")]
    pub sheet: bool,
    /// its own words for settings
    #[serde(default)]
    pub labels: BTreeMap<String, Texts>,
    /// where those were read
    pub labels_source: Option<String>,
    /// whether nobody could check them
    #[serde(default)]
    pub labels_unverified: bool,
    /// its own words for kinds of security
    #[serde(default)]
    pub security_words: BTreeMap<String, Texts>,
    /// what can be chosen
    #[serde(default)]
    pub options: BTreeMap<String, OptionSpec>,
    /// what it can use; absent: everything
    pub takes: Option<Takes>,
    /// tables for templates
    #[serde(default)]
    pub maps: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
    /// what is written for it
    #[serde(default)]
    pub files: Vec<FileSpec>,
    /// what it cannot do
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// QR codes on its sheet
    #[serde(default)]
    pub codes: Vec<CodeSpec>,
    /// numbered steps of its sheet
    #[serde(default)]
    pub steps: Vec<Step>,
    /// the drawn dialogs of the steps: `profiles/figures/<client>.yaml`
    #[serde(skip)]
    pub figures: Figures,
    /// where those were read
    pub steps_source: Option<String>,
    /// whether nobody could check them
    #[serde(default)]
    pub steps_unverified: bool,
    /// where the settings of an account that is set up already are changed
    pub changes: Option<Changes>,
    /// error numbers and messages it shows
    #[serde(default)]
    pub errors: Vec<ErrorNumber>,
    /// facts that nobody could check
    #[serde(default)]
    pub unverified: Vec<Texts>,
}

/// Whether a client is still made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// current or ended
    pub status: Status,
    /// when it ended
    pub ended: Option<String>,
    /// where that was read
    pub source: Option<String>,
    /// ids of clients to use instead
    #[serde(default)]
    pub instead: Vec<String>,
}

/// `current`, `ended`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// still made
    #[default]
    Current,
    /// no longer made or supported
    Ended,
}

/// An option of a client.
#[derive(Debug, Clone, Deserialize)]
pub struct OptionSpec {
    /// what it holds
    #[serde(rename = "type")]
    pub kind: OptionKind,
    /// one of these, for `choice`
    #[serde(default)]
    pub choices: Vec<String>,
    /// when nothing is said
    pub default: OptionDefault,
    /// what it does
    #[serde(flatten, deserialize_with = "by_language")]
    pub texts: Texts,
}

impl OptionSpec {
    /// Whether its default is a value that it takes.
    pub(super) fn has_its_default(&self) -> bool {
        match (&self.default, self.kind) {
            (OptionDefault::Bool(_), kind) => kind == OptionKind::Bool,
            (OptionDefault::Text(text), OptionKind::Choice) => self.choices.contains(text),
            (OptionDefault::Text(_), kind) => kind == OptionKind::Text,
        }
    }
}

/// `bool`, `text`, `choice`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionKind {
    /// yes or no
    Bool,
    /// any text
    Text,
    /// one of a list
    Choice,
}

/// A default as YAML writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum OptionDefault {
    /// yes or no
    Bool(bool),
    /// a text
    Text(String),
}

/// What a client can use.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Takes {
    /// of incoming servers
    pub incoming: TakesSide,
    /// of outgoing servers
    pub outgoing: TakesSide,
    /// what a display name must be encodable in
    #[serde(default = "unicode")]
    pub charset: String,
    /// the newest TLS that it speaks; absent: today's
    pub tls_maximum: Option<f64>,
    /// where that is documented
    pub source: String,
    /// whether nobody could check it
    #[serde(default)]
    pub unverified: bool,
}

fn unicode() -> String {
    "unicode".to_owned()
}

fn yes() -> bool {
    true
}

/// What a client can use of one side's servers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakesSide {
    /// incoming: protocols
    #[serde(default)]
    pub protocols: Vec<String>,
    /// kinds of security
    pub security: Vec<String>,
    /// ways to log in
    pub auth: Vec<String>,
    /// how many of the servers
    #[serde(default)]
    pub servers: Servers,
}

/// How many servers a client's files can list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Servers {
    /// one
    #[default]
    One,
    /// one of each protocol
    EachProtocol,
    /// all of them
    All,
}

/// Whom a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// one user
    #[default]
    User,
    /// published once for all users of a domain
    Domain,
}

/// Whether a file may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldsSecret {
    /// never
    #[default]
    Never,
    /// when the build says `passwords: everywhere`
    May,
}

/// A file that is written for a client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSpec {
    /// unique in the profile
    pub name: String,
    /// whom it is for
    #[serde(default)]
    pub scope: Scope,
    /// where it goes, below the user's or the domain's folder; templates
    pub paths: Vec<String>,
    /// a name of `format::FORMATS`
    pub format: String,
    /// below `templates/`
    pub template: String,
    /// below `profiles/readings/`; absent: the format's name
    pub reading: Option<String>,
    /// whether it may hold a password
    #[serde(default)]
    pub secret: HoldsSecret,
    /// only then
    pub when: Option<String>,
    /// other files whose content this one holds: `file` or `client/file`, by the name that the template gives them
    #[serde(default)]
    pub embeds: BTreeMap<String, String>,
    /// settings that it must say
    pub carries: Vec<String>,
    /// where its format, and the road that it takes, are documented
    pub source: String,
    /// whether nobody has seen the client take it
    #[serde(default)]
    pub unverified: bool,
}

/// A QR code on a client's sheet.
#[derive(Debug, Clone, Deserialize)]
pub struct CodeSpec {
    /// the file whose text it is
    pub payload: String,
    /// only then
    pub when: Option<String>,
    /// its text, by language
    #[serde(flatten, deserialize_with = "by_language")]
    pub texts: Texts,
}

/// Something that a client cannot do.
#[derive(Debug, Clone, Deserialize)]
pub struct Limit {
    /// kebab-case
    pub code: String,
    /// an expression over the view
    pub when: String,
    /// the setting it points at
    pub at: String,
    /// `error`: the account's files are not written
    pub severity: Severity,
    /// concerns these files only
    #[serde(default)]
    pub files: Vec<String>,
    /// where it is documented
    pub source: String,
    /// whether nobody could check it
    #[serde(default)]
    pub unverified: bool,
    /// whether it holds for any client: one of `profiles/limits/`
    #[serde(skip)]
    pub common: bool,
    /// its words, by language
    #[serde(flatten, deserialize_with = "by_language")]
    pub words: BTreeMap<String, LimitWords>,
}

impl Limit {
    /// Its words in a language.
    #[must_use]
    pub fn words(&self, language: &str) -> &LimitWords {
        static NONE: LimitWords = LimitWords { lost: String::new(), advice: String::new(), reader: None };
        self.words.get(language).or_else(|| self.words.get("en")).unwrap_or(&NONE)
    }
}

/// The words of a limit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitWords {
    /// what is lost
    pub lost: String,
    /// what to do, for whoever writes the description
    #[serde(rename = "do")]
    pub advice: String,
    /// what the reader of a sheet can do, where that differs; empty: nothing
    pub reader: Option<String>,
}

/// A numbered step of a sheet.
#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// only then
    pub when: Option<String>,
    /// its text, by language
    #[serde(flatten, deserialize_with = "by_language")]
    pub texts: Texts,
    /// settings printed below it
    #[serde(default)]
    pub show: Vec<String>,
    /// a drawn dialog of `profiles/figures/`: `name`, or another client's `client/name`
    pub figure: Option<String>,
}

/// An error number or message that a client shows.
#[derive(Debug, Clone, Deserialize)]
pub struct ErrorNumber {
    /// as it is shown: a number, or words in each language
    pub code: Shown,
    /// the setting to look at first
    pub setting: String,
    /// where that was read
    pub source: String,
    /// its text, by language
    #[serde(flatten, deserialize_with = "by_language")]
    pub texts: Texts,
}

impl Client {
    /// A file by its name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&FileSpec> {
        self.files.iter().find(|f| f.name == name)
    }

    /// What a name of another file or figure stands for: a client's id (its own, or `client/…`) and the name in that client's profile.
    #[must_use]
    pub fn qualified<'n>(&'n self, name: &'n str) -> (&'n str, &'n str) {
        name.split_once('/').unwrap_or((&self.id, name))
    }

    /// What a text says in a language; English where it says nothing.
    #[must_use]
    pub fn text<'t>(texts: &'t Texts, language: &str) -> &'t str {
        texts.get(language).or_else(|| texts.get("en")).map_or("", String::as_str)
    }
}
