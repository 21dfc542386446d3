//! Law 5 (no file is delivered unread) and law 8 (what is published for all holds nothing of one; no password to a server whose
//! login is another), and attempts to break them by templates and profiles of a user's own.

use mailprof::account::Passwords;
use mailprof::client::Scope;
use mailprof::finding::Severity;
use mailprof::library::Library;

use super::common::{Build, Built, EASY, decode, holds};

const PASSWORD: &str = "hunter2-unique";

/// A build with one built-in template changed.
fn with_template(client: &str, template: &str, from: &str, to: &str, yaml: &str) -> Built {
    let dir = tempfile::tempdir().unwrap();
    let text = Library::default().template(template).unwrap().unwrap();
    assert!(text.contains(from), "{template} has no {from}");
    let path = dir.path().join(template);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text.replace(from, to)).unwrap();
    Build::new(yaml)
        .overrides(None, Some(dir.path()))
        .client(client)
        .passwords(Passwords::Everywhere, PASSWORD)
        .run()
}

fn refused(built: &Built, codes: &[&str], absent: &str) {
    let found: Vec<&str> = built.codes(Severity::Error);
    assert!(codes.iter().any(|c| found.contains(c)), "{codes:?} not in {found:?}:\n{}", built.report());
    assert!(built.artifacts.iter().all(|a| !a.path.ends_with(absent)), "{absent} was delivered");
    assert!(!built.report().contains(PASSWORD), "{}", built.report());
}

const DIFFERS: &[&str] = &["read-back-differs"];
const SILENT: &[&str] = &["read-back-silent"];
const FAILED: &[&str] = &["template-failed", "not-encodable", "read-back-failed"];

#[test]
fn a_template_that_says_a_setting_wrongly_delivers_nothing() {
    let apple = "apple-mail/account.mobileconfig.j2";
    for (from, to) in [
        ("{{ incoming.host }}", "{{ outgoing.host }}"),
        ("<integer>{{ incoming.port }}", "<integer>110"),
        ("{{ outgoing.port }}", "587"),
        ("{{ address }}", "suzuki@example.jp"),
        (
            "<key>OutgoingPasswordSameAsIncomingPassword</key>\n      <true/>",
            "<key>OutgoingPasswordSameAsIncomingPassword</key>\n      <false/>",
        ),
    ] {
        refused(&with_template("apple-mail", apple, from, to, EASY), DIFFERS, ".mobileconfig");
    }
    let oe = "outlook-express/account.reg.j2";
    for (from, to) in [
        ("{{ incoming.username }}", "suzuki"),
        ("\"SMTP Use Sicily\"=dword:", "\"SMTP Use Sicily\"=dword:00000000\n;"),
    ] {
        refused(&with_template("outlook-express", oe, from, to, EASY), DIFFERS, ".reg");
    }
    let outlook = "outlook/account.prf.j2";
    refused(
        &with_template("outlook", outlook, "{{ outgoing.host }}", "smtp.example.com", EASY),
        DIFFERS,
        ".prf",
    );
    // a picture that is another code, and a sheet's
    let other = mailprof::format::Code::of("[1,[1,1]]").unwrap().path;
    let code = "{{ embedded.payload.qr.path }}";
    refused(
        &with_template("thunderbird-android", "qr/code.svg.j2", code, &other, EASY),
        &["read-back-silent", "read-back-differs"],
        ".svg",
    );
    let sheet = "sheet/sheet.html.j2";
    refused(&with_template("thunderbird-android", sheet, "{{ code.path }}", &other, EASY), DIFFERS, ".html");
    refused(
        &with_template("generic", sheet, "<span>{{ piece }}", "<span>x{{ piece }}", EASY),
        DIFFERS,
        ".html",
    );
}

