//! Texts of profiles, in each language.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny};

use super::Client;

/// Words of each language in the place of keys: whatever is no key of its mapping. A value of another kind is a misspelt key, and told by
/// its name.
///
/// # Errors
/// A value that is no words.
pub(super) fn by_language<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Maybe<T> {
        Words(T),
        Other(IgnoredAny),
    }
    let all = BTreeMap::<String, Maybe<T>>::deserialize(deserializer)?;
    let words = |(key, value): (String, Maybe<T>)| match value {
        Maybe::Words(words) => Ok((key, words)),
        Maybe::Other(_) => Err(D::Error::custom(format!("unknown or ill-formed key `{key}`"))),
    };
    all.into_iter().map(words).collect()
}

/// A text in each language.
pub type Texts = BTreeMap<String, String>;

/// What a client shows: the same everywhere, or words in each language.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Written")]
pub enum Shown {
    /// a number
    Same(String),
    /// words
    Words(Texts),
}

/// As a profile writes it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Same(String),
    Words(Texts),
}

impl TryFrom<Written> for Shown {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Same(text) => Ok(Self::Same(text)),
            Written::Words(texts) if !["en", "ja"].iter().all(|l| texts.contains_key(*l)) => {
                Err("words are needed in en and ja".to_owned())
            }
            Written::Words(texts) => Ok(Self::Words(texts)),
        }
    }
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
