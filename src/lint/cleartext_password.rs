//! A password that crosses the network as it is: no TLS, and the plain password among the ways to log in.

use super::Subject;
use super::port_of_other_protocol::TLS;
use crate::account::draft::Server;
use crate::account::{Login, Security};
use crate::finding::{CLEARTEXT_PASSWORD, Findings};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let open = |s: &&Server| {
        let password = s.login != Login::None && s.auth.iter().any(|a| a == "password");
        password && s.security == Some(Security::None) && !s.is_local() && !on_tls_port(s)
    };
    for server in subject.draft.servers.iter().filter(open) {
        let host = subject.draft.host_of(server).map_or_else(String::new, |h| h.unicode().to_owned());
        findings.push(subject.about(&CLEARTEXT_PASSWORD, server, "security").arg("value", host));
    }
}

/// Then the port tells what was meant, and its own rule says so.
fn on_tls_port(server: &Server) -> bool {
    let pair = server.protocol.as_deref().zip(server.port);
    pair.is_some_and(|pair| TLS.contains(&pair))
}
