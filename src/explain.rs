//! Everything that the program or a mail client can tell, by its code: the program's own codes, rules, limits of clients, and the
//! error numbers and messages that clients show. Only puts together what others know; prints nothing.

use std::fmt::Write;

use crate::account::check::closest;
use crate::client::{Client, ErrorNumber, Limit, named as with_places};
use crate::finding::page::{self, Page};
use crate::finding::{ALL, Catalogue};
use crate::lint;

/// What a code means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// in one or two sentences
    pub short: String,
    /// the page, as Markdown
    pub page: String,
}

/// The pages of everything.
#[derive(Debug)]
pub struct Explainer<'a> {
    clients: &'a [Client],
    words: &'a Catalogue,
}

impl<'a> Explainer<'a> {
    /// With these clients, in the words of one language.
    #[must_use]
    pub fn new(clients: &'a [Client], words: &'a Catalogue) -> Self {
        Self { clients, words }
    }

    /// What a code, a limit, or what a client shows means. `None`: nobody knows it.
    #[must_use]
    pub fn explain(&self, asked: &str) -> Option<Explained> {
        let code = asked.trim().to_ascii_lowercase();
        if let Some(page) = own(&code) {
            let short = page.what(self.words.language().id()).to_owned();
            return Some(Explained { short, page: page.markdown(&code, self.words) });
        }
        self.limit(&code).or_else(|| self.shown(asked))
    }

    /// The code that was probably meant.
    #[must_use]
    pub fn near(&self, asked: &str) -> Option<&str> {
        let limits = self.clients.iter().flat_map(|c| c.limits.iter().map(|l| l.code.as_str()));
        closest(asked, ALL.iter().map(|c| c.id).chain(limits))
    }

    /// What speaks of a word, a line each: for who knows no code.
    #[must_use]
    pub fn mentioning(&self, asked: &str) -> Vec<String> {
        let asked = asked.trim().to_lowercase();
        if asked.chars().count() < 2 {
            return Vec::new();
        }
        let limits = self.limits().map(|(_, l)| l.code.as_str());
        let mut codes: Vec<&str> = ALL.iter().map(|c| c.id).chain(limits).collect();
        codes.sort_unstable();
        codes.dedup();
        let explained = codes.into_iter().filter_map(|code| Some((code, self.explain(code)?)));
        let speaks = explained.filter(|(_, e)| e.page.to_lowercase().contains(&asked));
        speaks.map(|(code, e)| format!("- `{code}`: {}\n", tidy(&e.short))).collect()
    }

    /// Every page, one after the other: the program's own codes, limits, what clients show.
    #[must_use]
    pub fn all(&self) -> String {
        let part = |name: &str, pages: Vec<String>| {
            let codes: String = pages.iter().filter_map(|p| p.lines().next()).map(listed).collect();
            format!("# {}\n\n{codes}\n{}", self.words.line(name, &[]), pages.join("\n"))
        };
        let deeper = |page: String| {
            page.lines()
                .map(|l| if l.starts_with('#') { format!("#{l}\n") } else { format!("{l}\n") })
                .collect::<String>()
        };
        let explained = |code: &str| self.explain(code).map(|e| deeper(e.page));
        let mut codes: Vec<&str> = ALL.iter().map(|c| c.id).collect();
        codes.sort_unstable();
        let (rules, own): (Vec<&str>, Vec<&str>) = codes.into_iter().partition(|c| lint::page(c).is_some());
        let mut limits: Vec<&str> = self.limits().map(|(_, limit)| limit.code.as_str()).collect();
        limits.sort_unstable();
        limits.dedup();
        let mut shown: Vec<&str> =
            self.errors().map(|(_, e)| e.code.text(self.words.language().id())).collect();
        shown.sort_unstable();
        shown.dedup();
        let pages = |codes: Vec<&str>| codes.into_iter().filter_map(explained).collect::<Vec<_>>();
        [
            part("explain-rules", pages(rules)),
            part("explain-own", pages(own)),
            part("explain-limits", pages(limits)),
            part(
                "explain-shown",
                shown.into_iter().filter_map(|s| self.shown(s)).map(|e| deeper(e.page)).collect(),
            ),
        ]
        .join("\n")
    }