/// Every place where a template prints a value of the account: another value there, and the file is not delivered. What is not
/// compared is listed, so that it is known.
#[test]
fn no_value_of_any_file_can_be_another() {
    // labels of an account in its program's list, titles, and names of the provider and of a profile
    const FREE: &[(&str, &str)] = &[
        ("apple-mail/account.mobileconfig.j2", "{{ address }}"),
        ("apple-mail/account.mobileconfig.j2", "{{ provider.name }}"),
        ("qr/code.svg.j2", "{{ address }}"),
        ("outlook/account.prf.j2", "{{ options.profile_name }}"),
        ("outlook/account.prf.j2", "{{ address }}"),
        ("outlook-express/account.iaf.j2", "{{ address }}"),
        ("outlook-express/account.reg.j2", "{{ address }}"),
        ("pacc/user-agent-configuration.json.j2", "{{ (provider.name | split | join(\" \"))[:60] | trim }}"),
        (DOMAIN, "{{ domain if provider.name is js_coerced else provider.name }}"),
        (DOMAIN, "{{ provider.name if provider.short_name is none else provider.short_name }}"),
        ("windows-live-mail/account.oeaccount.j2", "{{ address }}"),
    ];
    let imap = EASY
        .replace("protocol: pop3", "protocol: imap")
        .replace("995", "993")
        .replace("port: 465,", "port: 465, username: relay7, password: { env: SMTP_PASSWORD },");
    let mut tried = 0;
    let mut free = Vec::new();
    for client in Library::default().clients().unwrap() {
        for template in
            client.files.iter().map(|f| f.template.clone()).collect::<std::collections::BTreeSet<_>>()
        {
            let text = Library::default().template(&template).unwrap().unwrap();
            let spots = text.match_indices("{{").map(|(at, _)| (at, at + text[at..].find("}}").unwrap() + 2));
            for (from, to) in spots {
                let printed = &text[from..to];
                if !["incoming", "outgoing", "server", "address", "name"].iter().any(|w| printed.contains(w))
                {
                    continue;
                }
                for yaml in [EASY, &imap] {
                    let changed = format!("{}7{}", &text[..from], &text[to..]);
                    let (before, after) = (
                        files(&client.id, &template, &text, yaml),
                        files(&client.id, &template, &changed, yaml),
                    );
                    tried += usize::from(!before.is_empty());
                    if after.iter().any(|f| !before.contains(f))
                        && !free.contains(&(template.clone(), printed.to_owned()))
                    {
                        free.push((template.clone(), printed.to_owned()));
                    }
                }
            }
        }
    }
    let listed: Vec<(String, String)> =
        FREE.iter().map(|(t, p)| ((*t).to_owned(), (*p).to_owned())).collect();
    assert_eq!(free, listed);
    assert!(tried > 200, "{tried}");
}

