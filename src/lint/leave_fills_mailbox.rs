//! Mail that stays on a POP3 server for ever fills a mailbox of a fixed size; then new mail goes back to its senders.

use super::Subject;
use crate::account::Leave;
use crate::finding::{Findings, LEAVE_FILLS_MAILBOX};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let Some(quota) = subject.raw.text("mailbox_quota") else { return };
    let keeps = |s: &&crate::account::draft::Server| {
        s.leave == Leave::Forever && s.protocol.as_deref() == Some("pop3")
    };
    for server in subject.draft.incoming().filter(keeps) {
        let finding = subject.about(&LEAVE_FILLS_MAILBOX, server, "leave_on_server").arg("value", quota);
        findings.push(finding.related(subject.raw.written("mailbox_quota"), "quota"));
    }
}
