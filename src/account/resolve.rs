//! From a raw description to an [`Account`]: defaults, what follows from what, what is missing. What was assumed is a note.

use super::check::is_misspelt;
use super::node::{Kind, Node};
use super::placeholder;
use super::value::{self, Address, Host};
use super::{
    Account, BuildWishes, ClientOption, Endpoint, Incoming, Leave, Login, Outgoing, PasswordSource,
    Passwords, Provider, RawAccount, Security, Sheets, is_open,
};
use crate::finding::{self, Code, Finding, Findings, Place};

/// Resolves a description. `None` when an error among `findings` (its own or an earlier one) leaves no account.
pub fn resolve(raw: &RawAccount, findings: &mut Findings) -> Option<Account> {
    let mut resolver = Resolver { root: &raw.merged, half: raw.half, findings };
    let account = resolver.account(raw);
    account.filter(|_| !resolver.findings.has_errors())
}

struct Resolver<'a> {
    root: &'a Node,
    half: bool,
    findings: &'a mut Findings,
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).map(str::to_owned)
}

fn word(node: &Node, key: &str, default: &str) -> String {
    text(node, key).unwrap_or_else(|| default.to_owned())
}

fn texts(node: Option<&Node>) -> Option<Vec<String>> {
    node.map(|n| n.one_or_many().iter().filter_map(Node::text).map(str::to_owned).collect())
}

