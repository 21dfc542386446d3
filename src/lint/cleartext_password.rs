//! A password that crosses the network as it is: no TLS, and the plain password among the ways to log in.

use super::Subject;
use crate::account::{Login, Security};
use crate::finding::{CLEARTEXT_PASSWORD, Findings};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let open = |s: &&crate::account::draft::Server| {
        s.security == Some(Security::None) && s.login != Login::None && s.auth.iter().any(|a| a == "password")
    };
    for server in subject.draft.servers.iter().filter(open) {
        let host = subject.draft.host_of(server).map_or_else(String::new, |h| h.unicode().to_owned());
        findings.push(subject.about(&CLEARTEXT_PASSWORD, server, "security").arg("value", host));
    }
}
