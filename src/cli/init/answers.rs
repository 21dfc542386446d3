//! Which questions there are, what follows from an answer, and the description that they make.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::account::node::{self, Node};
use crate::account::value::{self, Problem};
use crate::account::{Address, Providers, Security, yaml_text};
use crate::cli::CliError;
use crate::cli::args;
use crate::finding::{self, Catalogue, Finding, Sources};
use crate::library::Library;

/// What looks at an answer.
pub(super) type Check<'c> = &'c dyn Fn(&str) -> Result<(), Finding>;

/// One question.
pub(super) struct Question<'c> {
    /// names its words: `init-…` in the catalogues
    pub name: &'static str,
    /// the flag that answers it
    pub flag: &'static str,
    /// what an empty answer means; `None`: there must be one
    pub default: Option<String>,
    /// what looks at it
    pub check: Check<'c>,
}

/// Who answers.
pub(super) trait Asker {
    /// An answer that its check found nothing wrong with, or the default.
    fn ask(&mut self, question: &Question<'_>) -> Result<String, CliError>;
    /// Yes or no.
    fn agree(&mut self, name: &str, args: &[(&str, String)]) -> Result<bool, CliError>;
    /// The language that is spoken.
    fn words(&self) -> &'static Catalogue;
}

/// One side's server.
struct Server {
    host: String,
    port: String,
    security: String,
}

/// All answers.
pub(super) struct Answers {
    address: String,
    name: String,
    provider: Option<String>,
    protocol: String,
    incoming: Option<Server>,
    username: String,
    outgoing: Option<Server>,
    password_env: String,
}

fn settled(setting: &'static str, result: Result<(), Problem>) -> Result<(), Finding> {
    result.map_err(|problem| problem.finding(setting))
}

/// An address as a provider gives it out: a domain without a dot is one that was not typed to its end.
fn full_address(text: &str) -> Result<(), Problem> {
    let address = value::address(text)?;
    let full = address.domain().ascii().contains('.');
    full.then_some(()).ok_or_else(|| Problem::new(&finding::BAD_ADDRESS).arg("value", text))
}

fn word(setting: &'static str, known: &'static [&'static str]) -> impl Fn(&str) -> Result<(), Finding> {
    move |text| {
        let finding = Finding::new(&finding::BAD_WORD).arg("setting", setting).arg("value", text);
        known.contains(&text).then_some(()).ok_or_else(|| finding.arg("known", known.join(", ")))
    }
}

/// A name of an environment variable. One in small letters that is not set is more likely the password itself.
fn variable(text: &str) -> Result<(), Finding> {
    let doubtful = text.contains(|c: char| c.is_ascii_lowercase()) && std::env::var_os(text).is_none();
    let name =
        if doubtful { Err(Problem::new(&finding::BAD_VARIABLE)) } else { value::variable(text).map(drop) };
    settled("incoming.password.env", name)
}

struct Dialogue<'a> {
    asker: &'a mut dyn Asker,
}

impl Dialogue<'_> {
    /// What a flag gives, or the answer.
    fn answer(&mut self, given: Option<&String>, question: &Question<'_>) -> Result<String, CliError> {
        let Some(given) = given else { return self.asker.ask(question) };
        if let Some(default) = question.default.as_ref().filter(|_| given.is_empty()) {
            // a name or a password may be said to be nothing
            let none = matches!(question.flag, "--name" | "--password-env");
            return Ok(if none { String::new() } else { default.clone() });
        }
        match (question.check)(given) {
            Ok(()) => Ok(given.clone()),
            Err(finding) => {
                let worded = self.asker.words().word(&finding);
                let help = worded.help.map(|h| self.asker.words().line("aside", &[("help", h)]));
                let told = worded.message + &help.unwrap_or_default();
                Err(CliError::Usage(format!("{}: {told}", question.flag)))
            }
        }
    }

    fn server(&mut self, side: &Side<'_>, protocol: &str) -> Result<Server, CliError> {
        let [host, port, security] = side.names;
        let flags = side.flags;
        let check = |t: &str| settled(side.host_setting, value::host(t).map(drop));
        let host = self
            .answer(side.given[0], &Question { name: host, flag: flags[0], default: None, check: &check })?;
        let stated = side.given[2].and_then(|w| Security::from_word(w));
        let default = standard_port(protocol, stated).to_string();
        let check = |t: &str| settled(side.port_setting, value::port(t).map(drop));
        let question = Question { name: port, flag: flags[1], default: Some(default), check: &check };
        let port = self.answer(side.given[1], &question)?;
        let told = side.given[2].is_none().then(|| security_of(&port)).flatten();
        let security = match told {
            Some(told) => told.to_owned(),
            None => {
                let check = word(side.security_setting, crate::account::schema::SECURITY);
                let question = Question { name: security, flag: flags[2], default: None, check: &check };
                self.answer(side.given[2], &question)?
            }
        };
        Ok(Server { host, port, security })
    }
}

