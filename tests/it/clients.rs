//! Every client's profile is whole, and a client that nobody knew needs no Rust.

use std::collections::BTreeSet;

use mailprof::client::{Client, SIX, Scope};
use mailprof::library::Library;
use mailprof::render::Engine;

use super::common::{Build, EASY, root};

fn clients() -> Vec<Client> {
    Library::default().clients().unwrap()
}

#[test]
fn all_are_there() {
    let ids: Vec<String> = clients().into_iter().map(|c| c.id).collect();
    let expected = [
        "apple-mail",
        "becky",
        "delta-chat",
        "dns",
        "generic",
        "gmail-android",
        "new-outlook",
        "outlook",
        "outlook-autodiscover",
        "outlook-express",
        "outlook-mobile",
        "pacc",
        "thunderbird",
        "thunderbird-android",
        "windows-live-mail",
    ];
    assert_eq!(ids, expected);
}

/// The reference of all clients is the profiles' own. `MAILPROF_BLESS=1 cargo test clients` writes it anew.
#[test]
fn the_reference_is_made_from_the_profiles() {
    let path = root().join("docs/clients.md");
    let page = mailprof::client::markdown(&clients());
    if std::env::var_os("MAILPROF_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let line = page.lines().zip(kept.lines()).position(|(a, b)| a != b);
    assert!(
        kept == page,
        "docs/clients.md is not what the profiles say, from line {:?} on",
        line.map(|l| l + 1)
    );
}

/// Every fact has a source, and the reference shows it with its certainty.
#[test]
fn every_fact_is_sourced() {
    let page = mailprof::client::markdown(&clients());
    for client in clients() {
        assert!(page.contains(&format!("`{}`", client.id)), "{}", client.id);
        if let Some(takes) = &client.takes {
            assert!(!takes.source.trim().is_empty(), "{}: takes", client.id);
        }
        assert!(client.takes.is_some(), "{}: what it takes is not said", client.id);
        for file in &client.files {
            assert!(file.source.len() > 10, "{}: {}", client.id, file.name);
        }
        for limit in &client.limits {
            assert!(limit.source.len() > 10, "{}: {}", client.id, limit.code);
            assert!(page.contains(&format!("`{}`", limit.code)), "{} is not in the reference", limit.code);
        }
        for (name, source) in [("labels", &client.labels_source), ("steps", &client.steps_source)] {
            assert!(!client.sheet || source.as_ref().is_some_and(|s| s.len() > 10), "{}: {name}", client.id);
        }
        assert_eq!(client.lifecycle.ended.is_some(), client.lifecycle.source.is_some(), "{}", client.id);
    }
}

#[test]
fn labels_and_texts_are_there_in_both_languages() {
    for client in clients() {
        let both = |what: &str, texts: &mailprof::client::Texts| {
            for language in ["en", "ja"] {
                assert!(
                    texts.get(language).is_some_and(|t| !t.is_empty()),
                    "{}: {what} in {language}",
                    client.id
                );
            }
        };
        both("names", &client.names);
        for setting in SIX.iter().filter(|_| client.sheet) {
            both(setting, &client.labels[*setting]);
        }
        client.labels.iter().for_each(|(s, t)| both(s, t));
        client.unverified.iter().for_each(|t| both("unverified", t));
        assert_eq!(client.steps.is_empty(), !client.sheet, "{}", client.id);
        for step in &client.steps {
            let [en, ja] = ["en", "ja"].map(|l| &step.texts[l]);
            assert!(!en.is_empty() && !ja.is_empty(), "{}: a step", client.id);
            assert_ne!(en, ja, "{}: a step is not translated", client.id);
        }
        for error in &client.errors {
            assert!(!error.source.is_empty(), "{}: an error number without a source", client.id);
        }
    }
}

#[test]
fn templates_readings_and_formats_exist_and_load() {
    let library = Library::default();
    let engine = Engine::new(&library);
    for client in clients() {
        for file in &client.files {
            engine.names(&file.template, &file.format).unwrap_or_else(|e| panic!("{}: {e}", file.template));
            library.reading(file.reading.as_deref().unwrap_or(&file.format), &client.id).unwrap();
            assert!(mailprof::format::find(&file.format).is_some());
        }
    }
    for (template, format) in SHEETS {
        engine.names(template, format).unwrap_or_else(|e| panic!("{template}: {e}"));
    }
}

/// Templates of sheets and pages, which no profile names.
const SHEETS: [(&str, &str); 11] = [
    ("sheet/sheet.html.j2", "html"),
    ("sheet/index.html.j2", "html"),
    ("sheet/labels.html.j2", "html"),
    ("sheet/figure.svg.j2", "svg"),
    ("sheet/travel.svg.j2", "svg"),
    ("sheet/drawing.svg.j2", "svg"),
    ("sheet/data.json.j2", "pdf"),
    ("sheet/dump.json.j2", "pdf"),
    ("sheet/letter.html.j2", "html"),
    ("sheet/notice.html.j2", "html"),
    ("sheet/letter.json.j2", "pdf"),
];

#[test]
fn no_template_is_left_over() {
    let mut used: BTreeSet<String> =
        clients().iter().flat_map(|c| c.files.iter().map(|f| f.template.clone())).collect();
    used.extend(SHEETS.iter().map(|(template, _)| (*template).to_owned()));
    used.extend(["sheet/sheet.typ", "sheet/letter.typ", "sheet/foot.typ"].map(str::to_owned));
    let found: BTreeSet<String> = super::common::tree(&root().join("templates")).into_keys().collect();
    assert_eq!(found, used);
}

#[test]
fn limits_are_unique_sourced_and_name_only_what_the_view_has() {
    let library = Library::default();
    let engine = Engine::new(&library);
    let known = |name: &str, client: &Client| {
        let top = name.split('.').next().unwrap();
        if let Some(option) = name.strip_prefix("options.") {
            return client.options.contains_key(option);
        }
        VIEW.contains(&name) || VIEW.contains(&top) && !name.contains('.')
    };
    let mut codes = BTreeSet::new();
    for client in clients() {
        for limit in &client.limits {
            assert!(codes.insert(limit.code.clone()) || limit.common, "{} stands twice", limit.code);
            assert!(!limit.source.is_empty(), "{} has no source", limit.code);
            let kebab = limit.code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            assert!(kebab, "{}", limit.code);
            for name in engine.condition(&limit.when).unwrap().names() {
                assert!(known(&name, &client), "{}: {name} is not in the view", limit.code);
            }
        }
    }
}

/// Names of the view that `docs/adding-a-client.md` explains.
const VIEW: &[&str] = &[
    "address",
    "address_unicode",
    "local_part",
    "domain",
    "domain_unicode",
    "name",
    "full_name",
    "name_ascii",
    "incoming",
    "incoming.protocol",
    "incoming.host",
    "incoming.host_unicode",
    "incoming.port",
    "incoming.security",
    "incoming.tls_minimum",
    "incoming.access",
    "incoming.auth",
    "incoming.username",
    "incoming.username_pattern",
    "incoming.derived",
    "incoming.password",
    "incoming.password_kind",
    "incoming.password_url",
    "incoming.password_change_url",
    "incoming.password_valid_until",
    "incoming.leave_on_server",
    "incoming.leave_days",
    "outgoing",
    "outgoing.host",
    "outgoing.host_unicode",
    "outgoing.port",
    "outgoing.security",
    "outgoing.tls_minimum",
    "outgoing.access",
    "outgoing.auth",
    "outgoing.minutes",
    "outgoing.login",
    "outgoing.password_same",
    "outgoing.username",
    "outgoing.username_pattern",
    "outgoing.derived",
    "outgoing.password",
    "incoming_servers",
    "outgoing_servers",
    "incoming_none",
    "provider",
    "provider.name",
    "provider.short_name",
    "provider.domains",
    "quota",
    "compose",
    "tls_maximum",
    "given",
    "passwords",
    "maps",
];

/// Every name above is explained in the documentation.
#[test]
fn the_view_is_documented() {
    let docs = std::fs::read_to_string(root().join("docs/adding-a-client.md")).unwrap();
    for name in VIEW {
        let last = name.rsplit('.').next().unwrap();
        assert!(docs.contains(last), "docs/adding-a-client.md does not explain {name}");
    }
}

#[test]
fn a_made_up_client_needs_only_yaml_and_a_template() {
    let dir = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("p/clients/mailbird-9.yaml", MADE_UP);
    put("p/readings/mailbird-9.yaml", MADE_UP_READING);
    put("t/mailbird-9/settings.reg.j2", MADE_UP_TEMPLATE);
    let overrides = |yaml: &str| {
        Build::new(yaml)
            .overrides(Some(&dir.path().join("p")), Some(&dir.path().join("t")))
            .client("mailbird-9")
            .run()
    };
    let built = overrides(EASY);
    assert_eq!(built.codes(mailprof::finding::Severity::Warning), Vec::<&str>::new(), "{}", built.report());
    assert!(built.text("/mb.reg").contains("\"In\"=\"pop.example.jp\""));
    assert!(built.text("/mailbird-9.ja.html").contains("受信側"));
    let refused = overrides(&EASY.replace("pop3", "imap").replace("995", "993"));
    assert_eq!(refused.codes(mailprof::finding::Severity::Error), ["mailbird-9-no-imap"]);
    assert_eq!(refused.artifacts.iter().filter(|a| a.format == "reg").count(), 0);
    let wrong = std::fs::read_to_string(dir.path().join("t/mailbird-9/settings.reg.j2")).unwrap();
    std::fs::write(
        dir.path().join("t/mailbird-9/settings.reg.j2"),
        wrong.replace("incoming.host", "outgoing.host"),
    )
    .unwrap();
    let wrong = overrides(EASY);
    assert_eq!(wrong.codes(mailprof::finding::Severity::Error), ["read-back-differs"]);
    let words = "for `incoming.host` it says `smtp.example.jp`, but the account has `pop.example.jp`";
    assert!(wrong.report().contains(words), "{}", wrong.report());
}

const MADE_UP: &str = r#"
id: mailbird-9
names: { en: Mailbird 9, ja: メールバード9 }
platforms: [Windows 3.1]
lifecycle: { status: current }
labels:
  address: { en: A, ja: 宛先 }
  incoming.host: { en: In, ja: 受信側 }
  outgoing.host: { en: Out, ja: 送信側 }
  outgoing.port: { en: P, ja: 番号 }
  incoming.username: { en: U, ja: 名 }
  incoming.password: { en: W, ja: 鍵 }
labels_source: made up
files:
  - name: settings
    scope: user
    paths: ["mb.reg"]
    format: reg
    template: mailbird-9/settings.reg.j2
    reading: mailbird-9
    source: made up
    carries: [incoming.host, outgoing.port]
limits:
  - { code: mailbird-9-no-imap, when: incoming.protocol == "imap", at: incoming.protocol, severity: error, source: made up,
      en: { lost: "No IMAP.", do: "Use POP3." }, ja: { lost: "IMAP は使えません。", do: "POP3 をお使いください。" } }
steps_source: made up
steps:
  - { en: "Open it.", ja: "開きます。" }
"#;
const MADE_UP_READING: &str = "
incoming: { each: '[doc.keys[0].values]', settings: { host: server.In } }
outgoing: { each: '[doc.keys[0].values]', settings: { port: server.Port } }
";
const MADE_UP_TEMPLATE: &str = r#"Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\Software\Mailbird9]
"In"="{{ incoming.host }}"
"Port"=dword:{{ outgoing.port | dword }}
"#;

#[test]
fn domain_files_need_no_user() {
    for client in clients() {
        let domain = client.files.iter().filter(|f| f.scope == Scope::Domain).count();
        let built = Build::new(
            EASY.replace("address: tanaka@example.jp\nname: Taro Tanaka", "domain: example.jp")
                .replace("username: tanaka", "username: \"%EMAILLOCALPART%\""),
        )
        .client(&client.id)
        .run();
        assert!(
            built.artifacts.iter().all(|a| a.scope == "domain" && a.address.is_none()),
            "{}",
            built.report()
        );
        assert!(built.artifacts.len() >= domain, "{}: {}", client.id, built.report());
    }
}

/// What a profile names must be there: else reading back would check less than its author thinks.
#[test]
fn a_profile_that_names_what_is_not_there_is_refused() {
    let load = |from: &str, to: &str| {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("clients")).unwrap();
        assert!(MADE_UP.contains(from));
        std::fs::write(dir.path().join("clients/mailbird-9.yaml"), MADE_UP.replace(from, to)).unwrap();
        Library::new(Some(dir.path().to_owned()), None)
            .unwrap()
            .clients()
            .map(drop)
            .map_err(|e| e.to_string())
    };
    assert_eq!(load("scope: user", "scope: user"), Ok(()));
    for (from, to) in [
        ("outgoing.port]", "outgoing.prot]"),
        ("format: reg", "format: regg"),
        ("code: mailbird-9-no-imap", "code: oe-no-apop"),
        ("code: mailbird-9-no-imap", "code: outgoing-port-25"),
        ("incoming.host: { en: In", "incoming.hst: { en: In"),
        ("{ en: \"Open it.\"", "{ show: [incoming.hst], en: \"Open it.\""),
        ("id: mailbird-9", "id: mailbird-8"),
        ("{ en: In, ja: 受信側 }", "{ en: In }"),
        ("names: { en: Mailbird 9, ja: メールバード9 }", "names: { ja: メールバード9 }"),
        ("at: incoming.protocol", "at: incoming.protocl"),
        ("{ status: current }", "{ status: ended, ended: 2020-01-01, source: x, instead: [mailbird-10] }"),
        (
            "labels_source",
            "options: { x: { type: choice, choices: [a], default: b, en: x, ja: x } }\nlabels_source",
        ),
    ] {
        assert!(load(from, to).is_err_and(|e| e.contains("mailbird-9.yaml")), "{to}");
    }
}
