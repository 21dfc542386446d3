//! The command line as its users meet it: exit codes, streams, words, the folder it leaves.

use std::collections::BTreeMap;

use super::common::{Case, EASY, MINIMAL, root};

fn minimal() -> Case {
    Case::new(MINIMAL).args(&["build", "account.yaml"])
}

#[test]
fn the_smallest_description_exits_0_and_tells_what_was_assumed_and_who_cannot_be_served() {
    let ran = minimal().run();
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    for line in [
        "note[security-assumed]: account.yaml:2: `incoming.security`: tls was assumed",
        "note[port-assumed]: account.yaml:2: `incoming.port`: 995 was assumed",
        "note[security-assumed]: account.yaml:3: `outgoing.security`: starttls was assumed",
        "note[password-source-absent]: account.yaml:2: `incoming.password`: `env: MAIL_PASSWORD` is not there; that is fine, no file holds the password",
    ] {
        assert!(ran.stderr.lines().any(|l| l == line), "{line}\n{}", ran.stderr);
    }
    let refused = ran.stderr.lines().find(|l| l.starts_with("note[oe-starttls-only-on-25]")).unwrap();
    assert!(refused.contains("outlook-express: no settings file was written: "), "{refused}");
    assert!(!ran.stderr.contains("warning[") && !ran.stderr.contains("error["), "{}", ran.stderr);
    assert!(!ran.tree("out").keys().any(|p| p.ends_with("jp.reg")));
    assert!(ran.tree("out").contains_key("example.jp/tanaka@example.jp/outlook-express.ja.html"));
    assert_eq!(minimal().args(&["--deny", "warnings"]).run().code, 0);
}

#[test]
fn outlook_express_named_exits_1_and_says_why_and_what_to_do() {
    let named =
        |language: &str| minimal().args(&["--client", "outlook-express", "--messages", language]).run();
    let en = named("en");
    assert_eq!(en.code, 1);
    assert!(en.stderr.contains("error[oe-starttls-only-on-25]: outlook-express: "), "{}", en.stderr);
    assert!(
        en.stderr.contains("STARTTLS on port 25 only") && en.stderr.contains("help: Offer port 465"),
        "{}",
        en.stderr
    );
    let ja = named("ja");
    assert_eq!(ja.code, 1);
    assert!(ja.stderr.contains("エラー[oe-starttls-only-on-25]: outlook-express: "), "{}", ja.stderr);
    assert!(ja.stderr.contains("25 番ポート") && ja.stderr.contains("対処: 465 番"), "{}", ja.stderr);
    let sheets: Vec<String> = en.tree("out").into_keys().collect();
    assert_eq!(
        sheets,
        [
            "example.jp/tanaka@example.jp/index.en.html",
            "example.jp/tanaka@example.jp/index.ja.html",
            "example.jp/tanaka@example.jp/outlook-express.en.html",
            "example.jp/tanaka@example.jp/outlook-express.ja.html",
            "manifest.jsonl"
        ]
    );
}

#[test]
fn json_is_the_object_of_the_contract() {
    let ran = Case::new(MINIMAL)
        .args(&["build", "account.yaml", "--format", "json", "--client", "outlook-express"])
        .run();
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report.as_object().unwrap().keys().collect::<Vec<_>>(), ["files", "users", "findings"]);
    assert_eq!((&report["files"], &report["users"]), (&4.into(), &1.into()));
    let finding = report["findings"].as_array().unwrap().iter().find(|f| f["severity"] == "error").unwrap();
    let keys: Vec<&String> = finding.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "code",
            "severity",
            "message",
            "client",
            "address",
            "count",
            "file",
            "line",
            "column",
            "end_line",
            "end_column",
            "help"
        ]
    );
    assert_eq!(finding["client"], "outlook-express");
    assert_eq!(finding["address"], "tanaka@example.jp");
    assert_eq!(
        (&finding["file"], &finding["line"], &finding["count"]),
        (&"account.yaml".into(), &3.into(), &1.into())
    );
    let check = Case::new(MINIMAL).args(&["check", "account.yaml", "--format", "json"]).run();
    let report: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    assert_eq!((check.code, &report["files"]), (0, &0.into()));
    assert_eq!(check.tree("."), BTreeMap::from([("account.yaml".to_owned(), MINIMAL.as_bytes().to_vec())]));
}

