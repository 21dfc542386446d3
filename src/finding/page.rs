//! What a code teaches: the page that `explain` shows. Those of the program's own codes are in `pages.yaml`; a rule has its page
//! beside it. `docs/adding-a-rule.md` tells how to write one.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::OnceLock;

use serde::Deserialize;

use super::{ALL, Catalogue};

/// A text in each language.
type Texts = BTreeMap<String, String>;

/// A page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// what it finds
    pub what: Texts,
    /// why that matters
    pub why: Option<Texts>,
    /// lines of a description that it finds something in
    pub example: Option<String>,
    /// the same lines mended
    pub instead: Option<String>,
    /// where the fact can be read
    pub source: Option<String>,
}

/// The page of one of the program's own codes, but for those of rules.
///
/// # Panics
/// Never: the pages are built in, and a test reads them.
#[must_use]
#[allow(clippy::expect_used)]
pub fn of(code: &str) -> Option<&'static Page> {
    static PAGES: OnceLock<BTreeMap<String, Page>> = OnceLock::new();
    let pages =
        PAGES.get_or_init(|| serde_yaml::from_str(include_str!("pages.yaml")).expect("built-in pages parse"));
    pages.get(code)
}

impl Page {
    /// What the code finds, in a language.
    #[must_use]
    pub fn what(&self, language: &str) -> &str {
        pick(&self.what, language)
    }

    /// The page as Markdown, with the code's sentence and severity.
    #[must_use]
    pub fn markdown(&self, code: &str, words: &Catalogue) -> String {
        let language = words.language().id();
        let severity =
            ALL.iter().find(|c| c.id == code).map(|c| words.severity(c.severity)).unwrap_or_default();
        let mut out = format!("# {code} ({severity})\n\n{}\n", self.what(language));
        if let Some((message, help)) = words.pattern(code) {
            let help = help.map(|h| format!("\n>\n> {}: {h}", words.line("help", &[]))).unwrap_or_default();
            let _ = write!(out, "\n> {message}{help}\n");
        }
        if let Some(why) = &self.why {
            section(&mut out, &words.line("page-why", &[]), pick(why, language));
        }
        for (name, lines) in [("page-example", &self.example), ("page-instead", &self.instead)] {
            if let Some(lines) = lines {
                section(&mut out, &words.line(name, &[]), &format!("```yaml\n{}\n```", lines.trim_end()));
            }
        }
        if let Some(source) = &self.source {
            section(&mut out, &words.line("page-source", &[]), source);
        }
        out
    }
}

fn section(out: &mut String, head: &str, body: &str) {
    let _ = write!(out, "\n## {head}\n\n{body}\n");
}

fn pick<'t>(texts: &'t Texts, language: &str) -> &'t str {
    texts.get(language).or_else(|| texts.get("en")).map_or("", |text| text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Language;

    #[test]
    #[allow(clippy::unwrap_used)]
    fn every_code_has_a_page_in_both_languages_and_no_page_is_left_over() {
        let pages: BTreeMap<String, Page> = serde_yaml::from_str(include_str!("pages.yaml")).unwrap();
        for code in ALL {
            let page = pages.get(code.id).cloned().or_else(|| crate::lint::page(code.id));
            let page = page.unwrap_or_else(|| panic!("{} has no page", code.id));
            assert!(
                !(pages.contains_key(code.id) && crate::lint::page(code.id).is_some()),
                "{}: two pages",
                code.id
            );
            for texts in [Some(&page.what), page.why.as_ref()].into_iter().flatten() {
                let languages: Vec<&str> = texts.keys().map(String::as_str).collect();
                assert_eq!(languages, ["en", "ja"], "{}", code.id);
                assert!(texts.values().all(|t| !t.trim().is_empty()), "{}", code.id);
            }
            assert_eq!(page.example.is_some(), page.instead.is_some(), "{}", code.id);
            assert!(
                page.markdown(code.id, Catalogue::of(Language::Ja)).contains("なぜ") == page.why.is_some()
            );
        }
        let left: Vec<&String> = pages.keys().filter(|id| !ALL.iter().any(|c| c.id == **id)).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
