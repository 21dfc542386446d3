//! STARTTLS listed before TLS from the first byte on the same host: clients take the first that they can.

use super::Subject;
use super::port_of_other_protocol::TLS;
use crate::account::Security;
use crate::finding::{Findings, PREFER_IMPLICIT_TLS};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let servers = &subject.draft.servers;
    for (i, server) in servers.iter().enumerate().filter(|(_, s)| s.security == Some(Security::StartTls)) {
        let better = servers[i + 1..].iter().find(|s| {
            s.host.is_some()
                && (s.side, &s.protocol, &s.host) == (server.side, &server.protocol, &server.host)
                && s.security == Some(Security::Tls)
        });
        let port = better.and_then(|s| s.port).filter(|p| TLS.iter().any(|(_, port)| port == p));
        if let (Some(host), Some(port)) = (&server.host, port) {
            let finding = subject.about(&PREFER_IMPLICIT_TLS, server, "security");
            findings.push(finding.arg("value", host.unicode()).arg("port", port));
        }
    }
}
