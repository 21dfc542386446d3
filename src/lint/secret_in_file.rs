//! A password written into the description: it ends up in backups, mails and version control.

use super::Subject;
use crate::account::draft::{Server, Side};
use crate::finding::{Findings, SECRET_IN_FILE};
use crate::secret::Secret;

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    // one of a users file is where passwords belong
    let of_description = |server: &Server| {
        subject.raw.written(&server.name("password")).is_some_and(|place| !subject.raw.is_of_row(place))
    };
    written(subject, |server, _| {
        if of_description(server) {
            findings.push(subject.about(&SECRET_IN_FILE, server, "password"));
        }
    });
}

/// Calls for every password that stands in the description.
pub(super) fn written(subject: &Subject, mut each: impl FnMut(&Server, &Secret)) {
    for server in &subject.draft.servers {
        let text = subject.raw.text(&server.name("password"));
        let inherited = server.side == Side::Outgoing && text == Some("same");
        if let Some(text) = text.filter(|t| !t.is_empty() && !inherited) {
            each(server, &Secret::new(text.to_owned()));
        }
    }
}
