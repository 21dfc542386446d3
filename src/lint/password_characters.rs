//! A password beyond ASCII: no old way to log in says in which encoding it goes. Of a password that comes from elsewhere this is
//! told when it is read.

use super::Subject;
use crate::account::doubts;
use crate::finding::{Findings, PASSWORD_CHARACTERS};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    super::secret_in_file::written(subject, |server, secret| {
        if doubts(secret).any(|code| code.id == PASSWORD_CHARACTERS.id) {
            findings.push(subject.about(&PASSWORD_CHARACTERS, server, "password"));
        }
    });
}
