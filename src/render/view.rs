//! The view: what templates, conditions and texts see of an account for one client. Typed, everything worked out; the table in
//! `docs/adding-a-client.md` is its documentation. A domain's view has no names for what belongs to one user, so that a template which
//! uses one fails.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::functions::{self, Question};
use super::slot::{self, Slot};
use crate::account::{
    Account, Address, Endpoint, Fetched, Host, Incoming, Leave, Login, Outgoing, Passwords, Recipient,
    Window, placeholder,
};
use crate::client::{Client, OptionKind, Options};
use crate::format::Code;
use crate::hex::hex;
use crate::paths;

/// What a view is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// conditions and texts: every name is there, what is absent is none
    Condition,
    /// a file that is published for all users; whether its format knows placeholders, which then stay in host names
    Domain {
        /// as [`crate::format::Format::placeholders`]
        placeholders: bool,
    },
    /// a file for one user
    User,
}

/// Which of the account's servers a client gets, each with the way to log in that was chosen for it. The first of each list is
/// the one that a client with room for one takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// indices into `Account::incoming`
    pub incoming: Vec<(usize, String)>,
    /// indices into `Account::outgoing`
    pub outgoing: Vec<(usize, String)>,
}

impl Purpose {
    /// Whether it is published for all users.
    #[must_use]
    pub fn is_domain(self) -> bool {
        matches!(self, Self::Domain { .. })
    }
}

/// A file whose content another one holds.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// its bytes
    pub bytes: Vec<u8>,
    /// its QR code, where the format is one of a code's payload
    pub code: Option<Code>,
    /// whether it holds a password
    pub secret: bool,
}

impl Embedded {
    /// The SHA-256 of its bytes in base64.
    #[must_use]
    pub fn sha256(&self) -> String {
        BASE64_STANDARD.encode(Sha256::digest(&self.bytes))
    }
}

/// Everything a view is made from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// the account
    pub account: &'a Account,
    /// its client
    pub client: &'a Client,
    /// the client's options
    pub options: &'a Options,
    /// which servers
    pub selection: &'a Selection,
    /// passwords, where the file may hold them
    pub fetched: Option<&'a Fetched>,
    /// where passwords may go in this build
    pub passwords: Passwords,
    /// files whose content this one holds; `None`: not made
    pub embedded: &'a BTreeMap<String, Option<Embedded>>,
}

type Map = BTreeMap<&'static str, Value>;

fn opt<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or_else(|| Value::from(()), Into::into)
}

/// Makes a view.
#[must_use]
pub fn view(subject: &Subject<'_>, purpose: Purpose) -> Value {
    let account = subject.account;
    let maker = Maker { subject, purpose };
    let mut map = Map::new();
    maker.person(&mut map);
    map.insert("domain", account.domain.ascii().into());
    map.insert("domain_unicode", account.domain.unicode().into());
    let incoming = maker.incoming_servers();
    let outgoing = maker.outgoing_servers();
    map.insert("incoming", incoming.first().cloned().unwrap_or_else(|| Value::from(())));
    map.insert("incoming_none", account.incoming.is_empty().into());
    map.insert("outgoing", outgoing.first().cloned().unwrap_or_else(|| Value::from(())));
    map.insert("incoming_servers", incoming.into());
    map.insert("outgoing_servers", outgoing.into());
    map.insert("provider", provider(account));
    map.insert("quota", opt(account.mailbox_quota));
    map.insert("compose", account.compose.as_str().into());
    map.insert("options", maker.options());
    map.insert("given", Value::from_iter(account.given.iter().map(String::as_str)));
    map.insert("passwords", subject.passwords.word().into());
    map.insert("tls_maximum", opt(subject.client.takes.as_ref().and_then(|t| t.tls_maximum)));
    if purpose != Purpose::Condition {
        let embedded = |(name, file): (&String, &Option<Embedded>)| (name.clone(), embedded(file.as_ref()));
        map.insert(
            "embedded",
            Value::from(subject.embedded.iter().map(embedded).collect::<BTreeMap<_, _>>()),
        );
    }
    map.insert("maps", Value::from(minijinja::value::Serde(&subject.client.maps)));
    Value::from(map)
}

/// The display name that a client can carry: the name where it is ASCII or the client takes any script, else the ASCII one, else
/// the name when the client's charset has it.
#[must_use]
pub fn carried_name<'a>(account: &'a Account, client: &Client) -> Option<&'a str> {
    match carried(account, client)? {
        Slot::NameAscii => account.name_ascii.as_deref(),
        _ => account.name.as_deref(),
    }
}