/// One side's names of questions, flags and settings: host, port, security.
struct Side<'a> {
    names: [&'static str; 3],
    flags: [&'static str; 3],
    given: [Option<&'a String>; 3],
    host_setting: &'static str,
    port_setting: &'static str,
    security_setting: &'static str,
}

fn standard_port(protocol: &str, security: Option<Security>) -> u16 {
    match (protocol, security) {
        ("smtp", Some(Security::Tls)) => 465,
        ("smtp", _) => 587,
        ("imap", None | Some(Security::Tls)) => 993,
        ("imap", _) => 143,
        (_, None | Some(Security::Tls)) => 995,
        _ => 110,
    }
}

/// What a port tells of its security.
fn security_of(port: &str) -> Option<&'static str> {
    match port {
        "993" | "995" | "465" => Some("tls"),
        "587" => Some("starttls"),
        _ => None,
    }
}

impl Answers {
    pub(super) fn ask(args: &args::Init, library: &Library, asker: &mut dyn Asker) -> Result<Self, CliError> {
        let mut dialogue = Dialogue { asker };
        let check = |t: &str| settled("address", full_address(t));
        let question = Question { name: "init-address", flag: "--address", default: None, check: &check };
        let address = dialogue.answer(args.address.as_ref(), &question)?;
        let provider = provider(args, &address, library, dialogue.asker)?;
        let check = |t: &str| settled("name", value::plain(t).map(drop));
        let question =
            Question { name: "init-name", flag: "--name", default: Some(String::new()), check: &check };
        let name = dialogue.answer(args.name.as_ref(), &question)?;
        let (mut protocol, mut incoming, mut outgoing) = (String::new(), None, None);
        if provider.is_none() {
            let known = word("incoming.protocol", &["pop3", "imap"]);
            let check = |t: &str| known(&t.to_lowercase());
            let question =
                Question { name: "init-protocol", flag: "--protocol", default: None, check: &check };
            protocol = dialogue.answer(args.protocol.as_ref(), &question)?.to_lowercase();
            incoming = Some(dialogue.server(&incoming_side(args), &protocol)?);
        }
        let fixed = provider.as_ref().is_some_and(|p| p.has_username);
        let check = |t: &str| settled("incoming.username", value::login(t).map(drop));
        let default = Some(address.clone());
        let question = Question { name: "init-username", flag: "--username", default, check: &check };
        let username = match (&args.username, fixed) {
            (None, true) => String::new(),
            (given, _) => dialogue.answer(given.as_ref(), &question)?,
        };
        let default = Some("MAIL_PASSWORD".to_owned());
        let question = Question { name: "init-password", flag: "--password-env", default, check: &variable };
        let none = provider.as_ref().is_some_and(|p| p.signs_in);
        let password_env = match &args.password_env {
            None if none => String::new(),
            given => dialogue.answer(given.as_ref(), &question)?,
        };
        if provider.is_none() {
            outgoing = Some(dialogue.server(&outgoing_side(args), "smtp")?);
        }
        let provider = provider.map(|p| p.id);
        Ok(Self { address, name, provider, protocol, incoming, username, outgoing, password_env })
    }

    /// The description. `schema`: the file name of its JSON Schema.
    pub(super) fn yaml(&self, schema: &str, words: &Catalogue) -> String {
        let mut page = Page { text: String::new(), words };
        let _ = write!(
            page.text,
            "# yaml-language-server: $schema={schema}\n# {}\n\n",
            words.line("init-head", &[])
        );
        page.line("address", &yaml_text(&self.address), "init-about-address");
        if !self.name.is_empty() {
            page.line("name", &yaml_text(&self.name), "init-about-name");
        }
        if let Some(provider) = &self.provider {
            page.line("provider", &yaml_text(provider), "init-about-provider");
        }
        page.text.push('\n');
        self.incoming(&mut page);
        if let Some(server) = &self.outgoing {
            page.text.push_str("\noutgoing:\n");
            page.line("  host", &yaml_text(&server.host), "init-about-outgoing-host");
            page.line("  port", &server.port, "init-about-outgoing-port");
            page.line("  security", &server.security, "init-about-security");
        }
        page.text
    }

    fn incoming(&self, page: &mut Page<'_>) {
        if self.incoming.is_none() && self.username.is_empty() && self.password_env.is_empty() {
            return;
        }
        page.text.push_str("incoming:\n");
        if let Some(server) = &self.incoming {
            page.line("  protocol", &self.protocol, "init-about-protocol");
            page.line("  host", &yaml_text(&server.host), "init-about-incoming-host");
            page.line("  port", &server.port, "init-about-incoming-port");
            page.line("  security", &server.security, "init-about-security");
        }
        if !self.username.is_empty() {
            page.line("  username", &yaml_text(&self.username), "init-about-username");
        }
        if !self.password_env.is_empty() {
            page.line(
                "  password",
                &format!("{{ env: {} }}", yaml_text(&self.password_env)),
                "init-about-password",
            );
        }
    }
}

/// Where comments begin.
const COMMENTS: usize = 40;

struct Page<'w> {
    text: String,
    words: &'w Catalogue,
}

