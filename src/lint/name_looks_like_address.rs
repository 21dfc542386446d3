//! A display name with an `@`: recipients see two addresses, and filters take the mail for forged.

use super::Subject;
use crate::finding::{Findings, NAME_LOOKS_LIKE_ADDRESS};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for setting in ["name", "name_ascii"] {
        if let Some(name) = subject.raw.text(setting).filter(|n| n.contains(['@', '＠'])) {
            findings.push(subject.on(&NAME_LOOKS_LIKE_ADDRESS, setting).arg("value", name));
        }
    }
}
