//! Every code that a description can raise has `tests/rules/<code>/bad.yaml`, which raises it alone, on the line that ends with
//! `# here` (or on the one that the file `line` names), and `good.yaml`, which raises nothing, notes included. The examples of its
//! page are lines of the two. Limits of clients are set aside here.

use std::collections::BTreeSet;
use std::path::PathBuf;

use mailprof::account::{self, RawAccount};
use mailprof::build::{Builder, Wishes};
use mailprof::client::Client;
use mailprof::explain::Explainer;
use mailprof::finding::page::{self, Page};
use mailprof::finding::{ALL, Catalogue, Findings, Language, Sources};
use mailprof::library::Library;
use mailprof::lint::{self, Judged, RULES, Subject};

use super::common::{Case, root};

/// Codes that no description of a fitting size raises: what a build, a client, a users file or the command line tells; the
/// two whose files would be larger than all the others; and the one that comes only together with an error.
const ELSEWHERE: &[&str] = &[
    "allow-error",
    "client-cannot-use",
    "domain-file-left-out",
    "letter-without-number",
    "letter-without-password",
    "limit-failed",
    "logo-unusable",
    "more-findings",
    "no-glyph",
    "not-encodable",
    "override-unused",
    "password-source-absent",
    "password-source-missing",
    "path-taken",
    "qr-too-long",
    "read-back-differs",
    "read-back-failed",
    "read-back-silent",
    "row-built-before",
    "row-duplicate",
    "row-edge-blank",
    "row-gaiji",
    "row-not-json",
    "row-quote-open",
    "row-replacement",
    "row-spreadsheet",
    "row-too-long",
    "row-uneven",
    "servers-left-out",
    "template-failed",
    "too-large",
    "users-column-missing",
    "users-column-twice",
    "users-column-unknown",
    "users-column-unknown-near",
    "users-empty",
    "users-no-server",
    "users-without-address",
];

fn folder(code: &str) -> PathBuf {
    root().join("tests/rules").join(code)
}

/// Code and line of everything that is told of a description, clients set aside.
fn told(bytes: &[u8]) -> Vec<(String, usize)> {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let library = Library::default();
    let raw = RawAccount::read(bytes, "account.yaml", &library, &mut sources, &mut findings).unwrap();
    if let Some(raw) = raw {
        let resolved = account::resolve(&raw, &mut findings);
        let asked = raw.wishes();
        lint::run(&Subject { raw: &raw, draft: &resolved.draft, wishes: &asked }, &mut findings);
        let wishes = Wishes {
            clients: asked.clients,
            sheets: asked.sheets.unwrap_or_default(),
            languages: asked.languages.unwrap_or_default(),
            passwords: asked.passwords.unwrap_or_default(),
            ..Wishes::default()
        };
        let builder = Builder::new(&library, &raw, Vec::new(), wishes, &mut findings).unwrap();
        lint::accept(&raw, Some(&builder.limit_codes()), Judged::All, &mut findings);
    }
    findings.sort();
    findings
        .iter()
        .map(|f| (f.code.clone(), f.place.map_or(0, |p| sources.get(p.source).line_column(p.start).0)))
        .collect()
}

fn page(code: &str) -> Page {
    page::of(code).cloned().or_else(|| lint::page(code)).unwrap_or_else(|| panic!("{code} has no page"))
}

/// The line of the mistake: of the comment `# here`, or what stands in the file `line`.
fn expected_line(code: &str, text: &str) -> usize {
    let marked: Vec<usize> =
        (1..).zip(text.lines()).filter(|(_, l)| l.ends_with("# here")).map(|(n, _)| n).collect();
    match std::fs::read_to_string(folder(code).join("line")) {
        Ok(line) => line.trim().parse().unwrap(),
        Err(_) => {
            assert_eq!(marked.len(), 1, "{code}: bad.yaml marks one line with `# here`");
            marked[0]
        }
    }
}

