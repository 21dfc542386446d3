//! Six different accounts, each for every client: what each file says, read by the format's reader, is held against values that
//! stand here by hand. A file that is not made must have been told of.

use std::collections::BTreeMap;

use mailprof::account::{Passwords, placeholder, value};
use mailprof::build::{Artifact, Said};
use mailprof::client::{Client, FileSpec};
use mailprof::library::Library;

use super::common::{Build, Built, root};

const PASSWORD: &str = "a&b<c>\"d'e\\f 表";

/// A setting and its value.
type Says = (&'static str, &'static str);

/// An account: its description, and what it says.
struct Account {
    description: &'static str,
    says: &'static [Says],
    /// what is otherwise for a client, which gets another server or another way to log in
    otherwise: &'static [(&'static [&'static str], &'static [Says])],
    /// clients that must have written all of their files
    whole: &'static [&'static str],
    /// clients that must have written none
    none: &'static [&'static str],
}

const SIX: &[Account] = &[
    Account {
        description: "tests/cases/apop/account.yaml",
        says: &[
            ("address", "tanaka@example.jp"),
            ("domain", "example.jp"),
            ("incoming.protocol", "pop3"),
            ("incoming.host", "pop.example.jp"),
            ("incoming.port", "110"),
            ("incoming.security", "none"),
            ("incoming.auth", "apop"),
            ("incoming.username", "tanaka"),
            ("incoming.leave_on_server", "days:7"),
            ("outgoing.host", "smtp.example.jp"),
            ("outgoing.port", "587"),
            ("outgoing.security", "starttls"),
            ("outgoing.auth", "password"),
            ("outgoing.login", "same"),
            ("outgoing.username", "tanaka"),
        ],
        // the autoconfig file has one word for every encrypted password
        otherwise: &[(&["thunderbird"], &[("incoming.auth", "encrypted")])],
        whole: &["thunderbird"],
        none: &[
            "apple-mail",
            "outlook",
            "outlook-express",
            "outlook-autodiscover",
            "delta-chat",
            "pacc",
            "dns",
        ],
    },
    Account {
        description: "profiles/accounts/pop3.yaml",
        says: &[
            ("address", "tanaka@example.jp"),
            ("domain", "example.jp"),
            ("incoming.protocol", "pop3"),
            ("incoming.host", "pop.example.jp"),
            ("incoming.port", "995"),
            ("incoming.security", "tls"),
            ("incoming.auth", "password"),
            ("incoming.username", "tanaka"),
            ("incoming.leave_on_server", "days:14"),
            ("outgoing.host", "smtp.example.jp"),
            ("outgoing.port", "465"),
            ("outgoing.security", "tls"),
            ("outgoing.auth", "password"),
            ("outgoing.login", "same"),
            ("outgoing.username", "tanaka"),
        ],
        otherwise: &[],
        whole: &[
            "apple-mail",
            "dns",
            "outlook",
            "outlook-autodiscover",
            "outlook-express",
            "pacc",
            "thunderbird",
            "thunderbird-android",
            "windows-live-mail",
        ],
        none: &["delta-chat"],
    },
    Account {
        description: "tests/cases/imap-own-login/account.yaml",
        says: &[
            ("address", "hanako@example.jp"),
            ("domain", "example.jp"),
            ("incoming.protocol", "imap"),
            ("incoming.host", "imap.example.jp"),
            ("incoming.port", "143"),
            ("incoming.security", "starttls"),
            ("incoming.auth", "password"),
            ("incoming.username", "hanako@example.jp"),
            ("outgoing.host", "smtp.example.jp"),
            ("outgoing.port", "587"),
            ("outgoing.security", "starttls"),
            ("outgoing.auth", "password"),
            ("outgoing.login", "own"),
            ("outgoing.username", "hanako.smtp"),
        ],
        otherwise: &[],
        whole: &["apple-mail", "delta-chat", "dns", "thunderbird-android"],
        none: &["outlook", "outlook-express", "pacc", "windows-live-mail"],
    },
    Account {
        description: "profiles/accounts/gmail.yaml",
        says: &[
            ("address", "taro.example@gmail.com"),
            ("domain", "gmail.com"),
            ("incoming.protocol", "imap"),
            ("incoming.host", "imap.gmail.com"),
            ("incoming.port", "993"),
            ("incoming.security", "tls"),
            ("incoming.auth", "password"),
            ("incoming.username", "taro.example@gmail.com"),
            ("incoming.1.protocol", "pop3"),
            ("incoming.1.host", "pop.gmail.com"),
            ("incoming.1.port", "995"),
            ("incoming.1.security", "tls"),
            ("incoming.1.auth", "password"),
            ("incoming.1.username", "taro.example@gmail.com"),
            ("incoming.1.leave_on_server", "true"),
            ("outgoing.host", "smtp.gmail.com"),
            ("outgoing.port", "465"),
            ("outgoing.security", "tls"),
            ("outgoing.auth", "password"),
            ("outgoing.login", "same"),
            ("outgoing.username", "taro.example@gmail.com"),
        ],
        otherwise: &[(
            &["thunderbird", "thunderbird-android"],
            &[("incoming.auth", "oauth2"), ("incoming.1.auth", "oauth2"), ("outgoing.auth", "oauth2")],
        )],
        whole: &["apple-mail", "dns", "outlook", "outlook-express", "thunderbird", "thunderbird-android"],
        none: &[],
    },
    Account {
        description: "tests/cases/pop-before-smtp/account.yaml",
        says: &[
            ("address", "taro..yamada.@example.jp"),
            ("domain", "example.jp"),
            ("incoming.protocol", "pop3"),
            ("incoming.host", "mail.example.jp"),
            ("incoming.port", "110"),
            ("incoming.security", "none"),
            ("incoming.auth", "password"),
            ("incoming.username", "yamada"),
            ("incoming.leave_on_server", "true"),
            ("outgoing.host", "mail.example.jp"),
            ("outgoing.port", "587"),
            ("outgoing.security", "none"),
            ("outgoing.auth", "pop-before-smtp"),
            ("outgoing.login", "none"),
        ],
        otherwise: &[],
        whole: &["apple-mail", "outlook", "outlook-express", "windows-live-mail"],
        none: &["delta-chat", "dns", "pacc"],
    },
    Account {
        description: "tests/cases/idn/account.yaml",
        says: &[
            ("address", "tanaka@xn--r8jz45g.jp"),
            ("domain", "xn--r8jz45g.jp"),
            ("incoming.protocol", "pop3"),
            ("incoming.host", "xn--4dkua4c.xn--r8jz45g.jp"),
            ("incoming.port", "995"),
            ("incoming.security", "tls"),
            ("incoming.auth", "password"),
            ("incoming.username", "tanaka"),
            ("incoming.leave_on_server", "false"),
            ("incoming.1.protocol", "imap"),
            ("incoming.1.host", "xn--ccke7god7a.xn--r8jz45g.jp"),
            ("incoming.1.port", "993"),
            ("incoming.1.security", "tls"),
            ("incoming.1.auth", "password"),
            ("incoming.1.username", "tanaka"),
            ("outgoing.host", "xn--4dkua4c.xn--r8jz45g.jp"),
            ("outgoing.port", "465"),
            ("outgoing.security", "tls"),
            ("outgoing.auth", "password"),
            ("outgoing.login", "same"),
            ("outgoing.username", "tanaka"),
        ],
        otherwise: &[
            // it takes IMAP alone
            (
                &["delta-chat"],
                &[
                    ("incoming.protocol", "imap"),
                    ("incoming.host", "xn--ccke7god7a.xn--r8jz45g.jp"),
                    ("incoming.port", "993"),
                ],
            ),
            // JSON has no order, so its reader tells IMAP first
            (
                &["pacc"],
                &[
                    ("incoming.protocol", "imap"),
                    ("incoming.host", "xn--ccke7god7a.xn--r8jz45g.jp"),
                    ("incoming.port", "993"),
                    ("incoming.1.protocol", "pop3"),
                    ("incoming.1.host", "xn--4dkua4c.xn--r8jz45g.jp"),
                    ("incoming.1.port", "995"),
                ],
            ),
        ],
        whole: &[
            "apple-mail",
            "delta-chat",
            "dns",
            "outlook-express",
            "pacc",
            "thunderbird",
            "windows-live-mail",
        ],
        none: &[],
    },
];

