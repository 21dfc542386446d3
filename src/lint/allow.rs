//! `allow:` of a description: findings that it accepts, each with a reason. One that accepts nothing is itself told: the reason
//! has gone, or the code is misspelt.

use std::collections::BTreeSet;

use super::RULES;
use crate::account::RawAccount;
use crate::finding::page::Page;
use crate::finding::{ALL, ALLOW_ERROR, ALLOW_UNKNOWN, ALLOW_UNUSED, Code, Finding, Findings, Severity};

const PAGES: &[(&str, &str)] = &[
    ("allow-error", include_str!("allow_error.yaml")),
    ("allow-unknown", include_str!("allow_unknown.yaml")),
    ("allow-unused", include_str!("allow_unused.yaml")),
];

#[allow(clippy::expect_used)]
pub(super) fn page(code: &str) -> Option<Page> {
    let (_, text) = PAGES.iter().find(|(id, _)| *id == code)?;
    Some(serde_yaml::from_str(text).expect("the page of a code parses"))
}

/// Which entries can be told to accept nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// none: the run ended early, or looked at something else
    None,
    /// those of rules: some clients were left out
    Rules,
    /// all
    All,
}

/// More entries than anybody mends at once.
const MOST_TOLD: usize = 100;

/// Takes out what a description accepts. `limits`: codes of clients' limits, where they are known; `judged`: how far an entry that
/// matched nothing can be told, which takes a run that looked at everything it may be about.
pub fn accept(raw: &RawAccount, limits: Option<&[String]>, judged: Judged, findings: &mut Findings) {
    let allowed = raw.allowed();
    let mut told = Findings::at_most(MOST_TOLD);
    let mut seen = BTreeSet::new();
    for (code, place) in &allowed {
        let again = !seen.insert(code);
        if let Some(wrong) = wrong(code, again, limits, judged, findings) {
            told.push(Finding::new(wrong).arg("value", code).at(*place));
        }
    }
    let codes: Vec<String> = allowed.into_iter().map(|(code, _)| code).collect();
    findings.accept(&codes);
    findings.extend(told);
}

/// What is wrong with an entry, if anything. The same code a second time accepts nothing more.
fn wrong(
    code: &str,
    again: bool,
    limits: Option<&[String]>,
    judged: Judged,
    findings: &Findings,
) -> Option<&'static Code> {
    let own = ALL.iter().find(|c| c.id == code);
    if own.is_none() && limits.is_some_and(|limits| !limits.iter().any(|l| l == code)) {
        return Some(&ALLOW_UNKNOWN);
    }
    let mut met = findings.iter().filter(|f| f.code == code).peekable();
    let absent = met.peek().is_none();
    if own.is_some_and(|c| c.severity == Severity::Error) || met.any(|f| f.severity == Severity::Error) {
        return Some(&ALLOW_ERROR);
    }
    let looked_at = match judged {
        Judged::None => false,
        Judged::Rules => RULES.iter().any(|r| r.code.id == code),
        // whether a password's source is there depends on where the check runs
        Judged::All => !code.starts_with("password-source"),
    };
    (again || absent && looked_at).then_some(&ALLOW_UNUSED)
}
