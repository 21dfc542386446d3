//! From a raw description to an [`Account`]: defaults, what follows from what, what is missing. What was assumed is a note.

use super::check::is_misspelt;
use super::draft::{Draft, Server, Side};
use super::node::{Kind, Node};
use super::placeholder;
use super::value::{self, Address, Host};
use super::{
    Account, Endpoint, Incoming, Leave, Login, Outgoing, PasswordSource, Provider, RawAccount, Security,
    is_open,
};
use crate::finding::{self, Code, Finding, Findings, Place};

/// A resolved description.
#[derive(Debug)]
pub struct Resolved {
    /// what could be read of it
    pub draft: Draft,
    /// the account; `None` when an error among the findings (its own or an earlier one) leaves none
    pub account: Option<Account>,
}

/// Resolves a description.
pub fn resolve(raw: &RawAccount, findings: &mut Findings) -> Resolved {
    let mut resolver = Resolver { root: &raw.merged, half: raw.half, draft: Draft::default(), findings };
    let account = resolver.account(raw);
    let account = account.filter(|_| !resolver.findings.has_errors());
    Resolved { draft: resolver.draft, account }
}

struct Resolver<'a> {
    root: &'a Node,
    half: bool,
    draft: Draft,
    findings: &'a mut Findings,
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).map(str::to_owned)
}

fn word(node: &Node, key: &str, default: &str) -> String {
    text(node, key).unwrap_or_else(|| default.to_owned())
}

