//! Accounts: from YAML to a checked [`Account`]. Only what came through [`resolve`] reaches rendering; raw text never does.
//! What enters here: the schema, defaults, placeholders, provider profiles. What may not: clients and their files.

pub mod check;
pub mod draft;
mod edit;
pub mod json_schema;
mod merge;
pub mod node;
mod paper;
mod password;
pub mod placeholder;
mod raw;
mod resolve;
mod said;
pub mod schema;
pub mod secrecy;
pub mod show;
pub mod users;
pub mod value;
mod wishes;

pub use draft::Draft;
pub use edit::yaml_text;
pub use paper::{Paper, Recipient, Window};
pub use password::{Environment, PasswordSource, doubts};
pub use raw::{Known, Providers, RawAccount};
pub use resolve::{Resolved, resolve};
pub use value::{Address, Host};

use crate::secret::Secret;

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Security {
    /// TLS from the first byte (RFC 8314: implicit TLS)
    Tls,
    /// upgraded by STARTTLS or STLS (RFC 3207, RFC 2595)
    StartTls,
    /// in clear text
    None,
}

impl Security {
    /// What a port stands for (IANA's registry of service names and port numbers): TLS from the first byte, or a protocol that is upgraded.
    #[must_use]
    pub fn of_port(port: u16) -> Option<Self> {
        match port {
            465 | 993 | 995 => Some(Self::Tls),
            587 => Some(Self::StartTls),
            _ => None,
        }
    }

    /// The description's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Tls, Self::StartTls, Self::None].into_iter().find(|s| s.word() == word)
    }
}

/// What incoming and outgoing servers have in common.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// name or address
    pub host: Host,
    /// TCP port
    pub port: u16,
    /// protection of the connection
    pub security: Security,
    /// lowest version of TLS that the server speaks: `1.0` to `1.3`
    pub tls_minimum: String,
    /// whether logins from abroad and from cloud services are refused
    pub domestic_only: bool,
    /// ways to log in, in order of preference; words of the description
    pub auth: Vec<String>,
}

/// An incoming server (POP3 or IMAP).
#[derive(Debug, Clone)]
pub struct Incoming {
    /// `pop3`, `imap`
    pub protocol: String,
    /// where
    pub endpoint: Endpoint,
    /// the login, placeholders unexpanded
    pub username: String,
    /// where the password comes from; `None`: the client asks
    pub password: Option<PasswordSource>,
    /// `mailbox`, `initial`, `app`
    pub password_kind: String,
    /// where an app password is made
    pub password_url: Option<String>,
    /// where an initial password is changed
    pub password_change_url: Option<String>,
    /// until when an initial password holds
    pub password_valid_until: Option<String>,
    /// POP3: what happens to mail on the server after it was fetched
    pub leave: Leave,
}

/// What happens to mail on a POP3 server after it was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// deleted at once
    No,
    /// kept for so many days
    Days(u32),
    /// kept for ever
    Forever,
}

/// Whose login an outgoing server wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// the incoming server's ("use the same settings as my incoming server")
    Same,
    /// one of its own
    Own,
    /// none
    None,
}

impl Login {
    /// The word that templates see.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Own => "own",
            Self::None => "none",
        }
    }
}

/// An outgoing server (submission).
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// where
    pub endpoint: Endpoint,
    /// POP before SMTP: for how long a fetch opens the door
    pub minutes: Option<u32>,
    /// whose login
    pub login: Login,
    /// the effective login, placeholders unexpanded; empty with [`Login::None`]
    pub username: String,
    /// where the password of a login of its own comes from; never the incoming server's
    pub password: Option<PasswordSource>,
    /// whether the description says `password: same`: then a login of its own has the password of the incoming server that the
    /// client gets
    pub password_same: bool,
}