/// What a template adds to the settings is refused too: another way to check certificates, a second port, a reply address, a
/// pointer elsewhere.
#[test]
fn nothing_can_be_added() {
    let imap = EASY.replace("protocol: pop3", "protocol: imap").replace("995", "993");
    let (android, iaf, oe) = (
        "thunderbird-android/payload.json.j2",
        "outlook-express/account.iaf.j2",
        "windows-live-mail/account.oeaccount.j2",
    );
    let (answer, pacc, zone) = (
        "outlook-autodiscover/autodiscover.xml.j2",
        "pacc/user-agent-configuration.json.j2",
        "dns/dns.zone.j2",
    );
    let reg = "outlook-autodiscover/registry.reg.j2";
    for (client, template, from, to, file) in [
        ("delta-chat", "delta-chat/payload.txt.j2", "?v=1&p=", "?v=1&ic=3&p=", "delta-chat.txt"),
        (
            "thunderbird-android",
            android,
            "    {{ incoming.port }},",
            "    \"{{ incoming.port }}\",",
            "android.json",
        ),
        (
            "thunderbird-android",
            android,
            "\"{% if name is not none %}{{ name }}{% endif %}\"]",
            "\"{% if name is not none %}{{ name }}{% endif %}\"], [\"evil@evil.example\", \"X\"]",
            "android.json",
        ),
        (
            "thunderbird-android",
            android,
            "    , \"\", \"{{ incoming.password }}\"",
            "    , \"Evil\", \"{{ incoming.password }}\"",
            "android.json",
        ),
        (
            "outlook-express",
            iaf,
            "4765 dword {{ incoming.port }}",
            "4765 text \"{{ incoming.port }}\"",
            ".iaf",
        ),
        ("outlook-express", iaf, "5170 text", "5171 text \"evil@evil.example\"\n5170 text", ".iaf"),
        ("outlook-express", iaf, "5170 text", "5072 bool 1\n5170 text", ".iaf"),
        (
            "windows-live-mail",
            oe,
            "_Port type=\"DWORD\">{{ incoming.port|hex }}",
            "_Port type=\"SZ\">{{ incoming.port }}",
            ".oeaccount",
        ),
        (
            "windows-live-mail",
            oe,
            "</MessageAccount>",
            "<SMTP_Reply_To_Email_Address type=\"SZ\">evil@evil.example</SMTP_Reply_To_Email_Address></MessageAccount>",
            ".oeaccount",
        ),
        (
            "outlook-autodiscover",
            answer,
            "</Action>",
            "</Action><RedirectAddr>evil@evil.example</RedirectAddr>",
            "autodiscover.xml",
        ),
        ("outlook-autodiscover", answer, "<TTL>", "<Port>110</Port><TTL>", "autodiscover.xml"),
        (
            "outlook-autodiscover",
            answer,
            "<DisplayName>",
            "<AutoDiscoverSMTPAddress>evil@evil.example</AutoDiscoverSMTPAddress><DisplayName>",
            "jp/autodiscover.xml",
        ),
        (
            "pacc",
            pacc,
            "\"submit\":",
            "\"smtp\": { \"host\": \"evil.example\" }, \"submit\":",
            "configuration.json",
        ),
        (
            "pacc",
            pacc,
            "\"submit\":",
            "\"jmap\": { \"url\": \"https://evil.example\" }, \"submit\":",
            "configuration.json",
        ),
        ("dns", zone, "{{ name }} CNAME {{ web }}.", "{{ name }} CNAME evil.example.", "dns.zone"),
        ("dns", zone, "_ua-auto-config TXT", "@ TXT \"v=spf1 -all\"\n_ua-auto-config TXT", "dns.zone"),
        ("dns", zone, "_ua-auto-config TXT", "_foo TXT", "dns.zone"),
        (
            "outlook-autodiscover",
            reg,
            "{{ options.xml_path }}",
            "http://evil.example/a.xml",
            "autodiscover.reg",
        ),
        ("outlook-autodiscover", reg, "Office\\{{ options.version }}", "Office\\99.0", "autodiscover.reg"),
    ] {
        let built = with_template(client, template, from, to, &imap);
        refused(&built, &["read-back-differs", "read-back-silent"], file);
    }
}

/// What a client's files are with one template changed, sheets apart.
fn files(client: &str, template: &str, text: &str, yaml: &str) -> Vec<(String, Vec<u8>)> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(template);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    let built = Build::new(yaml)
        .overrides(None, Some(dir.path()))
        .client(client)
        .without_sheets()
        .passwords(Passwords::Everywhere, PASSWORD)
        .run();
    built.artifacts.into_iter().map(|a| (a.path, a.bytes.into())).collect()
}

