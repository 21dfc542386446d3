//! Which of an account's servers a client gets: the first, in the order of preference, that it takes and that meets no limit of
//! severity `error`; and which way to log in: the first of the server's that the client takes. How many servers its files can list
//! is the client's too.

use minijinja::Value;

use super::limits::{self, Met};
use crate::account::{Account, Endpoint};
use crate::client::{Client, Servers, TakesSide};
use crate::finding::Severity;
use crate::render::{Engine, Selection};

/// The servers in the order that the client gets them, and the limits that it meets with the first of each. A server that
/// raises an error when it leads is not listed behind the one that was taken.
pub(super) fn choose<'a>(
    engine: &Engine,
    client: &'a Client,
    account: &Account,
    view: impl Fn(&Selection) -> Value,
) -> (Selection, Vec<Met<'a>>) {
    let incoming = account.incoming.iter().map(|s| (Some(s.protocol.as_str()), &s.endpoint));
    let incoming = candidates(incoming, client, true);
    let outgoing = candidates(account.outgoing.iter().map(|s| (None, &s.endpoint)), client, false);
    let met = |selection: &Selection| limits::met(engine, client, account, selection, &view(selection));
    let fits = |incoming: Option<&Candidate>, outgoing: Option<&Candidate>| {
        let pair = Selection { incoming: list(incoming), outgoing: list(outgoing) };
        let met = met(&pair);
        (!met.iter().any(|m| m.severity() == Severity::Error), !met.iter().any(Met::stops_all))
    };
    if incoming.len() <= 1 && outgoing.len() <= 1 {
        let selection = Selection { incoming, outgoing };
        let mut met = met(&selection);
        met.extend(left_out(account, &selection, &met));
        return (selection, met);
    }
    let pairs = pairs(&incoming, &outgoing);
    let judged: Vec<(bool, bool)> = pairs.iter().map(|(i, o)| fits(*i, *o)).collect();
    let best =
        judged.iter().position(|j| j.0).or_else(|| judged.iter().position(|j| j.1)).unwrap_or_default();
    let (lead_in, lead_out) = pairs[best];
    let behind = |servers: &'_ [Candidate], lead: Option<&Candidate>, fit: &dyn Fn(&Candidate) -> bool| {
        let others = servers.iter().filter(|s| Some(*s) != lead && fit(s));
        lead.into_iter().chain(others).cloned().collect()
    };
    let mut selection = Selection {
        incoming: behind(&incoming, lead_in, &|s| fits(Some(s), lead_out).0),
        outgoing: behind(&outgoing, lead_out, &|s| fits(lead_in, Some(s)).0),
    };
    if let Some(takes) = &client.takes {
        let protocol = |index: usize| account.incoming[index].protocol.as_str();
        listed(&mut selection.incoming, takes.incoming.servers, protocol);
        listed(&mut selection.outgoing, takes.outgoing.servers, |_| "smtp");
    }
    let mut met = met(&selection);
    met.extend(left_out(account, &selection, &met));
    (selection, met)
}

/// Keeps as many servers as a client's files can list.
fn listed<'p>(servers: &mut Vec<Candidate>, most: Servers, protocol: impl Fn(usize) -> &'p str) {
    match most {
        Servers::All => {}
        Servers::One => servers.truncate(1),
        Servers::EachProtocol => {
            let mut seen = Vec::new();
            servers.retain(|(index, _)| {
                let is_new = !seen.contains(&protocol(*index));
                seen.push(protocol(*index));
                is_new
            });
        }
    }
}

/// What a client is told of the servers that it does not get. Says nothing where it gets none at all.
fn left_out<'a>(account: &Account, selection: &Selection, met: &[Met<'_>]) -> Option<Met<'a>> {
    if met.iter().any(Met::stops_all) {
        return None;
    }
    let in_out = |kept: bool| {
        let is = |list: &[Candidate], index: usize| list.iter().any(|(i, _)| *i == index) == kept;
        let incoming = account.incoming.iter().enumerate().filter(|(i, _)| is(&selection.incoming, *i));
        let incoming = incoming.map(|(_, s)| named(&s.protocol, &s.endpoint));
        let outgoing = account.outgoing.iter().enumerate().filter(|(i, _)| is(&selection.outgoing, *i));
        incoming.chain(outgoing.map(|(_, s)| named("smtp", &s.endpoint))).collect::<Vec<_>>()
    };
    let left = in_out(false);
    let first =
        account.incoming.iter().enumerate().any(|(i, _)| !selection.incoming.iter().any(|s| s.0 == i));
    let setting = if first { "incoming" } else { "outgoing" };
    (!left.is_empty()).then(|| Met::LeftOut { setting, kept: in_out(true), left })
}

/// A server as people name it: `imap imap.example.jp:993`.
fn named(protocol: &str, endpoint: &Endpoint) -> String {
    format!("{protocol} {}:{}", endpoint.host.unicode(), endpoint.port)
}

/// A server's index, and the way to log in that was chosen for it.
type Candidate = (usize, String);

fn list(one: Option<&Candidate>) -> Vec<Candidate> {
    one.into_iter().cloned().collect()
}

/// Every pair in the order of preference; the incoming server counts first.
fn pairs<'c>(
    incoming: &'c [Candidate],
    outgoing: &'c [Candidate],
) -> Vec<(Option<&'c Candidate>, Option<&'c Candidate>)> {
    let side = |servers: &'c [Candidate]| -> Vec<Option<&'c Candidate>> {
        if servers.is_empty() { vec![None] } else { servers.iter().map(Some).collect() }
    };
    let outgoing = side(outgoing);
    side(incoming)
        .into_iter()
        .flat_map(|i| outgoing.iter().map(move |o| (i, *o)).collect::<Vec<_>>())
        .collect()
}

/// A server with the way to log in that the client takes; the server's first when it takes none.
fn candidates<'s>(
    servers: impl Iterator<Item = (Option<&'s str>, &'s Endpoint)>,
    client: &Client,
    incoming: bool,
) -> Vec<Candidate> {
    let side = client.takes.as_ref().map(|t| if incoming { &t.incoming } else { &t.outgoing });
    let all: Vec<(usize, Option<&str>, &Endpoint)> =
        servers.enumerate().map(|(i, (p, e))| (i, p, e)).collect();
    let auth = |endpoint: &Endpoint| {
        let taken = side.and_then(|s| endpoint.auth.iter().find(|a| s.auth.contains(a)));
        taken.or(endpoint.auth.first()).cloned().unwrap_or_default()
    };
    let taken: Vec<(usize, String)> = all
        .iter()
        .filter(|(_, p, e)| side.is_none_or(|s| untaken(s, *p, e).is_none()))
        .map(|(i, _, e)| (*i, auth(e)))
        .collect();
    if taken.is_empty() { all.iter().take(1).map(|(i, _, e)| (*i, auth(e))).collect() } else { taken }
}

/// The first thing of a server that a client does not take: setting, value, what it takes.
pub(super) fn untaken<'t>(
    side: &'t TakesSide,
    protocol: Option<&str>,
    endpoint: &Endpoint,
) -> Option<(&'static str, String, &'t [String])> {
    if let Some(protocol) = protocol.filter(|p| !side.protocols.iter().any(|t| t == p)) {
        return Some(("protocol", protocol.to_owned(), &side.protocols));
    }
    if !side.security.iter().any(|s| s == endpoint.security.word()) {
        return Some(("security", endpoint.security.word().to_owned(), &side.security));
    }
    if !endpoint.auth.iter().any(|a| side.auth.contains(a)) {
        return Some(("auth", endpoint.auth.join(", "), &side.auth));
    }
    None
}
