//! No user name is given: the mail address is taken, which is right for most providers, and a surprise for the others.

use super::Subject;
use crate::finding::{Findings, USERNAME_ASSUMED};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let Some(address) = &subject.draft.address else { return };
    for server in subject.draft.servers.iter().filter(|s| s.username_assumed) {
        findings.push(subject.about(&USERNAME_ASSUMED, server, "username").arg("value", address.as_str()));
    }
}
