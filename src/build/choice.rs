//! Which of an account's servers a client gets: the first, in the order of preference, that it takes and that meets no limit of
//! severity `error`; and which way to log in, chosen in the same manner. How many servers its files can list
//! is the client's too.

use minijinja::Value;

use super::limits::{self, Met, Server};
use crate::account::{Account, Endpoint, Login};
use crate::client::{Client, Servers, TakesSide};
use crate::finding::Severity;
use crate::render::{Engine, Purpose, Selection, filled};

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
    let of = |incoming: Option<&Candidate>, outgoing: Option<&Candidate>| {
        met(&Selection { incoming: list(incoming), outgoing: list(outgoing) })
    };
    let pairs = pairs(&incoming, &outgoing, account);
    let lead = match pairs[..] {
        [only] => only,
        _ => {
            let first = |fit: fn(&[Met<'_>]) -> bool| pairs.iter().find(|(i, o)| fit(&of(*i, *o))).copied();
            first(raises_no_error).or_else(|| first(refuses_not_all)).unwrap_or(pairs[0])
        }
    };
    let behind = |servers: &[Candidate], first: Option<&Candidate>, fit: &dyn Fn(&Candidate) -> bool| {
        let mut chosen: Vec<Candidate> = list(first);
        for server in servers {
            if !chosen.iter().any(|c| c.0 == server.0) && fit(server) {
                chosen.push(server.clone());
            }
        }
        chosen
    };
    let mut selection = Selection {
        incoming: behind(&incoming, lead.0, &|s| raises_no_error(&of(Some(s), lead.1))),
        outgoing: behind(&outgoing, lead.1, &|s| raises_no_error(&of(lead.0, Some(s)))),
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

fn raises_no_error(met: &[Met<'_>]) -> bool {
    !met.iter().any(|m| m.severity() == Severity::Error)
}

fn refuses_not_all(met: &[Met<'_>]) -> bool {
    !met.iter().any(Met::stops_all)
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
        let incoming = incoming.map(|(_, s)| named(account, &s.protocol, &s.endpoint));
        let outgoing = account.outgoing.iter().enumerate().filter(|(i, _)| is(&selection.outgoing, *i));
        incoming.chain(outgoing.map(|(_, s)| named(account, "smtp", &s.endpoint))).collect::<Vec<_>>()
    };
    let left = in_out(false);
    let first =
        account.incoming.iter().enumerate().any(|(i, _)| !selection.incoming.iter().any(|s| s.0 == i));
    let setting = if first { "incoming" } else { "outgoing" };
    (!left.is_empty()).then(|| Met::LeftOut { setting, kept: in_out(true), left })
}

/// A server as people name it.
fn named(account: &Account, protocol: &str, endpoint: &Endpoint) -> Server {
    let host = filled(&endpoint.host, account, Purpose::Condition).unicode().to_owned();
    Server { protocol: protocol.to_uppercase(), host, port: endpoint.port }
}

/// A server's index, and the way to log in that was chosen for it.
type Candidate = (usize, String);

fn list(one: Option<&Candidate>) -> Vec<Candidate> {
    one.into_iter().cloned().collect()
}

/// An incoming and an outgoing server.
type Pair<'c> = (Option<&'c Candidate>, Option<&'c Candidate>);

/// Every pair in the order of preference; the incoming server counts first. A login that is the same is the same way to log in
/// wherever the outgoing server offers it.
fn pairs<'c>(incoming: &'c [Candidate], outgoing: &'c [Candidate], account: &Account) -> Vec<Pair<'c>> {
    let side = |servers: &'c [Candidate]| -> Vec<Option<&'c Candidate>> {
        if servers.is_empty() { vec![None] } else { servers.iter().map(Some).collect() }
    };
    let (all_in, all_out) = (side(incoming), side(outgoing));
    let all: Vec<Pair<'c>> = all_in.into_iter().flat_map(|i| all_out.iter().map(move |o| (i, *o))).collect();
    let agrees = |(i, o): &&Pair<'c>| {
        let (Some((_, way)), Some((index, own))) = (i, o) else { return true };
        let same = account.outgoing[*index].login_for(own) == Login::Same;
        !same || own == way || !outgoing.contains(&(*index, way.clone()))
    };
    let agreeing: Vec<Pair<'c>> = all.iter().filter(agrees).copied().collect();
    if agreeing.is_empty() { all } else { agreeing }
}

/// The servers that the client takes, each with every way to log in that it takes; the first with its first where it takes none.
fn candidates<'s>(
    servers: impl Iterator<Item = (Option<&'s str>, &'s Endpoint)>,
    client: &Client,
    incoming: bool,
) -> Vec<Candidate> {
    let side = client.takes.as_ref().map(|t| if incoming { &t.incoming } else { &t.outgoing });
    let all: Vec<(usize, Option<&str>, &Endpoint)> =
        servers.enumerate().map(|(i, (p, e))| (i, p, e)).collect();
    let ways = |index: usize, endpoint: &Endpoint| -> Vec<Candidate> {
        let taken = endpoint.auth.iter().filter(|a| side.is_none_or(|s| s.auth.contains(a)));
        let taken: Vec<Candidate> = taken.map(|a| (index, a.clone())).collect();
        if taken.is_empty() {
            vec![(index, endpoint.auth.first().cloned().unwrap_or_default())]
        } else {
            taken
        }
    };
    let fits = |p: &Option<&str>, e: &Endpoint| side.is_none_or(|s| untaken(s, *p, e).is_none());
    let taken = all.iter().filter(|(_, p, e)| fits(p, e)).flat_map(|(i, _, e)| ways(*i, e));
    let taken: Vec<Candidate> = taken.collect();
    if taken.is_empty() {
        all.iter().take(1).flat_map(|(i, _, e)| ways(*i, e).into_iter().take(1)).collect()
    } else {
        taken
    }
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
