//! Addresses that old carriers gave out and RFC 5321 does not allow: dots at the ends of the local part, or two in a row.
//! They are built as they are.

use crate::account::{Account, RawAccount};
use crate::finding::{self, Finding, Findings};

pub(super) fn check(account: &Account, raw: &RawAccount, findings: &mut Findings) {
    let Some(address) = account.address.as_ref().filter(|a| a.is_outside_rfc()) else { return };
    let finding = Finding::new(&finding::ADDRESS_OUTSIDE_RFC).arg("value", address.as_str());
    findings.push(finding.at(raw.place_of("address")));
}