#[test]
fn a_template_that_leaves_a_setting_out_delivers_nothing() {
    let silent = [
        (
            "apple-mail",
            "apple-mail/account.mobileconfig.j2",
            "EmailAddress<",
            "EmailAddres<",
            ".mobileconfig",
        ),
        ("outlook-express", "outlook-express/account.reg.j2", "\"SMTP Server\"=", "\"SMTP Srv\"=", ".reg"),
        ("outlook", "outlook/account.prf.j2", "SMTPServer=PT_UNICODE,0x0200\n", "", ".prf"),
        (
            "thunderbird",
            "thunderbird/config-v1.1.xml.j2",
            "<hostname>{{ server.host }}</hostname>",
            "",
            ".xml",
        ),
        ("generic", "sheet/sheet.html.j2", "data-setting=", "data-x=", ".html"),
        ("thunderbird-android", "sheet/sheet.html.j2", "data-qr=", "data-x=", ".html"),
    ];
    for (client, template, from, to, file) in silent {
        refused(&with_template(client, template, from, to, EASY), SILENT, file);
    }
}

#[test]
fn a_template_that_is_no_file_of_its_format_delivers_nothing() {
    let broken = [
        ("apple-mail", "apple-mail/account.mobileconfig.j2", "</plist>", "", ".mobileconfig"),
        ("thunderbird", "thunderbird/config-v1.1.xml.j2", "</clientConfig>", "", ".xml"),
        ("outlook-express", "outlook-express/account.reg.j2", "Version 5.00", "Version 6.00", ".reg"),
        ("generic", "sheet/sheet.html.j2", "</body>", "<script>1</script></body>", ".html"),
        ("outlook", "outlook/setup.cmd.j2", "@echo off", "@echo お疲れさま", ".cmd"),
    ];
    for (client, template, from, to, file) in broken {
        refused(&with_template(client, template, from, to, EASY), FAILED, file);
    }
}

/// Unescaped by a trick: what comes out is read back and differs, or is refused.
#[test]
fn escaping_cannot_be_switched_off() {
    let yaml = EASY.replace("Taro Tanaka", "Taro & <b>");
    let apple = "apple-mail/account.mobileconfig.j2";
    for to in ["{% autoescape false %}{{ name }}{% endautoescape %}", "{{ name|safe }}"] {
        refused(&with_template("apple-mail", apple, "{{ name }}", to, &yaml), FAILED, ".mobileconfig");
    }
}

const DOMAIN: &str = "thunderbird/config-v1.1.xml.j2";

#[test]
fn nothing_of_one_user_can_be_put_into_a_domains_file() {
    for leak in [
        "{{ address }}",
        "{{ local_part }}",
        "{{ name }}",
        "{{ full_name }}",
        "{{ name_ascii }}",
        "{{ stem }}",
        "{{ profile_hash }}",
        "{{ uuid.account }}",
        "{{ incoming.username }}",
        "{{ incoming.password }}",
        "{{ outgoing.password }}",
        "{{ address_unicode }}",
    ] {
        let built = with_template(
            "thunderbird",
            DOMAIN,
            "</emailProvider>",
            &format!("<x>{leak}</x></emailProvider>"),
            EASY,
        );
        refused(&built, &["template-failed"], "config-v1.1.xml");
    }
    // a literal that somebody wrote into a template of their own is found by reading back
    for (from, to) in [
        ("{{ server.username_pattern }}", "tanaka"),
        ("<authentication>", "<password>hunter2-unique</password><authentication>"),
    ] {
        refused(&with_template("thunderbird", DOMAIN, from, to, EASY), DIFFERS, "config-v1.1.xml");
    }
}

#[test]
fn a_login_that_is_one_users_own_leaves_the_domains_file_out() {
    let yaml = EASY.replace("username: tanaka", "username: t4711");
    let built = Build::new(yaml).client("thunderbird").run();
    assert!(built.codes(Severity::Note).contains(&"domain-file-left-out"), "{}", built.report());
    assert!(built.artifacts.iter().all(|a| a.scope == "user"));
    assert!(built.text("isp/example.jp.xml").contains("t4711"));
    let own_smtp = EASY.replace("port: 465,", "port: 465, username: t4711,");
    let built = Build::new(own_smtp).client("thunderbird").run();
    assert!(built.codes(Severity::Note).contains(&"domain-file-left-out"), "{}", built.report());
}

