//! POP3 that deletes mail once it was fetched, for somebody who has several clients: the first one takes the mail from the others.
//! Which clients a user has is known only when the description lists them; else it is a note.

use super::Subject;
use crate::account::Leave;
use crate::finding::{DELETED_FOR_OTHER_CLIENTS, Findings, Severity};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let severity = match &subject.wishes.clients {
        Some(clients) if clients.len() < 2 => return,
        Some(_) => Severity::Warning,
        None => Severity::Note,
    };
    let deletes =
        |s: &&crate::account::draft::Server| s.leave == Leave::No && s.protocol.as_deref() == Some("pop3");
    for server in subject.draft.incoming().filter(deletes) {
        let finding = subject.about(&DELETED_FOR_OTHER_CLIENTS, server, "leave_on_server").severity(severity);
        findings.push(finding.related(subject.raw.written("build.clients"), "clients"));
    }
}