/// Which of the user's names that is.
fn carried(account: &Account, client: &Client) -> Option<Slot> {
    let name = account.name.as_deref()?;
    let charset = client.takes.as_ref().map_or("unicode", |t| t.charset.as_str());
    let name = slot::value(Slot::FullName, name);
    if charset == "unicode" || functions::is(&name, Question::Ascii) {
        return Some(Slot::FullName);
    }
    let encodable = || functions::is(&name, Question::Encodable(charset.to_owned()));
    match account.name_ascii {
        Some(_) => Some(Slot::NameAscii),
        None => encodable().then_some(Slot::FullName),
    }
}

/// A user's value. `None`: he has none.
#[must_use]
pub fn value<'a>(slot: &Slot, account: &'a Account, fetched: &'a Fetched) -> Option<Cow<'a, str>> {
    let address = account.address.as_ref();
    let recipient = account.paper.recipient.as_ref();
    Some(match slot {
        Slot::Address => address?.as_str().into(),
        Slot::AddressUnicode => address?.unicode().into(),
        Slot::LocalPart => address?.local().into(),
        Slot::FullName => account.name.as_deref()?.into(),
        Slot::NameAscii => account.name_ascii.as_deref()?.into(),
        Slot::Stem => paths::part(address?.as_str()).into(),
        Slot::ProfileHash => profile_hash(account).into(),
        Slot::Uuid(payload) => uuid(&profile(account), payload).into(),
        Slot::CustomerNumber => account.paper.customer_number.as_deref()?.into(),
        Slot::Recipient("postcode") => recipient?.postcode.as_deref()?.into(),
        Slot::Recipient("name") => recipient?.name.as_deref()?.into(),
        Slot::Recipient(_) => recipient?.honorific.as_deref()?.into(),
        Slot::RecipientLine(at) => recipient?.lines.get(*at)?.as_str().into(),
        Slot::Username { incoming, index, pattern } => {
            let username = if *incoming {
                &account.incoming.get(*index)?.username
            } else {
                &account.outgoing.get(*index)?.username
            };
            if *pattern { username.as_str().into() } else { placeholder::expand(username, address?).into() }
        }
        Slot::Password { incoming, index } => {
            let all = if *incoming { &fetched.incoming } else { &fetched.outgoing };
            all.get(*index)?.as_ref()?.reveal().into()
        }
    })
}

/// A host name as a file of this purpose says it: one user's is filled in, one for all keeps what only a user can fill in.
#[must_use]
pub fn filled(host: &Host, account: &Account, purpose: Purpose) -> Host {
    let domain = account.domain.ascii();
    match (&account.address, purpose) {
        (_, Purpose::Domain { placeholders: true }) | (None, Purpose::User | Purpose::Condition) => {
            host.clone()
        }
        (_, Purpose::Domain { placeholders: false }) => host.with_domain(domain),
        (Some(user), _) => host.expand(user.local(), domain),
    }
}

/// What a template sees of a file that it embeds.
fn embedded(file: Option<&Embedded>) -> Value {
    let Some(file) = file else { return Value::from(()) };
    let code = file
        .code
        .as_ref()
        .map(|c| Value::from(Map::from([("size", c.size.into()), ("path", c.path.as_str().into())])));
    let text = std::str::from_utf8(&file.bytes).ok().filter(|_| !file.secret);
    Value::from(Map::from([("text", opt(text)), ("sha256", file.sha256().into()), ("qr", opt(code))]))
}

struct Maker<'a> {
    subject: &'a Subject<'a>,
    purpose: Purpose,
}

