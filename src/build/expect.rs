//! What an account says, setting by setting, in the words of the description: what a file that was read back must agree with.

use std::collections::BTreeMap;

use crate::account::{Fetched, Host, Login, placeholder};
use crate::render::{Embedded, Purpose, Subject, carried_name, filled};
use crate::secret::Secret;

/// A setting's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expected {
    /// a text
    Text(String),
    /// a password
    Secret(Secret),
}

/// Settings by dotted name (`incoming.host`, `incoming.1.host` for the second server). What the account does not have is not in it.
pub(super) type Settings = BTreeMap<String, Expected>;

/// The settings of a subject as a file of this purpose may say them.
pub(super) fn settings(subject: &Subject<'_>, purpose: Purpose) -> Settings {
    let account = subject.account;
    let mut teller = Teller { subject, purpose, out: Settings::new() };
    teller.text("domain", account.domain.ascii());
    for (name, value) in subject.options {
        teller.text(&format!("options.{name}"), value);
    }
    if let Some(address) = account.address.as_ref().filter(|_| purpose == Purpose::User) {
        teller.text("address", address.as_str());
        if let Some(name) = carried_name(account, subject.client) {
            teller.text("name", name);
        }
    }
    for (nth, (index, auth)) in subject.selection.incoming.iter().enumerate() {
        teller.incoming(&prefix("incoming", nth), *index, auth);
    }
    for (nth, (index, auth)) in subject.selection.outgoing.iter().enumerate() {
        teller.outgoing(&prefix("outgoing", nth), *index, auth);
    }
    teller.out
}

/// The digest of an embedded file, for files that say it.
pub(super) fn digest(name: &str, file: &Embedded) -> (String, Expected) {
    (format!("embedded.{name}.sha256"), Expected::Text(file.sha256()))
}

/// `incoming`, `incoming.1`, …
pub(super) fn prefix(side: &str, nth: usize) -> String {
    if nth == 0 { side.to_owned() } else { format!("{side}.{nth}") }
}

struct Teller<'a> {
    subject: &'a Subject<'a>,
    purpose: Purpose,
    out: Settings,
}

impl Teller<'_> {
    fn text(&mut self, name: &str, value: impl ToString) {
        self.out.insert(name.to_owned(), Expected::Text(value.to_string()));
    }

    fn secret(&mut self, name: &str, pick: impl Fn(&Fetched) -> Option<&Option<Secret>>) {
        let secret =
            self.subject.fetched.filter(|_| self.purpose == Purpose::User).and_then(pick).cloned().flatten();
        if let Some(secret) = secret {
            self.out.insert(name.to_owned(), Expected::Secret(secret));
        }
    }

    fn username(&mut self, name: &str, username: &str) {
        let address = self.subject.account.address.as_ref();
        let value = match (address, self.purpose) {
            (Some(address), Purpose::User) => Some(placeholder::expand(username, address)),
            _ => placeholder::pattern(username, address),
        };
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    fn host(&self, host: &Host) -> String {
        filled(host, self.subject.account, self.purpose).ascii().to_owned()
    }

    fn incoming(&mut self, name: &str, index: usize, auth: &str) {
        let server = &self.subject.account.incoming[index];
        let endpoint = &server.endpoint;
        self.text(&format!("{name}.protocol"), &server.protocol);
        self.text(&format!("{name}.host"), self.host(&endpoint.host));
        self.text(&format!("{name}.port"), endpoint.port);
        self.text(&format!("{name}.security"), endpoint.security.word());
        self.text(&format!("{name}.auth"), auth);
        self.username(&format!("{name}.username"), &server.username);
        self.secret(&format!("{name}.password"), |f| f.incoming.get(index));
        if server.protocol == "pop3" {
            self.text(&format!("{name}.leave_on_server"), server.leave.said());
        }
    }

    fn outgoing(&mut self, name: &str, index: usize, auth: &str) {
        let server = &self.subject.account.outgoing[index];
        let endpoint = &server.endpoint;
        self.text(&format!("{name}.host"), self.host(&endpoint.host));
        self.text(&format!("{name}.port"), endpoint.port);
        self.text(&format!("{name}.security"), endpoint.security.word());
        self.text(&format!("{name}.auth"), auth);
        let login = server.login_for(auth);
        self.text(&format!("{name}.login"), login.word());
        let first = self.subject.selection.incoming.first().map(|(i, _)| *i);
        let incoming = first.map(|i| &self.subject.account.incoming[i]);
        let (username, password) = (format!("{name}.username"), format!("{name}.password"));
        match (login, incoming) {
            (Login::None, _) => {}
            (Login::Same, Some(incoming)) => {
                self.username(&username, &incoming.username);
                self.secret(&password, |f| f.incoming.get(first?));
            }
            _ => {
                self.username(&username, &server.username);
                let same = server.password_same;
                self.secret(&password, |f| if same { f.incoming.get(first?) } else { f.outgoing.get(index) });
            }
        }
    }
}
