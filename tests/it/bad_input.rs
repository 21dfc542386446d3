//! Bad descriptions: each mistake is a clear finding at its place; never a panic, nothing half-written, no secret shown.

use serde_json::Value;

use super::common::{Case, MINIMAL};

/// Codes with line and column of the errors that `check` finds.
fn errors(yaml: impl AsRef<[u8]>) -> Vec<(String, u64, u64)> {
    let ran = Case::new(yaml).args(&["check", "account.yaml", "--format", "json"]).run();
    let report: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", ran.stdout, ran.stderr));
    assert_eq!(ran.stderr, "", "JSON alone");
    let errors: Vec<(String, u64, u64)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["severity"] == "error")
        .map(|f| {
            (
                f["code"].as_str().unwrap().to_owned(),
                f["line"].as_u64().unwrap(),
                f["column"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(ran.code, i32::from(!errors.is_empty()), "{report}");
    errors
}

fn one(yaml: impl AsRef<[u8]>, code: &str, line: u64, column: u64) {
    let text = String::from_utf8_lossy(yaml.as_ref()).into_owned();
    assert_eq!(errors(yaml), [(code.to_owned(), line, column)], "{text}");
}

#[test]
fn what_is_no_description_at_all() {
    one(b"address: \xff\xfe", "not-utf8", 1, 10);
    one("", "empty-description", 1, 1);
    one("# only a comment\n", "empty-description", 1, 1);
    one("- a\n- b\n", "not-a-mapping", 1, 1);
    one("just text", "not-a-mapping", 1, 1);
    one("a: b\n---\nc: d\n", "several-documents", 3, 1);
    one("incoming:\n\thost: x\n", "yaml-syntax", 2, 2);
    one("address: [", "yaml-syntax", 1, 10);
    one("address: \"a\n", "yaml-syntax", 1, 10);
    one(format!("{MINIMAL}name: a\u{1}b\n"), "yaml-syntax", 4, 7);
    one("x".repeat(2 << 20), "too-large", 1, 1);
    one("[".repeat(5000), "yaml-syntax", 1, 256);
}

#[test]
fn a_byte_order_mark_from_notepad_is_accepted() {
    assert_eq!(errors(format!("\u{feff}{MINIMAL}")), []);
    one(format!("\u{feff}{}", MINIMAL.replace("address", "adress")), "unknown-key-near", 1, 1);
}

#[test]
fn keys_and_types() {
    let with = |from: &str, to: &str| MINIMAL.replace(from, to);
    one(format!("{MINIMAL}nmae: x\n"), "unknown-key-near", 4, 1);
    one(format!("{MINIMAL}colour: x\n"), "unknown-key", 4, 1);
    one(format!("{MINIMAL}name: x\nname: y\n"), "duplicate-key", 5, 1);
    one(format!("{MINIMAL}name: [a]\n"), "expected-text", 4, 7);
    one(format!("{MINIMAL}name:\n"), "empty-value", 4, 5);
    one(format!("{MINIMAL}name: ~\n"), "empty-value", 4, 7);
    one(format!("{MINIMAL}build: x\n"), "expected-mapping", 4, 8);
    one(format!("{MINIMAL}build: {{ clients: thunderbird }}\n"), "expected-list", 4, 19);
    one(format!("{MINIMAL}compose: text\n"), "bad-word", 4, 10);
    one(format!("{MINIMAL}compose: plian\n"), "bad-word-near", 4, 10);
    one(format!("{MINIMAL}allow: [{{ code: x }}]\n"), "missing-key", 4, 9);
    one(with("protocol: pop3", "protocol: pop"), "bad-word-near", 2, 23);
    one(with("protocol: pop3, ", ""), "missing-key", 2, 11);
    one(with("host: mail.example.jp, username", "username"), "missing-key", 2, 11);
    one(with("outgoing: { host: mail.example.jp, port: 587 }\n", ""), "missing-key", 1, 1);
    one(with("address: tanaka@example.jp\n", ""), "address-or-domain", 1, 1);
    one(with("username: tanaka", "leave_on_server: no"), "bad-flag", 2, 69);
    one(with("username: tanaka", "leave_on_server: 'true'"), "bad-flag", 2, 69);
    one(with("username: tanaka", "leave_on_server: { days: 0 }"), "bad-number", 2, 77);
}

#[test]
fn ports() {
    for (port, code) in [
        ("0587", "port-spelling"),
        ("5_87", "port-spelling"),
        ("70000", "bad-port"),
        ("\"993\"", "quoted-number"),
        ("0", "bad-port"),
        ("smtp", "bad-port"),
        ("5e2", "bad-port"),
        ("0x24b", "bad-port"),
        ("５８７", "full-width"),
        ("-1", "bad-port"),
        ("587.0", "bad-port"),
        ("true", "bad-port"),
    ] {
        one(MINIMAL.replace("port: 587", &format!("port: {port}")), code, 3, 42);
    }
    for port in ["110", "143", "25", "2525"] {
        one(MINIMAL.replace("username: tanaka", &format!("port: {port}")), "security-not-given", 2, 58);
    }
}

#[test]
fn hosts_and_addresses() {
    let host = |text: &str| {
        MINIMAL.replace(
            "incoming: { protocol: pop3, host: mail.example.jp",
            &format!("incoming: {{ protocol: pop3, host: {text}"),
        )
    };
    for (text, code) in [
        ("mail example.jp", "host-blank"),
        ("'mail.example.jp '", "host-blank"),
        ("mail_1.example.jp", "host-underscore"),
        ("https://mail.example.jp/", "host-is-url"),
        ("\"ma\\x01il.jp\"", "forbidden-character"),
        ("\"ma\\u202eil.jp\"", "forbidden-character"),
        ("\"ma\\u200bil.jp\"", "forbidden-character"),
        ("mail.example.jp:587", "host-has-port"),
        ("tanaka@example.jp", "host-is-address"),
        ("ｍａｉｌ.example.jp", "full-width"),
        ("mail..jp", "bad-host"),
        ("1.2.3", "bad-host"),
    ] {
        one(host(text), code, 2, 35);
    }
    for (text, code) in [
        ("tanaka", "address-without-at"),
        ("tanaka＠example.jp", "full-width"),
        ("a b@example.jp", "bad-address"),
        ("'@example.jp'", "bad-address"),
        ("a@ex_ample.jp", "bad-address"),
    ] {
        one(MINIMAL.replace("tanaka@example.jp", text), code, 1, 10);
    }
}

#[test]
fn names_of_things_that_are_not_there() {
    one(format!("{MINIMAL}provider: gmial\n"), "unknown-provider-near", 4, 11);
    one(format!("{MINIMAL}provider: ../clients/generic\n"), "unknown-provider", 4, 11);
    one(format!("{MINIMAL}clients: {{ outlook: {{ vresion: 14.0 }} }}\n"), "unknown-option", 4, 32);
    one(format!("{MINIMAL}clients: {{ outlook: {{ version: 13.0 }} }}\n"), "bad-option", 4, 32);
    one(format!("{MINIMAL}build: {{ clients: [thunderbrid] }}\n"), "unknown-client-near", 4, 20);
    one(format!("{MINIMAL}build: {{ languages: [fr] }}\n"), "unknown-language", 4, 22);
    one(format!("{MINIMAL}clients: {{ outlok: {{ version: 14.0 }} }}\n"), "unknown-client-near", 4, 31);
}

#[test]
fn every_mistake_is_told_in_one_run() {
    let yaml = "adress: tanaka@example.jp\ndomain: example.jp\nincoming:\n  protocol: pop\n  host: mail_1.example.jp\n  port: 0110\n  password: hunter2\n  password: hunter3\n\
                outgoing:\n  host: smtp example.jp\n  port: 70000\n  auth: [plain]\nmailbox_quota: big\ncompose: html\ncompose: plain\nletter: { window: big }\nclients: { outlok: { a: b } }\n";
    let found = errors(yaml);
    let expected = [
        ("unknown-key-near", 1),
        ("bad-word-near", 4),
        ("host-underscore", 5),
        ("port-spelling", 6),
        ("duplicate-key", 8),
        ("host-blank", 10),
        ("bad-port", 11),
        ("bad-word-near", 12),
        ("bad-size", 13),
        ("duplicate-key", 15),
        ("bad-word", 16),
        ("unknown-client-near", 17),
    ];
    let expected: Vec<(String, u64)> = expected.iter().map(|(c, l)| ((*c).to_owned(), *l)).collect();
    assert_eq!(found.into_iter().map(|(c, l, _)| (c, l)).collect::<Vec<_>>(), expected);
}

#[test]
fn files_that_cannot_be_read_end_with_2() {
    for path in ["absent.yaml", "."] {
        let ran = Case::new("").args(&["build", path]).run();
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.starts_with(&format!("mailprof: could not read {path}: ")), "{}", ran.stderr);
        assert!(!ran.path().join("out").exists());
    }
}

#[test]
fn a_bad_description_writes_nothing() {
    let ran = Case::new(MINIMAL.replace("port: 587", "port: 0587")).args(&["build", "account.yaml"]).run();
    assert_eq!(ran.code, 1);
    assert!(!ran.path().join("out").exists());
}

#[test]
fn a_password_source_that_is_missing() {
    let case = || Case::new(MINIMAL).args(&["build", "account.yaml", "--format", "json"]);
    let code = |ran: &super::common::Ran| -> Vec<(String, String)> {
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let all = report["findings"].as_array().unwrap().iter();
        all.filter(|f| f["code"].as_str().unwrap().starts_with("password"))
            .map(|f| (f["code"].as_str().unwrap().into(), f["severity"].as_str().unwrap().into()))
            .collect()
    };
    let needless = case().run();
    assert_eq!((needless.code, code(&needless)), (0, vec![("password-source-absent".into(), "note".into())]));
    for place in ["sheets", "everywhere"] {
        let needed = case().args(&["--passwords", place]).run();
        assert_eq!(
            (needed.code, code(&needed)),
            (1, vec![("password-source-missing".into(), "error".into())])
        );
        assert!(!needed.path().join("out").exists());
    }
    let given = case().args(&["--passwords", "sheets"]).env("MAIL_PASSWORD", "x").run();
    assert_eq!((given.code, code(&given)), (0, vec![]));
    let control = case().args(&["--passwords", "sheets"]).env("MAIL_PASSWORD", "x\ny").run();
    assert_eq!(control.code, 1);
}
