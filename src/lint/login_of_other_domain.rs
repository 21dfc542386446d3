//! A login with the domain of somebody else: probably the one of the internet connection, which Outlook Express asks for by name.

use super::Subject;
use super::organisation;
use crate::account::value;
use crate::finding::{Findings, LOGIN_OF_OTHER_DOMAIN, Severity};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let draft = subject.draft;
    let severity = match draft.connection_login.as_str() {
        "same" => return,
        "may_differ" => Severity::Note,
        _ => Severity::Warning,
    };
    let Some(domain) = &draft.domain else { return };
    for server in draft.incoming() {
        let Some(other) = server.username.rsplit_once('@').and_then(|(_, d)| value::domain(d).ok()) else {
            continue;
        };
        let host = draft.host_of(server);
        // mailboxes of a big provider have customers' domains, and its login need not be of any of them
        let at_provider = host.as_ref().is_some_and(|h| organisation::is_listed(subject.raw, h));
        let mut theirs = draft.provider_domains.iter().chain([domain]).chain(host.as_ref());
        let own = at_provider || theirs.any(|d| organisation::same(d, &other));
        if !own {
            let finding = subject.about(&LOGIN_OF_OTHER_DOMAIN, server, "username").severity(severity);
            findings.push(finding.arg("value", &server.username).arg("domain", domain.unicode()));
        }
    }
}
