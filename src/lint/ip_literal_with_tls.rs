//! A certificate names a host; a client that was given an address has no name to compare.

use super::Subject;
use crate::account::{Host, Security};
use crate::finding::{Findings, IP_LITERAL_WITH_TLS};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let over_tls = subject
        .draft
        .servers
        .iter()
        .filter(|s| s.security.is_some_and(|s| s != Security::None) && !s.is_local());
    for server in over_tls {
        if let Some(host) = server.host.as_ref().filter(|h| Host::is_ip(h)) {
            findings.push(subject.about(&IP_LITERAL_WITH_TLS, server, "host").arg("value", host.ascii()));
        }
    }
}
