//! A server that a provider's profile knows otherwise: another port, protection or way to log in, or another host for an address
//! of its domain. The profile may be old, so this is never more than a warning; one that is not verified, or a
//! registered port that it does not list, makes a note.

use super::Subject;
use super::port_of_other_protocol::{CLEAR, TLS};
use crate::account::draft::{Server, Side};
use crate::account::node::Node;
use crate::account::{Host, Known, Login, Security, placeholder, value};
use crate::finding::{DIFFERS_FROM_PROVIDER, Finding, Findings, Severity};

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in &subject.draft.servers {
        let differs = subject.raw.known().iter().filter_map(|known| difference(subject, server, known));
        // of several profiles that know a host, one that agrees is enough
        let agrees = |known: &Known| {
            let offers = offers(known, server);
            offers.iter().any(|o| is_host(o, subject, server)) && difference(subject, server, known).is_none()
        };
        if !subject.raw.known().iter().any(agrees) {
            differs.take(1).for_each(|finding| findings.push(finding));
        }
    }
}

/// The profile's servers on the same side.
fn offers<'k>(known: &'k Known, server: &Server) -> Vec<&'k Node> {
    let side = if server.side == Side::Incoming { "incoming" } else { "outgoing" };
    known.profile.get(side).map(|n| n.one_or_many().iter().collect()).unwrap_or_default()
}

fn is_host(offer: &Node, subject: &Subject, server: &Server) -> bool {
    let offered = offer.get("host").and_then(Node::text).and_then(|host| value::host(host).ok());
    let offered = offered.map(|host| subject.draft.expand(&host));
    offered.is_some() && offered == subject.draft.host_of(server)
}

/// Whether an offer is of the server's protocol; outgoing ones name none.
fn speaks_alike(offer: &Node, server: &Server) -> bool {
    offer.get("protocol").and_then(Node::text).is_none_or(|p| Some(p) == server.protocol.as_deref())
}

/// Whether an offer takes one of the server's ways to log in.
fn takes(offer: &Node, server: &Server) -> bool {
    let words = offer.get("auth").map_or_else(|| vec!["password".to_owned()], Node::texts);
    words.iter().any(|word| server.auth.contains(word))
}

/// How a server differs from all that a profile offers on its host.
fn difference(subject: &Subject, server: &Server, known: &Known) -> Option<Finding> {
    let offers = offers(known, server);
    let here: Vec<&Node> = offers.iter().copied().filter(|o| is_host(o, subject, server)).collect();
    if here.is_empty() {
        return other_host(subject, server, known, &offers);
    }
    let mut left: Vec<&Node> = here.iter().copied().filter(|o| speaks_alike(o, server)).collect();
    if left.is_empty() {
        return Some(told(subject, server, "protocol", known, &here, server.protocol.clone()?));
    }
    if is_at_odds(server) {
        return None;
    }
    let port = server.port?.to_string();
    let security = server.security?.word();
    for (key, value) in [("port", port.as_str()), ("security", security)] {
        let fitting: Vec<&Node> =
            left.iter().copied().filter(|o| o.get(key).and_then(Node::text) == Some(value)).collect();
        if fitting.is_empty() {
            return Some(told(subject, server, key, known, &left, value.to_owned()));
        }
        left = fitting;
    }
    left.retain(|o| takes(o, server));
    if left.is_empty() {
        return Some(told(subject, server, "auth", known, &here, server.auth.join(", ")));
    }
    login(subject, server, known, &left)
}

