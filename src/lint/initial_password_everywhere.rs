//! A password that its owner is to change, written into files that set it up: once it is changed, they set up a wrong one.

use super::Subject;
use crate::account::Passwords;
use crate::finding::{Findings, INITIAL_PASSWORD_EVERYWHERE};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    if subject.wishes.passwords != Some(Passwords::Everywhere) {
        return;
    }
    let initial =
        |s: &&crate::account::draft::Server| subject.raw.text(&s.name("password_kind")) == Some("initial");
    for server in subject.draft.incoming().filter(initial) {
        let finding = subject.about(&INITIAL_PASSWORD_EVERYWHERE, server, "password_kind");
        findings.push(finding.related(subject.raw.written("build.passwords"), "passwords"));
    }
}
