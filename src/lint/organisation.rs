//! Whether two hosts belong to one organisation: by the registrable domain (publicsuffix.org), or because one provider lists both.

use crate::account::node::Node;
use crate::account::{Host, RawAccount};

/// Whether two names share the domain that somebody registered: `mail.example.co.jp` and `example.co.jp`.
pub(super) fn same(one: &Host, other: &Host) -> bool {
    let registered = |host: &Host| psl::domain_str(host.ascii()).unwrap_or(host.ascii()).to_owned();
    registered(one) == registered(other)
}

/// Whether a profile of a provider lists both hosts.
pub(super) fn listed_together(raw: &RawAccount, one: &Host, other: &Host) -> bool {
    let lists = |profile: &Node, host: &Host| {
        let servers = ["incoming", "outgoing"].into_iter().filter_map(|side| profile.get(side));
        let mut hosts = servers.flat_map(Node::one_or_many).filter_map(|n| n.get("host")?.text());
        hosts.any(|h| h.eq_ignore_ascii_case(host.ascii()))
    };
    raw.known().iter().any(|known| lists(&known.profile, one) && lists(&known.profile, other))
}
