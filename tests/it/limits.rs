//! What a client cannot do is told: by whom it is refused, what is lost, what was left out, in both languages.

use mailprof::account::Passwords;
use mailprof::build::Outcomes;
use mailprof::finding::Severity;

use super::common::{Build, Built, Case, EASY, decode};

fn outcome(built: &Built, client: &str) -> (Outcomes, Vec<String>) {
    let outcome = built.outcomes.iter().find(|o| o.client == client).unwrap();
    (outcome.result, outcome.why.clone())
}

#[test]
fn outlook_express_refuses_starttls_on_587_apop_and_oauth2() {
    for (from, to, code, en, ja) in [
        (
            "port: 465, security: tls",
            "port: 587, security: starttls",
            "oe-starttls-only-on-25",
            "STARTTLS on port 25 only",
            "25 番ポートだけ",
        ),
        (
            "security: tls, username",
            "security: tls, auth: apop, username",
            "oe-no-apop",
            "no setting for APOP",
            "APOP の設定がありません",
        ),
        (
            "security: tls, username",
            "security: tls, auth: oauth2, username",
            "oe-no-incoming-auth",
            "OAuth2",
            "OAuth2",
        ),
    ] {
        let yaml = EASY.replacen(from, to, 1);
        for (language, words) in [("en", en), ("ja", ja)] {
            let build = |named: &[&str]| {
                Case::new(&yaml).args(&["build", "account.yaml", "--messages", language]).args(named).run()
            };
            let named = build(&["--client", "outlook-express"]);
            assert_eq!(named.code, 1, "{code}: {}", named.stderr);
            assert!(
                named.stderr.contains(&format!("[{code}]")) && named.stderr.contains(words),
                "{}",
                named.stderr
            );
            let made = named.tree("out");
            assert!(made.keys().all(|p| p.ends_with(".html") || p == "manifest.jsonl"), "{:?}", made.keys());
            let sheet =
                decode(&made[&format!("example.jp/tanaka@example.jp/outlook-express.{language}.html")]);
            assert!(sheet.contains(words), "{code}: the sheet does not say why");
            assert!(!sheet.contains("<ol class=\"steps\">"), "{code}: the sheet has steps");
            let all = build(&[]);
            assert_eq!(all.code, 0, "{}", all.stderr);
            assert!(all.stderr.contains(&format!("[{code}]")), "{}", all.stderr);
            assert!(!all.tree("out").keys().any(|p| p.ends_with(".iaf") || p.ends_with("jp.reg")));
        }
    }
}

#[test]
fn the_table_tells_how_each_client_came_off() {
    let ran = Case::new(EASY).args(&["build", "account.yaml"]).run();
    let table: Vec<&str> = ran.stderr.lines().skip_while(|l| !l.starts_with("client ")).collect();
    let row = |client: &str| {
        table.iter().find(|l| l.split(' ').next() == Some(client)).copied().unwrap_or_default()
    };
    assert!(row("generic").ends_with("written"), "{table:?}");
    assert!(row("outlook-express").ends_with("with losses   tls-too-new"), "{table:?}");
    assert!(row("outlook-mobile").contains("not possible  outlook-mobile-no-pop3"), "{table:?}");
    assert_eq!(table.iter().position(|l| l.is_empty()), Some(16), "a head and fifteen clients: {table:?}");
    // every code in the table is a finding, also in JSON
    let json = Case::new(EASY).args(&["build", "account.yaml", "--format", "json"]).run();
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    for line in table.iter().skip(1).take(15) {
        let client = line.split(' ').next().unwrap();
        for code in line.split([',', ' ']).filter(|w| w.contains('-') && *w != client) {
            let told = findings.iter().any(|f| f["client"] == client && f["code"] == code);
            assert!(told, "{client}: {code} is no finding");
        }
    }
    let japanese = Case::new(EASY).args(&["build", "account.yaml", "--messages", "ja"]).run();
    assert!(
        japanese.stderr.contains("メールソフト") && japanese.stderr.contains("一部不可"),
        "{}",
        japanese.stderr
    );
}

const TWO: &str = "\
address: a@example.jp
incoming:
  - { protocol: imap, host: imap.example.jp, port: 993, security: tls, username: a }
  - { protocol: pop3, host: pop.example.jp, port: 995, security: tls, username: a }