/// A domain's description and one user's give the same domain files, for every client, and none holds a literal login, name or
/// password.
#[test]
fn domain_files_are_the_same_for_all() {
    let files = |yaml: &str| -> Vec<(String, Vec<u8>)> {
        let built = Build::new(yaml).passwords(Passwords::Everywhere, PASSWORD).run();
        built
            .artifacts
            .into_iter()
            .filter(|a| a.scope == "domain")
            .map(|a| (a.path, a.bytes.into()))
            .collect()
    };
    for (login, pattern, paths) in [
        ("tanaka", "%EMAILLOCALPART%", 5),
        // what Outlook takes without a login is the local part: its file is left out
        ("tanaka@example.jp", "%EMAILADDRESS%", 4),
        ("t4711", "", 2),
    ] {
        let user = EASY.replace("username: tanaka", &format!("username: {login}"));
        let published = files(&user);
        assert_eq!(published.len(), paths, "{:?}", published.iter().map(|f| &f.0).collect::<Vec<_>>());
        for (path, bytes) in &published {
            for word in ["tanaka", "Taro", "t4711", PASSWORD] {
                assert!(!decode(bytes).contains(word), "{path} holds {word}");
            }
        }
        let other =
            user.replace("tanaka", "suzuki").replace("Taro Tanaka", "Jiro Suzuki").replace("t4711", "t4712");
        assert_eq!(published, files(&other), "{login}");
        if !pattern.is_empty() {
            let domain = EASY.replace("address: tanaka@example.jp\nname: Taro Tanaka", "domain: example.jp");
            let domain = domain.replace("username: tanaka", &format!("username: \"{pattern}\""));
            assert_eq!(published, files(&domain), "{login}");
        }
    }
    let domain_files: usize = Library::default()
        .clients()
        .unwrap()
        .iter()
        .flat_map(|c| c.files.iter().filter(|f| f.scope == Scope::Domain).map(|f| f.paths.len()))
        .sum();
    assert_eq!(domain_files, 5, "a domain's file of some client is made for none of the accounts above");
}

/// A host with a placeholder: filled in where the format knows none, and the file is left out where only a user can fill it in.
#[test]
fn hosts_with_placeholders() {
    let built =
        |host: &str| Build::new(EASY.replace("host: pop.example.jp", &format!("host: \"{host}\""))).run();
    let domain = built("pop.%EMAILDOMAIN%");
    assert_eq!(domain.codes(Severity::Error), Vec::<&str>::new(), "{}", domain.report());
    assert!(domain.text("mail/config-v1.1.xml").contains("pop.%EMAILDOMAIN%"));
    for file in ["dns.zone", "user-agent-configuration.json", ".iaf", "tanaka@example.jp.reg"] {
        assert!(domain.text(file).contains("pop.example.jp"), "{file}");
    }
    let user = built("%EMAILLOCALPART%.mail.example.jp");
    assert_eq!(user.codes(Severity::Error), Vec::<&str>::new(), "{}", user.report());
    assert!(user.artifacts.iter().all(|a| a.scope == "user" || a.format == "autoconfig"));
    assert!(user.codes(Severity::Note).contains(&"domain-file-left-out"), "{}", user.report());
}

