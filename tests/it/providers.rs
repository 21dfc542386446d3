//! Every provider's profile gives a sound account for an address at its first domain, is dated and sourced, and builds.

use mailprof::finding::Severity;
use mailprof::library::Library;
use mailprof::lint::RULES;

use super::common::{Build, root};

fn ids() -> Vec<String> {
    Library::default().names("providers").unwrap()
}

fn profile(id: &str) -> String {
    std::fs::read_to_string(root().join(format!("profiles/providers/{id}.yaml"))).unwrap()
}

/// The first of its `domains`; an address elsewhere where it has none.
fn domain(profile: &str) -> String {
    let list = profile.lines().find_map(|l| l.trim().strip_prefix("domains: ["));
    list.map_or("example.jp", |l| l.split([',', ']']).next().unwrap().trim()).to_owned()
}

#[test]
fn each_is_sourced_and_dated() {
    for id in ids() {
        let text = profile(&id);
        assert!(text.contains(&format!("\nid: {id}\n")), "{id}");
        let line =
            |key: &str| text.lines().find_map(|l| l.strip_prefix(key)).map(str::trim).unwrap_or_default();
        assert!(!line("source:").is_empty(), "{id} has no source");
        assert_eq!(line("checked:").len(), "2026-11-24".len(), "{id} is not dated");
    }
}

#[test]
fn each_gives_an_account_that_builds() {
    for id in ids() {
        let yaml =
            format!("provider: {id}\naddress: taro.yamada@{}\nname: Taro Yamada\n", domain(&profile(&id)));
        let built = Build::new(&yaml).run();
        assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{id}: {}", built.report());
        let account = built.account.as_ref().unwrap_or_else(|| panic!("{id}: {}", built.report()));
        assert!(!account.incoming.is_empty() && !account.outgoing.is_empty(), "{id}");
        for client in ["generic", "thunderbird"] {
            assert!(
                built.artifacts.iter().any(|a| a.client.as_deref() == Some(client)),
                "{id}: nothing for {client}"
            );
        }
    }
}

/// Rules find no fault with a provider's own settings, but for those that are known to be old.
#[test]
fn rules_find_no_fault_with_a_profile_as_it_is() {
    for id in ids() {
        let yaml = format!("provider: {id}\naddress: taro.yamada@{}\n", domain(&profile(&id)));
        let built = Build::new(&yaml).client("generic").run();
        let rules =
            built.findings.iter().map(|f| f.code.as_str()).filter(|c| RULES.iter().any(|r| r.code.id == *c));
        let told: Vec<&str> = rules.filter(|c| *c != "username-assumed").collect();
        let expected: &[&str] = if id == "enetj" { &["cleartext-password"; 2] } else { &[] };
        assert_eq!(told, expected, "{id}: {}", built.report());
    }
}

/// What is not the provider's own word is told to whoever builds.
#[test]
fn what_is_unverified_is_told() {
    for id in ids() {
        let text = profile(&id);
        let yaml = format!("provider: {id}\naddress: taro.yamada@{}\n", domain(&text));
        let told = Build::new(&yaml).run().codes(Severity::Note).contains(&"provider-unverified");
        assert_eq!(told, text.contains("\nunverified:\n"), "{id}");
    }
}
