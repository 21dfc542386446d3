//! One table of hostile strings, through every format: what is read back equals what was given, or the description is refused
//! with a finding. Readers of other projects (plist, quick-xml) look at the files too.

use mailprof::account::Passwords;
use mailprof::finding::Severity;

use super::common::{Build, Built};

/// What people and attackers write. The second: whether a description may hold it at all.
fn table() -> Vec<(String, bool)> {
    let fine = [
        "<b>&amp;</b>",
        "]]>",
        "<!-- -->",
        "\"'`",
        "&lt;&#0;",
        "<?xml?>",
        "</string><key>x</key>",
        "\\",
        "\\\\server\\share",
        "\\\"",
        "[HKEY_LOCAL_MACHINE]",
        "\"x\"=-",
        "=",
        ";rem",
        "[General]",
        "%PATH%",
        "100%",
        "%EMAILADDRES",
        "%1",
        "^&|<>",
        "!x!",
        "$(x)",
        "`x`",
        "{{ address }}",
        "{% if x %}",
        "{# x #}",
        "{{",
        "}}",
        "*bold*",
        "#x",
        "'x'",
        "a: b",
        "- a",
        "true",
        "null",
        "0123",
        "1e3",
        "表ソ能",
        "①㈱髙﨑",
        "田中 太郎",
        "😀",
        "👨‍👩‍👧",
        "e\u{301}",
        "𠮷野家",
        "a\u{a0}b",
        "ａｂｃ",
        "[secret]",
        "javascript:alert(1)",
        "=HYPERLINK(1)",
        "a,b\";c",
        "../../etc/passwd",
        "CON",
    ];
    let refused = [
        "a\r\nb",
        "a\nb",
        "a\u{0}b",
        "a\u{1}b",
        "a\u{1b}[31mb",
        "a\u{7f}b",
        "a\u{85}b",
        "a\u{2028}b",
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{feff}b",
        "a\u{fffe}b",
        "a\u{ffff}b",
        "a\tb",
    ];
    let long = ["x".repeat(5000)];
    let all =
        fine.iter().map(|s| ((*s).to_owned(), true)).chain(refused.iter().map(|s| ((*s).to_owned(), false)));
    all.chain(long.into_iter().map(|s| (s, false))).collect()
}

/// A YAML double-quoted scalar.
fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            c if c.is_control() || matches!(c as u32, 0x2028 | 0x2029 | 0xfeff | 0xfffe | 0xffff) => {
                out += &format!("\\u{:04x}", c as u32)
            }
            c => out.push(c),
        }
    }
    out + "\""
}

fn build(yaml: &str) -> Built {
    Build::new(yaml).passwords(Passwords::Everywhere, "unused").run()
}

/// Every client is read back by the core; here other projects' readers look at what they can read.
fn plist(built: &Built, key: &str) -> Option<String> {
    let list = plist::Value::from_reader_xml(&built.get(".mobileconfig").bytes[..]).unwrap();
    let mail = list.as_dictionary()?.get("PayloadContent")?.as_array()?[0].as_dictionary()?.clone();
    mail.get(key)?.as_string().map(str::to_owned)
}

fn element(xml: &str, name: &str) -> Option<String> {
    let rest = xml.split(&format!("<{name}>")).nth(1)?;
    quick_xml::escape::unescape(rest.split('<').next()?).ok().map(std::borrow::Cow::into_owned)
}

fn line<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    text.lines().find_map(|l| l.strip_prefix(start))
}

#[test]
fn through_the_display_name() {
    for (text, fine) in table() {
        let yaml = format!(
            "address: a@example.jp\nname: {}\nincoming: {{ protocol: pop3, host: h.example.jp, username: u }}\noutgoing: {{ host: h.example.jp, security: tls }}\n",
            quoted(&text)
        );
        let built = build(&yaml);
        assert_eq!(built.codes(Severity::Error).is_empty(), fine, "{text:?}: {}", built.report());
        if !fine {
            assert!(built.artifacts.is_empty(), "{text:?}");
            continue;
        }
        assert_eq!(plist(&built, "EmailAccountName").as_deref(), Some(text.as_str()));
        let (_, _, lossy) = encoding_rs::SHIFT_JIS.encode(&text);
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        let reg = built.text("jp.reg");
        let got = line(&reg, "\"SMTP Display Name\"=\"").and_then(|l| l.strip_suffix('"'));
        assert_eq!(got, (!lossy).then_some(escaped.as_str()), "{text:?}");
        let prf = built.text(".prf");
        assert_eq!(
            line(&prf, "DisplayName=").filter(|l| !l.starts_with("PT_")),
            (!lossy).then_some(text.as_str()),
            "{text:?}"
        );
    }
}

