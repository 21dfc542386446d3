//! Sending without any login, or by the line that it comes from: it works at one place only, and anybody there may send.

use super::Subject;
use crate::finding::{Findings, SUBMISSION_WITHOUT_AUTHENTICATION};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in subject.draft.outgoing().filter(|s| !s.is_local()) {
        let open = server.auth.iter().find(|a| matches!(a.as_str(), "none" | "client-ip"));
        if let Some(open) = open {
            let finding = subject.about(&SUBMISSION_WITHOUT_AUTHENTICATION, server, "auth");
            findings.push(finding.arg("value", open));
        }
    }
}