outgoing:
  - { host: smtp.example.jp, port: 587, security: starttls }
  - { host: smtp.example.jp, port: 465, security: tls }
";

#[test]
fn of_several_servers_each_client_gets_what_it_can_use() {
    let built = Build::new(TWO).run();
    assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{}", built.report());
    let said = |end: &str, setting: &str| {
        let said = built.builder.as_ref().unwrap().read(built.get(end)).unwrap();
        said.get(setting).map(|v| v.join(" ")).unwrap_or_default()
    };
    // all in order
    for (setting, value) in [
        ("incoming.protocol", "imap"),
        ("incoming.1.protocol", "pop3"),
        ("outgoing.port", "587"),
        ("outgoing.1.port", "465"),
    ] {
        assert_eq!(said("isp/example.jp.xml", setting), value);
        assert_eq!(said("dns.zone", setting), value, "{setting}");
    }
    // one of each kind
    assert_eq!(
        (
            said("a@example.jp/autodiscover.xml", "incoming.1.protocol"),
            said("a@example.jp/autodiscover.xml", "outgoing.1.port")
        ),
        ("pop3".into(), String::new())
    );
    // the first that it can use: 587 with STARTTLS is nothing for Outlook Express
    assert_eq!(
        (said("a@example.jp.iaf", "incoming.protocol"), said("a@example.jp.iaf", "outgoing.port")),
        ("imap".into(), "465".into())
    );
    assert_eq!(said(".mobileconfig", "outgoing.port"), "587");
    let left: Vec<&str> = built
        .findings
        .iter()
        .filter(|f| f.code == "servers-left-out")
        .filter_map(|f| f.client.as_deref())
        .collect();
    assert!(
        left.contains(&"outlook-express") && left.contains(&"apple-mail") && left.contains(&"generic"),
        "{left:?}"
    );
    assert!(!left.contains(&"thunderbird") && !left.contains(&"dns"), "{left:?}");
    let report = built.report();
    assert!(report.contains("outlook-express: of several servers this client gets IMAP imap.example.jp:993, SMTP smtp.example.jp:465; left out: POP3 pop.example.jp:995, SMTP smtp.example.jp:587"), "{report}");
    assert!(
        built.text("generic.ja.html").contains("POP3（pop.example.jp、995 番）"),
        "the sheet says what was left out"
    );
}

/// A way to log in that a client cannot use with this server falls back to the next, and the same login to the same way.
#[test]
fn the_way_to_log_in_falls_back() {
    let yaml = EASY
        .replace(
            "protocol: pop3, host: pop.example.jp, port: 995",
            "protocol: imap, host: imap.example.jp, port: 993, auth: [oauth2, password]",
        )
        .replace("port: 465,", "port: 465, auth: [oauth2, password],");
    let built = Build::new(&yaml).client("thunderbird").run();
    assert_eq!(built.codes(Severity::Warning), Vec::<&str>::new(), "{}", built.report());
    assert_eq!(built.text("isp/example.jp.xml").matches("password-cleartext").count(), 2);
    let known =
        yaml.replace("imap.example.jp", "imap.gmail.com").replace("smtp.example.jp", "smtp.gmail.com");
    let built = Build::new(known).client("thunderbird").run();
    assert_eq!(built.text("isp/example.jp.xml").matches("OAuth2").count(), 2, "{}", built.report());
    let only = yaml.replace("[oauth2, password]", "[oauth2]");
    let built = Build::new(only).client("thunderbird").run();
    assert_eq!(built.codes(Severity::Error), ["tb-oauth2-known-hosts"], "{}", built.report());
    assert!(built.artifacts.iter().all(|a| a.format == "html"));
}