impl Resolver<'_> {
    fn push(&mut self, code: &Code, setting: &str, value: impl ToString, place: Place) {
        self.findings.push(Finding::new(code).arg("setting", setting).arg("value", value).at(place));
    }

    fn account(&mut self, raw: &RawAccount) -> Option<Account> {
        let root = self.root;
        let address = root.get("address").and_then(Node::text).and_then(|t| value::address(t).ok());
        let domain = self.domain(address.as_ref());
        self.draft.address.clone_from(&address);
        self.draft.domain.clone_from(&domain);
        let incoming = self.incoming_servers();
        let outgoing = self.outgoing_servers(&incoming);
        let face = provider(root.get("provider"), domain.as_ref());
        self.draft.provider_domains.clone_from(&face.domains);
        self.draft.connection_login.clone_from(&face.connection_login);
        let domain = domain?;
        let profile_key =
            text(root, "profile_key").or_else(|| address.as_ref().map(|a| a.as_str().to_owned()));
        Some(Account {
            provider: face,
            profile_key: profile_key.unwrap_or_else(|| domain.ascii().to_owned()),
            address,
            domain,
            name: text(root, "name"),
            name_ascii: text(root, "name_ascii"),
            incoming,
            outgoing,
            mailbox_quota: root.get("mailbox_quota").and_then(Node::text).and_then(|t| value::size(t).ok()),
            compose: word(root, "compose", "plain"),
            paper: super::paper::paper(root),
            options: raw.options(),
            build: raw.wishes(),
            given: given(&raw.own),
        })
    }

    fn domain(&mut self, address: Option<&Address>) -> Option<Host> {
        let stated = self.root.get("domain").and_then(Node::text).and_then(|t| value::domain(t).ok());
        let absent = |key: &str| self.root.get(key).is_none() && !is_misspelt(self.root, key);
        if absent("address") && absent("domain") {
            self.findings.push(Finding::new(&finding::ADDRESS_OR_DOMAIN).at(self.root.place));
        }
        if let (Some(stated), Some(address)) = (&stated, address)
            && stated.ascii() != address.domain().ascii()
        {
            let place = self.root.get("domain").map(|n| n.place);
            let finding = Finding::new(&finding::DOMAIN_DIFFERS).arg("value", stated.unicode());
            self.findings.push(finding.arg("other", address.domain().unicode()).at(place));
        }
        stated.or_else(|| address.map(|a| a.domain().clone()))
    }

    fn incoming_servers(&mut self) -> Vec<Incoming> {
        let Some(node) = self.root.get("incoming") else {
            self.missing(self.root, "incoming");
            return Vec::new();
        };
        let maps = node.one_or_many().iter().enumerate().filter(|(_, n)| matches!(n.kind, Kind::Map(_)));
        maps.filter_map(|(i, n)| self.incoming(n, &numbered("incoming", i))).collect()
    }

    fn outgoing_servers(&mut self, incoming: &[Incoming]) -> Vec<Outgoing> {
        let Some(node) = self.root.get("outgoing") else {
            self.missing(self.root, "outgoing");
            return Vec::new();
        };
        let maps = node.one_or_many().iter().enumerate().filter(|(_, n)| matches!(n.kind, Kind::Map(_)));
        maps.filter_map(|(i, n)| self.outgoing(n, &numbered("outgoing", i), incoming)).collect()
    }

    /// Tells that a key is missing from a mapping, unless it stands there misspelt.
    fn missing(&mut self, node: &Node, setting: &str) {
        let key = setting.rsplit('.').next().unwrap_or(setting);
        if !self.half && !is_misspelt(node, key) {
            self.findings.push(Finding::new(&finding::MISSING_KEY).arg("setting", setting).at(node.place));
        }
    }

    fn incoming(&mut self, node: &Node, name: &str) -> Option<Incoming> {
        let protocol = text(node, "protocol").filter(|p| p == "pop3" || p == "imap");
        if node.get("protocol").is_none() {
            self.missing(node, &format!("{name}.protocol"));
        }
        let standard = match protocol.as_deref() {
            Some("imap") => Standard { tls: 993, clear: 143, security: Security::Tls },
            _ => Standard { tls: 995, clear: 110, security: Security::Tls },
        };
        let mut server = self.endpoint(node, name, &standard, Side::Incoming);
        server.protocol.clone_from(&protocol);
        server.leave = leave(node.get("leave_on_server"));
        server.username_assumed = node.get("username").is_none() && !is_misspelt(node, "username");
        server.username = self.login(node).unwrap_or_else(|| placeholder::ADDRESS.to_owned());
        let endpoint = endpoint(node, &server);
        let incoming = protocol.zip(endpoint).map(|(protocol, endpoint)| Incoming {
            protocol,
            endpoint,
            username: server.username.clone(),
            password: node.get("password").and_then(PasswordSource::from_node),
            password_kind: word(node, "password_kind", "mailbox"),
            password_url: text(node, "password_url"),
            password_change_url: text(node, "password_change_url"),
            password_valid_until: text(node, "password_valid_until"),
            leave: server.leave,
        });
        self.draft.servers.push(server);
        incoming
    }

    fn login(&self, node: &Node) -> Option<String> {
        login_text(node, self.draft.address.as_ref())
    }

    fn outgoing(&mut self, node: &Node, name: &str, incoming: &[Incoming]) -> Option<Outgoing> {
        let standard = Standard { tls: 465, clear: 587, security: Security::StartTls };
        let mut server = self.endpoint(node, name, &standard, Side::Outgoing);
        let open = server.auth.iter().all(|a| is_open(a));
        let (username, password) = (self.login(node), node.get("password"));
        let same = password.and_then(Node::text) == Some("same");
        let sends_only = self.root.get("incoming").and_then(Node::text) == Some("none");
        server.login = match (open, sends_only) {
            (true, _) => Login::None,
            (false, false) if username.is_none() && (password.is_none() || same) => Login::Same,
            (false, _) => Login::Own,
        };
        let inherited =
            || incoming.first().map_or_else(|| placeholder::ADDRESS.to_owned(), |s| s.username.clone());
        server.username_assumed =
            sends_only && node.get("username").is_none() && !is_misspelt(node, "username") && !open;
        server.username = if open { String::new() } else { username.unwrap_or_else(inherited) };
        // what a profile says of a login that the description does away with falls away
        let stated = password.filter(|p| same && p.place.source == self.root.place.source);
        if let Some(password) = stated.filter(|_| sends_only) {
            let finding = Finding::new(&finding::SAME_AS_NOTHING).arg("setting", format!("{name}.password"));
            self.findings.push(finding.at(password.place));
        }
        let own = server.login == Login::Own;
        let outgoing = endpoint(node, &server).map(|endpoint| Outgoing {
            endpoint,
            minutes: text(node, "minutes").and_then(|t| t.parse().ok()),
            login: server.login.clone(),
            username: server.username.clone(),
            password: password.filter(|_| own && !same).and_then(PasswordSource::from_node),
            password_same: same && own,
        });
        self.draft.servers.push(server);
        outgoing
    }

    /// The host, which must be one for this user too when it holds placeholders.
    fn host(&mut self, node: &Node, name: &str) -> Option<Host> {
        let host = text(node, "host").and_then(|t| value::host(&t).ok())?;
        let address = text(self.root, "address").and_then(|t| value::address(&t).ok());
        if let Some(address) = address {
            let expanded = host.expand(address.local(), address.domain().ascii());
            if let Err(problem) = value::host(expanded.ascii()) {
                let place = node.get("host").map_or(node.place, |n| n.place);
                self.findings.push(problem.finding(&format!("{name}.host")).at(place));
            }
        }
        Some(host)
    }

    /// A password has one source.
    fn password_source(&mut self, node: &Node, name: &str) {
        let Some(password) = node.get("password") else { return };
        if matches!(&password.kind, Kind::Map(sources) if sources.len() != 1) {
            let finding = Finding::new(&finding::ONE_SOURCE).arg("setting", format!("{name}.password"));
            self.findings.push(finding.at(password.place));
        }
    }

    /// What both sides have in common, as far as it can be read.
    fn endpoint(&mut self, node: &Node, name: &str, standard: &Standard, side: Side) -> Server {
        self.password_source(node, name);
        let host = self.host(node, name);
        if node.get("host").is_none() {
            self.missing(node, &format!("{name}.host"));
        }
        let (port, security) = self.port_and_security(node, name, standard);
        Server {
            side,
            setting: name.to_owned(),
            protocol: (side == Side::Outgoing).then(|| "smtp".to_owned()),
            host,
            port,
            security,
            auth: node.get("auth").map(Node::texts).unwrap_or_else(|| vec!["password".to_owned()]),
            username: String::new(),
            username_assumed: false,
            login: Login::Own,
            leave: Leave::Forever,
        }
    }

    /// Each follows from the other; what was assumed is told.
    fn port_and_security(
        &mut self,
        node: &Node,
        name: &str,
        standard: &Standard,
    ) -> (Option<u16>, Option<Security>) {
        let port = text(node, "port").and_then(|t| value::port(&t).ok());
        let given = (node.get("port"), node.get("security"));
        let security = match given {
            (_, Some(_)) => text(node, "security").and_then(|t| Security::from_word(&t)),
            (Some(at), None) => port.and_then(|port| self.security_of(port, name, at.place)),
            (None, None) => {
                let security = standard.security;
                self.assumed(&finding::SECURITY_ASSUMED, node, (name, "security"), security.word());
                Some(security)
            }
        };
        let port = match (given.0, security) {
            (Some(_), _) | (None, None) => port,
            (None, Some(security)) => {
                let port = standard.port(security);
                self.assumed(&finding::PORT_ASSUMED, node, (name, "port"), port);
                Some(port)
            }
        };
        (port, security)
    }

    /// Tells what was filled in, unless the key stands there misspelt: one mistake, one finding.
    fn assumed(&mut self, code: &Code, node: &Node, (name, key): (&str, &str), value: impl ToString) {
        if !is_misspelt(node, key) {
            self.push(code, &format!("{name}.{key}"), value, node.place);
        }
    }

    fn security_of(&mut self, port: u16, name: &str, place: Place) -> Option<Security> {
        let Some(security) = Security::of_port(port) else {
            self.push(&finding::SECURITY_NOT_GIVEN, &format!("{name}.security"), port, place);
            return None;
        };
        self.push(&finding::SECURITY_ASSUMED, &format!("{name}.security"), security.word(), place);
        Some(security)
    }
}

