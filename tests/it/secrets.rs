//! No secret is shown: not in findings, not in cuts of the description, not in `show`, not in errors of templates.

use super::common::{Case, MINIMAL};

const SECRET: &str = "hunter2xyz";

/// Every output of every command over a description.
fn outputs(yaml: &str) -> String {
    let commands: [&[&str]; 9] = [
        &["check", "account.yaml"],
        &["check", "account.yaml", "--format", "json"],
        &["check", "account.yaml", "--messages", "ja", "--passwords", "everywhere"],
        &["build", "account.yaml", "--client", "outlook-express", "--passwords", "everywhere"],
        &["build", "account.yaml", "--passwords", "omit"],
        &["show", "account.yaml"],
        &["check", "account.yaml", "--client", "generic", "--format", "sarif"],
        &["check", "account.yaml", "--client", "generic", "--format", "github"],
        &["check", "account.yaml", "--client", "generic", "--fix"],
    ];
    commands
        .iter()
        .map(|args| Case::new(yaml).args(args).env("MAIL_PASSWORD", SECRET).run())
        .map(|r| r.stdout + &r.stderr)
        .collect()
}

/// A description in block style with a line among the incoming server's.
fn block(line: &str) -> String {
    format!(
        "address: tanaka@example.jp\nincoming:\n  protocol: pop3\n  host: pop.example.jp\n  port: 0995\n  {line}\n\
         outgoing:\n  host: smtp.example.jp\n  port: 587\n"
    )
}

#[test]
fn in_any_shape_that_people_write_it() {
    let written = |text: &str| MINIMAL.replace("{ env: MAIL_PASSWORD }", text);
    let descriptions = [
        MINIMAL.to_owned(),
        written(SECRET),
        written(&format!("\"{SECRET}\"")),
        written(&format!("[{SECRET}]")),
        written(&format!("{{ env: {SECRET}! }}")),
        written(&format!("{{ env: '{SECRET} ' }}")),
        written(&format!("{{ value: {SECRET} }}")),
        written(&format!("{{ env: {{ x: {SECRET} }} }}")),
        written(SECRET).replace("password:", "pasword:"),
        written(SECRET).replace("password:", "Passwort:"),
        written(SECRET).replace("password:", "パスワード:"),
        written(SECRET).replace("port: 587", "port: 0587"),
        written(SECRET).replace("username: tanaka", "username: [x]"),
        // not YAML at all
        written(&format!("\"{SECRET}")),
        written(&format!("{SECRET} }} }}")),
        format!("address: a@example.jp\nincoming:\n  password: {SECRET}\n\thost: x\n"),
        format!("address: a@example.jp\nincoming:\n  password: |\n    {SECRET}\n   x\n :"),
        format!("address: a@example.jp\nincoming:\n  password: >-\n    {SECRET}\n  protocol: pop\n"),
        format!("a: &p {SECRET}\nincoming: {{ protocol: pop3, host: x, port: 0, password: *p }}\n"),
    ];
    let beside = [
        // in the place of another setting, or beside the value
        MINIMAL.replace(
            "host: mail.example.jp, u",
            &format!("host: 'pop3://tanaka:{SECRET}@mail.example.jp', u"),
        ),
        MINIMAL.replace("host: mail.example.jp, u", &format!("host: 'tanaka:{SECRET}@mail.example.jp', u")),
        MINIMAL.replace(" }\nout", &format!(", port: 0995 }} # x#y # password: {SECRET}\nout")),
        format!("{MINIMAL}name: 'Tanaka password: {SECRET}@x'\n"),
        format!("{MINIMAL}provider: 'password: {SECRET}'\n"),
        format!("{MINIMAL}provider: {{ webmail: 'https://tanaka:{SECRET}@x/ y' }}\n"),
        format!("{MINIMAL}allow: [{{ code: 'password: {SECRET}', because: x }}]\n"),
        format!("{MINIMAL}build: {{ clients: ['password: {SECRET}'] }}\n"),
        format!("{MINIMAL}clients: {{ outlook: {{ version: 'password {SECRET}' }} }}\n"),
        block(&format!("password: hun #{SECRET}")),
        block(&format!("password: !{SECRET} x")),
        block(&format!("password: &{SECRET} x")),
        block(&format!("# pw\n  # {SECRET}\n  username: ｔａｎａｋａ")),
        block(&format!("password:\n  {SECRET}\n  : x")),
        block(&format!("ｐａｓｓｗｏｒｄ: {SECRET}")),
        block(&format!("ﾊﾟｽﾜｰﾄﾞ: {SECRET}")),
        block(&format!("密码: {SECRET}")),
        block(&format!("auth_token: {SECRET}")),
        block(&format!("password: {SECRET}")).replace('\n', "\r\n"),
    ];
    for yaml in descriptions.into_iter().chain(beside) {
        let shown = outputs(&yaml);
        assert!(!shown.contains(SECRET), "{yaml}\n{shown}");
    }
}

