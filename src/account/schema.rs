//! The description's keys as one table: what each is called, what it holds. `check` walks it; nothing else knows the names of
//! all keys. Meaning (defaults, what follows from what) is in `resolve`.

/// What a value looks like.
#[derive(Debug)]
pub enum Shape {
    /// any text
    Text,
    /// a user name
    Login,
    /// text that is never shown
    Secret,
    /// the name of an environment variable
    Variable,
    /// `true`, `false`
    Flag,
    /// a port
    Port,
    /// a whole number between two
    Integer(u64, u64),
    /// a size in bytes
    Size,
    /// a server's name
    Host,
    /// a domain
    Domain,
    /// a mail address
    Address,
    /// a web address
    Url,
    /// a date
    Date,
    /// `#rrggbb`
    Colour,
    /// reverse DNS
    Id,
    /// one of these words
    Word(&'static [&'static str]),
    /// these keys
    Map(&'static [Key]),
    /// any keys, each with a value of this shape
    Free(&'static Shape),
    /// a list of this shape
    List(&'static Shape),
    /// one, or a list of several
    OneOrMany(&'static Shape),
    /// by what stands there: the first whose kind (scalar, mapping, list) fits
    Either(&'static [Shape]),
}

/// One key.
#[derive(Debug)]
pub struct Key {
    /// its name
    pub name: &'static str,
    /// what it holds
    pub shape: Shape,
    /// whether a mapping without it is a mistake
    pub required: bool,
}

const fn key(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, required: false }
}

const fn required(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, required: true }
}

/// Kinds of connection security.
pub const SECURITY: &[&str] = &["tls", "starttls", "none"];
/// Ways to log in to an incoming server.
pub const INCOMING_AUTH: &[&str] =
    &["password", "encrypted", "apop", "cram-md5", "ntlm", "gssapi", "oauth2", "certificate"];
/// Ways to be let in by an outgoing server.
pub const OUTGOING_AUTH: &[&str] = &[
    "password",
    "encrypted",
    "cram-md5",
    "ntlm",
    "gssapi",
    "oauth2",
    "certificate",
    "none",
    "pop-before-smtp",
    "client-ip",
];
/// Versions of TLS.
pub const TLS_VERSIONS: &[&str] = &["1.0", "1.1", "1.2", "1.3"];

const COLUMN: &[Key] = &[required("column", Shape::Text)];
const PASSWORD: Shape = Shape::Either(&[
    Shape::Secret,
    Shape::Map(&[key("env", Shape::Variable), key("file", Shape::Text), key("column", Shape::Text)]),
]);

const INCOMING: &[Key] = &[
    key("protocol", Shape::Word(&["pop3", "imap"])),
    key("host", Shape::Host),
    key("port", Shape::Port),
    key("security", Shape::Word(SECURITY)),
    key("tls_minimum", Shape::Word(TLS_VERSIONS)),
    key("access", Shape::Word(&["domestic-only"])),
    key("auth", Shape::OneOrMany(&Shape::Word(INCOMING_AUTH))),
    key("username", Shape::Login),
    key("password", PASSWORD),
    key("password_kind", Shape::Word(&["mailbox", "initial", "app"])),
    key("password_url", Shape::Url),
    key("password_change_url", Shape::Url),
    key("password_valid_until", Shape::Date),
    key(
        "leave_on_server",
        Shape::Either(&[Shape::Flag, Shape::Map(&[required("days", Shape::Integer(1, 3650))])]),
    ),
];

const OUTGOING: &[Key] = &[
    key("host", Shape::Host),
    key("port", Shape::Port),
    key("security", Shape::Word(SECURITY)),
    key("tls_minimum", Shape::Word(TLS_VERSIONS)),
    key("access", Shape::Word(&["domestic-only"])),
    key("auth", Shape::OneOrMany(&Shape::Word(OUTGOING_AUTH))),
    key("minutes", Shape::Integer(1, 1440)),
    key("username", Shape::Login),
    key("password", PASSWORD),
];

const SUPPORT: &[Key] = &[
    key("phone", Shape::Text),
    key("email", Shape::Text),
    key("url", Shape::Url),
    key("hours", Shape::Text),
];

const PROVIDER: &[Key] = &[
    key("use", Shape::Text),
    key("id", Shape::Id),
    key("name", Shape::Text),
    key("short_name", Shape::Text),
    key("domains", Shape::List(&Shape::Domain)),
    key("logo", Shape::Text),
    key("colour", Shape::Colour),
    key("webmail", Shape::Url),
    key("control_panel", Shape::Url),
    key("documentation", Shape::Url),
    key("support", Shape::Map(SUPPORT)),
    key("download_url", Shape::Url),
    key("connection_login", Shape::Word(&["different", "same", "may_differ"])),
];

const BUILD: &[Key] = &[
    key("clients", Shape::List(&Shape::Text)),
    key("sheets", Shape::Either(&[Shape::Text, Shape::List(&Shape::Text)])),
    key("languages", Shape::List(&Shape::Text)),
    key("passwords", Shape::Word(&["omit", "sheets", "everywhere"])),
];

const LETTER: &[Key] = &[key(
    "window",
    Shape::Either(&[
        Shape::Word(&["naga3", "c5", "dl"]),
        Shape::Map(&[required("x_mm", Shape::Integer(0, 140)), required("y_mm", Shape::Integer(0, 240))]),
    ]),
)];

const RECIPIENT: &[Key] = &[
    key("postcode", Shape::Text),
    key("lines", Shape::List(&Shape::Text)),
    key("name", Shape::Text),
    key("honorific", Shape::Text),
];

const USERS: &[Key] = &[
    key("encoding", Shape::Text),
    key("format", Shape::Word(&["csv", "tsv", "jsonl"])),
    key("columns", Shape::Free(&Shape::Text)),
    key("fallback", Shape::Free(&Shape::Text)),
    key("ignore", Shape::Either(&[Shape::Word(&["rest"]), Shape::List(&Shape::Text)])),
];

/// A description, from its top.
pub static DESCRIPTION: Shape = Shape::Map(&[
    key("address", Shape::Address),
    key("domain", Shape::Domain),
    key("name", Shape::Text),
    key("name_ascii", Shape::Text),
    key("provider", Shape::Either(&[Shape::Text, Shape::Map(PROVIDER)])),
    key("profile_key", Shape::Either(&[Shape::Text, Shape::Map(COLUMN)])),
    key("incoming", Shape::Either(&[Shape::Word(&["none"]), Shape::OneOrMany(&Shape::Map(INCOMING))])),
    key("outgoing", Shape::OneOrMany(&Shape::Map(OUTGOING))),
    key("mailbox_quota", Shape::Size),
    key("compose", Shape::Word(&["plain", "html"])),
    key("recipient", Shape::Map(RECIPIENT)),
    key("customer", Shape::Map(&[key("number", Shape::Text)])),
    key("letter", Shape::Map(LETTER)),
    key("clients", Shape::Free(&Shape::Free(&Shape::Text))),
    key("build", Shape::Map(BUILD)),
    key("users", Shape::Map(USERS)),
    key(
        "allow",
        Shape::List(&Shape::Map(&[required("code", Shape::Text), required("because", Shape::Text)])),
    ),
]);

/// A provider's profile: a part of a description that holds nothing of one user, and where it was read.
pub static PROVIDER_PROFILE: Shape = Shape::Map(&[
    required("id", Shape::Text),
    required("source", Shape::Text),
    required("checked", Shape::Date),
    key("unverified", Shape::Map(&[required("en", Shape::Text), required("ja", Shape::Text)])),
    required("provider", Shape::Map(PROVIDER)),
    required("incoming", Shape::OneOrMany(&Shape::Map(INCOMING))),
    required("outgoing", Shape::OneOrMany(&Shape::Map(OUTGOING))),
    key("mailbox_quota", Shape::Size),
    key("compose", Shape::Word(&["plain", "html"])),
]);

/// Whether a description can have a setting of this dotted name. Lists add nothing to the name; options of clients have any.
#[must_use]
pub fn has(setting: &str) -> bool {
    !shapes(setting).is_empty()
}

/// Whether a setting of this dotted name takes a list of words: `None`: it does not, or only one of mappings; `Some(false)`: a single
/// word alone will do, too.
#[must_use]
pub fn takes_list(setting: &str) -> Option<bool> {
    let is_word = |shape: &Shape| !matches!(shape, Shape::Map(_) | Shape::Free(_));
    let takes = |shape: &Shape| match shape {
        Shape::List(inner) => is_word(inner).then_some(true),
        Shape::OneOrMany(inner) => is_word(inner).then_some(false),
        Shape::Either(shapes) => {
            shapes.iter().any(|s| matches!(s, Shape::List(inner) if is_word(inner))).then_some(false)
        }
        _ => None,
    };
    shapes(setting).into_iter().find_map(takes)
}

/// The shapes that a setting of this dotted name may have.
fn shapes(setting: &str) -> Vec<&'static Shape> {
    let below = |shapes: Vec<&'static Shape>, name| shapes.into_iter().flat_map(|s| keys(s, name)).collect();
    setting.split('.').fold(vec![&DESCRIPTION], below)
}

/// What a shape holds under a name.
fn keys<'s>(shape: &'s Shape, name: &str) -> Vec<&'s Shape> {
    match shape {
        Shape::Map(keys) => keys.iter().filter(|k| k.name == name).map(|k| &k.shape).collect(),
        Shape::Free(inner) => vec![inner],
        Shape::List(inner) | Shape::OneOrMany(inner) => keys(inner, name),
        Shape::Either(shapes) => shapes.iter().flat_map(|s| keys(s, name)).collect(),
        _ => Vec::new(),
    }
}

/// Whether any key below a shape has this name.
#[must_use]
pub fn knows(shape: &Shape, name: &str) -> bool {
    match shape {
        Shape::Map(keys) => keys.iter().any(|k| k.name == name || knows(&k.shape, name)),
        Shape::Free(inner) | Shape::List(inner) | Shape::OneOrMany(inner) => knows(inner, name),
        Shape::Either(shapes) => shapes.iter().any(|s| knows(s, name)),
        _ => false,
    }
}
