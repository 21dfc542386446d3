//! `init` without a terminal: flags answer. (With one it is driven by hand; the questions are the same code.)

use super::common::{Case, Ran};

fn init(flags: &[&str]) -> Ran {
    Case::new("").args(&["init", "new.yaml"]).args(flags).run()
}

const FULL: &[&str] = &[
    "--address",
    "tanaka@example.jp",
    "--name",
    "田中 太郎",
    "--protocol",
    "pop3",
    "--incoming-host",
    "pop.example.jp",
    "--username",
    "tanaka",
    "--outgoing-host",
    "smtp.example.jp",
];

fn written(ran: &Ran) -> String {
    std::fs::read_to_string(ran.path().join("new.yaml")).unwrap_or_default()
}

#[test]
fn what_it_writes_is_sound_and_builds() {
    for language in ["en", "ja"] {
        let ran = init(&[FULL, &["--messages", language]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let text = written(&ran);
        let first = text.lines().next().unwrap();
        assert_eq!(first, "# yaml-language-server: $schema=new.schema.json");
        assert!(
            text.contains("port: 995")
                && text.contains("port: 587")
                && text.contains("{ env: MAIL_PASSWORD }")
        );
        let schema = std::fs::read_to_string(ran.path().join("new.schema.json")).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&schema).is_ok());
        let check = Case::new(&text).args(&["check", "account.yaml", "--deny", "warnings"]).run();
        assert_eq!(check.code, 0, "{}", check.stderr);
        let own = check
            .stderr
            .lines()
            .filter(|l| l.contains("account.yaml") && !l.contains(": note") && l.contains("assumed"));
        assert_eq!(own.count(), 0, "everything is stated: {}", check.stderr);
        let built = Case::new(&text).args(&["build", "account.yaml"]).run();
        assert_eq!(built.code, 0, "{}", built.stderr);
    }
}

#[test]
fn an_address_tells_its_provider() {
    let ran = init(&["--address", "tanaka@gmail.com"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let text = written(&ran);
    assert!(text.contains("\nprovider: gmail "), "{text}");
    assert!(!text.contains("host:"), "{text}");
    let own = init(&["--address", "tanaka@gmail.com", "--provider", "none"]);
    assert_eq!(own.code, 2);
    assert!(own.stderr.contains("--protocol, --incoming-host, --outgoing-host"), "{}", own.stderr);
}

#[test]
fn no_flag_is_dropped_and_no_file_of_somebody_else_is_replaced() {
    let both = init(&["--address", "a@gmail.com", "--provider", "gmail", "--incoming-port", "143"]);
    assert_eq!(both.code, 2);
    assert!(both.stderr.contains("--incoming-port"), "{}", both.stderr);
    let found = init(&["--address", "a@gmail.com", "--incoming-port", "143"]);
    assert_eq!(found.code, 2, "its own server: the others are asked for: {}", found.stderr);
    assert!(written(&init(&["--address", "a@blue.ocn.ne.jp", "--username", "a"])).contains("provider: ocn"));
    let mine = Case::new("").file("new.schema.json", "mine").args(&["init", "new.yaml"]).args(FULL).run();
    assert_eq!(mine.code, 0, "{}", mine.stderr);
    assert_eq!(std::fs::read_to_string(mine.path().join("new.schema.json")).unwrap(), "mine");
    let odd = Case::new("").args(&["init", "a b#c.yaml"]).args(FULL).run();
    let text = std::fs::read_to_string(odd.path().join("a b#c.yaml")).unwrap();
    assert!(text.starts_with("# yaml-language-server: $schema=a%20b%23c.schema.json\n"), "{text}");
    let capitals = init(&[FULL, &["--protocol", "POP3"]].concat());
    assert_eq!(capitals.code, 2, "the flag twice");
    let capitals: Vec<&str> = FULL.iter().map(|f| if *f == "pop3" { "POP3" } else { f }).collect();
    assert!(written(&init(&capitals)).contains("protocol: pop3 "));
    let empty = init(&[FULL, &["--incoming-port", "", "--password-env", ""]].concat());
    assert!(
        written(&empty).contains("port: 995 ") && !written(&empty).contains("password:"),
        "{}",
        empty.stderr
    );
    let null = init(&[FULL, &["--password-env", "NULL"]].concat());
    assert!(written(&null).contains("{ env: 'NULL' }"), "{}", null.stderr);
    let ja = init(&[FULL, &["--incoming-port", "0993", "--messages", "ja"]].concat());
    assert!(ja.stderr.contains("ポート番号") && ja.stderr.contains("993 と書いてください"), "{}", ja.stderr);
}

#[test]
fn without_a_terminal_every_flag_that_is_missing_is_named_at_once() {
    let ran = init(&[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--address, --protocol, --incoming-host, --outgoing-host"), "{}", ran.stderr);
    assert!(written(&ran).is_empty());
}

#[test]
fn a_wrong_flag_is_told_and_nothing_is_written() {
    for (flag, value, words) in [
        ("--address", "tanaka", "no `@`"),
        ("--incoming-host", "mail_1.example.jp", "no underscore"),
        ("--incoming-host", "ｐｏｐ.example.jp", "full-width"),
        ("--outgoing-port", "0587", "leading zeros"),
        ("--protocol", "pop", "cannot be `pop`"),
        ("--password-env", "hunter2", "no name of an environment variable"),
        ("--password-env", "hunter2!", "no name of an environment variable"),
    ] {
        let mut flags = FULL.to_vec();
        if let Some(at) = flags.iter().position(|f| *f == flag) {
            flags.drain(at..at + 2);
        }
        flags.extend([flag, value]);
        let ran = init(&flags);
        assert_eq!(ran.code, 2, "{flag} {value}: {}", ran.stderr);
        assert!(ran.stderr.contains(flag) && ran.stderr.contains(words), "{}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
        assert!(written(&ran).is_empty());
    }
}

#[test]
fn a_description_that_is_there_is_not_replaced() {
    let args = |more: &'static [&'static str]| [&["init", "account.yaml"], FULL, more].concat();
    let ran = Case::new("mine").args(&args(&[])).run();
    assert_eq!(ran.code, 2);
    assert_eq!(std::fs::read_to_string(ran.path().join("account.yaml")).unwrap(), "mine");
    let ran = Case::new("mine").args(&args(&["--force"])).run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(std::fs::read_to_string(ran.path().join("account.yaml")).unwrap().contains("tanaka@example.jp"));
}

/// Answers that YAML would read as something else.
#[test]
fn answers_are_quoted_where_yaml_needs_it() {
    for login in
        ["0120", "yes", "null", "a: b", "#x", "'x'", "{x}", "%EMAILLOCALPART%", "1e5", "&a", "x - b", "田中"]
    {
        let mut flags = FULL.to_vec();
        let at = flags.iter().position(|f| *f == "tanaka").unwrap();
        flags[at] = login;
        let ran = init(&flags);
        assert_eq!(ran.code, 0, "{login}: {}", ran.stderr);
        let shown = Case::new(written(&ran)).args(&["show", "account.yaml"]).run();
        let account: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        assert_eq!(account["incoming"][0]["username"], login);
    }
}