#[test]
fn through_the_password() {
    for (text, fine) in table() {
        let yaml = format!(
            "address: a@example.jp\nincoming: {{ protocol: imap, host: h.example.jp, username: u, password: {} }}\noutgoing: {{ host: h.example.jp, security: tls }}\n",
            quoted(&text)
        );
        let built = build(&yaml);
        let errors = built.codes(Severity::Error);
        assert_eq!(errors.is_empty(), fine, "{text:?}: {}", built.report());
        if text.chars().count() > 5 && text != "[secret]" && text != "CON" {
            assert!(!built.report().contains(&text), "{text:?} is shown: {}", built.report());
        }
        if !fine {
            continue;
        }
        assert_eq!(plist(&built, "IncomingPassword").as_deref(), Some(text.as_str()));
        let password = element(&built.text("isp/example.jp.xml"), "password");
        let coerced = built.codes(Severity::Note).contains(&"tb-js-coerced-password");
        assert_eq!(password.as_deref(), (!coerced).then_some(text.as_str()), "{text:?}");
        let sheet = built.text("generic.ja.html");
        let marked = sheet
            .split("data-setting=\"incoming.password\">")
            .nth(1)
            .and_then(|s| s.split("</code>").next())
            .map(|s| s.replace("<span>", "").replace("</span>", "").replace("<wbr>", ""))
            .unwrap();
        assert_eq!(quick_xml::escape::unescape(&marked).unwrap(), text);
    }
}

#[test]
fn through_the_user_name() {
    for (text, fine) in table() {
        let yaml = format!(
            "address: a@example.jp\nincoming: {{ protocol: pop3, host: h.example.jp, username: {} }}\noutgoing: {{ host: h.example.jp, security: tls }}\n",
            quoted(&text)
        );
        let built = build(&yaml);
        // a login of full-width letters is a mistake
        let fine = fine && text != "ａｂｃ";
        assert_eq!(built.codes(Severity::Error).is_empty(), fine, "{text:?}: {}", built.report());
        if !fine {
            continue;
        }
        assert_eq!(plist(&built, "IncomingMailServerUsername").as_deref(), Some(text.as_str()));
        if !built.codes(Severity::Note).contains(&"tb-js-coerced-username") {
            assert_eq!(
                element(&built.text("isp/example.jp.xml"), "username").as_deref(),
                Some(text.as_str())
            );
        }
    }
}

#[test]
fn through_everything_that_is_printed() {
    for (text, fine) in table() {
        let value = quoted(&text);
        let yaml = format!(
            "address: a@example.jp\nprovider: {{ name: {value}, short_name: {value}, support: {{ phone: {value}, email: {value}, hours: {value} }} }}\n\
             incoming: {{ protocol: pop3, host: h.example.jp, username: u }}\noutgoing: {{ host: h.example.jp, security: tls }}\n\
             clients: {{ outlook: {{ profile_name: {value} }} }}\n"
        );
        let built = build(&yaml);
        let errors = built.codes(Severity::Error);
        assert_eq!(
            errors.iter().all(|c| *c == "template-failed" || *c == "not-encodable")
                && built.artifacts.len() > 5,
            fine,
            "{text:?}: {}",
            built.report()
        );
        if fine {
            let list = plist::Value::from_reader_xml(&built.get(".mobileconfig").bytes[..]).unwrap();
            let organisation = list.as_dictionary().unwrap().get("PayloadOrganization").unwrap();
            assert_eq!(organisation.as_string(), Some(text.as_str()));
        }
    }
}

/// Placeholders of autoconfig inside values mean what they say: a placeholder.
#[test]
fn placeholders_are_expanded_once() {
    let yaml = "address: \"%EMAILDOMAIN%@example.jp\"\nincoming: { protocol: pop3, host: \"mail.%EMAILDOMAIN%\", username: \"x%EMAILLOCALPART%y\" }\noutgoing: { host: h.example.jp, security: tls }\n";
    let built = build(yaml);
    assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{}", built.report());
    assert_eq!(plist(&built, "IncomingMailServerUsername").as_deref(), Some("x%EMAILDOMAIN%y"));
    assert_eq!(plist(&built, "IncomingMailServerHostName").as_deref(), Some("mail.example.jp"));
}

/// Paths made of addresses stay in their folder, and two addresses never share one.
#[test]
fn through_the_address() {
    let mut seen = std::collections::BTreeMap::new();
    for address in [
        "a/b@example.jp",
        "..@example.jp",
        "a\\\\b@example.jp",
        "con.x@example.jp",
        "A@example.jp",
        "a@example.jp",
        "a!@example.jp",
        "a?@example.jp",
        "あ@example.jp",
        "a'b@example.jp",
        "a&b@example.jp",
        "a%b@example.jp",
        "a$b@example.jp",
        "a{{x}}@example.jp",
    ] {
        let yaml = format!(
            "address: \"{address}\"\nincoming: {{ protocol: imap, host: h.example.jp, username: u }}\noutgoing: {{ host: h.example.jp, security: tls }}\n"
        );
        let built = build(&yaml);
        if !built.codes(Severity::Error).is_empty() {
            assert!(built.artifacts.is_empty() && address.contains('\\'), "{address}: {}", built.report());
            continue;
        }
        for artifact in built.artifacts.iter().filter(|a| a.scope == "user") {
            assert!(
                artifact.path.split('/').all(|p| !p.is_empty() && p != ".." && p != "." && !p.contains('\\')),
                "{}",
                artifact.path
            );
            let folded = artifact.path.to_lowercase();
            assert_eq!(seen.insert(folded, address), None, "{}", artifact.path);
        }
    }
    assert!(seen.len() > 50);
}