#[test]
fn no_password_goes_to_a_server_whose_login_is_another() {
    let own = EASY.replace("port: 465,", "port: 465, username: relay7,");
    let built = Build::new(&own).passwords(Passwords::Everywhere, PASSWORD).run();
    assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{}", built.report());
    let apple = built.text(".mobileconfig");
    assert_eq!(apple.matches(PASSWORD).count(), 1, "{apple}");
    assert!(
        !apple.contains("<key>OutgoingPassword")
            || apple.contains("<key>OutgoingPasswordSameAsIncomingPassword</key>\n      <false/>")
    );
    let xml = built.text("isp/example.jp.xml");
    assert_eq!(xml.matches(PASSWORD).count(), 1, "{xml}");
    assert!(xml.find(PASSWORD) < xml.find("<outgoingServer"));
    // and no template can do it
    let leaks = [
        (
            "apple-mail",
            "apple-mail/account.mobileconfig.j2",
            "<key>OutgoingMailServerPortNumber</key>",
            "<key>OutgoingPassword</key><string>{{ incoming.password }}</string><key>OutgoingMailServerPortNumber</key>",
            ".mobileconfig",
        ),
        (
            "apple-mail",
            "apple-mail/account.mobileconfig.j2",
            "<key>OutgoingMailServerPortNumber</key>",
            "<key>OutgoingPasswordSameAsIncomingPassword</key><true/><key>OutgoingMailServerPortNumber</key>",
            ".mobileconfig",
        ),
        (
            "thunderbird",
            DOMAIN,
            "<outgoingServer type=\"smtp\">",
            "<outgoingServer type=\"smtp\"><password>{{ incoming.password }}</password>",
            ".xml",
        ),
    ];
    for (client, template, from, to, file) in leaks {
        refused(
            &with_template(client, template, from, to, &own),
            &["read-back-differs", "template-failed"],
            file,
        );
    }
    // the description may say so
    let same = own.replace("username: relay7", "username: relay7, password: same");
    let built = Build::new(same).passwords(Passwords::Everywhere, PASSWORD).run();
    assert_eq!(built.text(".mobileconfig").matches(PASSWORD).count(), 2, "{}", built.report());
}

#[test]
fn passwords_are_where_the_build_allows_them_and_nowhere_else() {
    for (allowed, sheets, files) in [
        (Passwords::Omit, false, false),
        (Passwords::Sheets, true, false),
        (Passwords::Everywhere, true, true),
    ] {
        let built = Build::new(EASY).passwords(allowed, PASSWORD).run();
        assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{}", built.report());
        for artifact in &built.artifacts {
            let holds = holds(artifact.format, &artifact.bytes, PASSWORD);
            assert_eq!(holds, artifact.secret, "{}", artifact.path);
            let may = if artifact.format == "html" { sheets } else { files };
            assert!(may || !holds, "{} holds the password with {allowed:?}", artifact.path);
        }
        assert_eq!(built.artifacts.iter().any(|a| a.secret && a.format == "html"), sheets);
        assert_eq!(built.artifacts.iter().any(|a| a.secret && a.format != "html"), files);
    }
}

#[test]
fn an_override_that_cannot_be_read_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    assert!(Library::new(Some(dir.path().join("absent")), None).is_err());
    let broken = |path: &str, text: &[u8]| {
        std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        std::fs::write(dir.path().join(path), text).unwrap();
    };
    broken("clients/thunderbird.yaml", b"id: [");
    let library = Library::new(Some(dir.path().to_owned()), None).unwrap();
    assert!(library.clients().is_err_and(|e| e.to_string().contains("clients/thunderbird.yaml")));
    broken("sheet/sheet.html.j2", b"\xff\xfe");
    let library = Library::new(None, Some(dir.path().to_owned())).unwrap();
    assert!(library.template("sheet/sheet.html.j2").is_err());
    assert!(library.template("nowhere/x").is_ok_and(|t| t.is_none()));
}

/// Two incoming servers with logins of their own: "the same login" is that of the server which the client gets.
#[test]
fn the_same_login_is_that_of_the_server_which_the_client_gets() {
    let yaml = "address: a@example.jp\nincoming:\n\
        \x20 - { protocol: imap, host: imap.example.jp, port: 993, security: tls, username: alpha, auth: [oauth2] }\n\
        \x20 - { protocol: pop3, host: pop.example.jp, port: 995, security: tls, username: beta, password: { env: MAIL_PASSWORD } }\n\
        outgoing: { host: smtp.example.jp, port: 465, security: tls }\n";
    let built = Build::new(yaml).passwords(Passwords::Everywhere, PASSWORD).run();
    assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{}", built.report());
    assert!(!built.text(".mobileconfig").contains("alpha"));
    assert!(!built.text("jp.reg").contains("alpha"));
}