impl Resolver<'_> {
    fn push(&mut self, code: &Code, setting: &str, value: impl ToString, place: Place) {
        self.findings.push(Finding::new(code).arg("setting", setting).arg("value", value).at(place));
    }

    fn account(&mut self, raw: &RawAccount) -> Option<Account> {
        let root = self.root;
        let address = root.get("address").and_then(Node::text).and_then(|t| value::address(t).ok());
        let domain = self.domain(address.as_ref());
        let incoming = self.incoming_servers(address.as_ref());
        let outgoing = self.outgoing_servers(&incoming, address.as_ref());
        let domain = domain?;
        let profile_key =
            text(root, "profile_key").or_else(|| address.as_ref().map(|a| a.as_str().to_owned()));
        Some(Account {
            provider: provider(root.get("provider"), &domain),
            profile_key: profile_key.unwrap_or_else(|| domain.ascii().to_owned()),
            address,
            domain,
            name: text(root, "name"),
            name_ascii: text(root, "name_ascii"),
            incoming,
            outgoing,
            mailbox_quota: root.get("mailbox_quota").and_then(Node::text).and_then(|t| value::size(t).ok()),
            compose: word(root, "compose", "plain"),
            options: raw.options(),
            build: raw.wishes(),
            given: given(&raw.own),
        })
    }

    fn domain(&mut self, address: Option<&Address>) -> Option<Host> {
        let stated = self.root.get("domain").and_then(Node::text).and_then(|t| value::domain(t).ok());
        let absent = |key: &str| self.root.get(key).is_none() && !is_misspelt(self.root, key);
        if absent("address") && absent("domain") {
            self.findings
                .push(Finding::new(&finding::ADDRESS_OR_DOMAIN).at(Place::start(self.root.place.source)));
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

    fn incoming_servers(&mut self, address: Option<&Address>) -> Vec<Incoming> {
        let Some(node) = self.root.get("incoming") else {
            self.missing(self.root, "incoming");
            return Vec::new();
        };
        let maps = node.one_or_many().iter().enumerate().filter(|(_, n)| matches!(n.kind, Kind::Map(_)));
        maps.filter_map(|(i, n)| self.incoming(n, &numbered("incoming", i), address)).collect()
    }

    fn outgoing_servers(&mut self, incoming: &[Incoming], address: Option<&Address>) -> Vec<Outgoing> {
        let Some(node) = self.root.get("outgoing") else {
            self.missing(self.root, "outgoing");
            return Vec::new();
        };
        let maps = node.one_or_many().iter().enumerate().filter(|(_, n)| matches!(n.kind, Kind::Map(_)));
        maps.filter_map(|(i, n)| self.outgoing(n, &numbered("outgoing", i), incoming, address)).collect()
    }

    /// Tells that a key is missing from a mapping, unless it stands there misspelt.
    fn missing(&mut self, node: &Node, setting: &str) {
        let key = setting.rsplit('.').next().unwrap_or(setting);
        if !self.half && !is_misspelt(node, key) {
            self.findings.push(Finding::new(&finding::MISSING_KEY).arg("setting", setting).at(node.place));
        }
    }

    fn incoming(&mut self, node: &Node, name: &str, address: Option<&Address>) -> Option<Incoming> {
        let protocol = text(node, "protocol").filter(|p| p == "pop3" || p == "imap");
        if node.get("protocol").is_none() {
            self.missing(node, &format!("{name}.protocol"));
        }
        let standard = match protocol.as_deref() {
            Some("imap") => Standard { tls: 993, clear: 143, security: Security::Tls },
            _ => Standard { tls: 995, clear: 110, security: Security::Tls },
        };
        let endpoint = self.endpoint(node, name, &standard);
        let username = self.username(node, name, address);
        Some(Incoming {
            protocol: protocol?,
            endpoint: endpoint?,
            username,
            password: node.get("password").and_then(PasswordSource::from_node),
            password_kind: word(node, "password_kind", "mailbox"),
            password_url: text(node, "password_url"),
            password_change_url: text(node, "password_change_url"),
            password_valid_until: text(node, "password_valid_until"),
            leave: leave(node.get("leave_on_server")),
        })
    }

    fn username(&mut self, node: &Node, name: &str, address: Option<&Address>) -> String {
        if let Some(username) = login_text(node, address) {
            return username;
        }
        if let Some(address) = address.filter(|_| node.get("username").is_none()) {
            self.push(&finding::USERNAME_ASSUMED, &format!("{name}.username"), address.as_str(), node.place);
        }
        placeholder::ADDRESS.to_owned()
    }

    fn outgoing(
        &mut self,
        node: &Node,
        name: &str,
        incoming: &[Incoming],
        address: Option<&Address>,
    ) -> Option<Outgoing> {
        let standard = Standard { tls: 465, clear: 587, security: Security::StartTls };
        let endpoint = self.endpoint(node, name, &standard)?;
        let open = endpoint.auth.iter().all(|a| is_open(a));
        let (username, password) = (login_text(node, address), node.get("password"));
        let same = password.and_then(Node::text) == Some("same");
        let first = incoming.first();
        let login = match (open, first) {
            (true, _) => Login::None,
            (false, Some(_)) if username.is_none() && (password.is_none() || same) => Login::Same,
            (false, _) => Login::Own,
        };
        let inherited = || first.map_or_else(|| placeholder::ADDRESS.to_owned(), |s| s.username.clone());
        let sends_only = self.root.get("incoming").and_then(Node::text) == Some("none");
        if sends_only && username.is_none() && !open {
            self.username(node, name, address);
        }
        if let Some(password) = password.filter(|_| same && sends_only) {
            let finding = Finding::new(&finding::SAME_AS_NOTHING).arg("setting", format!("{name}.password"));
            self.findings.push(finding.at(password.place));
        }
        Some(Outgoing {
            endpoint,
            minutes: text(node, "minutes").and_then(|t| t.parse().ok()),
            username: if open { String::new() } else { username.unwrap_or_else(inherited) },
            password: password.filter(|_| login == Login::Own && !same).and_then(PasswordSource::from_node),
            password_same: same && login == Login::Own,
            login,
        })
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

    fn endpoint(&mut self, node: &Node, name: &str, standard: &Standard) -> Option<Endpoint> {
        self.password_source(node, name);
        let host = self.host(node, name);
        if node.get("host").is_none() {
            self.missing(node, &format!("{name}.host"));
        }
        let (port, security) = self.port_and_security(node, name, standard)?;
        Some(Endpoint {
            host: host?,
            port,
            security,
            tls_minimum: word(node, "tls_minimum", "1.2"),
            domestic_only: node.get("access").is_some(),
            auth: texts(node.get("auth")).unwrap_or_else(|| vec!["password".to_owned()]),
        })
    }

    /// Each follows from the other; what was assumed is told.
    fn port_and_security(&mut self, node: &Node, name: &str, standard: &Standard) -> Option<(u16, Security)> {
        let port = text(node, "port").and_then(|t| value::port(&t).ok());
        let security = text(node, "security").and_then(|t| Security::from_word(&t));
        let given = (node.get("port"), node.get("security"));
        let security = match (given.0, given.1) {
            (_, Some(_)) => security?,
            (Some(at), None) => self.security_of(port?, name, at.place)?,
            (None, None) => {
                self.push(
                    &finding::SECURITY_ASSUMED,
                    &format!("{name}.security"),
                    standard.security.word(),
                    node.place,
                );
                standard.security
            }
        };
        let port = match given.0 {
            Some(_) => port?,
            None => {
                let port = standard.port(security);
                self.push(&finding::PORT_ASSUMED, &format!("{name}.port"), port, node.place);
                port
            }
        };
        Some((port, security))
    }

    fn security_of(&mut self, port: u16, name: &str, place: Place) -> Option<Security> {
        let security = match port {
            993 | 995 | 465 => Security::Tls,
            587 => Security::StartTls,
            _ => {
                self.push(&finding::SECURITY_NOT_GIVEN, &format!("{name}.security"), port, place);
                return None;
            }
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

fn provider(node: Option<&Node>, domain: &Host) -> Provider {
    let at = |path: &str| node.and_then(|n| n.at(path)).and_then(Node::text).map(str::to_owned);
    let domains = node.and_then(|n| n.get("domains")).and_then(|n| texts(Some(n))).unwrap_or_default();
    let mut domains: Vec<Host> = domains.iter().filter_map(|d| value::domain(d).ok()).collect();
    if !domains.contains(domain) {
        domains.insert(0, domain.clone());
    }
    let reversed = domain.ascii().rsplit('.').collect::<Vec<_>>().join(".");
    Provider {
        id: at("id").unwrap_or(reversed),
        name: at("name").unwrap_or_else(|| domain.unicode().to_owned()),
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

pub(super) fn options(node: Option<&Node>) -> Vec<ClientOption> {
    let Some(Kind::Map(clients)) = node.map(|n| &n.kind) else { return Vec::new() };
    let of = |client: &super::node::Entry| -> Vec<ClientOption> {
        let Kind::Map(options) = &client.value.kind else { return Vec::new() };
        let one = |e: &super::node::Entry| {
            let value = e.value.text()?.to_owned();
            Some(ClientOption {
                client: client.key.clone(),
                option: e.key.clone(),
                value,
                place: Some(e.value.place),
            })
        };
        options.iter().filter_map(one).collect()
    };
    clients.iter().flat_map(of).collect()
}

pub(super) fn wishes(node: Option<&Node>) -> BuildWishes {
    let Some(node) = node else { return BuildWishes::default() };
    BuildWishes {
        clients: texts(node.get("clients")),
        sheets: texts(node.get("sheets")).map(|words| match words.as_slice() {
            [one] if one == "clients" => Sheets::Clients,
            [one] if one == "none" => Sheets::None,
            _ => Sheets::Named(words),
        }),
        languages: texts(node.get("languages")),
        passwords: text(node, "passwords").and_then(|w| Passwords::from_word(&w)),
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
