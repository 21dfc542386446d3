//! The shape of `profiles/clients/*.yaml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Figures;
use crate::finding::Severity;

/// A text in each language.
pub type Texts = BTreeMap<String, String>;

/// The six settings that decide whether mail works.
pub const SIX: [&str; 6] =
    ["address", "incoming.host", "outgoing.host", "outgoing.port", "incoming.username", "incoming.password"];

/// A mail client.
#[derive(Debug, Clone, Deserialize)]
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
    /// error numbers and messages it shows
    #[serde(default)]
    pub errors: Vec<ErrorNumber>,
    /// facts that nobody could check
    #[serde(default)]
    pub unverified: Vec<Texts>,
}

/// Whether a client is still made.
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// still made
    Current,
    /// no longer made or supported
    Ended,
}

/// An option of a client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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
    pub en: String,
    /// the same in Japanese
    pub ja: String,
}

impl OptionSpec {
    /// Whether its default is a value that it takes.
    fn has_its_default(&self) -> bool {
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
#[serde(deny_unknown_fields)]
pub struct CodeSpec {
    /// the file whose text it is
    pub payload: String,
    /// only then
    pub when: Option<String>,
    /// English
    pub en: String,
    /// Japanese
    pub ja: String,
}

/// Something that a client cannot do.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// English
    pub en: LimitWords,
    /// Japanese
    pub ja: LimitWords,
}

impl Limit {
    /// Its words in a language.
    #[must_use]
    pub fn words(&self, language: &str) -> &LimitWords {
        if language == "ja" { &self.ja } else { &self.en }
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
#[serde(deny_unknown_fields)]
pub struct Step {
    /// only then
    pub when: Option<String>,
    /// English
    pub en: String,
    /// Japanese
    pub ja: String,
    /// settings printed below it
    #[serde(default)]
    pub show: Vec<String>,
    /// a drawn dialog of `profiles/figures/`: `name`, or another client's `client/name`
    pub figure: Option<String>,
}

/// An error number or message that a client shows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorNumber {
    /// as it is shown: a number, or words in each language
    pub code: Shown,
    /// the setting to look at first
    pub setting: String,
    /// where that was read
    pub source: String,
    /// English
    pub en: String,
    /// Japanese
    pub ja: String,
}

/// What a client shows: the same everywhere, or words in each language.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Shown {
    /// a number
    Same(String),
    /// words
    Words(Texts),
}

impl Shown {
    /// As it is shown in a language.
    #[must_use]
    pub fn text(&self, language: &str) -> &str {
        match self {
            Self::Same(text) => text,
            Self::Words(texts) => Client::text(texts, language),
        }
    }
}

impl Client {
    /// The client of pages that belong to none: it takes everything, writes nothing and has no words.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            id: String::new(),
            names: Texts::new(),
            platforms: Vec::new(),
            lifecycle: Lifecycle { status: Status::Current, ended: None, source: None, instead: Vec::new() },
            sheet: false,
            labels: BTreeMap::new(),
            labels_source: None,
            labels_unverified: false,
            security_words: BTreeMap::new(),
            options: BTreeMap::new(),
            takes: None,
            maps: BTreeMap::new(),
            files: Vec::new(),
            limits: Vec::new(),
            codes: Vec::new(),
            steps: Vec::new(),
            figures: Figures::default(),
            steps_source: None,
            steps_unverified: false,
            errors: Vec::new(),
            unverified: Vec::new(),
        }
    }

    /// A file by its name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&FileSpec> {
        self.files.iter().find(|f| f.name == name)
    }

    /// What a file's embedded name stands for: a client's id and a file's name.
    #[must_use]
    pub fn embedded<'n>(&'n self, name: &'n str) -> (&'n str, &'n str) {
        name.split_once('/').unwrap_or((&self.id, name))
    }

    /// What a text says in a language; English where it says nothing.
    #[must_use]
    pub fn text<'t>(texts: &'t Texts, language: &str) -> &'t str {
        texts.get(language).or_else(|| texts.get("en")).map_or("", String::as_str)
    }

    /// A text that a reader of one of the two languages would miss.
    fn half_worded(&self) -> Option<String> {
        let whole = |texts: &Texts| ["en", "ja"].iter().all(|l| texts.contains_key(*l));
        let labels = self.labels.iter().map(|(name, texts)| (format!("the label for {name}"), texts));
        let security =
            self.security_words.iter().map(|(name, texts)| (format!("the word for {name}"), texts));
        let facts = self.unverified.iter().map(|texts| ("an unverified fact".to_owned(), texts));
        let all =
            std::iter::once(("its name".to_owned(), &self.names)).chain(labels).chain(security).chain(facts);
        all.into_iter().find(|(_, texts)| !whole(texts)).map(|(name, _)| name)
    }

    /// What does not fit together in its own file: names and references.
    pub(crate) fn unsound(&self, file_name: &str) -> Option<String> {
        let file_names: Vec<&str> = self.files.iter().map(|f| f.name.as_str()).collect();
        if self.id != file_name {
            return Some(format!("its id is {}", self.id));
        }
        if let Some(setting) = SIX.iter().find(|s| self.sheet && !self.labels.contains_key(**s)) {
            return Some(format!("it has no label for {setting}"));
        }
        if self.sheet
            && (self.steps.is_empty() || self.labels_source.is_none() || self.steps_source.is_none())
        {
            return Some("it has a sheet, but no steps or not where labels and steps were read".to_owned());
        }
        if let Some(file) = self.files.iter().find(|f| crate::format::find(&f.format).is_none()) {
            return Some(format!("there is no format {}", file.format));
        }
        if let Some(file) = self.files.iter().find(|f| f.paths.is_empty()) {
            return Some(format!("the file {} has no path", file.name));
        }
        if let Some(name) = self.half_worded() {
            return Some(format!("{name} needs words in en and ja"));
        }
        if let Some(limit) = self.limits.iter().find(|l| !crate::account::schema::has(&l.at)) {
            return Some(format!(
                "the limit {} points at {}, which no description has",
                limit.code, limit.at
            ));
        }
        if let Some((name, _)) = self.options.iter().find(|(_, spec)| !spec.has_its_default()) {
            return Some(format!("the default of the option {name} is none of its choices"));
        }
        let limits = || self.limits.iter().flat_map(|l| &l.files);
        if let Some(file) = limits().find(|f| !file_names.contains(&f.as_str())) {
            return Some(format!("a limit names the file {file}, which it does not have"));
        }
        if let Some(code) = self.codes.iter().find(|c| !file_names.contains(&c.payload.as_str())) {
            return Some(format!("a code is of the file {}, which it does not have", code.payload));
        }
        let carried = self.files.iter().flat_map(|f| &f.carries).map(String::as_str);
        let drawn = self.figures.figures.values().flat_map(super::Figure::settings);
        let shown = self.steps.iter().flat_map(|s| &s.show).map(String::as_str).chain(drawn);
        let labelled = self.labels.keys().chain(self.errors.iter().map(|e| &e.setting)).map(String::as_str);
        let unknown = carried.chain(shown).chain(labelled).find(|s| !is_setting(s));
        unknown.map(|s| format!("there is no setting {s}"))
    }
}

/// Settings of a server, below `incoming.` and `outgoing.`.
const OF_SERVER: &[&str] =
    &["protocol", "host", "port", "security", "auth", "username", "password", "leave_on_server", "login"];

/// Whether a name is a setting's: what `carries`, `show` and labels speak of.
fn is_setting(name: &str) -> bool {
    let server = name.strip_prefix("incoming.").or_else(|| name.strip_prefix("outgoing."));
    let own = ["address", "domain", "name", "incoming_servers", "outgoing_servers"];
    let digest = name.starts_with("embedded.") && name.ends_with(".sha256");
    digest || own.contains(&name) || server.is_some_and(|s| OF_SERVER.contains(&s))
}
