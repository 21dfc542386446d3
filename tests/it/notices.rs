//! `mailprof diff --sheets`: notices of what changed.

use std::collections::BTreeMap;

use mailprof::library::Library;

use super::common::{Case, EASY, Ran};

fn notices(old: &str, new: &str, args: &[&str]) -> Ran {
    let case = Case::new(old).file("new.yaml", new);
    case.args(&["diff", "account.yaml", "new.yaml", "--sheets", "-o", "out"]).args(args).run()
}

/// The words of a page, each once apart.
fn words(page: &[u8]) -> String {
    let page = String::from_utf8(page.to_vec()).unwrap();
    let body = page.split_once("<body>").unwrap().1;
    let text = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    text.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

const MOVED: &str = "\
address: tanaka@example.jp
name: Taro Tanaka
incoming: { protocol: pop3, host: mail.example.jp, port: 995, security: tls, username: tanaka@example.jp, password: { env: MAIL_PASSWORD } }
outgoing: { host: smtp.example.jp, port: 587, security: starttls }
";

#[test]
fn a_notice_tells_what_changes_from_what_to_what_and_where() {
    let ran = notices(EASY, MOVED, &["--client", "thunderbird", "--date", "2026-04-01"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("incoming.host: pop.example.jp -> mail.example.jp\n"), "{}", ran.stdout);
    let tree = ran.tree("out");
    let names: Vec<&String> = tree.keys().collect();
    let folder = "example.jp/tanaka@example.jp";
    let (english, japanese) = (format!("{folder}/notice.en.html"), format!("{folder}/notice.ja.html"));
    assert_eq!(names, [&english, &japanese, &"manifest.jsonl".to_owned()]);
    let text = words(&tree[&english]);
    for told in [
        "Your mail settings change",
        "For Taro Tanaka",
        "Date: 2026-04-01",
        "Incoming server pop.example.jp mail.example.jp",
        "User name tanaka tanaka@example.jp",
        "Outgoing port 465 587",
        "Outgoing encryption (SSL) SSL/TLS STARTTLS",
        "Thunderbird",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    // what stays is not told, and each of the four has its place in the program
    assert!(!text.contains("smtp.example.jp") && !text.contains("Outlook"), "{text}");
    assert_eq!(text.matches("mail.example.jp").count(), 2, "{text}");
    assert!(words(&tree[&japanese]).contains("メール設定変更のお知らせ"));
    let manifest = String::from_utf8(tree["manifest.jsonl"].clone()).unwrap();
    assert!(manifest.contains(r#""scope":"user","address":"tanaka@example.jp""#), "{manifest}");
}

#[test]
fn a_program_that_the_new_settings_rule_out_says_so() {
    let args = ["--client", "outlook-express", "--lang", "en"];
    let page = notices(EASY, MOVED, &args).tree("out").remove("example.jp/tanaka@example.jp/notice.en.html");
    let text = words(&page.unwrap());
    let refused = "This program cannot be used with the new settings. To send mail, Outlook Express can use";
    assert!(text.contains(refused) && !text.contains("Tools"), "{text}");
}

/// A program that has a box for the encryption is told whether to tick it.
#[test]
fn a_programs_own_word_for_the_encryption_stands_beside_its_box() {
    let args = ["--client", "apple-mail", "--lang", "en"];
    let page = notices(EASY, MOVED, &args).tree("out").remove("example.jp/tanaka@example.jp/notice.en.html");
    let text = words(&page.unwrap());
    assert!(text.contains("Use SSL On") && !text.contains("Use SSL STARTTLS"), "{text}");
}

#[test]
fn days_on_the_server_are_those_of_each_side() {
    let with = |days: u32| {
        EASY.replace("username: tanaka", &format!("username: tanaka, leave_on_server: {{ days: {days} }}"))
    };
    let ran = notices(&with(7), &with(30), &["--client", "generic", "--lang", "en"]);
    let text = words(&ran.tree("out")["example.jp/tanaka@example.jp/notice.en.html"]);
    assert!(text.contains("Leave mail on server 7 days 30 days"), "{text}");
}

#[test]
fn another_protocol_is_another_account() {
    let imap = EASY.replace("protocol: pop3", "protocol: imap").replace("port: 995", "port: 993");
    let ran = notices(EASY, &imap, &["--client", "generic", "--lang", "en"]);
    let text = words(&ran.tree("out")["example.jp/tanaka@example.jp/notice.en.html"]);
    assert!(text.contains("Account type POP3 IMAP") && text.contains("Set the account up anew"), "{text}");
    // in the list of what changes, and not in an account that stays
    assert_eq!(text.matches("993").count(), 1, "{text}");
}

#[test]
fn a_changed_password_is_told_and_not_shown() {
    let with = |password: &str| EASY.replace("{ env: MAIL_PASSWORD }", password);
    let ran = notices(&with("hunter2"), &with("hunter3"), &["--lang", "en"]);
    let tree = ran.tree("out");
    let all: Vec<u8> =
        tree.values().flatten().copied().chain(ran.stdout.bytes()).chain(ran.stderr.bytes()).collect();
    assert!(!String::from_utf8(all).unwrap().contains("hunter"));
    let text = words(&tree["example.jp/tanaka@example.jp/notice.en.html"]);
    assert!(text.contains("Password — Changed. You are told it separately"), "{text}");
}

#[test]
fn nothing_that_people_type_makes_no_notice() {
    let ran = notices(EASY, &(EASY.to_owned() + "compose: html\nmailbox_quota: 5 GB\n"), &[]);
    assert_eq!((ran.code, ran.tree("out").len()), (0, 1), "{}", ran.stderr);
    assert!(ran.stderr.contains("changed without anything that people type: 1"), "{}", ran.stderr);
    assert_eq!(notices(EASY, EASY, &[]).tree("out").len(), 1);
}

const DOMAIN: &str = "\
domain: example.jp
provider: { name: Sample Net }
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls, username: '%EMAILLOCALPART%' }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
users: { columns: { incoming.password: password, incoming.host: host } }
";

/// Two outputs of one description, in a folder with it.
fn outputs(old: &str, new: &str) -> Case {
    let case = Case::new(DOMAIN);
    for (name, users) in [("old", old), ("new.tar.zst", new)] {
        std::fs::write(case.path().join("users.csv"), users).unwrap();
        let at = |name: &str| case.path().join(name).display().to_string();
        let ran = Case::new(DOMAIN)
            .args(&["build", &at("account.yaml"), "--users", &at("users.csv"), "-o", &at(name)])
            .args(&["--client", "thunderbird,outlook-express,apple-mail", "--sheets", "none"])
            .args(&["--passwords", "everywhere"])
            .run();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    case
}

const DIFF: [&str; 7] = ["diff", "old", "new.tar.zst", "--sheets", "-o", "out", "--lang"];

#[test]
fn each_user_of_outputs_whose_settings_changed_gets_a_notice() {
    let old = "address,name,password,host\na@example.jp,A,pw-a,\nb@example.jp,B,pw-b,\nc@example.jp,C,pw-c,\nd@example.jp,D,pw-d,\n";
    let new = "address,name,password,host\na@example.jp,A,pw-x,\nb@example.jp,B,pw-b,\nc@example.jp,C <script> {{ 7 * 7 }},pw-c,pop2.example.jp\ne@example.jp,E,pw-e,\n";
    let ran = outputs(old, new).args(&DIFF).args(&["en", "--account", "account.yaml"]).run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let tree = ran.tree("out");
    let page =
        |user: &str| tree.get(&format!("example.jp/{user}@example.jp/notice.en.html")).map(|p| words(p));
    // those who are new get sheets, those who are gone nothing
    assert_eq!(tree.len(), 3, "{:?}", tree.keys());
    assert!(page("b").is_none() && page("d").is_none() && page("e").is_none());
    let (a, c) = (page("a").unwrap(), page("c").unwrap());
    assert!(a.contains("Sample Net") && a.contains("For A "), "{a}");
    assert!(a.contains("Password — Changed.") && !a.contains("pw-"), "{a}");
    // the way to a tab, though nothing changes on the one before it; a way to nothing is not told
    let way = "account and press Properties. Open the Servers tab. Password the new password";
    assert!(a.contains(way) && !a.contains("General tab") && !a.contains("Account Settings."), "{a}");
    assert!(c.contains("Incoming server pop.example.jp pop2.example.jp"), "{c}");
    assert!(c.contains("Your name (display name) C C &lt;script&gt; {{ 7 * 7 }}"), "{c}");
    assert!(ran.stderr.contains("notices: 2, for 2 users or domains, in out"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_done_is_told_before_anything_is_written() {
    let users = "address,password,host\na@example.jp,pw-a,\n";
    for (args, told) in [
        (&["--sheets", "-o", "out"] as &[_], "name the description with --account"),
        (&["--sheets", "-o", "-", "--account", "account.yaml"], "cannot go to standard output"),
        (&["--sheets", "-o", "old", "--account", "account.yaml"], "is, or lies in, what is compared"),
        (&["--sheets", "-o", "old/x", "--account", "account.yaml"], "is, or lies in, what is compared"),
        (&["--sheets", "-o", "out", "--account", "account.yaml", "--client", "nobody"], "nobody"),
        (&["--sheets", "-o", "out", "--account", "none.yaml"], "could not read none.yaml"),
        (&["--sheets"], "--out"),
        (&["-o", "out"], "--sheets"),
    ] {
        let ran = outputs(users, &users.replace("pw-a", "pw-b"))
            .args(&["diff", "old", "new.tar.zst"])
            .args(args)
            .run();
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?} {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{args:?}: {}", ran.stderr);
        assert!(!ran.path().join("out").exists() && ran.path().join("old/manifest.jsonl").exists());
    }
}

/// What the notice of a domain says is nobody's own.
#[test]
fn a_domains_notice_says_logins_in_words() {
    let old = DOMAIN.replace("'%EMAILLOCALPART%'", "'%EMAILADDRESS%'");
    let ran = notices(&old, DOMAIN, &["--lang", "en", "--client", "generic"]);
    let text = words(&ran.tree("out")["example.jp/notice.en.html"]);
    let told = "User name (your whole email address) (the part of your address before @)";
    assert!(text.contains(told) && !text.contains("For "), "{text}");
}

/// Each mail program that has a sheet says where the six are changed, or that they cannot be.
#[test]
fn each_program_says_where_its_settings_are_changed() {
    let all = Library::new(None, None).unwrap().clients().unwrap();
    let mut silent = BTreeMap::new();
    for client in all.iter().filter(|client| client.sheet) {
        let changes = client.changes.as_ref().unwrap_or_else(|| panic!("{} has no `changes`", client.id));
        if changes.same_as.is_some() {
            continue;
        }
        let six =
            ["incoming.host", "outgoing.host", "outgoing.port", "incoming.username", "incoming.password"];
        let missing: Vec<&str> = six.into_iter().filter(|s| !changes.has(s)).collect();
        if !missing.is_empty() {
            silent.insert(client.id.clone(), missing);
        }
    }
    // of these the programs' own sources say that they stand fast
    let expected = [
        ("gmail-android", vec!["incoming.username"]),
        ("new-outlook", vec!["incoming.host", "outgoing.host", "outgoing.port", "incoming.username"]),
    ];
    assert_eq!(silent, expected.map(|(id, missing)| (id.to_owned(), missing)).into());
}

/// Words of a program may depend on its options: each has a word for each kind of encryption.
#[test]
fn every_program_has_a_word_for_every_encryption() {
    for [old, new] in [["starttls", "tls"], ["tls", "starttls"]] {
        let with = |security: &str| {
            let port = if security == "tls" { 465 } else { 587 };
            MOVED.replace("port: 587, security: starttls", &format!("port: {port}, security: {security}"))
        };
        let ran = notices(&with(old), &with(new), &[]);
        assert_eq!((ran.code, ran.tree("out").len()), (0, 3), "{}", ran.stderr);
    }
}

/// A tick box holds no word such as "Normal password", and a program that knows no days has none.
#[test]
fn what_a_program_has_for_a_value_stands_beside_its_field() {
    let with = |auth: &str, leave: &str| {
        EASY.replace("username: tanaka", &format!("username: tanaka, leave_on_server: {leave}"))
            .replace("465, security: tls", &format!("465, security: tls, auth: {auth}"))
    };
    let (old, new) = (with("client-ip", "true"), with("password", "{ days: 7 }"));
    let told = |client: &str, old: &str, new: &str| {
        let ran = notices(old, new, &["--client", client, "--lang", "en"]);
        words(&ran.tree("out")["example.jp/tanaka@example.jp/notice.en.html"])
    };
    let express = told("outlook-express", &old, &new);
    assert!(
        express.contains("My server requires authentication tick") && express.contains("on server 7 days"),
        "{express}"
    );
    assert!(told("outlook-express", &new, &old).contains("My server requires authentication no tick"));
    let gmail = told("gmail-android", &old, &new);
    assert!(
        gmail.contains("Require sign-in On") && gmail.contains("from server When I delete from Inbox"),
        "{gmail}"
    );
    assert_eq!(gmail.matches("7 days").count(), 1, "{gmail}");
    assert_eq!(told("thunderbird-android", &old, &new).matches("7 days").count(), 1);
}

/// Of several ways to log in, and of several servers, each program has one that it can use.
#[test]
fn each_program_is_told_of_what_it_uses_itself() {
    let told = |old: &str, new: &str, client: &str| {
        let ran = notices(old, new, &["--client", client, "--lang", "en"]);
        words(&ran.tree("out")["example.jp/tanaka@example.jp/notice.en.html"])
    };
    let ways = EASY.replace("username: tanaka", "username: tanaka, auth: [ntlm, password]");
    for (client, box_) in [
        ("outlook-express", "Log on using Secure Password Authentication tick"),
        ("windows-live-mail", "logging on the one with Secure Password Authentication"),
        ("thunderbird", "Authentication method NTLM (SPA)"),
    ] {
        let text = told(EASY, &ways, client);
        assert!(text.contains(box_), "{text}");
    }
    let from = EASY.replace("port: 465, security: tls", "port: 25, security: none");
    let servers = EASY.replace(
        "outgoing: { host: smtp.example.jp, port: 465, security: tls }",
        "outgoing:\n  - { host: smtp.example.jp, port: 587, security: starttls }\n  - { host: smtp.example.jp, port: 465, security: tls }",
    );
    assert!(told(&from, &servers, "outlook-express").contains("Outgoing mail (SMTP) 465"));
    assert!(told(&from, &servers, "thunderbird").contains("Port 587"));
}

/// A way to log in that one program chose is not the only one that there is.
#[test]
fn a_program_is_not_ruled_out_by_what_another_one_chose() {
    let description = DOMAIN.replace("username:", "auth: [apop, password], username:");
    let case = Case::new(&description);
    for (name, host) in [("old", "pop.example.jp"), ("new", "pop2.example.jp")] {
        std::fs::write(case.path().join("users.csv"), format!("address,host\na@example.jp,{host}\n"))
            .unwrap();
        let at = |name: &str| case.path().join(name).display().to_string();
        let ran = Case::new(description.replace("incoming.password: password, ", ""))
            .args(&[
                "build",
                "account.yaml",
                "--users",
                &at("users.csv"),
                "-o",
                &at(name),
                "--sheets",
                "none",
            ])
            .args(&["--client", "outlook,windows-live-mail"])
            .run();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let args = ["diff", "old", "new", "--sheets", "-o", "out", "--lang", "en", "--account", "account.yaml"];
    let ran = case.args(&args).args(&["--client", "outlook,windows-live-mail"]).run();
    let text = words(&ran.tree("out")["example.jp/a@example.jp/notice.en.html"]);
    assert!(!text.contains("cannot be used") && text.matches("pop2.example.jp").count() == 3, "{text}");
}

/// What rules a program out is in the user's own settings, not in those of the description.
#[test]
fn a_program_is_judged_by_the_settings_of_the_user() {
    let mine = "users: { columns: { outgoing.port: port, outgoing.security: security } }";
    let description =
        DOMAIN.replace("users: { columns: { incoming.password: password, incoming.host: host } }", mine);
    let case = Case::new(&description);
    for (name, users) in [
        ("old", "address,port,security\na@example.jp,465,tls\nb@example.jp,465,tls\n"),
        ("new", "address,port,security\na@example.jp,587,starttls\nb@example.jp,994,tls\n"),
    ] {
        std::fs::write(case.path().join("users.csv"), users).unwrap();
        let at = |name: &str| case.path().join(name).display().to_string();
        let ran = Case::new(&description)
            .args(&["build", &at("account.yaml"), "--users", &at("users.csv"), "-o", &at(name)])
            .args(&["--client", "thunderbird", "--sheet-format", "html"])
            .run();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let args = ["diff", "old", "new", "--sheets", "-o", "out", "--lang", "en"];
    let ran = case.args(&args).args(&["--account", "account.yaml", "--client", "outlook-express"]).run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = |user: &str| words(&ran.tree("out")[&format!("example.jp/{user}@example.jp/notice.en.html")]);
    let refused = "This program cannot be used with the new settings.";
    assert!(page("a").contains(refused) && !page("b").contains(refused), "{}", page("a"));
}

/// What goes wrong for many is told once, with how many there are.
#[test]
fn what_fails_for_all_is_told_once() {
    let users = |host: &str| {
        let rows: String = (0..300).map(|n| format!("u{n}@example.jp,pw,{host}\n")).collect();
        format!("address,password,host\n{rows}")
    };
    let case = outputs(&users("a.example.jp"), &users("b.example.jp"))
        .file("templates/sheet/notice.html.j2", "{{ 1 / 0 }}");
    let ran = case.args(&DIFF).args(&["en", "--account", "account.yaml", "--templates", "templates"]).run();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("template-failed").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("users: 300"), "{}", ran.stderr);
}
