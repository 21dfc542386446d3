//! Letters with passwords: what is on them and what never is, users of whom none can be printed, many users' letters from one.

use std::path::Path;

use mailprof::account::{self, Account, Fetched, RawAccount, Sheets};
use mailprof::build::{self, Builder, Moulds, Part, Printing, Wishes};
use mailprof::finding::{Findings, Sources};
use mailprof::library::Library;

use super::common::{Case, Fixed, Ran, tree};

const DESCRIPTION: &str = "\
domain: example.jp
provider: { name: サンプルネット, support: { phone: 0120-000-000, hours: 9:00-17:00 }, webmail: https://webmail.example.jp/ }
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
";

const WINDOW: &str = "letter: { window: naga3 }\nrecipient: { lines: [x] }\nusers: { columns: { address: address, recipient.postcode: postcode, recipient.lines.0: street } }\n";

const HEADER: &str = "address,name,incoming.username,incoming.password,customer.number";

const ROWS: &str = "tanaka@example.jp,田中 太郎,tanaka01,hunter2-Il0O,00123\nsato@example.jp,佐藤 花子,sato01,<b>&pass,00124\n";

/// Passwords on letters for rows, with sheets for one client.
fn letters(description: &str, users: &str, more: &[&str]) -> Ran {
    let case = Case::new(description).file("users.csv", users);
    let args = ["build", "account.yaml", "--users", "users.csv", "--password-letters", "--messages", "en"];
    case.args(&args).args(&["--client", "generic", "--max-rejects", "90%", "-q"]).args(more).run()
}

fn text(out: &Path, path: &str) -> String {
    std::fs::read_to_string(out.join("out/example.jp").join(path)).unwrap()
}

#[test]
fn a_letter_has_the_password_and_nothing_that_finds_the_mailbox() {
    let ran = letters(DESCRIPTION, &format!("{HEADER}\n{ROWS}"), &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("hunter2"));
    for (language, words) in [("ja", "パスワードのお知らせ"), ("en", "Your email password")] {
        let letter = text(ran.path(), &format!("tanaka@example.jp/password-letter.{language}.html"));
        for said in [
            words,
            "data-setting=\"incoming.password\"><span>hunter2-Il0O",
            "data-setting=\"customer.number\">00123<",
            "サンプルネット",
            "0120-000-000",
        ] {
            assert!(letter.contains(said), "{language}: {said}");
        }
        for kept in ["tanaka", "example.jp", "smtp", "995", "田中"] {
            assert!(!letter.contains(kept), "{language}: {kept}");
        }
        let sheet = text(ran.path(), &format!("tanaka@example.jp/generic.{language}.html"));
        assert!(!sheet.contains("hunter2"));
        assert!(sheet.contains(if language == "ja" {
            "別にお送りする「パスワードのお知らせ」"
        } else {
            "in a separate letter"
        }));
    }
    assert!(
        text(ran.path(), "tanaka@example.jp/password-letter.ja.html")
            .contains("大文字のアイ・エル・数字のゼロ・大文字のオー")
    );
    assert!(
        text(ran.path(), "sato@example.jp/password-letter.ja.html")
            .contains("<span>&lt;b&gt;&amp;pass</span>")
    );
    let manifest = std::fs::read_to_string(ran.path().join("out/manifest.jsonl")).unwrap();
    let line = manifest.lines().find(|l| l.contains("sato@example.jp/password-letter.ja.html")).unwrap();
    for said in ["\"client\":null", "\"format\":\"html\"", "\"scope\":\"user\"", "\"secret\":true"] {
        assert!(line.contains(said), "{line}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = ran.path().join("out/example.jp/sato@example.jp/password-letter.ja.html");
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn the_address_stands_under_the_window_and_a_name_that_is_the_mail_address_does_not() {
    let header = format!("{HEADER},postcode,street");
    let row =
        |name: &str| format!("tanaka@example.jp,{name},tanaka01,hunter2,00123,100-0001,東京都千代田区 1-1\n");
    let letter = |name: &str, description: &str| {
        let ran = letters(description, &format!("{header}\n{}", row(name)), &["--lang", "ja"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        text(ran.path(), "tanaka@example.jp/password-letter.ja.html")
    };
    let windowed = format!("{DESCRIPTION}{WINDOW}");
    let page = letter("田中 太郎", &windowed);
    for said in
        ["<address style=\"margin: 6mm 0 0 8mm\">", "〒100-0001", "東京都千代田区 1-1", "田中 太郎 様"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = letter("tanaka@example.jp", &windowed);
    assert!(page.contains("東京都千代田区") && !page.contains("tanaka@") && !page.contains("class=\"name\""));
    let without = windowed.replace("letter: { window: naga3 }\n", "");
    assert!(!letter("田中 太郎", &without).contains("東京都"));
}

#[test]
fn users_without_a_number_or_a_password_are_rejected() {
    let rows = "a@example.jp,A,a,pw,\nb@example.jp,B,b,,2\nc@example.jp,C,c,pw,3\n";
    let ran = letters(DESCRIPTION, &format!("{HEADER}\n{rows}"), &[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let rejects = std::fs::read_to_string(ran.path().join("out.rejects.csv")).unwrap();
    let codes: Vec<(&str, &str)> = rejects
        .lines()
        .skip(1)
        .map(|l| l.split_once(',').unwrap())
        .map(|(line, rest)| (line, rest.split(',').next().unwrap()))
        .collect();
    assert_eq!(codes, [("2", "letter-without-number"), ("3", "letter-without-password")]);
    let made = tree(&ran.path().join("out"));
    assert!(
        made.keys().all(|path| path == "manifest.jsonl" || path.starts_with("example.jp/c@example.jp/")),
        "{made:?}"
    );
}

#[test]
fn what_defeats_a_letter_is_bad_usage() {
    let users = format!("{HEADER}\n{ROWS}");
    let described = format!("{DESCRIPTION}build: {{ passwords: sheets }}\n");
    let rows = "address,incoming.password,customer.number,build.passwords\na@example.jp,pw,1,sheets\n";
    for (ran, words) in [
        (letters(DESCRIPTION, &users, &["--passwords", "everywhere"]), "build with --passwords omit"),
        (letters(&described, &users, &[]), "`passwords: sheets`"),
        (letters(DESCRIPTION, rows, &[]), "`passwords: sheets`"),
        (letters(DESCRIPTION, &users, &["--duplex"]), "--duplex is for PDF sheets"),
        #[cfg(not(feature = "pdf"))]
        (letters(DESCRIPTION, &users, &["--combined", "a.pdf"]), "--features pdf"),
        #[cfg(feature = "pdf")]
        (letters(DESCRIPTION, &users, &["--combined", "a.pdf"]), "add --sheet-format pdf"),
        (letters(DESCRIPTION, &users, &["--combined", "../a.pdf"]), "a file's name that ends in .pdf"),
    ] {
        assert!(ran.code == 2 && ran.stderr.contains(words), "{}", ran.stderr);
        assert!(tree(&ran.path().join("out")).keys().all(|path| !path.ends_with(".html")));
    }
    assert_eq!(
        letters(&described, &users, &["--passwords", "omit"]).code,
        0,
        "a flag wins over the description"
    );
}

/// A template of the user's own that says another password, or more than a letter may: nothing is delivered of that user.
#[test]
fn a_letter_that_lies_or_tells_too_much_is_not_delivered() {
    let template = Library::default().template("sheet/letter.html.j2").unwrap().unwrap();
    for (from, to, code) in [
        ("<span>{{ piece }}", "<span>x{{ piece }}", "read-back-differs"),
        ("data-setting=\"{{ row.setting }}\"", "", "read-back-silent"),
        ("{{ texts.intro }}", "<b data-setting=\"address\">tanaka@example.jp</b>", "read-back-differs"),
        ("{{ texts.intro }}", "{{ address }}", "template-failed"),
        ("{{ texts.intro }}", "{{ incoming.host }}", "template-failed"),
        ("{{ texts.intro }}", "{{ words.recipient }}", "template-failed"),
    ] {
        assert!(template.contains(from), "{from}");
        let case = Case::new(DESCRIPTION)
            .file("users.csv", format!("{HEADER}\n{ROWS}"))
            .file("own/sheet/letter.html.j2", template.replacen(from, to, 1));
        let ran = case
            .args(&[
                "build",
                "account.yaml",
                "--users",
                "users.csv",
                "--password-letters",
                "--templates",
                "own",
            ])
            .args(&["--client", "generic", "--max-rejects", "100%", "--messages", "en", "--lang", "ja"])
            .run();
        assert!(ran.code == 1 && ran.stderr.contains(code), "{to}: {}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2"), "{to}: {}", ran.stderr);
        assert_eq!(tree(&ran.path().join("out")).len(), 1, "{to}: a manifest of nothing");
    }
}

/// Sending with a login and a password of its own: both are on the letter, each once, and a sheet that may hold them spells both.
#[test]
fn two_passwords_are_two_and_one_for_both_is_one() {
    let own = DESCRIPTION.replace("port: 465, security: tls", "port: 465, security: tls, username: x");
    let users = |second: &str| {
        format!(
            "address,incoming.username,incoming.password,outgoing.username,outgoing.password,customer.number\na@example.jp,a,first,b,{second},1\n"
        )
    };
    let boxes = |users: &str| {
        let ran = letters(&own, users, &["--lang", "en"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        text(ran.path(), "a@example.jp/password-letter.en.html").matches("class=\"spelled\"").count()
    };
    assert_eq!((boxes(&users("second")), boxes(&users("first"))), (2, 1));
    let case = Case::new(&own).file("users.csv", users("second"));
    let args =
        ["build", "account.yaml", "--users", "users.csv", "--passwords", "sheets", "--client", "generic"];
    let ran = case.args(&args).args(&["--lang", "en", "-q"]).run();
    let sheet = text(ran.path(), "a@example.jp/generic.en.html");
    assert!(sheet.contains("Sierra Echo Charlie Oscar November Delta") && sheet.contains("Foxtrot India"));
}

/// One of many users, as a row would give him.
fn user(n: usize) -> String {
    let name = if n.is_multiple_of(2) { "田中 太郎" } else { "佐藤 花子" };
    let password = ["hunter2", "<&>\\\"'", "長い-password-of-more-than-one-piece-of-the-letter", "x"][n % 4];
    let address = format!("recipient: {{ postcode: 100-000{n}, lines: [東京都 {n}-1], name: {name} }}\n");
    let more =
        format!("address: u{n}@example.jp\nname: {name}\ncustomer: {{ number: \"{n:05}\" }}\n{address}");
    let login = format!("username: login{n}, password: '{}'", password.replace('\'', "''"));
    DESCRIPTION
        .replace("domain: example.jp\n", &format!("{more}letter: {{ window: naga3 }}\n"))
        .replace("security: tls }\noutgoing", &format!("security: tls, {login} }}\noutgoing"))
}

fn loaded(yaml: &str) -> (Account, RawAccount, Fetched) {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let library = Library::default();
    let raw = RawAccount::read(yaml.as_bytes(), "a", &library, &mut sources, &mut findings).unwrap().unwrap();
    let account = account::resolve(&raw, &mut findings).account.unwrap();
    let fetched = account.fetch_passwords(true, &raw, &Fixed(""), &mut findings);
    (account, raw, fetched)
}

/// Law 5: what is cast is what rendering gives.
#[test]
fn letters_are_cast_as_they_would_be_rendered() {
    let (library, mut findings) = (Library::default(), Findings::new());
    let printing = Printing { letters: true, ..Printing::default() };
    let (_, raw, _) = loaded(&user(0));
    let languages = vec!["ja".to_owned(), "en".to_owned()];
    let wishes =
        Wishes { sheets: Sheets::None, clients: Some(Vec::new()), languages, printing, ..Wishes::default() };
    let builder = Builder::new(&library, &raw, Vec::new(), wishes, &mut findings).unwrap();
    let moulds = Moulds::default();
    let mut cast = 0;
    for n in 0..40 {
        let (account, raw, fetched) = loaded(&user(n));
        let shape = build::shape(&builder, &account, &fetched);
        let rendered = builder.part(Part::User, &account, &raw, &fetched, &mut findings).unwrap();
        assert_eq!(rendered.len(), 2, "{n}");
        match shape.as_deref().and_then(|shape| moulds.cast(shape, &account, &fetched)) {
            Some((artifacts, _)) => {
                assert!(artifacts == rendered, "{n}");
                cast += 1;
            }
            None => {
                moulds.make(&builder, shape.as_deref(), &account, &raw, &fetched, &mut findings).unwrap();
            }
        }
    }
    assert!(cast > 15, "{cast}");
}