/// A login or a kind of password that the provider does not take, where the profile says what it takes.
fn login(subject: &Subject, server: &Server, known: &Known, offers: &[&Node]) -> Option<Finding> {
    let offer = offers.first().filter(|_| server.side == Side::Incoming)?;
    let kind = subject.raw.text(&server.name("password_kind")).unwrap_or("mailbox");
    let app = offer.get("password_kind").and_then(Node::text) == Some("app");
    if app && kind != "app" && server.auth.iter().any(|a| a == "password") {
        return Some(told(subject, server, "password_kind", known, offers, kind.to_owned()));
    }
    let address = subject.draft.address.as_ref()?;
    let theirs =
        offer.get("username").and_then(Node::text).filter(|u| u.starts_with('%') && u.ends_with('%'))?;
    let (theirs, ours) =
        (placeholder::expand(theirs, address), placeholder::expand(&server.username, address));
    let hosted = is_theirs(known, address.domain());
    // the user's own value in the place of the placeholder
    (hosted && theirs != ours && !ours.contains('%'))
        .then(|| told(subject, server, "username", known, offers, ours).arg("known", theirs))
}

/// Whether a domain is one of the provider's, or below one.
fn is_theirs(known: &Known, domain: &Host) -> bool {
    let domains = known.profile.at("provider.domains").map(Node::one_or_many).unwrap_or_default();
    let below =
        |d: &str| domain.ascii().strip_suffix(d).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    domains.iter().filter_map(Node::text).any(|d| below(&d.to_ascii_lowercase()))
}

/// An address of the provider's domain with a host that is not the provider's: often a typing mistake. Sending through somebody
/// else with a login of one's own is no mistake.
fn other_host(subject: &Subject, server: &Server, known: &Known, offers: &[&Node]) -> Option<Finding> {
    let domain = subject.draft.domain.as_ref()?;
    let theirs = is_theirs(known, domain);
    let elsewhere = server.side == Side::Outgoing && server.login != Login::Same;
    if !theirs || elsewhere || offers.is_empty() {
        return None;
    }
    let host = subject.draft.host_of(server)?;
    let fitting: Vec<&Node> = offers.iter().copied().filter(|o| speaks_alike(o, server)).collect();
    let offers = if fitting.is_empty() { offers } else { &fitting };
    Some(told(subject, server, "host", known, offers, host.unicode().to_owned()))
}

/// Port and security do not fit each other, whatever the provider has; a rule of its own says so.
fn is_at_odds(server: &Server) -> bool {
    let (Some(protocol), Some(port)) = (server.protocol.as_deref(), server.port) else { return false };
    let tls = server.security == Some(Security::Tls);
    TLS.contains(&(protocol, port)) && !tls || CLEAR.contains(&(protocol, port)) && tls
}

/// Whether it is one of the ways in that most servers have, which a profile need not list all of.
fn is_registered(server: &Server) -> bool {
    let standard =
        [(993, Security::Tls), (995, Security::Tls), (465, Security::Tls), (587, Security::StartTls)];
    server.port.zip(server.security).is_some_and(|pair| standard.contains(&pair))
}

fn told(
    subject: &Subject,
    server: &Server,
    key: &str,
    known: &Known,
    offers: &[&Node],
    value: String,
) -> Finding {
    let name = known.profile.at("provider.name").and_then(Node::text).unwrap_or(&known.id);
    let finding = subject.about(&DIFFERS_FROM_PROVIDER, server, key).arg("value", value);
    let finding = finding.arg("provider", name);
    // a login is the user's own: whoever asks gives it
    let finding = if key == "username" { finding } else { finding.arg("known", published(offers, key)) };
    let certain = known.profile.get("unverified").is_none() && !(key == "port" && is_registered(server));
    let finding = finding.severity(if certain { Severity::Warning } else { Severity::Note });
    finding.related(offers.first().and_then(|o| o.get(key)).map(|n| n.place), "profile")
}

/// What a profile's servers have for a setting, each once.
fn published(offers: &[&Node], key: &str) -> String {
    let word = |offer: &&Node| offer.get(key).map(Node::texts).unwrap_or_default().join(", ");
    let absent = if key == "auth" { "password" } else { "" };
    let or_absent = |word: String| if word.is_empty() { absent.to_owned() } else { word };
    let mut words: Vec<String> = offers.iter().map(word).map(or_absent).filter(|w| !w.is_empty()).collect();
    words.dedup();
    words.join(" / ")
}
