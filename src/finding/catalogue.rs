//! The words of findings and of the program's own lines, one file a language in `messages/`. `{name}` stands for an argument.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::{Finding, Severity};

/// A language that the program itself speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English
    #[default]
    En,
    /// Japanese
    Ja,
}

impl Language {
    /// `en`, `ja`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// The language of a locale's name such as `ja_JP.UTF-8`; English for what we have no words for.
    #[must_use]
    pub fn from_locale(locale: &str) -> Self {
        if locale.starts_with("ja") { Self::Ja } else { Self::En }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    findings: BTreeMap<String, Sentence>,
    program: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentence {
    message: String,
    help: Option<String>,
    label: Option<String>,
    #[serde(default)]
    related: BTreeMap<String, String>,
}

/// The words of one language.
#[derive(Debug)]
pub struct Catalogue {
    language: Language,
    words: Words,
}

/// A finding in words.
#[derive(Debug, PartialEq, Eq)]
pub struct Worded {
    /// what is wrong
    pub message: String,
    /// what to do about it
    pub help: Option<String>,
    /// a few words about the place
    pub label: Option<String>,
    /// a few words about each of the related places
    pub related: Vec<String>,
}

impl Catalogue {
    /// The catalogue of a language, read once.
    ///
    /// # Panics
    /// Never: the catalogues are built in, and a test loads each.
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn of(language: Language) -> &'static Self {
        static EN: OnceLock<Catalogue> = OnceLock::new();
        static JA: OnceLock<Catalogue> = OnceLock::new();
        let (cell, text) = match language {
            Language::En => (&EN, include_str!("messages/en.yaml")),
            Language::Ja => (&JA, include_str!("messages/ja.yaml")),
        };
        cell.get_or_init(|| Self {
            language,
            words: serde_yaml::from_str(text).expect("a built-in catalogue parses"),
        })
    }

    /// Which language it is.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// A line of the program itself.
    #[must_use]
    pub fn line(&self, name: &str, args: &[(&str, String)]) -> String {
        let line = self.words.program.get(name).map_or(name, String::as_str);
        fill(line, args)
    }

    /// A finding in this language; whom it holds for stands behind its sentence.
    #[must_use]
    pub fn word(&self, finding: &Finding) -> Worded {
        let mut worded = self.alone(finding);
        if let Some(many) = &finding.many {
            let args = [("count", many.count.to_string()), ("addresses", many.addresses.join(", "))];
            let line = if many.addresses.is_empty() { "for-rows" } else { "for-users" };
            worded.message += &self.line(line, &args);
        }
        worded
    }

    fn alone(&self, finding: &Finding) -> Worded {
        if let Some(own) = &finding.own {
            let pick = |texts: &BTreeMap<String, String>| {
                texts.get(self.language.id()).or_else(|| texts.get("en")).cloned()
            };
            let message = pick(&own.message).unwrap_or_default();
            return Worded { message, help: pick(&own.help), label: None, related: Vec::new() };
        }
        let Some(sentence) = self.words.findings.get(&finding.code) else {
            return Worded { message: finding.code.clone(), help: None, label: None, related: Vec::new() };
        };
        let filled = |text: &String| Some(fill(text, &finding.args)).filter(|t| !t.is_empty());
        let related = |words: &str| sentence.related.get(words).map(|t| fill(t, &finding.args));
        Worded {
            message: fill(&sentence.message, &finding.args),
            help: sentence.help.as_ref().and_then(filled),
            label: sentence.label.as_ref().and_then(filled),
            related: finding.related.iter().map(|r| related(r.words).unwrap_or_default()).collect(),
        }
    }

    /// A code's sentence and help with their arguments named, as its page shows them.
    #[must_use]
    pub fn pattern(&self, code: &str) -> Option<(String, Option<String>)> {
        let sentence = self.words.findings.get(code)?;
        Some((sentence.message.clone(), sentence.help.clone().filter(|h| !h.is_empty())))
    }

    /// The word for a severity.
    #[must_use]
    pub fn severity(&self, severity: Severity) -> String {
        self.line(severity.word(), &[])
    }
}

/// Puts arguments into a sentence, once each: an argument's own braces stay as they are.
fn fill(sentence: &str, args: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let name = rest[open + 1..].split('}').next().unwrap_or_default();
        match args.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[open..(open + name.len() + 2).min(rest.len())]),
        }
        rest = rest.get(open + name.len() + 2..).unwrap_or_default();
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::ALL;
    use super::*;

    fn names(sentence: &str) -> BTreeSet<String> {
        sentence.split('{').skip(1).filter_map(|s| s.split_once('}')).map(|(n, _)| n.to_owned()).collect()
    }

    #[test]
    fn every_code_has_words_in_both_languages_and_no_words_are_left_over() {
        let codes: BTreeSet<&str> = ALL.iter().map(|c| c.id).collect();
        for language in [Language::En, Language::Ja] {
            let catalogue = Catalogue::of(language);
            let worded: BTreeSet<&str> = catalogue.words.findings.keys().map(String::as_str).collect();
            assert_eq!(worded, codes, "{language:?}");
        }
    }

    #[test]
    fn both_languages_name_the_same_arguments() {
        let (en, ja) = (Catalogue::of(Language::En), Catalogue::of(Language::Ja));
        for (code, sentence) in &en.words.findings {
            let other = &ja.words.findings[code];
            let mut both = (names(&sentence.message), names(&other.message));
            // an argument called after a language is a text in that language
            assert_eq!(both.0.remove("en"), both.1.remove("ja"), "{code}");
            assert_eq!(both.0, both.1, "{code}");
            assert_eq!(sentence.help.is_some(), other.help.is_some(), "{code}");
            let help = |s: &Sentence| s.help.as_deref().map(names);
            assert_eq!(help(sentence), help(other), "{code}");
            assert_eq!(sentence.label.is_some(), other.label.is_some(), "{code}");
            let related = |s: &Sentence| s.related.keys().cloned().collect::<Vec<_>>();
            assert_eq!(related(sentence), related(other), "{code}");
        }
        assert_eq!(
            en.words.program.iter().map(|(k, v)| (k, names(v))).collect::<Vec<_>>(),
            ja.words.program.iter().map(|(k, v)| (k, names(v))).collect::<Vec<_>>()
        );
    }

    #[test]
    fn an_argument_is_not_filled_again() {
        assert_eq!(fill("a {x} {y}", &[("x", "{y}".into()), ("y", "z".into())]), "a {y} z");
    }
}
