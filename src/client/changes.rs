//! Where a person changes the settings of an account that is set up already: usually another dialog than the one that set it up. The
//! notices of `diff --sheets` print it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Texts;
use super::texts::by_language;

/// The part `changes` of a client's profile.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// another client's id: the same program, so the same places, told once
    pub same_as: Option<String>,
    /// where it was read
    #[serde(default)]
    pub source: String,
    /// whether nobody could check its words
    #[serde(default)]
    pub unverified: bool,
    /// what must be read first
    pub before: Option<Texts>,
    /// where to go, in order
    #[serde(default)]
    pub places: Vec<ChangePlace>,
    /// how to end
    pub after: Option<Texts>,
}

/// A place in a mail program where settings are changed.
#[derive(Debug, Clone, Deserialize)]
pub struct ChangePlace {
    /// the settings found there; without any it is the way to the places behind it, up to the next such, and told when one of them is
    #[serde(default)]
    pub fields: BTreeMap<String, ChangeField>,
    /// how to get there, by language
    #[serde(flatten, deserialize_with = "by_language")]
    pub texts: Texts,
}

/// A box, a list or a button of a mail program that holds a setting.
#[derive(Debug, Clone, Deserialize)]
pub struct ChangeField {
    /// what the program has for a value, by the description's word, where it is not that word: a box is ticked or not. `days` is any
    /// number of days, [`ChangeField::OTHER`] whatever is not named
    #[serde(default)]
    pub words: BTreeMap<String, Texts>,
    /// the program's words beside it, by language
    #[serde(flatten, deserialize_with = "by_language")]
    pub texts: Texts,
}

impl ChangeField {
    /// The key of `words` for every value that has none of its own.
    pub const OTHER: &str = "other";

    /// What the program has for a value; `None`: that value.
    #[must_use]
    pub fn word(&self, value: &str) -> Option<&Texts> {
        self.words.get(value).or_else(|| self.words.get(Self::OTHER))
    }
}

impl Changes {
    /// Whether the program lets people change a setting at all.
    #[must_use]
    pub fn has(&self, setting: &str) -> bool {
        self.places.iter().any(|place| place.fields.contains_key(setting))
    }

    /// Whether the last place is a way to none.
    pub(super) fn ends_on_the_way(&self) -> bool {
        self.places.last().is_some_and(|place| place.fields.is_empty())
    }

    /// Whether it is told where it was read, or that it is another's.
    pub(super) fn is_sourced(&self) -> bool {
        self.source.trim().is_empty() == self.same_as.is_some()
    }

    /// Every text of it: what it is, and its words.
    pub(super) fn worded(&self) -> impl Iterator<Item = (String, &Texts)> {
        let around =
            [("the text before the places of `changes`", &self.before), ("the text after them", &self.after)];
        let around = around.into_iter().filter_map(|(what, texts)| Some((what.to_owned(), texts.as_ref()?)));
        let places = self.places.iter().zip(1..);
        let texts = places.clone().map(|(place, n)| (format!("place {n} of `changes`"), &place.texts));
        let fields = places.flat_map(|(place, n)| {
            place.fields.iter().flat_map(move |(setting, field)| {
                let at = format!("{setting} at place {n} of `changes`");
                let words = field.words.iter().map({
                    let at = at.clone();
                    move |(value, texts)| (format!("the word for {value}, {at}"), texts)
                });
                std::iter::once((at, &field.texts)).chain(words)
            })
        });
        around.chain(texts).chain(fields)
    }

    /// Every setting that it names.
    pub(super) fn settings(&self) -> BTreeSet<&str> {
        self.places.iter().flat_map(|place| place.fields.keys()).map(String::as_str).collect()
    }
}