/// A protocol's registered ports and the security that is assumed when nothing is said.
struct Standard {
    tls: u16,
    clear: u16,
    security: Security,
}

impl Standard {
    fn port(&self, security: Security) -> u16 {
        if security == Security::Tls { self.tls } else { self.clear }
    }
}

/// A complete endpoint; `None`: something about it is wrong or missing.
fn endpoint(node: &Node, server: &Server) -> Option<Endpoint> {
    Some(Endpoint {
        host: server.host.clone()?,
        port: server.port?,
        security: server.security?,
        tls_minimum: word(node, "tls_minimum", "1.2"),
        domestic_only: node.get("access").is_some(),
        auth: server.auth.clone(),
    })
}

/// A login as it is written. One that is the address as people read it is the address with its domain in punycode, as every file
/// has it.
fn login_text(node: &Node, address: Option<&Address>) -> Option<String> {
    let username = text(node, "username")?;
    Some(address.filter(|a| a.unicode() == username).map_or(username, |a| a.as_str().to_owned()))
}

fn numbered(side: &str, index: usize) -> String {
    if index == 0 { side.to_owned() } else { format!("{side}.{index}") }
}

fn leave(node: Option<&Node>) -> Leave {
    match node.map(|n| (n.text(), n.get("days"))) {
        Some((Some("true"), _)) => Leave::Forever,
        Some((Some("false"), _)) => Leave::No,
        Some((_, Some(days))) => Leave::Days(days.text().and_then(|t| t.parse().ok()).unwrap_or(14)),
        _ => Leave::Days(14),
    }
}

