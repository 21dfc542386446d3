//! Findings: what is wrong, risky or beyond a client, many a run. A finding names its code, its place and the words' arguments;
//! the words live in the catalogues (`messages/`), the looks in the reports (`text`, `json`). No rule knows how it is printed.

mod catalogue;
mod codes;
pub mod json;
mod source;
pub mod text;

pub use catalogue::{Catalogue, Language};
pub use codes::*;
pub use source::{Place, Source, SourceId, Sources};

use std::collections::BTreeMap;

use serde::Serialize;

/// How bad a finding is. `error`: no account (or not this file) can be made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// worth knowing
    Note,
    /// legal but unwise, old, probably mistaken, or something is lost
    Warning,
    /// cannot be done
    Error,
}

impl Severity {
    /// The word that reports print.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The words of a finding that is data of a client's profile, by language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnWords {
    /// what is wrong or lost
    pub message: BTreeMap<String, String>,
    /// what to do
    pub help: BTreeMap<String, String>,
}

/// One thing to tell.
#[derive(Debug, Clone)]
pub struct Finding {
    /// kebab-case, never changes its meaning
    pub code: String,
    /// how bad
    pub severity: Severity,
    /// where in the description, when it points anywhere
    pub place: Option<Place>,
    /// what the catalogue's sentence names: never a secret
    pub args: Vec<(&'static str, String)>,
    /// words of its own (limits of clients)
    pub own: Option<Box<OwnWords>>,
    /// the client it concerns
    pub client: Option<String>,
    /// the address it concerns
    pub address: Option<String>,
}

impl Finding {
    /// A finding with the severity that its code has by default.
    #[must_use]
    pub fn new(code: &Code) -> Self {
        Self {
            code: code.id.to_owned(),
            severity: code.severity,
            place: None,
            args: Vec::new(),
            own: None,
            client: None,
            address: None,
        }
    }

    /// Points it at a place.
    #[must_use]
    pub fn at(mut self, place: impl Into<Option<Place>>) -> Self {
        self.place = place.into();
        self
    }

    /// Gives a word to its sentence.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Says which client it concerns.
    #[must_use]
    pub fn client(mut self, id: &str) -> Self {
        self.client = Some(id.to_owned());
        self
    }
}

/// Findings of a run, in the order they were made.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds all of another run's.
    pub fn extend(&mut self, other: Findings) {
        self.0.extend(other.0);
    }

    /// Whether any is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.worst() == Some(Severity::Error)
    }

    /// The worst severity of all.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.0.iter().map(|f| f.severity).max()
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter()
    }

    /// Takes out what the description accepts with a reason; errors cannot be accepted.
    pub fn accept(&mut self, codes: &[String]) {
        self.0.retain(|f| f.severity == Severity::Error || !codes.contains(&f.code));
    }

    /// In reading order: the description's own by place, then those of clients.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|f| {
            let place = f.place.map_or((usize::MAX, usize::MAX), |p| (p.source.index(), p.start));
            (f.client.is_some(), place, std::cmp::Reverse(f.severity))
        });
    }
}