impl Account {
    fn build(&self) -> Built {
        let yaml = std::fs::read_to_string(root().join(self.description)).unwrap();
        Build::new(yaml).passwords(Passwords::Everywhere, PASSWORD).run()
    }

    fn says(&self, client: &str) -> BTreeMap<&str, &str> {
        let mut says: BTreeMap<&str, &str> = self.says.iter().copied().collect();
        for (_, other) in self.otherwise.iter().filter(|(clients, _)| clients.contains(&client)) {
            says.extend(other.iter().copied());
        }
        says
    }
}

#[test]
fn every_file_of_every_client_says_what_the_account_says() {
    let clients = Library::default().clients().unwrap();
    let mut compared = BTreeMap::new();
    for account in SIX {
        let built = account.build();
        for client in &clients {
            for file in &client.files {
                let artifacts: Vec<&Artifact> =
                    built.artifacts.iter().filter(|a| is_of(a, client, file)).collect();
                if account.whole.contains(&client.id.as_str()) && file.when.is_none() {
                    assert!(
                        !artifacts.is_empty(),
                        "{}: {} has no {}\n{}",
                        account.description,
                        client.id,
                        file.name,
                        built.report()
                    );
                }
                if account.none.contains(&client.id.as_str()) {
                    assert!(artifacts.is_empty(), "{}: {} has {}", account.description, client.id, file.name);
                }
                if artifacts.is_empty() && file.when.is_none() {
                    let told = built.findings.iter().any(|f| f.client.as_ref() == Some(&client.id));
                    assert!(
                        told,
                        "{}: {} has no {} and nobody was told",
                        account.description, client.id, file.name
                    );
                }
                for artifact in artifacts {
                    let n = compare(account, &built, client, file, artifact);
                    *compared.entry((client.id.clone(), file.name.clone())).or_insert(0) += n;
                }
            }
        }
    }
    for (client, file) in clients.iter().flat_map(|c| c.files.iter().map(move |f| (c, f))) {
        let n = compared.get(&(client.id.clone(), file.name.clone())).copied().unwrap_or_default();
        let settings = file.carries.iter().filter(|s| !s.ends_with("_servers")).count();
        assert!(
            n >= settings.min(5) || file.when.is_some(),
            "{}: {}: only {n} values were compared",
            client.id,
            file.name
        );
    }
}

