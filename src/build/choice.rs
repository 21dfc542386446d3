//! Which of an account's servers a client gets: the first, in the order of preference, that it takes and that meets no limit of
//! severity `error`; and which way to log in: the first of the server's that the client takes.

use minijinja::Value;

use super::limits::{self, Met};
use crate::account::{Account, Endpoint};
use crate::client::{Client, TakesSide};
use crate::finding::Findings;
use crate::render::{Engine, Selection};

/// The servers in the order that the client gets them, and the limits that it meets with the first of each.
pub(super) fn choose<'a>(
    engine: &Engine,
    client: &'a Client,
    account: &Account,
    findings: &mut Findings,
    view: impl Fn(&Selection) -> Value,
) -> (Selection, Vec<Met<'a>>) {
    let incoming =
        candidates(account.incoming.iter().map(|s| (Some(s.protocol.as_str()), &s.endpoint)), client, true);
    let outgoing = candidates(account.outgoing.iter().map(|s| (None, &s.endpoint)), client, false);
    let mut first = None;
    for i in 0..incoming.len().max(1) {
        for o in 0..outgoing.len().max(1) {
            let selection = Selection { incoming: led_by(&incoming, i), outgoing: led_by(&outgoing, o) };
            let mut trouble = Findings::new();
            let met = limits::met(engine, client, account, &selection, &view(&selection), &mut trouble);
            if trouble.has_errors() {
                findings.extend(trouble);
                return (selection, met);
            }
            if !met.iter().any(Met::stops_all) {
                return (selection, met);
            }
            first.get_or_insert((selection, met));
        }
    }
    first.unwrap_or_default()
}

/// A server with the way to log in that the client takes; the server's first when it takes none.
fn candidates<'s>(
    servers: impl Iterator<Item = (Option<&'s str>, &'s Endpoint)>,
    client: &Client,
    incoming: bool,
) -> Vec<(usize, String)> {
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

fn led_by(servers: &[(usize, String)], lead: usize) -> Vec<(usize, String)> {
    let rest = servers.iter().enumerate().filter(|(i, _)| *i != lead).map(|(_, s)| s.clone());
    servers.get(lead).cloned().into_iter().chain(rest).collect()
}