/// A way in without a login, before one with: the chosen one decides.
#[test]
fn a_server_that_may_be_used_without_a_login() {
    for auth in ["none", "pop-before-smtp", "client-ip"] {
        let yaml = EASY.replace("port: 465,", &format!("port: 465, auth: [{auth}, password],"));
        let built = Build::new(yaml).passwords(Passwords::Everywhere, PASSWORD).run();
        assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{auth}: {}", built.report());
    }
}

/// A secret that a template reveals where the reading does not look is found, and an error never quotes it.
#[test]
fn a_secret_cannot_be_hidden_from_reading_back() {
    let apple = "apple-mail/account.mobileconfig.j2";
    let tb = "thunderbird/config-v1.1.xml.j2";
    for (client, template, from, to, file) in [
        (
            "thunderbird",
            tb,
            "<password>{{ server.password }}</password>",
            "<!-- {{ server.password }} -->",
            "isp/example.jp.xml",
        ),
        ("apple-mail", apple, "<key>IncomingPassword</key>", "<key>X</key>", ".mobileconfig"),
        (
            "thunderbird",
            tb,
            "</clientConfig>",
            "<{{ incoming.password }}></y></clientConfig>",
            "isp/example.jp.xml",
        ),
        (
            "thunderbird",
            tb,
            "</clientConfig>",
            "{% set x %}{{ incoming.password }}{% endset %}{% include x %}",
            "isp/example.jp.xml",
        ),
    ] {
        let built = with_template(client, template, from, to, EASY);
        refused(
            &built,
            &["read-back-differs", "read-back-silent", "read-back-failed", "template-failed"],
            file,
        );
    }
}

/// Characters that Windows-31J gives back as others are no name for an ANSI client.
#[test]
fn a_name_that_comes_back_as_another_is_not_written() {
    for name in ["山田−太郎", "¥100ショップ"] {
        let built = Build::new(EASY.replace("Taro Tanaka", name)).run();
        assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{name}: {}", built.report());
    }
}

/// What a template adds is read too: a second account, a name in another case, another way to treat the profile.
#[test]
fn a_second_account_is_found() {
    let oe = "outlook-express/account.reg.j2";
    let prf = "outlook/account.prf.j2";
    let second = "\n[HKEY_CURRENT_USER\\Software\\Microsoft\\Internet Account Manager\\Accounts\\x]\n\"POP3 Server\"=\"evil.example\"\n\n[HKEY_CURRENT_USER";
    for (client, template, from, to, file) in [
        ("outlook-express", oe, "\n[HKEY_CURRENT_USER", second, ".reg"),
        (
            "outlook-express",
            oe,
            "\"SMTP Server\"=",
            "\"smtp server\"=\"evil.example\"\n\"SMTP Server\"=",
            ".reg",
        ),
        (
            "outlook-express",
            oe,
            "\"SMTP Server\"=",
            "\"IMAP Server\"=\"evil.example\"\n\"SMTP Server\"=",
            ".reg",
        ),
        ("outlook", prf, "OverwriteProfile=Append", "OverwriteProfile=Yes", ".prf"),
        ("outlook", prf, "SMTPServer={{", "smtpserver=evil.example\nSMTPServer={{", ".prf"),
        (
            "outlook",
            prf,
            "[Account1]\n",
            "[Account1]\nOrganization=x\n[Account2]\nPOP3Server=evil.example\n",
            ".prf",
        ),
    ] {
        let built = with_template(client, template, from, to, EASY);
        refused(&built, &["read-back-differs", "read-back-failed"], file);
    }
    let listed = with_template(
        "outlook",
        prf,
        "[Account1]\n",
        "Account2=I_Mail\n[Account2]\nPOP3Server=evil.example\n[Account1]\n",
        EASY,
    );
    refused(&listed, &["read-back-differs", "read-back-failed"], ".prf");
}