fn is_of(artifact: &Artifact, client: &Client, file: &FileSpec) -> bool {
    artifact.client.as_ref() == Some(&client.id) && artifact.file.as_ref() == Some(&file.name)
}

/// Holds a file against the account. Tells how many values agreed.
fn compare(account: &Account, built: &Built, client: &Client, file: &FileSpec, artifact: &Artifact) -> usize {
    let says = account.says(&client.id);
    let said: Said = built.builder.as_ref().unwrap().read(artifact).unwrap();
    let address = value::address(says["address"]).unwrap();
    for setting in file.carries.iter().filter(|s| says.contains_key(s.as_str())) {
        let repeated = setting == "outgoing.username" && says["outgoing.login"] == "same";
        assert!(said.contains_key(setting) || repeated, "{}: {} is silent", artifact.path, setting);
    }
    let mut agreed = 0;
    for (setting, values) in &said {
        let kind = setting.rsplit('.').next().unwrap();
        let Some(expected) = says.get(setting.as_str()).copied().or((kind == "password").then_some(PASSWORD))
        else {
            // a name has its own rules, a digest is of another file, an option is no setting: all are compared by every build
            assert!(
                ["name", "embedded.", "options."].iter().any(|s| setting.starts_with(s)),
                "{} says {setting}: {values:?}",
                artifact.path
            );
            continue;
        };
        let values: Vec<String> = match kind {
            "username" => values.iter().map(|v| placeholder::expand(v, &address)).collect(),
            _ => values.clone(),
        };
        assert!(
            values.iter().any(|v| v == expected),
            "{}: {setting} is {values:?}, not {expected}",
            artifact.path
        );
        agreed += 1;
    }
    agreed
}

/// What was compared above can differ: with one thing changed in the account, some file says it.
#[test]
fn a_changed_account_changes_what_the_files_say() {
    for account in SIX {
        let yaml = std::fs::read_to_string(root().join(account.description)).unwrap();
        let changed = yaml
            .replace("smtp.example.jp", "smtp2.example.jp")
            .replace("mail.example.jp", "mail2.example.jp");
        if changed == yaml {
            continue;
        }
        let built = Build::new(changed).passwords(Passwords::Everywhere, PASSWORD).run();
        let builder = built.builder.as_ref().unwrap();
        let files = built.artifacts.iter().filter(|a| a.file.is_some());
        let hosts: Vec<String> =
            files.filter_map(|a| builder.read(a).unwrap().remove("outgoing.host")).flatten().collect();
        assert!(!hosts.is_empty() && hosts.iter().all(|h| h.contains("2.example.jp")), "{hosts:?}");
    }
}
