//! Rules on the description itself, one file a rule: what is legal but unwise, old or probably mistaken. A rule gets the
//! checked account and the place of every setting; none knows clients or how findings are printed.
//!
//! What parsing and resolving must say anyway (types, what was assumed) is said there, not here.

mod address_outside_rfc;
mod outgoing_port_25;

use crate::account::{Account, RawAccount};
use crate::finding::Findings;

/// A rule.
pub type Rule = fn(&Account, &RawAccount, &mut Findings);

/// Every rule.
pub static RULES: &[Rule] = &[address_outside_rfc::check, outgoing_port_25::check];

/// Runs every rule.
pub fn run(account: &Account, raw: &RawAccount, findings: &mut Findings) {
    for rule in RULES {
        rule(account, raw, findings);
    }
}
