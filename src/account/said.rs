//! What files say of a user, laid over the account of everybody: for notices, which must tell of his settings and not of the description's.

use std::collections::BTreeMap;

use super::{Account, Endpoint, Incoming, Leave, Login, Outgoing, Security, value};

/// Settings by their dotted name; several values are what one word of a file may mean.
type Said = BTreeMap<String, Vec<String>>;

impl Account {
    /// The same with the servers and the logins that files say. What they do not say, or what is no value of a description, stays; of
    /// several values the account's own stays, too. A server that the account has stays as it is.
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
        let incoming_side = Side { said, prefix: "incoming." };
        if !account.incoming.iter().any(|server| incoming_side.is_of(&server.endpoint)) {
            account.incoming.iter_mut().take(1).for_each(|server| incoming(server, &incoming_side));
        } else {
            account.incoming.iter_mut().for_each(|server| login_and_leave(server, &incoming_side));
        }
        let login = account.incoming.first().map(|server| server.username.clone());
        let outgoing_side = Side { said, prefix: "outgoing." };
        if !account.outgoing.iter().any(|server| outgoing_side.is_of(&server.endpoint)) {
            account
                .outgoing
                .iter_mut()
                .take(1)
                .for_each(|server| outgoing_side.endpoint(&mut server.endpoint));
        }
        account.outgoing.iter_mut().for_each(|server| own_login(server, login.as_deref(), &outgoing_side));
        account
    }
}

/// What is said of one server: of several a program is told of the one that it can use, so it may be any of the account's.
struct Side<'s> {
    said: &'s Said,
    prefix: &'s str,
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

    /// Whether it is this server: then the account says more of it than any file.
    fn is_of(&self, endpoint: &Endpoint) -> bool {
        let agrees = |key: &str, own: &str| self.one(key, own).is_none();
        agrees("host", endpoint.host.ascii())
            && agrees("port", &endpoint.port.to_string())
            && agrees("security", endpoint.security.word())
            && (self.values("auth").is_empty() || self.own_ways(endpoint).next().is_some())
    }

    /// The account's ways to log in that are said too. A program has one that it can use, others have others.
    fn own_ways<'e>(&'e self, endpoint: &'e Endpoint) -> impl Iterator<Item = &'e String> {
        endpoint.auth.iter().filter(|way| self.values("auth").contains(way))
    }

    fn endpoint(&self, endpoint: &mut Endpoint) {
        let host = self.one("host", endpoint.host.ascii()).and_then(|text| value::host(text).ok());
        let port = self.one("port", &endpoint.port.to_string()).and_then(|text| value::port(text).ok());
        endpoint.host = host.unwrap_or_else(|| endpoint.host.clone());
        endpoint.port = port.unwrap_or(endpoint.port);
        endpoint.security = self.security(endpoint).unwrap_or(endpoint.security);
        let ways = self.values("auth");
        if !ways.is_empty() && self.own_ways(endpoint).next().is_none() {
            endpoint.auth = ways.to_vec();
        }
    }

    /// Where one word stands for several kinds, or no word is said, the port tells which.
    fn security(&self, endpoint: &Endpoint) -> Option<Security> {
        let values = self.values("security");
        let of_port = Security::of_port(endpoint.port);
        match values {
            [one] => Security::from_word(one),
            [] => of_port.filter(|_| !self.values("port").is_empty()),
            several => of_port
                .filter(|kind| several.iter().any(|value| value == kind.word()))
                .or_else(|| self.one("security", endpoint.security.word()).and_then(Security::from_word)),
        }
    }
}

fn incoming(server: &mut Incoming, side: &Side<'_>) {
    side.endpoint(&mut server.endpoint);
    let protocol = side.one("protocol", &server.protocol).filter(|word| matches!(*word, "pop3" | "imap"));
    server.protocol = protocol.map_or_else(|| server.protocol.clone(), str::to_owned);
    login_and_leave(server, side);
}

fn login_and_leave(server: &mut Incoming, side: &Side<'_>) {
    server.username =
        side.one("username", &server.username).map_or_else(|| server.username.clone(), str::to_owned);
    server.leave =
        side.one("leave_on_server", &server.leave.said()).and_then(Leave::from_said).unwrap_or(server.leave);
}

fn own_login(server: &mut Outgoing, login: Option<&str>, side: &Side<'_>) {
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
            ("incoming.auth", &["ntlm"]),
            ("incoming.username", &["tanaka"]),
            ("incoming.leave_on_server", &["days:7"]),
            ("outgoing.username", &["other"]),
        ]));
        let server = &laid.incoming[0];
        assert_eq!((server.protocol.as_str(), server.username.as_str()), ("imap", "tanaka"));
        assert_eq!((server.endpoint.host.ascii(), server.endpoint.port), ("imap.example.jp", 993));
        assert_eq!((server.endpoint.security, server.leave), (Security::Tls, Leave::Days(7)));
        assert_eq!(server.endpoint.auth, ["ntlm"]);
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

    /// A program has one of several ways to log in, and one of several servers: others have others.
    #[test]
    fn what_one_program_can_use_is_not_all_that_there_is() {
        let mut own = account();
        let mut second = own.outgoing[0].clone();
        (second.endpoint.port, second.endpoint.security) = (465, Security::Tls);
        own.outgoing.push(second);
        let laid = own.saying(&said(&[
            ("incoming.host", &["pop2.example.jp"]),
            ("incoming.auth", &["apop"]),
            ("outgoing.port", &["465"]),
            ("outgoing.security", &["tls", "starttls"]),
        ]));
        assert_eq!(laid.incoming[0].endpoint.host.ascii(), "pop2.example.jp");
        assert_eq!(laid.incoming[0].endpoint.auth, ["apop", "password"]);
        assert_eq!(format!("{:?}", laid.outgoing), format!("{:?}", own.outgoing));
    }

    #[test]
    fn a_port_tells_what_one_word_for_two_kinds_means() {
        let both: &[&str] = &["tls", "starttls"];
        let laid = account().saying(&said(&[
            ("incoming.port", &["995"]),
            ("incoming.security", both),
            ("outgoing.port", &["465"]),
        ]));
        assert_eq!(laid.incoming[0].endpoint.security, Security::Tls);
        assert_eq!(laid.outgoing[0].endpoint.security, Security::Tls);
    }
}