#[test]
fn limits_that_hold_for_any_client() {
    let warned = |yaml: &str, client: &str, code: &str| {
        let built = Build::new(yaml).client(client).run();
        let codes = built.codes(Severity::Note);
        assert!(!codes.contains(&"template-failed"), "{}", built.report());
        codes.contains(&code)
    };
    assert!(warned(EASY, "outlook-express", "tls-too-new"));
    assert!(!warned(EASY, "thunderbird", "tls-too-new"));
    let old = EASY.replace("security: tls", "security: tls, tls_minimum: 1.0");
    assert!(!warned(&old, "outlook-express", "tls-too-new"));
    for auth in ["client-ip", "none"] {
        let open = EASY.replace("port: 465,", &format!("port: 465, auth: {auth},"));
        for client in ["generic", "apple-mail", "thunderbird", "outlook", "becky"] {
            assert!(warned(&open, client, "sends-on-own-lines"), "{client} with {auth}");
        }
    }
    let other = EASY
        .replace("host: smtp.example.jp, port: 465,", "host: mail.isp.example, port: 465, username: relay7,");
    assert!(warned(&other, "generic", "sends-through-other-provider"));
    let own = EASY.replace("port: 465,", "port: 465, username: relay7,");
    assert!(!warned(&own, "generic", "sends-through-other-provider"));
    // and dns and pacc, which nobody sends with, are told nothing of it
    assert!(!warned(&EASY.replace("port: 465,", "port: 465, auth: client-ip,"), "dns", "sends-on-own-lines"));
}

#[test]
fn microsofts_programs_cannot_reach_domestic_servers() {
    let imap = EASY
        .replace("protocol: pop3", "protocol: imap")
        .replace("995", "993")
        .replace("username: tanaka", "username: \"%EMAILADDRESS%\"");
    let domestic = imap.replace("port: 993,", "port: 993, access: domestic-only,");
    for client in ["new-outlook", "outlook-mobile"] {
        let fine = Build::new(&imap).client(client).run();
        assert_eq!(fine.codes(Severity::Error), Vec::<&str>::new(), "{}", fine.report());
        let refused = Build::new(&domestic).client(client).run();
        assert_eq!(refused.codes(Severity::Error).len(), 1, "{}", refused.report());
        assert_eq!(outcome(&refused, client).0, Outcomes::Impossible);
    }
}

#[test]
fn options_of_old_windows_and_plain_text() {
    let build = |yaml: &str, set: &str, client: &str| {
        Case::new(yaml).args(&["build", "account.yaml", "--client", client, "--set", set]).run()
    };
    let old = build(
        &EASY.replace("Taro Tanaka", "田中 太郎"),
        "outlook-express.windows_9x=true",
        "outlook-express",
    );
    let bytes = &old.tree("out")["example.jp/tanaka@example.jp/tanaka@example.jp.reg"];
    assert!(bytes.starts_with(b"REGEDIT4\r\n\r\n[-HKEY_CURRENT_USER"), "{}", decode(bytes));
    assert!(decode(bytes).contains("\"SMTP Display Name\"=\"田中 太郎\""));
    // 表 has a backslash for its second byte
    let slash =
        build(&EASY.replace("Taro Tanaka", "表 太郎"), "outlook-express.windows_9x=true", "outlook-express");
    assert_eq!(slash.code, 1, "{}", slash.stderr);
    assert!(slash.stderr.contains("[oe-regedit4-letters]"), "{}", slash.stderr);
    let names: Vec<String> = slash.tree("out").into_keys().filter(|p| !p.ends_with(".html")).collect();
    assert_eq!(names, ["example.jp/tanaka@example.jp/tanaka@example.jp.iaf", "manifest.jsonl"]);
    let ascii = build(
        &EASY.replace("Taro Tanaka", "表 太郎\nname_ascii: Taro Omote"),
        "outlook-express.windows_9x=true",
        "outlook-express",
    );
    assert_eq!(ascii.code, 0, "{}", ascii.stderr);
    let plain = build(EASY, "outlook.plain_text=true", "outlook");
    let reg = decode(&plain.tree("out")["example.jp/tanaka@example.jp/tanaka@example.jp-plain-text.reg"]);
    assert!(
        reg.contains("Office\\16.0\\Outlook\\Options\\Mail]\r\n\"EditorPreference\"=dword:00010000"),
        "{reg}"
    );
    assert!(
        !build(EASY, "outlook.plain_text=false", "outlook")
            .tree("out")
            .keys()
            .any(|p| p.ends_with("plain-text.reg"))
    );
}

