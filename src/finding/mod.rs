//! Findings: what is wrong, risky or beyond a client, many a run. A finding names its code, its place and the words' arguments;
//! the words live in the catalogues (`messages/`), the looks in the reports (`text`, `json`, `sarif`, `github`), what a code teaches in its
//! page (`pages.yaml`; those of rules stand beside the rules). No rule knows how it is printed.

mod catalogue;
mod codes;
pub mod github;
pub mod json;
pub mod page;
pub mod sarif;
mod source;
mod tally;
pub mod text;

pub use catalogue::{Catalogue, Language};
pub use codes::*;
pub use source::{Place, Source, SourceId, Sources, visible};
pub use tally::{Alike, Echo, Tally};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::secret;

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

/// Another place that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// where
    pub place: Place,
    /// which of the words that the catalogue keeps beside the finding's sentence
    pub words: &'static str,
}

/// What would mend a finding: a stretch of a text and what belongs there. Never made for a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// what is replaced
    pub place: Place,
    /// by what
    pub text: String,
}

/// Characters of a word in a sentence; a longer one helps nobody.
const MOST_WORD: usize = 600;

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
    /// other places that have to do with it
    pub related: Vec<Related>,
    /// the replacement that mends it, when one is safe
    pub fix: Option<Box<Edit>>,
    /// whom it holds for, when that is more than one user
    pub many: Option<Box<Many>>,
}

/// Users whom one finding holds for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many {
    /// how many
    pub count: usize,
    /// the first three
    pub addresses: Vec<String>,
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
            related: Vec::new(),
            fix: None,
            many: None,
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
        let mut value = value.to_string();
        if matches!(name, "value" | "key") {
            // what somebody wrote: it may be a password at the wrong place
            value = secret::shown(&value);
        }
        if let Some((cut, _)) = value.char_indices().nth(MOST_WORD) {
            value.truncate(cut);
            value.push('…');
        }
        self.args.push((name, value));
        self
    }

    /// Gives it another severity than its code has by default.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Names another place, with the name of its words in the catalogue.
    #[must_use]
    pub fn related(mut self, place: Option<Place>, words: &'static str) -> Self {
        self.related.extend(place.map(|place| Related { place, words }));
        self
    }

    /// Says what would mend it.
    #[must_use]
    pub fn fix(mut self, fix: Option<Edit>) -> Self {
        self.fix = fix.map(Box::new);
        self
    }

    /// Says which client it concerns; an empty id: none.
    #[must_use]
    pub fn client(mut self, id: &str) -> Self {
        self.client = (!id.is_empty()).then(|| id.to_owned());
        self
    }
}

/// Findings of a run, in the order they were made.
#[derive(Debug, Default, Clone)]
pub struct Findings {
    list: Vec<Finding>,
    most: Option<usize>,
    more: usize,
}

impl Findings {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// None yet, and never more than so many: those beyond are counted, and told as one error (`more-findings`).
    #[must_use]
    pub fn at_most(most: usize) -> Self {
        Self { most: Some(most), ..Self::default() }
    }

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        if self.most.is_some_and(|most| self.list.len() >= most) {
            self.more += 1;
        } else {
            self.list.push(finding);
        }
    }

    /// Adds all of another run's.
    pub fn extend(&mut self, other: Findings) {
        let more = other.more;
        other.list.into_iter().for_each(|finding| self.push(finding));
        if more > 0 {
            self.list.push(Finding::new(&MORE_FINDINGS).arg("count", more));
        }
    }

    /// Whether any is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.worst() == Some(Severity::Error)
    }

    /// The worst severity of all.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        let more = (self.more > 0).then_some(MORE_FINDINGS.severity);
        self.list.iter().map(|f| f.severity).chain(more).max()
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }

    /// Takes out those that a judge does not keep.
    pub fn retain(&mut self, keep: impl FnMut(&Finding) -> bool) {
        self.list.retain(keep);
    }

    /// Takes out what the description accepts with a reason; errors cannot be accepted.
    pub fn accept(&mut self, codes: &[String]) {
        self.list.retain(|f| f.severity == Severity::Error || !codes.contains(&f.code));
    }

    /// In reading order: the description's own by place, then those of clients.
    pub fn sort(&mut self) {
        self.list.sort_by_key(|f| {
            let place = f.place.map_or((usize::MAX, usize::MAX), |p| (p.source.index(), p.start));
            (f.client.is_some(), place, std::cmp::Reverse(f.severity))
        });
    }
}