impl Outgoing {
    /// Whose login the server wants when this way to log in is chosen: a server may offer to let people in without one too.
    #[must_use]
    pub fn login_for(&self, auth: &str) -> Login {
        if is_open(auth) { Login::None } else { self.login.clone() }
    }
}

/// Whether a way to be let in needs no login.
#[must_use]
pub fn is_open(auth: &str) -> bool {
    matches!(auth, "none" | "pop-before-smtp" | "client-ip")
}

/// The provider's face.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Provider {
    pub id: String,
    pub name: String,
    pub short_name: Option<String>,
    pub domains: Vec<Host>,
    pub logo: Option<String>,
    pub colour: Option<String>,
    pub webmail: Option<String>,
    pub control_panel: Option<String>,
    pub documentation: Option<String>,
    pub support_phone: Option<String>,
    pub support_email: Option<String>,
    pub support_url: Option<String>,
    pub support_hours: Option<String>,
    pub download_url: Option<String>,
    pub connection_login: String,
}

/// Where a password may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Passwords {
    /// nowhere
    #[default]
    Omit,
    /// on sheets
    Sheets,
    /// also in files that a client reads
    Everywhere,
}

impl Passwords {
    /// The description's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Omit => "omit",
            Self::Sheets => "sheets",
            Self::Everywhere => "everywhere",
        }
    }

    /// The meaning of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Omit, Self::Sheets, Self::Everywhere].into_iter().find(|p| p.word() == word)
    }
}

/// Which sheets to make.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Sheets {
    /// one for every chosen client
    #[default]
    Clients,
    /// none
    None,
    /// for these
    Named(Vec<String>),
}

/// What the description says of building; flags win over it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildWishes {
    /// clients by id; `None`: all
    pub clients: Option<Vec<String>>,
    /// sheets
    pub sheets: Option<Sheets>,
    /// languages of sheets
    pub languages: Option<Vec<String>>,
    /// where passwords may go
    pub passwords: Option<Passwords>,
}

/// An account, checked and with every default filled in. Made by [`resolve`] alone.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Account {
    /// the mail address; `None`: a domain's description
    pub address: Option<Address>,
    /// the mail domain
    pub domain: Host,
    /// display name
    pub name: Option<String>,
    /// display name for clients that take ASCII alone
    pub name_ascii: Option<String>,
    /// what identifies the profile across a change of address
    pub profile_key: String,
    /// the provider
    pub provider: Provider,
    /// in order of preference; empty for devices that only send
    pub incoming: Vec<Incoming>,
    /// in order of preference
    pub outgoing: Vec<Outgoing>,
    /// bytes
    pub mailbox_quota: Option<u64>,
    /// `plain`, `html`
    pub compose: String,
    /// what is printed for a letter
    pub paper: Paper,
    /// options of clients as written: client, option, value
    pub options: Vec<ClientOption>,
    /// wishes for building
    pub build: BuildWishes,
    /// dotted names that the description itself states
    pub given: Vec<String>,
}

impl Account {
    /// The same for all of a domain: law 8, nothing of one user.
    #[must_use]
    pub fn of_domain(&self, domain: Host) -> Self {
        Self { address: None, name: None, name_ascii: None, paper: Paper::default(), domain, ..self.clone() }
    }

    /// The same for a user of whom nothing is known but the address.
    #[must_use]
    pub fn of_user(&self, address: Address) -> Self {
        Self { address: Some(address.clone()), ..self.of_domain(address.domain().clone()) }
    }
}

/// One value of `clients:`.
#[derive(Debug, Clone)]
pub struct ClientOption {
    /// the client's id
    pub client: String,
    /// the option
    pub option: String,
    /// its value as text
    pub value: String,
    /// where it stands, for findings
    pub place: Option<crate::finding::Place>,
}

/// The passwords of an account, read from their sources for files that hold them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// one for each incoming server
    pub incoming: Vec<Option<Secret>>,
    /// one for each outgoing server: of its own login
    pub outgoing: Vec<Option<Secret>>,
}