#[test]
fn a_code_holds_what_its_place_may_hold() {
    let yaml = EASY.replace("protocol: pop3", "protocol: imap").replace("995", "993");
    let build = |passwords| {
        Build::new(&yaml)
            .client("delta-chat")
            .client("thunderbird-android")
            .passwords(passwords, "hunter2")
            .run()
    };
    let payload = |built: &Built, client: &str| {
        let page = built.text(&format!("{client}.ja.html"));
        let path =
            page.split("data-qr=\"payload\" d=\"").nth(1).map(|p| p.split('"').next().unwrap().to_owned());
        path.map(|path| mailprof::format::Code { size: 0, path }.read().unwrap())
    };
    let omitted = build(Passwords::Omit);
    assert_eq!(omitted.codes(Severity::Error), ["delta-chat-needs-password"], "{}", omitted.report());
    assert_eq!(payload(&omitted, "delta-chat"), None);
    assert!(!payload(&omitted, "thunderbird-android").unwrap().contains("hunter2"));
    let sheets = build(Passwords::Sheets);
    assert_eq!(sheets.codes(Severity::Error), Vec::<&str>::new(), "{}", sheets.report());
    assert!(payload(&sheets, "delta-chat").unwrap().contains("p=hunter2"));
    assert!(payload(&sheets, "thunderbird-android").unwrap().contains("\"hunter2\""));
    assert!(
        sheets.artifacts.iter().all(|a| a.secret == (a.format == "html" && a.client.is_some())),
        "no file but the sheets"
    );
    let everywhere = build(Passwords::Everywhere);
    assert!(everywhere.text("delta-chat.txt").contains("p=hunter2"));
    for file in ["delta-chat.svg", "thunderbird-android.svg", "thunderbird-android.json"] {
        assert!(everywhere.get(file).secret, "{file}");
    }
}

/// A code too fine for paper is left out and told; the payload and the sheet are made.
#[test]
fn a_code_that_is_too_fine_is_told() {
    let long = format!("{}.{}.{}.example.jp", "a".repeat(60), "b".repeat(60), "c".repeat(60));
    let yaml = EASY.replace("pop.example.jp", &long).replace("smtp.example.jp", &long);
    let built = Build::new(yaml).client("thunderbird-android").run();
    assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{}", built.report());
    assert!(built.codes(Severity::Warning).contains(&"qr-too-long"), "{}", built.report());
    let formats: Vec<&str> = built.artifacts.iter().map(|a| a.format).collect();
    assert_eq!(formats, ["qr-json", "html", "html", "html", "html"], "the sheets and the index");
    assert!(!built.text("thunderbird-android.ja.html").contains("data-qr"));
}

/// A sending login of its own with the incoming password: no text says that the two differ, and the password is that of the
/// incoming server which the client gets.
#[test]
fn a_sending_login_with_the_same_password() {
    let imap = EASY.replace("protocol: pop3", "protocol: imap").replace("995", "993");
    for yaml in [EASY, &imap] {
        let same = yaml.replace("port: 465,", "port: 465, username: relay7, password: same,");
        let built = Build::new(same).passwords(Passwords::Everywhere, "hunter2").run();
        assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{}", built.report());
        for code in ["tb-password-to-both", "autodiscover-password-to-both"] {
            assert!(!built.codes(Severity::Note).contains(&code), "{code}");
        }
        for sheet in built.artifacts.iter().filter(|a| a.format == "html") {
            let text = decode(&sheet.bytes);
            for words in [
                "They are different.",
                "which is another one",
                "とは別のものです。「",
                "用とは別のものです）",
                "パスワードは、受信とは別のもの",
            ] {
                assert!(!text.contains(words), "{} says {words}", sheet.path);
            }
        }
    }
    let shown = |yaml: &str| Case::new(yaml).args(&["show", "account.yaml"]).run().stdout;
    assert!(shown(&EASY.replace("port: 465,", "port: 465, password: same,")).contains("\"login\": \"same\""));
}

