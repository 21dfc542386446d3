//! What could be read of a description, whether or not something else in it is wrong: what rules look at, so that one run tells
//! every mistake. Nothing is built from it; that takes an [`super::Account`].

use super::{Address, Host, Leave, Login, Security};

/// A description as far as it could be read.
#[derive(Debug, Default)]
pub struct Draft {
    /// the mail address
    pub address: Option<Address>,
    /// the mail domain
    pub domain: Option<Host>,
    /// domains that the provider hosts
    pub provider_domains: Vec<Host>,
    /// how the mail login relates to the internet login: `different`, `same`, `may_differ`
    pub connection_login: String,
    /// incoming servers, then outgoing ones
    pub servers: Vec<Server>,
}

/// Which way mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// to the user
    Incoming,
    /// from the user
    Outgoing,
}

/// A server as far as it could be read.
#[derive(Debug)]
pub struct Server {
    /// which way
    pub side: Side,
    /// its dotted name: `incoming`, `outgoing.1`
    pub setting: String,
    /// `pop3`, `imap`, `smtp`
    pub protocol: Option<String>,
    /// its name or address, placeholders unexpanded
    pub host: Option<Host>,
    /// TCP port
    pub port: Option<u16>,
    /// protection of the connection
    pub security: Option<Security>,
    /// ways to log in
    pub auth: Vec<String>,
    /// the login that it wants, placeholders unexpanded
    pub username: String,
    /// whether the login was filled in
    pub username_assumed: bool,
    /// whose login it wants; an incoming server has its own
    pub login: Login,
    /// POP3: what happens to mail on it
    pub leave: Leave,
}

impl Server {
    /// The dotted name of one of its settings.
    #[must_use]
    pub fn name(&self, key: &str) -> String {
        format!("{}.{key}", self.setting)
    }

    /// Whether it is this very machine (a bridge to a provider, a test): nothing crosses a network.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let loopback = |host: &str| host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        self.host.as_ref().is_some_and(|h| h.ascii() == "localhost" || loopback(h.ascii()))
    }

    /// Whether a password is sent to it in some way.
    #[must_use]
    pub fn wants_password(&self) -> bool {
        let open = ["oauth2", "gssapi", "certificate"];
        self.login != Login::None
            && self.auth.iter().any(|a| !super::is_open(a) && !open.contains(&a.as_str()))
    }
}

impl Draft {
    /// Incoming servers in order of preference.
    pub fn incoming(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter().filter(|s| s.side == Side::Incoming)
    }

    /// Outgoing servers in order of preference.
    pub fn outgoing(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter().filter(|s| s.side == Side::Outgoing)
    }

    /// A host as this user meets it.
    #[must_use]
    pub fn host_of(&self, server: &Server) -> Option<Host> {
        server.host.as_ref().map(|host| self.expand(host))
    }

    /// A host with its placeholders replaced, as far as they are known.
    #[must_use]
    pub fn expand(&self, host: &Host) -> Host {
        match (&self.address, &self.domain) {
            (Some(address), _) => host.expand(address.local(), address.domain().ascii()),
            (None, Some(domain)) => host.with_domain(domain.ascii()),
            (None, None) => host.clone(),
        }
    }
}