#[test]
fn the_manifest_is_the_tree() {
    use sha2::{Digest, Sha256};
    let ran = minimal().run();
    let mut tree = ran.tree("out");
    let manifest = String::from_utf8(tree.remove("manifest.jsonl").unwrap()).unwrap();
    let mut paths = Vec::new();
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let keys: Vec<&String> = entry.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["path", "client", "format", "scope", "address", "sha256", "bytes", "secret"]);
        let bytes = &tree[entry["path"].as_str().unwrap()];
        let sha: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            (entry["sha256"].as_str(), entry["bytes"].as_u64()),
            (Some(sha.as_str()), Some(bytes.len() as u64))
        );
        let user = entry["path"].as_str().unwrap().starts_with("example.jp/tanaka@example.jp/");
        assert_eq!(entry["scope"], if user { "user" } else { "domain" });
        assert_eq!(entry["address"].is_string(), user);
        paths.push(entry["path"].as_str().unwrap().to_owned());
    }
    assert_eq!(paths, tree.into_keys().collect::<Vec<_>>(), "every file, in the order of its bytes");
}

#[test]
fn building_twice_and_over_an_older_tree_gives_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out").display().to_string();
    let build = |yaml: &str, args: &[&str]| {
        let ran = Case::new(yaml).args(&["build", "account.yaml", "-o", &out]).args(args).run();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        super::common::tree(&dir.path().join("out"))
    };
    let first = build(EASY, &[]);
    assert_eq!(first, build(EASY, &[]), "twice");
    let other = build(&EASY.replace("tanaka@", "suzuki@"), &["--client", "apple-mail"]);
    assert!(other.keys().all(|p| !p.contains("tanaka@example.jp/")), "an older tree is replaced");
    assert_eq!(first, build(EASY, &[]), "over another's");
    // an interrupted run: half-written temporary files, a journal, final files without a manifest
    std::fs::remove_file(dir.path().join("out/manifest.jsonl")).unwrap();
    std::fs::write(dir.path().join("out/.journal.mailprof-tmp"), "example.jp/suzuki@example.jp/x.html\n")
        .unwrap();
    std::fs::create_dir_all(dir.path().join("out/example.jp/suzuki@example.jp")).unwrap();
    std::fs::write(dir.path().join("out/example.jp/suzuki@example.jp/x.html"), "whole").unwrap();
    std::fs::write(dir.path().join("out/example.jp/.y.html.mailprof-tmp"), "ha").unwrap();
    assert_eq!(first, build(EASY, &[]), "over an interrupted one");
}