/// Sound accounts that a client cannot serve end in a limit, never in an internal error.
#[test]
fn sound_accounts_meet_limits_and_no_internal_error() {
    let imap = EASY.replace("protocol: pop3", "protocol: imap").replace("995", "993");
    let smtp = |text: &str| imap.replace("port: 465, security: tls", text);
    for yaml in [
        smtp("port: 587, security: starttls, auth: ntlm"),
        smtp("port: 587, security: starttls, auth: gssapi"),
        smtp("port: 465, security: starttls"),
        imap.replace("tanaka@example.jp", "tanaka@例え.jp")
            .replace("username: tanaka", "username: tanaka@例え.jp"),
        TWO.replace("host: pop.example.jp", "host: \"%EMAILDOMAIN%\""),
    ] {
        let built = Build::new(&yaml).run();
        assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{yaml}{}", built.report());
        for sheet in built.artifacts.iter().filter(|a| a.format == "html") {
            assert!(!decode(&sheet.bytes).contains("%EMAIL"), "{} shows a placeholder", sheet.path);
        }
    }
    // every text option takes any text
    for option in [
        "outlook.prf_path=true",
        "outlook-autodiscover.xml_path=true",
        "dns.web_host=true",
        "outlook.profile_name=true",
    ] {
        let ran = Case::new(EASY).args(&["build", "account.yaml", "--sheets", "none", "--set", option]).run();
        assert_eq!(ran.code, 0, "{option}: {}", ran.stderr);
    }
}

#[test]
fn a_zone_tells_only_what_is_known() {
    let zone = |yaml: &str| Build::new(yaml).client("dns").run();
    let sends = "address: copier@example.jp\nincoming: none\noutgoing: { host: smtp.example.jp, port: 465, security: tls }\n";
    let sends = zone(sends).text("dns.zone");
    assert!(
        !sends.contains("_imap")
            && !sends.contains("_pop3")
            && sends.contains("_submissions._tcp SRV 0 1 465"),
        "{sends}"
    );
    assert!(zone(EASY).text("dns.zone").contains("_imaps._tcp SRV 0 0 0 ."));
    for host in [".", "autoconfig.example.jp", "192.0.2.999", "a;b", "a..b", "例え.jp", "https://a"] {
        let ran = Case::new(EASY)
            .args(&["build", "account.yaml", "--client", "dns", "--set", &format!("dns.web_host={host}")])
            .run();
        assert!(ran.code == 1 && ran.stderr.contains("[dns-web-host]"), "{host}: {}", ran.stderr);
    }
    for host in ["web.example.net", "192.0.2.1", "2001:db8::1"] {
        let ran = Case::new(EASY)
            .args(&["build", "account.yaml", "--client", "dns", "--set", &format!("dns.web_host={host}")])
            .run();
        assert_eq!(ran.code, 0, "{host}: {}", ran.stderr);
    }
}

/// A sign-in page that a client does not open for these servers: the password, when the provider takes one.
#[test]
fn providers_with_a_sign_in_page_that_a_client_does_not_open() {
    let yaml = "address: taro@aol.com\nprovider: aol\nname: Taro\n";
    for client in ["new-outlook", "outlook-mobile", "gmail-android"] {
        let built = Build::new(yaml).client(client).run();
        assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{client}: {}", built.report());
        let page = built.text(&format!("{client}.en.html"));
        assert!(
            page.contains("data-setting=\"incoming.host\"") && !page.contains("sign-in page opens. Log in"),
            "{client}"
        );
    }
    // and where the page is all there is, no sheet speaks of a password that somebody gave
    let built = Build::new("address: taro@outlook.com\nprovider: outlook-com\n")
        .client("generic")
        .client("new-outlook")
        .run();
    for sheet in ["generic.en.html", "new-outlook.en.html"] {
        let page = built.text(sheet);
        assert!(!page.contains("that we gave you") && !page.contains("password of this account"), "{sheet}");
    }
}

#[test]
fn the_table_counts_what_was_made() {
    let built = Build::new(EASY).client("becky").without_sheets().run();
    assert!(built.outcomes.is_empty(), "{:?}", built.outcomes);
    let domain = EASY
        .replace("address: tanaka@example.jp\nname: Taro Tanaka", "domain: example.jp")
        .replace("username: tanaka", "username: \"%EMAILADDRESS%\"");
    let built = Build::new(domain).client("outlook-autodiscover").run();
    let (result, why) = outcome(&built, "outlook-autodiscover");
    assert_eq!(result, Outcomes::Impossible);
    assert!(why.contains(&"autodiscover-static-login".to_owned()), "{why:?}");
}