impl Maker<'_> {
    /// The user whom the view may speak of.
    fn user(&self) -> Option<&Address> {
        self.subject.account.address.as_ref().filter(|_| !self.purpose.is_domain())
    }

    /// Names of one user: not there at all in a domain's file.
    fn person(&self, map: &mut Map) {
        if self.purpose.is_domain() {
            return;
        }
        let account = self.subject.account;
        map.insert("address", self.own(Slot::Address));
        map.insert("address_unicode", self.own(Slot::AddressUnicode));
        map.insert("local_part", self.own(Slot::LocalPart));
        map.insert("full_name", self.own(Slot::FullName));
        map.insert("name_ascii", self.own(Slot::NameAscii));
        map.insert("name", opt(carried(account, self.subject.client).map(|slot| self.own(slot))));
        map.insert("recipient", opt(account.paper.recipient.as_ref().map(|r| self.recipient(r))));
        map.insert("customer_number", self.own(Slot::CustomerNumber));
        let window = |w: Window| Value::from(Map::from([("x", w.x.into()), ("y", w.y.into())]));
        map.insert("letter", opt(account.paper.window.map(window)));
        if self.user().is_some() {
            map.insert("stem", self.own(Slot::Stem));
            map.insert("profile_hash", self.own(Slot::ProfileHash));
            map.insert("uuid", Value::from_object(Uuids(profile(account))));
        }
    }

    /// One of the user's values; none where he has none.
    fn own(&self, slot: Slot) -> Value {
        let nothing = Fetched::default();
        let text = value(&slot, self.subject.account, &nothing);
        opt(text.map(|text| slot::value(slot, &text)))
    }

    fn recipient(&self, recipient: &Recipient) -> Value {
        let lines = (0..recipient.lines.len()).map(|at| self.own(Slot::RecipientLine(at)));
        Value::from(Map::from([
            ("postcode", self.own(Slot::Recipient("postcode"))),
            ("lines", lines.collect::<Vec<_>>().into()),
            ("name", self.own(Slot::Recipient("name"))),
            ("honorific", self.own(Slot::Recipient("honorific"))),
        ]))
    }

    fn options(&self) -> Value {
        let specs = &self.subject.client.options;
        let word = |name: &String, value: &String| match specs.get(name).map(|s| s.kind) {
            Some(OptionKind::Bool) => Value::from(value == "true"),
            _ => Value::from(value.as_str()),
        };
        Value::from(
            self.subject
                .options
                .iter()
                .map(|(name, value)| (name.clone(), word(name, value)))
                .collect::<BTreeMap<_, _>>(),
        )
    }

    fn incoming_servers(&self) -> Vec<Value> {
        let account = self.subject.account;
        self.subject
            .selection
            .incoming
            .iter()
            .map(|(i, auth)| self.incoming(*i, &account.incoming[*i], auth))
            .collect()
    }

    fn outgoing_servers(&self) -> Vec<Value> {
        let account = self.subject.account;
        self.subject
            .selection
            .outgoing
            .iter()
            .map(|(i, auth)| self.outgoing(*i, &account.outgoing[*i], auth))
            .collect()
    }

    fn incoming(&self, index: usize, server: &Incoming, auth: &str) -> Value {
        let mut map = self.endpoint(&server.endpoint, auth);
        map.insert("protocol", server.protocol.as_str().into());
        self.login(&mut map, (true, index), &server.username, self.secret(true, index));
        map.insert("password_kind", server.password_kind.as_str().into());
        map.insert("password_url", opt(server.password_url.as_deref()));
        map.insert("password_change_url", opt(server.password_change_url.as_deref()));
        map.insert("password_valid_until", opt(server.password_valid_until.as_deref()));
        let pop3 = server.protocol == "pop3";
        map.insert("leave_on_server", opt(pop3.then_some(server.leave != Leave::No)));
        let days = match server.leave {
            Leave::Days(days) if pop3 => Some(days),
            _ => None,
        };
        map.insert("leave_days", opt(days));
        Value::from(map)
    }

    fn outgoing(&self, index: usize, server: &Outgoing, auth: &str) -> Value {
        let mut map = self.endpoint(&server.endpoint, auth);
        map.insert("minutes", opt(server.minutes));
        let login = server.login_for(auth);
        map.insert("login", login.word().into());
        // "the same login" is that of the incoming server which this client gets
        let first = self.subject.selection.incoming.first().map(|(i, _)| *i);
        let secret = match login {
            Login::Same => first.and_then(|first| self.secret(true, first)),
            Login::Own if server.password_same => first.and_then(|first| self.secret(true, first)),
            Login::Own => self.secret(false, index),
            Login::None => None,
        };
        map.insert("password_same", (server.password_same && login == Login::Own).into());
        match (&login, first) {
            (Login::None, _) => {
                if !self.purpose.is_domain() {
                    map.extend([("username", Value::from(())), ("password", Value::from(()))]);
                }
                map.extend([("username_pattern", Value::from(())), ("derived", true.into())]);
            }
            (Login::Same, Some(first)) => {
                self.login(&mut map, (true, first), &self.subject.account.incoming[first].username, secret)
            }
            _ => self.login(&mut map, (false, index), &server.username, secret),
        }
        Value::from(map)
    }

    /// The password of a server, where the view may hold it.
    fn secret(&self, incoming: bool, index: usize) -> Option<Value> {
        let fetched = self.subject.fetched.filter(|_| !self.purpose.is_domain())?;
        let all = if incoming { &fetched.incoming } else { &fetched.outgoing };
        let secret = all.get(index)?.as_ref()?;
        Some(slot::secret(Slot::Password { incoming, index }, secret))
    }

    /// A login: of an incoming server or not, and which.
    fn login(
        &self,
        map: &mut Map,
        (incoming, index): (bool, usize),
        username: &str,
        password: Option<Value>,
    ) {
        let address = self.subject.account.address.as_ref();
        let pattern = placeholder::pattern(username, address);
        map.insert("derived", pattern.is_some().into());
        if self.purpose.is_domain() {
            // a literal login has no name here: the file is left out before, and a template that got so far fails
            if let Some(pattern) = pattern {
                map.insert("username_pattern", pattern.into());
            }
            return;
        }
        let own = |pattern: bool| self.own(Slot::Username { incoming, index, pattern });
        map.insert("username_pattern", pattern.map_or_else(|| own(true), Value::from));
        map.insert("username", own(false));
        map.insert("password", opt(password));
    }

    fn endpoint(&self, endpoint: &Endpoint, auth: &str) -> Map {
        let host = self.host(&endpoint.host);
        Map::from([
            ("host", host.ascii().into()),
            ("host_unicode", host.unicode().into()),
            ("port", endpoint.port.into()),
            ("security", endpoint.security.word().into()),
            ("tls_minimum", endpoint.tls_minimum.parse::<f64>().unwrap_or(1.2).into()),
            ("access", opt(endpoint.domestic_only.then_some("domestic-only"))),
            ("auth", auth.into()),
        ])
    }

    fn host(&self, host: &Host) -> Host {
        filled(host, self.subject.account, self.purpose)
    }
}

