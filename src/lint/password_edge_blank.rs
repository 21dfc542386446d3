//! A password with a blank at one of its ends: it came along with copy and paste, or clients cut it off. Of a password that comes
//! from elsewhere this is told when it is read.

use super::Subject;
use crate::account::doubts;
use crate::finding::{Findings, PASSWORD_EDGE_BLANK};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    super::secret_in_file::written(subject, |server, secret| {
        if doubts(secret).any(|code| code.id == PASSWORD_EDGE_BLANK.id) {
            findings.push(subject.about(&PASSWORD_EDGE_BLANK, server, "password"));
        }
    });
}
