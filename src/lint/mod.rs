//! Rules on the description itself, one file a rule with its page beside it: what is legal but unwise, old or probably mistaken.
//! A rule sees what could be read of the description, also when something else in it is wrong, and the place of every setting;
//! none knows clients or how findings are printed.
//!
//! What parsing and resolving must say anyway (types, what was assumed) is said there, not here.

mod address_outside_rfc;
mod allow;
mod apop_protects_little;
mod cleartext_password;
mod deleted_for_other_clients;
mod differs_from_provider;
mod initial_password_everywhere;
mod ip_literal_with_tls;
mod leave_fills_mailbox;
mod login_of_other_domain;
mod mixed_script_host;
mod name_looks_like_address;
mod name_special_characters;
mod organisation;
mod outgoing_port_25;
mod password_characters;
mod password_edge_blank;
mod password_leaves_provider;
mod pop_before_smtp;
mod port_expects_starttls;
mod port_expects_tls;
mod port_of_other_protocol;
mod prefer_implicit_tls;
mod secret_in_file;
mod spa_is_not_apop;
mod submission_without_authentication;
mod unclosed_placeholder;
mod username_assumed;

use crate::account::draft::{Draft, Server};
use crate::account::{BuildWishes, RawAccount};
use crate::finding::page::Page;
use crate::finding::{Code, Finding, Findings};

pub use allow::{Judged, accept};

/// What a rule looks at.
#[derive(Debug)]
pub struct Subject<'a> {
    /// the description as it was written
    pub raw: &'a RawAccount,
    /// what could be read of it
    pub draft: &'a Draft,
    /// what is to be built, flags put in
    pub wishes: &'a BuildWishes,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// what it finds
    pub code: &'static Code,
    /// the text of its page
    page: &'static str,
    check: fn(&Subject, &mut Findings),
}

impl Rule {
    /// What it teaches.
    ///
    /// # Panics
    /// Never: pages are built in, and a test reads each.
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn page(&self) -> Page {
        serde_yaml::from_str(self.page).expect("the page of a rule parses")
    }
}

macro_rules! rules {
    ($($module:ident $code:ident;)*) => {
        /// Every rule.
        pub static RULES: &[Rule] = &[$(Rule {
            code: &crate::finding::$code,
            page: include_str!(concat!(stringify!($module), ".yaml")),
            check: $module::check,
        }),*];
    };
}

rules! {
    address_outside_rfc ADDRESS_OUTSIDE_RFC;
    apop_protects_little APOP_PROTECTS_LITTLE;
    cleartext_password CLEARTEXT_PASSWORD;
    deleted_for_other_clients DELETED_FOR_OTHER_CLIENTS;
    differs_from_provider DIFFERS_FROM_PROVIDER;
    initial_password_everywhere INITIAL_PASSWORD_EVERYWHERE;
    ip_literal_with_tls IP_LITERAL_WITH_TLS;
    leave_fills_mailbox LEAVE_FILLS_MAILBOX;
    login_of_other_domain LOGIN_OF_OTHER_DOMAIN;
    mixed_script_host MIXED_SCRIPT_HOST;
    name_looks_like_address NAME_LOOKS_LIKE_ADDRESS;
    name_special_characters NAME_SPECIAL_CHARACTERS;
    outgoing_port_25 OUTGOING_PORT_25;
    password_characters PASSWORD_CHARACTERS;
    password_edge_blank PASSWORD_EDGE_BLANK;
    password_leaves_provider PASSWORD_LEAVES_PROVIDER;
    pop_before_smtp POP_BEFORE_SMTP;
    port_expects_starttls PORT_EXPECTS_STARTTLS;
    port_expects_tls PORT_EXPECTS_TLS;
    port_of_other_protocol PORT_OF_OTHER_PROTOCOL;
    prefer_implicit_tls PREFER_IMPLICIT_TLS;
    secret_in_file SECRET_IN_FILE;
    spa_is_not_apop SPA_IS_NOT_APOP;
    submission_without_authentication SUBMISSION_WITHOUT_AUTHENTICATION;
    unclosed_placeholder UNCLOSED_PLACEHOLDER;
    username_assumed USERNAME_ASSUMED;
}

/// Runs every rule. What one line says of several servers (one mapping over a provider's list) is told once.
pub fn run(subject: &Subject, findings: &mut Findings) {
    for rule in RULES {
        let mut told = Findings::new();
        (rule.check)(subject, &mut told);
        let mut places = Vec::new();
        for finding in told.iter() {
            if finding.place.is_none() || !places.contains(&finding.place) {
                places.push(finding.place);
                findings.push(finding.clone());
            }
        }
    }
}

/// The page of a rule's code.
#[must_use]
pub fn page(code: &str) -> Option<Page> {
    RULES.iter().find(|rule| rule.code.id == code).map(Rule::page).or_else(|| allow::page(code))
}

impl Subject<'_> {
    /// A finding about one of a server's settings.
    fn about(&self, code: &'static Code, server: &Server, key: &str) -> Finding {
        self.on(code, &server.name(key))
    }

    /// A finding about a setting.
    fn on(&self, code: &'static Code, setting: &str) -> Finding {
        Finding::new(code).arg("setting", setting).at(self.raw.place_of(setting))
    }
}
