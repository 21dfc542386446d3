//! Sheets as PDF, with the feature `pdf`: `cargo test --profile pdf --features pdf --test pdf`. Needs fonts-noto-cjk and fonts-dejavu; a
//! test that misses a font says so and passes. What other programs read in the PDFs is tests/oracles/sheets.py.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ACCOUNT: &str = "\
address: tanaka@example.jp
name: 田中 太郎
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls, username: tanaka01, password: { env: MAIL_PASSWORD } }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
";

/// A folder with a description, and a run of the program in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new(account: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("account.yaml"), account).unwrap();
        Self(dir)
    }

    fn build(&self, out: &str, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mailprof"))
            .args([
                "build",
                "account.yaml",
                "--client",
                "outlook-express",
                "--lang",
                "ja",
                "--messages",
                "en",
                "-o",
                out,
            ])
            .args(more)
            .current_dir(self.0.path())
            .env("MAIL_PASSWORD", "hunter2-Il0O")
            .output()
            .unwrap()
    }

    fn sheet(&self, out: &str) -> PathBuf {
        self.0.path().join(out).join("example.jp/tanaka@example.jp/outlook-express.ja.pdf")
    }
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A font of the machine; without it the test cannot say anything.
fn font(path: &str) -> Option<&str> {
    let there = Path::new(path).is_file();
    if !there {
        eprintln!("not checked: {path} is missing");
    }
    there.then_some(path)
}

const CJK: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
const LATIN: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

#[test]
fn a_sheet_is_printed_and_the_same_input_gives_the_same_bytes() {
    let Some(cjk) = font(CJK) else { return };
    let place = Place::new(ACCOUNT);
    let flags =
        ["--sheet-format", "html,pdf", "--font", cjk, "--passwords", "sheets", "--date", "2026-04-01"];
    for out in ["a", "b"] {
        let ran = place.build(out, &flags);
        assert_eq!(ran.status.code(), Some(0), "{}", errors(&ran));
        assert!(!errors(&ran).contains("hunter2"));
    }
    let (a, b) = (std::fs::read(place.sheet("a")).unwrap(), std::fs::read(place.sheet("b")).unwrap());
    assert!(a.starts_with(b"%PDF-") && a == b);
    let manifest = std::fs::read_to_string(place.0.path().join("a/manifest.jsonl")).unwrap();
    let line = manifest.lines().find(|l| l.contains(".ja.pdf")).unwrap();
    assert!(line.contains("\"format\":\"pdf\"") && line.contains("\"secret\":true"), "{line}");
}

/// The provider's logo is printed, and what a browser would show but the PDF cannot is told of the logo.
#[test]
fn the_logo_is_printed_or_told() {
    let Some(cjk) = font(CJK) else { return };
    let letter =
        "recipient: { postcode: 100-0001, lines: [東京都], name: 田中 太郎 }\nletter: { window: naga3 }\n";
    let place = Place::new(&format!("{ACCOUNT}provider: {{ name: サンプル, logo: logo.svg }}\n{letter}"));
    let logo = |attributes: &str| {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" {attributes}><rect width=\"60\" height=\"9\" fill=\"#0a5\"/></svg>"
        );
        std::fs::write(place.0.path().join("logo.svg"), svg).unwrap();
    };
    logo("viewBox=\"0 0 60 20\"");
    let flags = ["--sheet-format", "pdf", "--font", cjk];
    let ran = place.build("a", &flags);
    assert_eq!(ran.status.code(), Some(0), "{}", errors(&ran));
    logo("viewBox=\"0 0 30 20\"");
    assert_eq!(place.build("b", &flags).status.code(), Some(0));
    assert_ne!(std::fs::read(place.sheet("a")).unwrap(), std::fs::read(place.sheet("b")).unwrap());
    logo("width=\"0\" height=\"0\"");
    let ran = place.build("c", &flags);
    let words = errors(&ran);
    assert!(ran.status.code() == Some(1) && words.contains("error[logo-unusable]"), "{words}");
    assert!(!place.0.path().join("c").exists());
}

#[test]
fn letter_paper_is_another_file() {
    let Some(cjk) = font(CJK) else { return };
    let place = Place::new(ACCOUNT);
    for (out, paper) in [("a", "a4"), ("b", "letter")] {
        let ran = place.build(out, &["--sheet-format", "pdf", "--font", cjk, "--paper", paper]);
        assert_eq!(ran.status.code(), Some(0), "{}", errors(&ran));
        assert!(!place.sheet(out).with_extension("html").exists());
    }
    assert_ne!(std::fs::read(place.sheet("a")).unwrap(), std::fs::read(place.sheet("b")).unwrap());
}

#[test]
fn characters_that_no_font_has_are_an_error_and_no_file() {
    let Some(latin) = font(LATIN) else { return };
    let place = Place::new(ACCOUNT);
    let ran = place.build("a", &["--sheet-format", "pdf", "--font", latin]);
    let words = errors(&ran);
    assert_eq!(ran.status.code(), Some(1), "{words}");
    assert!(
        words.contains("error[no-glyph]") && words.contains('設') && words.contains("fonts-noto-cjk"),
        "{words}"
    );
    assert!(!place.sheet("a").exists());
}

/// Values are data: nothing in them is typst's markup. What comes out wrong would be told by reading the pages.
#[test]
fn markup_in_values_is_printed_as_it_is() {
    let Some(cjk) = font(CJK) else { return };
    let hostile = r##"a#read("x")*b*_c_[d]$e$`g`"##;
    let account =
        ACCOUNT.replace("tanaka01", &format!("'{hostile}'")).replace("田中 太郎", "'#panic(1) ]*x*'");
    let place = Place::new(&account);
    let ran = place.build("a", &["--sheet-format", "pdf", "--font", cjk, "--passwords", "sheets"]);
    assert_eq!(ran.status.code(), Some(0), "{}", errors(&ran));
    assert!(place.sheet("a").is_file());
}

/// A template of the user's own that prints a wrong server: the pages are read, so nothing is delivered.
#[test]
fn a_template_that_lies_delivers_nothing() {
    let Some(cjk) = font(CJK) else { return };
    let place = Place::new(ACCOUNT);
    let template = include_str!("../templates/sheet/sheet.typ");
    for (from, to) in [
        ("pieces.map(p => [#p])", "pieces.map(p => [x#p])"),
        ("metadata(setting); body; metadata(\"\")", "body"),
        ("#words.heading_settings", "#read(\"/etc/passwd\")"),
    ] {
        assert!(template.contains(from), "{from}");
        let folder = place.0.path().join("templates/sheet");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("sheet.typ"), template.replacen(from, to, 1)).unwrap();
        let ran = place.build(
            "a",
            &["--sheet-format", "pdf", "--font", cjk, "--templates", "templates", "--passwords", "sheets"],
        );
        let words = errors(&ran);
        assert_eq!(ran.status.code(), Some(1), "{to}: {words}");
        assert!(!words.contains("hunter2") && !place.sheet("a").exists(), "{to}: {words}");
    }
}

#[test]
fn fonts_that_cannot_be_had_are_told() {
    let place = Place::new(ACCOUNT);
    for (file, words) in [
        ("missing.ttf", "could not read the font missing.ttf"),
        ("account.yaml", "account.yaml is no font file"),
    ] {
        let ran = place.build("a", &["--sheet-format", "pdf", "--font", file]);
        assert_eq!(ran.status.code(), Some(2), "{}", errors(&ran));
        assert!(errors(&ran).contains(words), "{}", errors(&ran));
    }
    let ran = place.build("a", &["--font", LATIN]);
    assert_eq!(ran.status.code(), Some(2));
}
