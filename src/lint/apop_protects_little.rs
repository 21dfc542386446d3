//! APOP hides the password alone, and that with MD5. Over TLS it adds nothing; without it the mail itself is open.

use super::Subject;
use crate::account::Security;
use crate::finding::{APOP_PROTECTS_LITTLE, Findings, Severity};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in subject.draft.incoming().filter(|s| s.auth.iter().any(|a| a == "apop")) {
        let open = server.security == Some(Security::None);
        let severity = if open { Severity::Warning } else { Severity::Note };
        findings.push(subject.about(&APOP_PROTECTS_LITTLE, server, "auth").severity(severity));
    }
}
