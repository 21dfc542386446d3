//! POP before SMTP: the address that mail was fetched from may send for some minutes.

use super::Subject;
use crate::finding::{Findings, POP_BEFORE_SMTP};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in subject.draft.outgoing().filter(|s| s.auth.iter().any(|a| a == "pop-before-smtp")) {
        findings.push(subject.about(&POP_BEFORE_SMTP, server, "auth"));
    }
}
