//! What files say of a user, laid over the account of everybody: for notices, which must tell of his settings and not of the description's.

use std::collections::BTreeMap;

use super::{Account, Endpoint, Incoming, Leave, Login, Outgoing, Security, value};

/// Settings by their dotted name; several values are what one word of a file may mean.
type Said = BTreeMap<String, Vec<String>>;

impl Account {
    /// The same with the servers and the logins that files say. What they do not say, or what is no value of a description, stays; of
    /// several values the account's own stays, too.
    ///
    /// ```
    /// # use std::collections::BTreeMap;
    /// # use mailprof::account::{Account, RawAccount, resolve};
    /// # fn laid(account: &Account) -> Account {
    /// let said = BTreeMap::from([("incoming.host".to_owned(), vec!["pop2.example.jp".to_owned()])]);
    /// account.saying(&said)
    /// # }
    /// ```
    #[must_use]
    pub fn saying(&self, said: &Said) -> Self {
        let mut account = self.clone();
        let one = |name: &str| said.get(name).and_then(|values| values.first());
        account.name = one("name").cloned().or(account.name);
        for (nth, server) in account.incoming.iter_mut().enumerate() {
            incoming(server, &Side { said, prefix: prefix("incoming", nth) });
        }
        let login = account.incoming.first().map(|server| server.username.clone());
        for (nth, server) in account.outgoing.iter_mut().enumerate() {
            outgoing(server, login.as_deref(), &Side { said, prefix: prefix("outgoing", nth) });
        }
        account
    }
}

fn prefix(side: &str, nth: usize) -> String {
    if nth == 0 { format!("{side}.") } else { format!("{side}.{nth}.") }
}

/// What is said of one server.
struct Side<'s> {
    said: &'s Said,
    prefix: String,
}

impl Side<'_> {
    fn values(&self, key: &str) -> &[String] {
        self.said.get(&format!("{}{key}", self.prefix)).map_or(&[], Vec::as_slice)
    }

    /// The first value, unless the one that is there is among them.
    fn one(&self, key: &str, own: &str) -> Option<&str> {
        let values = self.values(key);
        values.first().filter(|_| !values.iter().any(|value| value == own)).map(String::as_str)
    }

    fn endpoint(&self, endpoint: &mut Endpoint) {
        let host = self.one("host", endpoint.host.ascii()).and_then(|text| value::host(text).ok());
        let port = self.one("port", &endpoint.port.to_string()).and_then(|text| value::port(text).ok());
        let security = self.one("security", endpoint.security.word()).and_then(Security::from_word);
        endpoint.host = host.unwrap_or_else(|| endpoint.host.clone());
        endpoint.port = port.unwrap_or(endpoint.port);
        endpoint.security = security.unwrap_or(endpoint.security);
        let ways = self.values("auth");
        let own: Vec<String> = endpoint.auth.iter().filter(|way| ways.contains(way)).cloned().collect();
        if !ways.is_empty() {
            endpoint.auth = if own.is_empty() { ways.to_vec() } else { own };
        }
    }
}

fn incoming(server: &mut Incoming, side: &Side<'_>) {
    side.endpoint(&mut server.endpoint);
    let protocol = side.one("protocol", &server.protocol).filter(|word| matches!(*word, "pop3" | "imap"));
    server.protocol = protocol.map_or_else(|| server.protocol.clone(), str::to_owned);
    server.username =
        side.one("username", &server.username).map_or_else(|| server.username.clone(), str::to_owned);
    server.leave =
        side.one("leave_on_server", &server.leave.said()).and_then(Leave::from_said).unwrap_or(server.leave);
}

fn outgoing(server: &mut Outgoing, login: Option<&str>, side: &Side<'_>) {
    side.endpoint(&mut server.endpoint);
    let Some(username) = side.one("username", &server.username) else { return };
    server.username = username.to_owned();
    server.login = if login == Some(username) { Login::Same } else { Login::Own };
}

impl Leave {
    /// As files say it: `true`, `false`, `days:14`.
    #[must_use]
    pub fn said(self) -> String {
        match self {
            Self::No => "false".to_owned(),
            Self::Forever => "true".to_owned(),
            Self::Days(days) => format!("days:{days}"),
        }
    }

    /// What [`Leave::said`] means; `days: 14` too, as a description has it.
    #[must_use]
    pub fn from_said(text: &str) -> Option<Self> {
        match text {
            "false" => Some(Self::No),
            "true" => Some(Self::Forever),
            text => text.strip_prefix("days:").and_then(|days| days.trim().parse().ok()).map(Self::Days),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::account::{RawAccount, resolve};
    use crate::finding::{Findings, Sources};
    use crate::library::Library;

    fn account() -> Account {
        let text = "\
address: a@example.jp
incoming: { protocol: pop3, host: pop.example.jp, port: 110, security: starttls, auth: [apop, password] }
outgoing: { host: smtp.example.jp, port: 587, security: starttls }
";
        let (mut sources, mut findings) = (Sources::new(), Findings::new());
        let library = Library::default();
        let raw = RawAccount::read(text.as_bytes(), "a", &library, &mut sources, &mut findings);
        resolve(&raw.unwrap().unwrap(), &mut findings).account.unwrap()
    }

    fn said(all: &[(&str, &[&str])]) -> Said {
        let owned = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
        all.iter().map(|(name, values)| ((*name).to_owned(), owned(values))).collect()
    }

    #[test]
    fn what_is_said_takes_the_place_of_what_everybody_has() {
        let laid = account().saying(&said(&[
            ("incoming.protocol", &["imap"]),
            ("incoming.host", &["imap.example.jp"]),
            ("incoming.port", &["993"]),
            ("incoming.security", &["tls"]),
            ("incoming.auth", &["password"]),
            ("incoming.username", &["tanaka"]),
            ("incoming.leave_on_server", &["days:7"]),
            ("outgoing.username", &["other"]),
        ]));
        let server = &laid.incoming[0];
        assert_eq!((server.protocol.as_str(), server.username.as_str()), ("imap", "tanaka"));
        assert_eq!((server.endpoint.host.ascii(), server.endpoint.port), ("imap.example.jp", 993));
        assert_eq!((server.endpoint.security, server.leave), (Security::Tls, Leave::Days(7)));
        assert_eq!(server.endpoint.auth, ["password"]);
        assert_eq!((&laid.outgoing[0].login, laid.outgoing[0].username.as_str()), (&Login::Own, "other"));
    }

    #[test]
    fn of_several_the_accounts_own_stays_and_so_does_what_is_no_value() {
        let own = account();
        let laid = own.saying(&said(&[
            ("incoming.security", &["tls", "starttls"]),
            ("incoming.auth", &["password", "ntlm", "apop"]),
            ("incoming.port", &["many"]),
            ("incoming.protocol", &["exchange"]),
            ("outgoing.host", &["no host"]),
        ]));
        assert_eq!(format!("{laid:?}"), format!("{own:?}"));
    }
}