fn provider(node: Option<&Node>, domain: Option<&Host>) -> Provider {
    let at = |path: &str| node.and_then(|n| n.at(path)).and_then(Node::text).map(str::to_owned);
    let domains = node.and_then(|n| n.get("domains")).map(Node::texts).unwrap_or_default();
    let mut domains: Vec<Host> = domains.iter().filter_map(|d| value::domain(d).ok()).collect();
    if let Some(domain) = domain.filter(|d| !domains.contains(d)) {
        domains.insert(0, domain.clone());
    }
    let reversed = domain.map_or("", Host::ascii).rsplit('.').collect::<Vec<_>>().join(".");
    Provider {
        id: at("id").unwrap_or(reversed),
        name: at("name").unwrap_or_else(|| domain.map_or("", Host::unicode).to_owned()),
        short_name: at("short_name"),
        domains,
        logo: at("logo"),
        colour: at("colour"),
        webmail: at("webmail"),
        control_panel: at("control_panel"),
        documentation: at("documentation"),
        support_phone: at("support.phone"),
        support_email: at("support.email"),
        support_url: at("support.url"),
        support_hours: at("support.hours"),
        download_url: at("download_url"),
        connection_login: at("connection_login").unwrap_or_else(|| "different".to_owned()),
    }
}

/// Dotted names of everything that the description itself states.
fn given(node: &Node) -> Vec<String> {
    fn walk(node: &Node, path: &str, out: &mut Vec<String>) {
        match &node.kind {
            Kind::Map(entries) => {
                for entry in entries {
                    let path =
                        if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
                    out.push(path.clone());
                    walk(&entry.value, &path, out);
                }
            }
            Kind::List(items) => items.iter().for_each(|n| walk(n, path, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(node, "", &mut out);
    out.sort();
    out.dedup();
    out
}
