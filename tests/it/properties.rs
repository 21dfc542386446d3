//! Properties over accounts that nobody wrote by hand.

use std::collections::BTreeSet;

use mailprof::account::Passwords;
use mailprof::finding::Severity;
use mailprof::format::Document;
use proptest::prelude::*;

use super::common::{Build, Built};

#[derive(Debug, Clone)]
struct Made {
    local: String,
    name: Option<String>,
    protocol: &'static str,
    incoming: (u16, &'static str),
    outgoing: (u16, &'static str),
    username: &'static str,
    auth: &'static str,
    leave: &'static str,
    provider: String,
    phone: String,
}

impl Made {
    fn yaml(&self) -> String {
        let name =
            self.name.as_ref().map(|n| format!("name: {}\n", serde_json::json!(n))).unwrap_or_default();
        let leave = if self.protocol == "pop3" {
            format!(", leave_on_server: {}", self.leave)
        } else {
            String::new()
        };
        format!(
            "address: {}\n{name}provider: {{ id: jp.example, name: {}, support: {{ phone: {} }} }}\n\
             incoming: {{ protocol: {}, host: in.example.jp, port: {}, security: {}, username: {}, password: {{ env: MAIL_PASSWORD }}{leave} }}\n\
             outgoing: {{ host: out.example.jp, port: {}, security: {}, {} }}\n",
            serde_json::json!(format!("{}@example.jp", self.local)),
            serde_json::json!(self.provider),
            serde_json::json!(self.phone),
            self.protocol,
            self.incoming.0,
            self.incoming.1,
            self.username,
            self.outgoing.0,
            self.outgoing.1,
            self.auth,
        )
    }

    fn files(&self) -> Built {
        Build::new(self.yaml()).without_sheets().passwords(Passwords::Everywhere, "p&<\"表'\\ w").run()
    }

    fn build(&self) -> Built {
        Build::new(self.yaml()).passwords(Passwords::Everywhere, "p&<\"表'\\ w").run()
    }
}

fn text() -> impl Strategy<Value = String> {
    "[ -~ぁ-んァ-ヶ一-龠＜＞①㈱é😀]{1,30}"
        .prop_filter("a text that means itself", |t: &String| t.trim() == t && !t.is_empty())
}

fn made() -> impl Strategy<Value = Made> {
    let security = prop_oneof![Just("tls"), Just("starttls"), Just("none")];
    let servers = (prop_oneof![Just("pop3"), Just("imap")], 1u16.., security.clone(), 1u16.., security);
    let username = prop_oneof![
        Just("u"),
        Just("\"%EMAILADDRESS%\""),
        Just("\"%EMAILLOCALPART%\""),
        Just("\"u%example.jp\""),
        Just("'007'")
    ];
    let auth = prop_oneof![
        Just("auth: password"),
        Just("auth: none"),
        Just("auth: pop-before-smtp"),
        Just("auth: client-ip"),
        Just("auth: [cram-md5, password]"),
        Just("username: other"),
        Just("username: other, password: same"),
    ];
    let leave = prop_oneof![Just("true"), Just("false"), Just("{ days: 3 }")];
    let person = ("[a-zA-Z0-9._+-]{1,20}", proptest::option::of(text()), text(), text());
    (servers, username, auth, leave, person).prop_map(
        |((protocol, ip, is, op, os), username, auth, leave, (local, name, provider, phone))| Made {
            local,
            name,
            protocol,
            incoming: (ip, is),
            outgoing: (op, os),
            username,
            auth,
            leave,
            provider,
            phone,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the account: every file that a client can have is made, read back and equal; what cannot be is told.
    #[test]
    fn every_account_builds(made in made()) {
        let built = made.build();
        prop_assert!(built.codes(Severity::Error).is_empty(), "{}\n{}", made.yaml(), built.report());
        let sheets = mailprof::library::Library::default().clients().unwrap().iter().filter(|c| c.sheet).count();
        // and the index
        prop_assert_eq!(built.artifacts.iter().filter(|a| a.format == "html").count(), 2 * sheets + 2);
    }

    /// Same input, same bytes.
    #[test]
    fn same_input_same_bytes(made in made()) {
        prop_assert_eq!(made.build().artifacts, made.build().artifacts);
    }

    /// Two accounts whose addresses differ in one character never share an identifier, a UUID, a registry key or a path.
    #[test]
    fn identities_are_apart(made in made(), at in any::<proptest::sample::Index>(), c in "[a-z0-9]") {
        let mut local: Vec<char> = made.local.chars().collect();
        let at = at.index(local.len());
        local[at] = c.chars().next().unwrap();
        let other = Made { local: local.into_iter().collect(), ..made.clone() };
        prop_assume!(other.local != made.local);
        let (a, b) = (identities(&made.files()), identities(&other.files()));
        prop_assert!(a.is_disjoint(&b), "{:?}", a.intersection(&b).collect::<Vec<_>>());
    }

    /// A changed company name or support phone changes no profile's identity.
    #[test]
    fn identities_are_stable(made in made(), provider in text(), phone in text()) {
        let other = Made { provider, phone, ..made.clone() };
        prop_assert_eq!(identities(&made.files()), identities(&other.files()));
    }
}

/// Apple identifiers and UUIDs, registry keys, paths of one user.
fn identities(built: &Built) -> BTreeSet<String> {
    let mut out: BTreeSet<String> =
        built.artifacts.iter().filter(|a| a.scope == "user").map(|a| a.path.to_lowercase()).collect();
    for artifact in &built.artifacts {
        let text = super::common::decode(&artifact.bytes);
        match artifact.format {
            "mobileconfig" => {
                let lines: Vec<&str> = text.lines().collect();
                let keys = |l: &str| l.contains("PayloadIdentifier<") || l.contains("PayloadUUID<");
                out.extend(lines.windows(2).filter(|w| keys(w[0])).map(|w| w[1].trim().to_owned()));
            }
            "reg" => out.extend(text.lines().filter(|l| l.contains("Accounts\\")).map(str::to_owned)),
            // the account's own name in the program's list
            "iaf" | "oeaccount" => {
                let properties = mailprof::format::find(artifact.format).unwrap().decode;
                let Ok(Document::Tree(tree)) = properties(&artifact.bytes) else {
                    panic!("{}", artifact.path)
                };
                let name = [&tree["properties"]["4661"], &tree["properties"]["Account_Name"]];
                out.extend(
                    name.iter().filter_map(|n| n.as_str()).map(|n| format!("{} {n}", artifact.format)),
                );
            }
            _ => {}
        }
    }
    out
}
