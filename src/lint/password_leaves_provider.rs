//! The incoming login is used for sending too, and the outgoing server belongs to somebody else: that somebody gets the password.
//! Hosts that a profile of one provider lists together belong together.

use super::{Subject, organisation};
use crate::account::Login;
use crate::account::draft::Server;
use crate::finding::{Findings, PASSWORD_LEAVES_PROVIDER};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let draft = subject.draft;
    for server in draft.outgoing().filter(|s| inherits(subject, s) && s.wants_password()) {
        let Some(outgoing) = draft.host_of(server).filter(|h| !h.is_ip()) else { continue };
        // a client may get any of the incoming servers
        let foreign = draft.incoming().filter(|s| s.wants_password()).find_map(|from| {
            let incoming = draft.host_of(from).filter(|h| !h.is_ip())?;
            let together = organisation::same(&incoming, &outgoing)
                || organisation::listed_together(subject.raw, &incoming, &outgoing);
            (!together).then_some((from, incoming))
        });
        if let Some((from, incoming)) = foreign {
            let finding = subject.about(&PASSWORD_LEAVES_PROVIDER, server, "host");
            let finding = finding.arg("value", outgoing.unicode()).arg("other", incoming.unicode());
            findings.push(finding.related(subject.raw.written(&from.name("host")), "incoming-host"));
        }
    }
}

fn inherits(subject: &Subject, server: &Server) -> bool {
    server.login == Login::Same || subject.raw.text(&server.name("password")) == Some("same")
}
