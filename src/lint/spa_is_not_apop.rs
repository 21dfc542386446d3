//! NTLM, which Outlook calls SPA: ticked for APOP by mistake, and offered by hardly any provider.

use super::Subject;
use crate::finding::{Findings, SPA_IS_NOT_APOP};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in subject.draft.servers.iter().filter(|s| s.auth.iter().any(|a| a == "ntlm")) {
        findings.push(subject.about(&SPA_IS_NOT_APOP, server, "auth"));
    }
}
