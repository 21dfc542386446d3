//! `check --fix`: what is safe is mended in place; comments, layout and line ends stay; no secret is shown.

use super::common::{Case, Ran};

const BROKEN: &str = "\
# my mailbox
address: tanaka@example.jp   # mine

incoming:
  protocol: pop3
  host:   pop.example.jp
  port: 0995                  # a port
  security: starttls
  username: '%EMAILADDRESS'
  password: Kirschbaum7
  leave_on_server: no
outgoing: { host: smtp.example.jp, port: 587, security: tls }
";

const MENDED: &str = "\
# my mailbox
address: tanaka@example.jp   # mine

incoming:
  protocol: pop3
  host:   pop.example.jp
  port: 995                  # a port
  security: tls
  username: '%EMAILADDRESS%'
  password: Kirschbaum7
  leave_on_server: false
outgoing: { host: smtp.example.jp, port: 587, security: starttls }
";

fn fix(yaml: &str, flags: &[&str]) -> (Ran, String) {
    let ran = Case::new(yaml).args(&["check", "account.yaml", "--fix"]).args(flags).run();
    let text = std::fs::read_to_string(ran.path().join("account.yaml")).unwrap();
    (ran, text)
}

#[test]
fn what_is_safe_is_mended_and_the_rest_stays_byte_for_byte() {
    let (ran, text) = fix(BROKEN, &[]);
    assert_eq!(text, MENDED);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("--- account.yaml\n+++ account.yaml\n"), "{}", ran.stderr);
    for line in [
        "-  port: 0995                  # a port",
        "+  port: 995                  # a port",
        "   password: ********",
    ] {
        assert!(ran.stderr.lines().any(|l| l == line), "{line}\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("Kirschbaum7"));
    assert_eq!(fix(MENDED, &[]).1, MENDED, "a second time nothing is left to mend");
    let crlf = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(fix(&crlf(BROKEN), &[]).1, crlf(MENDED));
}

/// What a Japanese input method leaves behind.
#[test]
fn full_width_blanks_and_colons_are_mended() {
    let wide =
        MENDED.replace("  protocol: pop3", "\u{3000}protocol：pop3").replace("address: t", "address：t");
    let (ran, text) = fix(&wide, &[]);
    assert_eq!(text, MENDED, "{}", ran.stderr);
    assert_eq!(ran.code, 0);
}

#[test]
fn what_needs_a_decision_is_left() {
    for yaml in [
        BROKEN.replace("port: 0995", "port: 70000").replace("no\n", "maybe\n"),
        BROKEN.replace("0995", "&p 0995").replace("587", "*p"),
        "address: [".to_owned(),
        String::new(),
    ] {
        let kept = yaml.replace("leave_on_server: no", "leave_on_server: false");
        let kept = kept.replace("'%EMAILADDRESS'", "'%EMAILADDRESS%'");
        let kept = kept.replace("port: 587, security: tls", "port: 587, security: starttls");
        assert_eq!(fix(&yaml, &[]).1, kept);
    }
}

/// What looks like one value and is more, or may mean something else, is nobody's but its writer's.
#[test]
fn what_would_change_more_than_a_value_is_left() {
    let with = |login: &str| MENDED.replace("'%EMAILADDRESS%'", login);
    for yaml in [
        with("|-\n    ｔａｎａｋａ"),
        with(">-\n    ｔａｎａｋａ"),
        with("|- # c\n    ｔａｎａｋａ"),
        with("&u ｔａｎａｋａ"),
        with("&u !!str ｔａｎａｋａ"),
        with("&u # c\n    ｔａｎａｋａ"),
        with("!!str ｔａｎａｋａ"),
        with("o’brien"),
        with("“”"),
        with("\"   \""),
        with("tanaka%maildomain"),
        with("%emaildomain.example"),
        MENDED.replace("host:   pop.example.jp", "host: pop.example　.jp"),
        MENDED.replace("port: 995", "port: ｔａ465"),
        // one mapping over two servers of a profile: each would want another port
        "address: a@gmail.com\nprovider: gmail\nincoming: { port: 110, security: tls }\n".to_owned(),
    ] {
        assert_eq!(fix(&yaml, &[]).1, yaml);
    }
    assert_eq!(fix(&with("“tanaka”"), &[]).1, with("tanaka"), "a pair around everything is YAML's quotes");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_closed_and_a_pipe_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let case = Case::new(BROKEN).args(&["check", "account.yaml", "--fix"]);
    let path = case.path().join("account.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let ran = case.run();
    assert_eq!(ran.code, 2);
    assert_eq!(std::fs::read_to_string(ran.path().join("account.yaml")).unwrap(), BROKEN);
    assert_eq!(Case::new("").args(&["check", "/dev/null", "--fix"]).run().code, 2);
}

#[test]
fn what_the_description_accepts_is_left() {
    let allow = "allow: [{ code: port-expects-starttls, because: the provider says so }]\n";
    let (_, text) = fix(&format!("{BROKEN}{allow}"), &[]);
    assert!(text.contains("port: 587, security: tls"), "{text}");
}

#[test]
fn reports_for_programs_stay_clean() {
    let (ran, _) = fix(BROKEN, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "error").count(), 0);
    assert!(ran.stderr.starts_with("--- account.yaml"));
}

#[cfg(unix)]
#[test]
fn who_may_read_it_stays_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let case = Case::new("").file("real/real.yaml", BROKEN);
    let real = case.path().join("real/real.yaml");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/real.yaml", case.path().join("link.yaml")).unwrap();
    let ran = case.args(&["check", "link.yaml", "--fix"]).run();
    let real = ran.path().join("real/real.yaml");
    assert_eq!(std::fs::read_to_string(&real).unwrap(), MENDED);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(std::fs::symlink_metadata(ran.path().join("link.yaml")).unwrap().is_symlink());
    assert_eq!(std::fs::read_dir(ran.path().join("real")).unwrap().count(), 1, "no temporary file is left");
}
