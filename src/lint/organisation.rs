//! Whether two hosts belong to one organisation: by the registrable domain (publicsuffix.org), or because one provider lists both.

use crate::account::node::Node;
use crate::account::{Host, RawAccount};

/// Whether two names share the domain that somebody registered: `mail.example.co.jp` and `example.co.jp`. Customers of one hosting
/// company (a private suffix) share that company's servers; names in a network of one's own (`mail.lan`) are one's own.
pub(super) fn same(one: &Host, other: &Host) -> bool {
    registered(one.ascii()) == registered(other.ascii())
}

fn registered(host: &str) -> &str {
    let Some(suffix) = psl::suffix(host.as_bytes()) else { return host };
    let whole = match suffix.typ() {
        Some(psl::Type::Icann) => psl::domain(host.as_bytes()).map_or(host.len(), |d| d.as_bytes().len()),
        Some(psl::Type::Private) | None => suffix.as_bytes().len(),
    };
    host.get(host.len() - whole..).unwrap_or(host)
}

/// Whether a profile of a provider lists a host.
pub(super) fn is_listed(raw: &RawAccount, host: &Host) -> bool {
    raw.known().iter().any(|known| lists(&known.profile, host))
}

/// Whether a profile of a provider lists both hosts.
pub(super) fn listed_together(raw: &RawAccount, one: &Host, other: &Host) -> bool {
    raw.known().iter().any(|known| lists(&known.profile, one) && lists(&known.profile, other))
}

fn lists(profile: &Node, host: &Host) -> bool {
    let servers = ["incoming", "outgoing"].into_iter().filter_map(|side| profile.get(side));
    let mut hosts = servers.flat_map(Node::one_or_many).filter_map(|n| n.get("host")?.text());
    hosts.any(|h| h.eq_ignore_ascii_case(host.ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_registered_it() {
        for (host, owner) in [
            ("mail.example.co.jp", "example.co.jp"),
            ("example.jp", "example.jp"),
            ("www1234.sakura.ne.jp", "sakura.ne.jp"),
            ("mail.lan", "lan"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(registered(host), owner);
        }
    }
}