/// Whether an excerpt's lines stand one below the other in a file; a common indentation and the mark of the mistake do not count.
fn is_excerpt(excerpt: &str, text: &str) -> bool {
    let lines = |t: &str| -> Vec<String> {
        t.lines().map(|l| l.trim_end_matches("# here").trim_end().to_owned()).collect()
    };
    let flush = |lines: &[String]| -> Vec<String> {
        let indent = |l: &String| l.len() - l.trim_start().len();
        let least = lines.iter().filter(|l| !l.is_empty()).map(indent).min().unwrap_or(0);
        lines.iter().map(|l| l.get(least..).unwrap_or_default().to_owned()).collect()
    };
    let (excerpt, text) = (flush(&lines(excerpt.trim_end())), lines(text));
    text.windows(excerpt.len()).any(|window| flush(window) == excerpt)
}

#[test]
fn each_code_is_raised_by_its_bad_description_alone_and_by_nothing_in_its_good_one() {
    let mut wrong = Vec::new();
    for code in ALL.iter().map(|c| c.id).filter(|id| !ELSEWHERE.contains(id)) {
        let read = |name: &str| std::fs::read(folder(code).join(name));
        let (Ok(bad), Ok(good)) = (read("bad.yaml"), read("good.yaml")) else {
            wrong.push(format!("tests/rules/{code}/: bad.yaml or good.yaml is missing"));
            continue;
        };
        let line = expected_line(code, &String::from_utf8_lossy(&bad));
        let got = told(&bad);
        if got != [(code.to_owned(), line)] {
            wrong.push(format!("tests/rules/{code}/bad.yaml: expected it alone on line {line}, got {got:?}"));
        }
        let got = told(&good);
        if !got.is_empty() {
            wrong.push(format!("tests/rules/{code}/good.yaml: expected nothing, got {got:?}"));
        }
        let page = page(code);
        for (excerpt, file, bytes) in [(&page.example, "bad", &bad), (&page.instead, "good", &good)] {
            let text = String::from_utf8_lossy(bytes);
            if excerpt.as_ref().is_some_and(|e| !is_excerpt(e, &text)) {
                wrong.push(format!("{code}: its page shows what does not stand in its {file}.yaml"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Settings that look odd and are right, and mistakes that a first look misses.
#[test]
fn sound_settings_raise_no_rule_and_hidden_mistakes_do() {
    let account = |address: &str, host: &str, login: &str, more: &str| {
        format!(
            "address: {address}\nincoming: {{ protocol: imap, host: {host}, port: 993, security: tls, username: '{login}' }}\n{more}"
        )
    };
    let codes = |yaml: &str| told(yaml.as_bytes()).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    let out = |host: &str| format!("outgoing: {{ host: {host}, port: 465, security: tls }}\n");
    for yaml in [
        account("a@example.jp", "imap.mail.me.com", "a@icloud.com', password_kind: 'app", "outgoing: { host: smtp.mail.me.com, port: 587, security: starttls }\n"),
        account("a@example.jp", "example.sakura.ne.jp", "a@example.sakura.ne.jp", &out("example.sakura.ne.jp")),
        account("a@example.co.jp", "mail.example.co.jp", "a@mail.example.co.jp", &out("smtp.example.co.jp")),
        account("a@example.jp", "mail.lan", "a", &out("smtp.lan")),
        account("a@例え.jp", "imap.例え.jp", "a", &out("smtp.例え.jp")),
        "address: a@example.jp\nincoming: { protocol: imap, host: 127.0.0.1, port: 1143, security: starttls, username: a }\noutgoing: { host: localhost, port: 25, security: none, auth: none }\n".to_owned(),
    ] {
        assert_eq!(codes(&yaml), Vec::<String>::new(), "{yaml}");
    }
    let leaks = "address: a@acme.jp\nincoming:\n- { protocol: imap, host: mail.acme.jp, port: 993, security: tls, auth: oauth2, username: a }\n- { protocol: pop3, host: mail.acme.jp, port: 995, security: tls, username: a }\noutgoing: { host: smtp.evil.com, port: 465, security: tls }\n";
    assert_eq!(codes(leaks), ["password-leaves-provider"]);
    let one_line = "address: a@gmail.com\nprovider: gmail\nincoming: { username: '%EMAILADDRESS' }\n";
    assert_eq!(codes(one_line), ["unclosed-placeholder"], "told once, though the profile has two servers");
    let sends_only = "address: a@icloud.com\nprovider: icloud\nincoming: none\n";
    assert!(!codes(sends_only).contains(&"same-as-nothing".to_owned()));
}

#[test]
fn no_test_is_left_of_a_code_that_is_gone() {
    let known: BTreeSet<&str> = ALL.iter().map(|c| c.id).filter(|id| !ELSEWHERE.contains(id)).collect();
    let folders = std::fs::read_dir(root().join("tests/rules")).unwrap().flatten();
    let there: BTreeSet<String> = folders.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(there.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
    assert!(ELSEWHERE.iter().all(|id| ALL.iter().any(|c| c.id == *id)));
}

#[test]
fn a_rule_has_every_part_of_a_page_and_its_tests() {
    for rule in RULES {
        let (code, page) = (rule.code.id, rule.page());
        assert!(!ELSEWHERE.contains(&code), "{code}: a rule has tests/rules/{code}/");
        let parts =
            [page.why.is_some(), page.example.is_some(), page.instead.is_some(), page.source.is_some()];
        assert_eq!(parts, [true; 4], "{code}: why, example, instead, source");
        for language in [Language::En, Language::Ja] {
            let (message, help) = Catalogue::of(language).pattern(code).unwrap();
            assert!(!message.is_empty(), "{code} {language:?}");
            assert!(help.is_some() || code.ends_with("assumed"), "{code} {language:?}: what to do");
        }
        let file = root().join("src/lint").join(code.replace('-', "_") + ".rs");
        assert!(file.exists(), "{code}: a rule stands in a file of its name");
    }
}

fn clients() -> Vec<Client> {
    Library::default().clients().unwrap()
}

#[test]
fn explain_knows_every_code_every_limit_and_what_clients_show() {
    let clients = clients();
    for language in [Language::En, Language::Ja] {
        let explainer = Explainer::new(&clients, Catalogue::of(language));
        let limits = clients.iter().flat_map(|c| c.limits.iter().map(|l| l.code.as_str()));
        let shown = clients.iter().flat_map(|c| c.errors.iter().map(|e| e.code.text(language.id())));
        for code in ALL.iter().map(|c| c.id).chain(limits).chain(shown) {
            let explained = explainer.explain(code).unwrap_or_else(|| panic!("{code}"));
            assert!(explained.page.starts_with("# ") && !explained.short.is_empty(), "{code}");
        }
    }
}

#[test]
fn an_error_number_names_the_setting_to_look_at() {
    let explain =
        |what: &str, language: &str| Case::new("").args(&["explain", what, "--messages", language]).run();
    for spelling in ["0x800CCC92", "0x800ccc92", "800CCC92"] {
        let ran = explain(spelling, "en");
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert!(
            ran.stdout.contains("Outlook Express") && ran.stdout.contains("`incoming.password`"),
            "{}",
            ran.stdout
        );
    }
    assert!(explain("0x800CCC92", "ja").stdout.contains("確認する設定: `incoming.password`"));
    assert!(explain("認証に失敗しました", "ja").stdout.contains("Thunderbird"));
    let unknown = explain("outgoing-port-52", "en");
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("did you mean `outgoing-port-25`?"), "{}", unknown.stderr);
}

/// `docs/rules.md` and its Japanese twin are what `explain --all` prints. `MAILPROF_BLESS=1` writes them anew.
#[test]
fn the_pages_in_docs_are_current() {
    for (language, name) in [("en", "rules.md"), ("ja", "rules.ja.md")] {
        let ran = Case::new("").args(&["explain", "--all", "--messages", language]).run();
        assert_eq!(ran.code, 0);
        let path = root().join("docs").join(name);
        if std::env::var_os("MAILPROF_BLESS").is_some() {
            std::fs::write(&path, &ran.stdout).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(
            kept == ran.stdout,
            "docs/{name} is not current: run with MAILPROF_BLESS=1 and read the difference"
        );
    }
}
