//! `allow:` of a description: findings that it accepts, each with a reason. One that accepts nothing is itself told: the reason
//! has gone, or the code is misspelt.

use super::RULES;
use crate::account::RawAccount;
use crate::finding::page::Page;
use crate::finding::{
    self, ALL, ALLOW_ERROR, ALLOW_UNKNOWN, ALLOW_UNUSED, Finding, Findings, Place, Severity,
};

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
    for (i, (code, place)) in allowed.iter().enumerate() {
        let known = ALL.iter().any(|c| c.id == code) || limits.is_none_or(|limits| limits.contains(code));
        let met: Vec<Severity> = findings.iter().filter(|f| f.code == *code).map(|f| f.severity).collect();
        // whether a password's source is there depends on where the check runs
        let rule = RULES.iter().any(|r| r.code.id == code);
        let judged = judged == Judged::All || judged == Judged::Rules && rule;
        let judged = judged && !code.starts_with("password-source");
        let is_error = ALL.iter().any(|c| c.id == code && c.severity == Severity::Error);
        let about =
            |code: &'static finding::Code, value: &str| Finding::new(code).arg("value", value).at(*place);
        if !known {
            told.push(about(&ALLOW_UNKNOWN, code));
        } else if is_error || met.contains(&Severity::Error) {
            told.push(about(&ALLOW_ERROR, code));
        } else if met.is_empty() && judged && !code.starts_with("password-source")
            || is_again(&allowed[..i], code)
        {
            told.push(about(&ALLOW_UNUSED, code));
        }
    }
    let codes: Vec<String> = allowed.into_iter().map(|(code, _)| code).collect();
    findings.accept(&codes);
    findings.extend(told);
}

/// The same code a second time accepts nothing more.
fn is_again(before: &[(String, Place)], code: &str) -> bool {
    before.iter().any(|(other, _)| other == code)
}