const WITH_PASSWORD_AS_HOST: &str = "<plist version=\"1.0\"><dict><key>PayloadContent</key><array><dict>\
<key>PayloadType</key><string>com.apple.mail.managed</string><key>EmailAddress</key><string>HERE{{ incoming.password }}</string>\
</dict></array></dict></plist>";

#[test]
fn in_an_error_of_a_template() {
    for template in [
        "{{ incoming.password.x }}",
        "{{ incoming.password | dword }}",
        "{{ incoming.password + 1 }}",
        "{{ incoming.password[0] }}",
        "{{ nothing }}{{ incoming.password }}",
        "{{ debug() }}",
        "x{{ incoming.password | upper }}",
        // in the place of another setting, which a finding quotes; and behind more text than it shows
        WITH_PASSWORD_AS_HOST,
        &WITH_PASSWORD_AS_HOST.replace("HERE", &"x".repeat(198)),
    ] {
        let ran = Case::new(MINIMAL)
            .file("t/apple-mail/account.mobileconfig.j2", template)
            .args(&[
                "build",
                "account.yaml",
                "--client",
                "apple-mail",
                "--passwords",
                "everywhere",
                "--templates",
                "t",
            ])
            .env("MAIL_PASSWORD", SECRET)
            .run();
        assert_eq!(ran.code, 1, "{template}");
        assert!(!(ran.stdout + &ran.stderr).contains(SECRET), "{template}");
    }
}

#[cfg(unix)]
#[test]
fn files_that_hold_one_are_their_owners_alone_and_say_so() {
    use std::os::unix::fs::PermissionsExt;
    let ran = Case::new(MINIMAL)
        .args(&["build", "account.yaml", "--passwords", "everywhere"])
        .env("MAIL_PASSWORD", SECRET)
        .run();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let manifest = std::fs::read_to_string(ran.path().join("out/manifest.jsonl")).unwrap();
    let mut secret = 0;
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let path = ran.path().join("out").join(entry["path"].as_str().unwrap());
        let format = entry["format"].as_str().unwrap();
        let holds = super::common::holds(format, &std::fs::read(&path).unwrap(), SECRET);
        assert_eq!(entry["secret"], holds, "{line}");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert!(!holds || mode == 0o600, "{line}: {mode:o}");
        secret += u32::from(holds);
    }
    assert!(secret > 5);
}

#[test]
fn where_a_typing_mistake_makes_it_something_else() {
    let written = |text: &str| MINIMAL.replace("password: { env: MAIL_PASSWORD }", text);
    let block =
        |line: &str| format!("address: a@example.jp\nincoming:\n  protocol: pop3\n  {line}\n  host: x\n");
    let descriptions = [
        written(&format!("password:{SECRET}")),
        written(&format!("password: {{{SECRET}}}")),
        written(&format!("password=  {SECRET}")),
        written(&format!("password: !{SECRET}")),
        written(&format!("password: &{SECRET}")),
        written(&format!("pw: {SECRET}")),
        written(&format!("psw: {SECRET}")),
        written(&format!("暗証番号: {SECRET}")),
        block(&format!("  password:{SECRET}")),
        block(&format!("  password={SECRET}")),
        block(&format!("port: 0 # password: {SECRET}")),
        block(&format!("pasword: {SECRET}: x")),
        block(&format!("pasword: \"{SECRET}")),
        block(&format!("? password\n  : {SECRET}: x: \"")),
        block(&format!("a: {{ \"p\\x61ssword\": {SECRET}, port: : }}")),
        format!("address: a@example.jp\nincoming: password={SECRET}\n"),
        format!("password {SECRET}\n"),
        format!("{MINIMAL}clients: {{ outlook: {{ password: {SECRET} }} }}\n"),
        format!("İİİİİİİİ pass: {SECRET} : x : \"\n"),
    ];
    for yaml in descriptions {
        let shown = outputs(&yaml);
        assert!(!shown.contains(SECRET), "{yaml}\n{shown}");
    }
    for yaml in [
        format!("address: x\npasword: {SECRET}").into_bytes().into_iter().chain([0xff]).collect::<Vec<u8>>(),
        "İパスワード: x: \"".into(),
    ] {
        let ran = Case::new(yaml).args(&["check", "account.yaml"]).run();
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
    }
}
