//! Ports where TLS begins with the first byte, with STARTTLS or no encryption at all. The port comes off the provider's page; it
//! is the word for the encryption that gets mixed up, so that is what is replaced.

use super::Subject;
use super::port_of_other_protocol::TLS;
use crate::account::Security;
use crate::finding::{Findings, PORT_EXPECTS_TLS};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in &subject.draft.servers {
        let (Some(protocol), Some(port)) = (server.protocol.as_deref(), server.port) else { continue };
        let wrong = server.security.filter(|s| *s != Security::Tls && TLS.contains(&(protocol, port)));
        let Some(security) = wrong else { continue };
        let finding = subject.about(&PORT_EXPECTS_TLS, server, "port");
        let finding = finding.arg("port", port).arg("security", security.word());
        let finding = finding.arg("mended", "security: tls");
        let finding = finding.related(subject.raw.written(&server.name("security")), "security");
        findings.push(finding.fix(subject.raw.edit(&server.name("security"), "tls")));
    }
}