impl Page<'_> {
    fn line(&mut self, key: &str, value: &str, about: &str) {
        let line = format!("{key}: {value}");
        let blank = " ".repeat(COMMENTS.saturating_sub(line.width()).max(2));
        let _ = writeln!(self.text, "{line}{blank}# {}", self.words.line(about, &[]));
    }
}

fn incoming_side(args: &args::Init) -> Side<'_> {
    Side {
        names: ["init-incoming-host", "init-incoming-port", "init-incoming-security"],
        flags: ["--incoming-host", "--incoming-port", "--incoming-security"],
        given: [args.incoming_host.as_ref(), args.incoming_port.as_ref(), args.incoming_security.as_ref()],
        host_setting: "incoming.host",
        port_setting: "incoming.port",
        security_setting: "incoming.security",
    }
}

fn outgoing_side(args: &args::Init) -> Side<'_> {
    Side {
        names: ["init-outgoing-host", "init-outgoing-port", "init-outgoing-security"],
        flags: ["--outgoing-host", "--outgoing-port", "--outgoing-security"],
        given: [args.outgoing_host.as_ref(), args.outgoing_port.as_ref(), args.outgoing_security.as_ref()],
        host_setting: "outgoing.host",
        port_setting: "outgoing.port",
        security_setting: "outgoing.security",
    }
}

/// A provider whose servers are known.
struct Found {
    id: String,
    name: String,
    /// whether its profile says what the login looks like
    has_username: bool,
    /// whether people sign in on its page, so that there is no password to give
    signs_in: bool,
}

/// The provider that was named, or the one that the address tells, if its settings are wanted.
fn provider(
    args: &args::Init,
    address: &str,
    library: &Library,
    asker: &mut dyn Asker,
) -> Result<Option<Found>, CliError> {
    let given = [
        ("--protocol", &args.protocol),
        ("--incoming-host", &args.incoming_host),
        ("--incoming-port", &args.incoming_port),
        ("--incoming-security", &args.incoming_security),
        ("--outgoing-host", &args.outgoing_host),
        ("--outgoing-port", &args.outgoing_port),
        ("--outgoing-security", &args.outgoing_security),
    ];
    let own_server = given.iter().find(|(_, value)| value.is_some()).map(|(flag, _)| *flag);
    match args.provider.as_deref() {
        Some("none") => Ok(None),
        Some(id) => {
            if let Some(flag) = own_server {
                let args = [("flag", flag.to_owned()), ("id", id.to_owned())];
                return Err(CliError::Usage(asker.words().line("init-both", &args)));
            }
            let source = library.provider(id).map_err(CliError::Usage)?;
            let found = source.and_then(|source| understood(id, source));
            let known = library.ids().join(", ");
            found.map(Some).ok_or_else(|| CliError::Usage(format!("--provider {id}: known are {known}")))
        }
        None if own_server.is_some() => Ok(None),
        None => {
            let Ok(address) = value::address(address) else { return Ok(None) };
            let Some(found) = hosting(&address, library)? else { return Ok(None) };
            let wanted = asker.agree("init-provider", &[("name", found.name.clone())])?;
            Ok(wanted.then_some(found))
        }
    }
}

fn hosting(address: &Address, library: &Library) -> Result<Option<Found>, CliError> {
    let domain = address.domain().ascii();
    // providers give out names below theirs: blue.ocn.ne.jp
    let above = domain.split_once('.').map_or(domain, |(_, above)| above);
    let is_theirs = |d: &str| d == domain || d == above && above.contains('.');
    for (id, source) in library.mentioning(&[above.to_owned()]).map_err(CliError::Usage)? {
        let Some((profile, found)) = parsed(&id, source) else { continue };
        let domains = profile.at("provider.domains").map(Node::one_or_many).unwrap_or_default();
        if domains.iter().filter_map(Node::text).any(is_theirs) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn understood(id: &str, source: crate::finding::Source) -> Option<Found> {
    parsed(id, source).map(|(_, found)| found)
}

fn parsed(id: &str, source: crate::finding::Source) -> Option<(Node, Found)> {
    let mut sources = Sources::new();
    let at = sources.add(source);
    let profile = node::parse(sources.get(at), at).ok()?;
    let name = profile.at("provider.name").and_then(Node::text).unwrap_or(id).to_owned();
    let has_username = profile.at("incoming.username").is_some();
    let auth = profile.at("incoming.auth").map(Node::one_or_many).unwrap_or_default();
    let signs_in = !auth.is_empty() && auth.iter().all(|word| word.text() == Some("oauth2"));
    Some((profile, Found { id: id.to_owned(), name, has_username, signs_in }))
}
