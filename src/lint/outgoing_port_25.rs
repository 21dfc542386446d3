//! Sending on port 25: most providers drop it from their users' lines (OP25B), so mail cannot be sent from anywhere else.
//! Source: JEAG recommendation (2006); RFC 6409, section 3.1 (submission is on 587); RFC 8314, section 3.3 (465).

use crate::account::{Account, RawAccount};
use crate::finding::{self, Finding, Findings};

pub(super) fn check(account: &Account, raw: &RawAccount, findings: &mut Findings) {
    for (i, server) in account.outgoing.iter().enumerate().filter(|(_, s)| s.endpoint.port == 25) {
        let setting = if i == 0 { "outgoing.port".to_owned() } else { format!("outgoing.{i}.port") };
        let finding = Finding::new(&finding::OUTGOING_PORT_25)
            .arg("setting", &setting)
            .arg("value", server.endpoint.host.ascii());
        findings.push(finding.at(raw.place_of(&setting)));
    }
}