#[test]
fn usage_that_cannot_be_served_ends_with_2() {
    for args in [
        &["build", "account.yaml", "--resume"][..],
        &["build", "account.yaml", "--users", "account.yaml", "--shard", "3/2"],
        &["build", "account.yaml", "--users", "absent.csv"],
        &["build", "account.yaml", "--sheet-format", "pdf"],
        &["build", "account.yaml", "--set", "outlook"],
        &["build", "account.yaml", "--passwords", "maybe"],
        &["build", "account.yaml", "--profiles", "absent"],
        &["build"],
        &["bulid"],
        &["clients", "netscape"],
        &["build", "account.yaml", "--client", "netscape"],
        &["check", "account.yaml", "--client", "netscape"],
        &["build", "account.yaml", "--sheets", "netscape"],
        &["build", "account.yaml", "--lang", "fr"],
        &["build", "account.yaml", "--set", "netscape.version=4"],
    ] {
        let ran = Case::new(MINIMAL).args(args).run();
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(!ran.stderr.is_empty() && !ran.path().join("out").exists(), "{args:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_ends_with_2() {
    let ran = minimal().file("out", "a file").run();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("out is a file, not a folder"), "{}", ran.stderr);
}

#[test]
fn flags_win_over_the_description() {
    let yaml = format!(
        "{EASY}build: {{ clients: [apple-mail], sheets: none, languages: [en], passwords: everywhere }}\n"
    );
    let names = |args: &[&str]| -> Vec<String> {
        let ran =
            Case::new(&yaml).args(&["build", "account.yaml"]).args(args).env("MAIL_PASSWORD", "x").run();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.tree("out").into_keys().map(|p| p.rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&[]), ["tanaka@example.jp.mobileconfig", "manifest.jsonl"]);
    assert_eq!(
        names(&["--sheets", "generic", "--lang", "ja"]),
        ["generic.ja.html", "tanaka@example.jp.mobileconfig", "manifest.jsonl"]
    );
    assert_eq!(
        names(&["--client", "outlook-express"]),
        ["tanaka@example.jp.iaf", "tanaka@example.jp.reg", "manifest.jsonl"]
    );
}

#[test]
fn options_of_clients_reach_their_files() {
    let build = |args: &[&str]| {
        Case::new(EASY).args(&["build", "account.yaml", "--client", "outlook"]).args(args).run()
    };
    let import = |ran: &super::common::Ran| {
        super::common::decode(&ran.tree("out")["example.jp/tanaka@example.jp/tanaka@example.jp-import.reg"])
    };
    assert!(import(&build(&[])).contains("Office\\16.0\\Outlook\\Setup"));
    assert!(import(&build(&["--set", "outlook.version=14.0"])).contains("Office\\14.0\\Outlook\\Setup"));
    assert_eq!(build(&["--set", "outlook.version=13.0"]).code, 1);
}

#[test]
fn the_provider_fills_in_and_the_accounts_own_keys_win() {
    let show = |yaml: &str| -> serde_json::Value {
        let ran = Case::new(yaml).args(&["show", "account.yaml"]).run();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let gmail = show("address: taro@gmail.com\nprovider: gmail\n");
    let ports: Vec<u64> =
        gmail["incoming"].as_array().unwrap().iter().map(|s| s["port"].as_u64().unwrap()).collect();
    assert_eq!(ports, [993, 995]);
    assert_eq!(
        (&gmail["outgoing"][0]["port"], &gmail["outgoing"][0]["security"]),
        (&465.into(), &"tls".into())
    );
    assert_eq!(gmail["incoming"][0]["auth"], serde_json::json!(["oauth2", "password"]));
    assert_eq!(
        (&gmail["incoming"][0]["password_kind"], &gmail["incoming"][0]["username"]),
        (&"app".into(), &"%EMAILADDRESS%".into())
    );
    let pop = show("address: taro@gmail.com\nprovider: gmail\nincoming: { protocol: pop3 }\n");
    assert_eq!(
        (pop["incoming"].as_array().unwrap().len(), &pop["incoming"][0]["host"]),
        (1, &"pop.gmail.com".into())
    );
    let own = show(
        "address: taro@example.jp\nprovider: { use: enetj, name: わが社 }\nincoming: { username: taro, security: tls }\n",
    );
    assert_eq!((&own["provider"]["name"], &own["provider"]["id"]), (&"わが社".into(), &"com.enetj".into()));
    assert_eq!(
        (&own["incoming"][0]["host"], &own["incoming"][0]["port"]),
        (&"mail.enetj.com".into(), &995.into())
    );
    assert_eq!(
        (&own["outgoing"][0]["host"], &own["outgoing"][0]["port"]),
        (&"mail.enetj.com".into(), &587.into())
    );
}

#[test]
fn show_fills_in_every_default() {
    let ran = Case::new(MINIMAL).args(&["show", "account.yaml"]).run();
    let shown: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected = serde_json::json!({
        "address": "tanaka@example.jp", "domain": "example.jp",
        "provider": { "id": "jp.example", "name": "example.jp", "domains": ["example.jp"], "connection_login": "different" },
        "profile_key": "tanaka@example.jp",
        "incoming": [{ "protocol": "pop3", "host": "mail.example.jp", "port": 995, "security": "tls", "tls_minimum": "1.2", "auth": ["password"], "username": "tanaka",
            "password": { "env": "MAIL_PASSWORD" }, "password_kind": "mailbox", "leave_on_server": { "days": 14 } }],
        "outgoing": [{ "host": "mail.example.jp", "port": 587, "security": "starttls", "tls_minimum": "1.2", "auth": ["password"], "login": "same", "username": "tanaka" }],
        "compose": "plain",
        "build": { "clients": "all", "sheets": "clients", "languages": ["ja", "en"], "passwords": "omit" },
    });
    assert_eq!(shown, expected);
}

#[test]
fn clients_are_listed_with_files_options_and_limits() {
    let list = Case::new("").args(&["clients"]).run();
    assert_eq!((list.code, list.stderr.as_str()), (0, ""));
    assert_eq!(list.stdout.lines().count(), 15);
    assert!(list.stdout.contains("outlook-express       Outlook Express") && list.stdout.contains('†'));
    let one = Case::new("").args(&["clients", "outlook", "--messages", "ja"]).run();
    for words in ["<domain>/<address>/<stem>.prf (prf)", "outlook.version=16.0", "エラー[outlook-no-apop]"]
    {
        assert!(one.stdout.contains(words), "{words}\n{}", one.stdout);
    }
    assert!(!one.stdout.contains("{{") && !one.stdout.contains("{%"), "{}", one.stdout);
}

/// What a client that was left out of a run would have told cannot be missed.
#[test]
fn an_entry_that_accepts_nothing_is_told_when_everything_was_looked_at() {
    let allow = |code: &str| format!("{EASY}allow: [{{ code: {code}, because: x }}]\n");
    let told = |yaml: &str, args: &[&str], code: &str| {
        let ran = Case::new(yaml).args(&["check", "account.yaml"]).args(args).run();
        ran.stderr.contains(&format!("warning[{code}]"))
    };
    for (code, told_of_all) in
        [("pop-before-smtp", true), ("pacc-oauth2-issuer", true), ("tls-too-new", false)]
    {
        assert_eq!(told(&allow(code), &[], "allow-unused"), told_of_all, "{code}");
        let is_rule = code == "pop-before-smtp";
        assert_eq!(told(&allow(code), &["--client", "generic"], "allow-unused"), is_rule, "{code}");
        assert!(!told(&format!("{}nmae: x\n", allow(code)), &[], "allow-unused"), "{code}: with an error");
    }
    assert!(told(&allow("pop-befor-smtp"), &["--client", "generic"], "allow-unknown"));
    let error = format!("{}nmae: x\n", allow("unknown-key-near"));
    assert!(told(&error, &[], "allow-error"));
}

/// A file's name may hold what moves a terminal.
#[test]
fn names_of_files_move_no_terminal() {
    let name = "\u{1b}[31mx\u{1b}]0;y\u{7}\n.yaml";
    for (args, text) in [
        (vec!["check", name], "address: x"),
        (
            vec!["check", name, "--fix"],
            "address: ｘ@example.jp\nincoming: none\noutgoing: { host: a.example.jp }",
        ),
        (vec!["check", name, "--format", "github"], "address: x"),
        (vec!["check", "\u{1b}[31mnothing"], ""),
        (vec!["explain", "\u{1b}[31mx"], ""),
    ] {
        let ran = Case::new("").file(name, text).args(&args).run();
        let out = ran.stdout + &ran.stderr;
        assert!(!out.contains(['\u{1b}', '\u{7}']), "{args:?}: {out:?}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let yaml = EASY.replace("port: 465, security: tls", "port: 25, security: starttls");
    let escapes = |args: &[&str], no_colour: &str| {
        let case = Case::new(&yaml).args(&["check", "account.yaml"]).args(args).env("NO_COLOR", no_colour);
        case.run().stderr.contains('\u{1b}')
    };
    assert!(!escapes(&[], ""), "not a terminal");
    assert!(escapes(&["--color", "always"], "1"), "asked for");
    assert!(!escapes(&["--color", "never"], ""));
}

#[test]
fn accepted_findings_are_silent_and_errors_cannot_be_accepted() {
    let yaml = EASY.replace("port: 465, security: tls", "port: 25, security: starttls");
    let allow = format!("{yaml}allow: [{{ code: outgoing-port-25, because: our own line }}]\n");
    let codes = |yaml: &str, args: &[&str]| {
        let ran = Case::new(yaml).args(&["check", "account.yaml", "--deny", "warnings"]).args(args).run();
        (ran.code, ran.stderr.contains("outgoing-port-25"))
    };
    assert_eq!(codes(&yaml, &[]), (1, true));
    assert_eq!(codes(&allow, &[]), (0, false));
    let stubborn = format!("{MINIMAL}allow: [{{ code: oe-starttls-only-on-25, because: x }}]\n");
    assert_eq!(
        Case::new(stubborn).args(&["check", "account.yaml", "--client", "outlook-express"]).run().code,
        1
    );
}

#[cfg(unix)]
#[test]
fn a_broken_pipe_is_success() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_mailprof"))
        .args(["clients", "outlook"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_language_twice_is_a_language_once() {
    let ran = Case::new(EASY)
        .args(&["build", "account.yaml", "--client", "generic", "--lang", "ja", "--lang", "ja"])
        .run();
    assert_eq!((ran.code, ran.tree("out").len()), (0, 3), "{}", ran.stderr);
}

#[test]
fn folders_that_override_nothing_are_told() {
    let case = || Case::new(EASY).file("t/templates/sheet/sheet.html.j2", "x").file("p/generic.yaml", "x");
    let told = |args: &[&str]| {
        let ran = case().args(&["build", "account.yaml"]).args(args).run();
        (ran.code, ran.stderr.contains("warning[override-unused]"))
    };
    assert_eq!(told(&["--templates", "t"]), (0, true));
    assert_eq!(told(&["--profiles", "p"]), (0, true));
    assert!(!told(&["--templates", "t/templates"]).1);
}

#[test]
fn a_domain_is_told_nothing_of_clients_that_it_publishes_nothing_for() {
    let yaml = "domain: example.jp\nincoming: { protocol: imap, host: h.example.jp, security: starttls }\noutgoing: { host: h.example.jp }\n";
    let ran = Case::new(yaml)
        .args(&["build", "account.yaml", "--client", "outlook-express", "--client", "thunderbird"])
        .run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("outlook-express"), "{}", ran.stderr);
}
