//! Sending on port 25: most providers drop it from their users' lines (OP25B), so mail cannot be sent from anywhere else.

use super::Subject;
use crate::finding::{Findings, OUTGOING_PORT_25};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in subject.draft.outgoing().filter(|s| s.port == Some(25) && !s.is_local()) {
        let host = subject.draft.host_of(server).map_or_else(String::new, |h| h.ascii().to_owned());
        findings.push(subject.about(&OUTGOING_PORT_25, server, "port").arg("value", host));
    }
}
