//! Ports where a connection begins in clear text, with TLS from the first byte: the handshake fails. Many programs call STARTTLS
//! "TLS", hence the mistake; on 587 that is what was meant. The older ports give way to those for TLS.

use super::Subject;
use super::port_of_other_protocol::{CLEAR, tls_port};
use crate::account::Security;
use crate::finding::{Findings, PORT_EXPECTS_STARTTLS};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in subject.draft.servers.iter().filter(|s| s.security == Some(Security::Tls)) {
        let (Some(protocol), Some(port)) = (server.protocol.as_deref(), server.port) else { continue };
        if !CLEAR.contains(&(protocol, port)) {
            continue;
        }
        let (key, value) = match port {
            587 => ("security", "starttls".to_owned()),
            _ => ("port", tls_port(protocol).to_string()),
        };
        let finding = subject.about(&PORT_EXPECTS_STARTTLS, server, "port").arg("port", port);
        let finding = finding.arg("mended", format!("{key}: {value}"));
        let finding = finding.related(subject.raw.written(&server.name("security")), "security");
        findings.push(finding.fix(subject.raw.edit(&server.name(key), value)));
    }
}
