//! Addresses that old carriers gave out and RFC 5321 does not allow: dots at the ends of the local part, or two in a row.
//! They are built as they are.

use super::Subject;
use crate::finding::{ADDRESS_OUTSIDE_RFC, Findings};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    let Some(address) = subject.draft.address.as_ref().filter(|a| a.is_outside_rfc()) else { return };
    findings.push(subject.on(&ADDRESS_OUTSIDE_RFC, "address").arg("value", address.as_str()));
}