fn provider(account: &Account) -> Value {
    let p = &account.provider;
    let support = Map::from([
        ("phone", opt(p.support_phone.as_deref())),
        ("email", opt(p.support_email.as_deref())),
        ("url", opt(p.support_url.as_deref())),
        ("hours", opt(p.support_hours.as_deref())),
    ]);
    Value::from(Map::from([
        ("id", p.id.as_str().into()),
        ("name", p.name.as_str().into()),
        ("short_name", opt(p.short_name.as_deref())),
        ("domains", Value::from_iter(p.domains.iter().map(Host::ascii))),
        ("logo", opt(p.logo.as_deref())),
        ("colour", opt(p.colour.as_deref())),
        ("webmail", opt(p.webmail.as_deref())),
        ("control_panel", opt(p.control_panel.as_deref())),
        ("documentation", opt(p.documentation.as_deref())),
        ("support", Value::from(support)),
        ("download_url", opt(p.download_url.as_deref())),
        ("connection_login", p.connection_login.as_str().into()),
    ]))
}

/// 32 hex digits of a hash over `provider.id` and `profile_key`: what identifies a profile, and tells nothing of the user.
fn profile_hash(account: &Account) -> String {
    let mut hash = Sha256::new();
    hash.update(account.provider.id.as_bytes());
    hash.update([0]);
    hash.update(account.profile_key.as_bytes());
    hex(&hash.finalize()[..16])
}

/// `provider.id` and `profile_key`.
fn profile(account: &Account) -> String {
    [account.provider.id.as_str(), &account.profile_key].join("\0")
}

/// Version 5 over `provider.id`, `profile_key` and a payload's name.
fn uuid(profile: &str, payload: &str) -> String {
    static OURS: LazyLock<Uuid> = LazyLock::new(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, NAMESPACE.as_bytes()));
    let name = [profile, payload].join("\0");
    format!("{:X}", Uuid::new_v5(&OURS, name.as_bytes()).hyphenated())
}

/// The namespace of our UUIDs: version 5 of the URL namespace and the project's name, so that they are nobody else's.
const NAMESPACE: &str = "https://mailprof.example/profile";

/// `uuid.<payload>`.
#[derive(Debug)]
struct Uuids(String);

impl Object for Uuids {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let payload = key.as_str()?;
        Some(slot::value(Slot::Uuid(payload.to_owned()), &uuid(&self.0, payload)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}
