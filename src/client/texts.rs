//! Texts of profiles, in each language.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Client;

/// A text in each language.
pub type Texts = BTreeMap<String, String>;

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