    fn limits(&self) -> impl Iterator<Item = (&Client, &Limit)> {
        self.clients.iter().flat_map(|c| c.limits.iter().map(move |l| (c, l)))
    }

    fn errors(&self) -> impl Iterator<Item = (&Client, &ErrorNumber)> {
        self.clients.iter().flat_map(|c| c.errors.iter().map(move |e| (c, e)))
    }

    fn limit(&self, code: &str) -> Option<Explained> {
        let language = self.words.language().id();
        let (client, limit) = self.limits().find(|(_, l)| l.code == code)?;
        let whose = if limit.common { self.words.line("explain-any", &[]) } else { client.id.clone() };
        let text = limit.words(language);
        let short = named(&text.lost);
        let mut page =
            format!("# {code} ({}, {whose})\n\n{}", self.words.severity(limit.severity), tidy(&short));
        if limit.unverified {
            let _ = write!(page, " {}", self.words.line("unverified", &[]));
        }
        let _ = write!(page, "\n\n> {}: {}\n", self.words.line("help", &[]), tidy(&named(&text.advice)));
        let _ = write!(
            page,
            "\n{}\n\n```jinja\n{}\n```\n",
            self.words.line("explain-when", &[]),
            limit.when.trim()
        );
        let _ = write!(page, "\n## {}\n\n{}\n", self.words.line("page-source", &[]), tidy(&limit.source));
        Some(Explained { short, page })
    }

    /// An error number, with or without `0x`, or a part of a message that a client shows.
    fn shown(&self, asked: &str) -> Option<Explained> {
        let language = self.words.language().id();
        let folded = asked.trim().to_lowercase();
        let number = folded.trim_start_matches("0x");
        let is_number = |code: &str| code.to_lowercase().trim_start_matches("0x") == number;
        let is_part = |code: &str| folded.chars().count() >= 6 && code.to_lowercase().contains(&folded);
        let fits = |e: &ErrorNumber| ["en", "ja"].iter().any(|l| is_number(e.code.text(l)));
        let partly = |e: &ErrorNumber| ["en", "ja"].iter().any(|l| is_part(e.code.text(l)));
        let mut met: Vec<(&Client, &ErrorNumber)> = self.errors().filter(|(_, e)| fits(e)).collect();
        if met.is_empty() {
            met = self.errors().filter(|(_, e)| partly(e)).collect();
        }
        let (_, first) = met.first()?;
        let mut page = format!("# {}\n", first.code.text(language));
        for (client, error) in &met {
            let label = client.labels.get(&error.setting).map(|texts| Client::text(texts, language));
            let label = label.map(|l| format!(" ({l})")).unwrap_or_default();
            let setting = [("setting", error.setting.clone()), ("label", label)];
            let _ = write!(
                page,
                "\n## {}\n\n{}\n\n{}\n\n{}: {}\n",
                Client::text(&client.names, language),
                self.words.line("explain-look-at", &setting),
                tidy(&named(Client::text(&error.texts, language))),
                self.words.line("page-source", &[]),
                error.source
            );
        }
        Some(Explained { short: tidy(&named(Client::text(&first.texts, language))), page })
    }
}

/// A page's heading as a line of a list.
fn listed(heading: &str) -> String {
    format!("- {}\n", heading.trim_start_matches('#').trim())
}

fn own(code: &str) -> Option<Page> {
    page::of(code).cloned().or_else(|| lint::page(code))
}

/// A text with its places for values in backticks: `<outgoing.port>` would be a tag in Markdown.
fn named(text: &str) -> String {
    let text = with_places(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        let name = after.split('>').next().unwrap_or_default();
        let is_place = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "._".contains(c));
        if is_place && after[name.len()..].starts_with('>') {
            out += &format!("{before}`{name}`");
            rest = &after[name.len() + 1..];
        } else {
            out += &format!("{before}<");
            rest = after;
        }
    }
    out + rest
}

/// A folded text on one line.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
