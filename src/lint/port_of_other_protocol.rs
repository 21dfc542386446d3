//! A port that is registered for another mail protocol. The table of registered ports is here.
//! Source: IANA Service Name and Transport Protocol Port Number Registry; RFC 8314, section 7.

use super::Subject;
use crate::account::Security;
use crate::finding::{Findings, PORT_OF_OTHER_PROTOCOL};

/// Ports where TLS begins with the first byte.
pub(super) const TLS: &[(&str, u16)] = &[("pop3", 995), ("imap", 993), ("smtp", 465)];
/// Ports where a connection begins in clear text.
pub(super) const CLEAR: &[(&str, u16)] = &[("pop3", 110), ("imap", 143), ("smtp", 587), ("smtp", 25)];

/// A protocol's port for TLS from the first byte.
pub(super) fn tls_port(protocol: &str) -> u16 {
    port(TLS, protocol)
}

/// A protocol's port for STARTTLS and for clear text.
pub(super) fn clear_port(protocol: &str) -> u16 {
    port(CLEAR, protocol)
}

fn port(table: &[(&str, u16)], protocol: &str) -> u16 {
    table.iter().find(|(name, _)| *name == protocol).map_or(0, |(_, port)| *port)
}

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in &subject.draft.servers {
        let (Some(protocol), Some(port)) = (server.protocol.as_deref(), server.port) else { continue };
        let owner = TLS.iter().chain(CLEAR).find(|(_, p)| *p == port).map(|(name, _)| *name);
        let Some(other) = owner.filter(|owner| *owner != protocol) else { continue };
        let tls = server.security == Some(Security::Tls);
        let right = if tls { tls_port(protocol) } else { clear_port(protocol) };
        let finding = subject.about(&PORT_OF_OTHER_PROTOCOL, server, "port").arg("port", port);
        let finding = finding.arg("protocol", protocol.to_uppercase()).arg("other", other.to_uppercase());
        let finding = finding.arg("mended", format!("port: {right}"));
        // no replacement without asking: the protocol may be what is wrong
        findings.push(finding);
    }
}
