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

const USERS: &str = "\
address,name,incoming.username,incoming.password,customer.number,recipient.postcode
tanaka@example.jp,田中 太郎,tanaka01,hunter2-Il0O,00123,100-0001
bad@@example.jp,x,x,x,9,1
sato@example.jp,佐藤 花子,sato01,pass2,=1+1,100-0002
suzuki@example.jp,鈴木 一郎,suzuki01,pass3,00125,100-0003
";

/// A folder with a description of many and three users' rows beside one that is rejected.
fn many() -> Place {
    let account = ACCOUNT
        .replace(
            "address: tanaka@example.jp\nname: 田中 太郎\n",
            "domain: example.jp\nletter: { window: naga3 }\n",
        )
        .replace("username: tanaka01, password: { env: MAIL_PASSWORD }", "username: x");
    let place = Place::new(&account);
    std::fs::write(place.0.path().join("users.csv"), USERS).unwrap();
    place
}

const COMBINED: &[&str] =
    &["--users", "users.csv", "--max-rejects", "50%", "--sheet-format", "pdf", "--combined", "march.pdf"];

/// Pages' texts, as another program reads them; without it the test cannot say anything.
fn pages(pdf: &Path) -> Option<Vec<String>> {
    let Ok(output) = Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output() else {
        eprintln!("not checked: pdftotext is missing");
        return None;
    };
    assert!(output.status.success(), "{}", errors(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect())
}

/// The bookmarks of a PDF, and the number of the page that each leads to.
fn bookmarks(pdf: &lopdf::Document) -> Vec<(String, u32)> {
    let numbers = pdf.get_pages();
    let outlines = pdf.catalog().unwrap().get(b"Outlines").unwrap().as_reference().unwrap();
    let mut next = pdf.get_dictionary(outlines).unwrap().get(b"First").and_then(|id| id.as_reference());
    let mut marks = Vec::new();
    while let Ok(id) = next {
        let item = pdf.get_dictionary(id).unwrap();
        let title = lopdf::decode_text_string(item.get(b"Title").unwrap()).unwrap();
        let page = item.get(b"Dest").unwrap().as_array().unwrap()[0].as_reference().unwrap();
        marks.push((title, *numbers.iter().find(|(_, id)| **id == page).unwrap().0));
        next = item.get(b"Next").and_then(|id| id.as_reference());
    }
    marks
}

/// A line of the table beside a combined file: row, file, first page, pages.
fn indexed(text: &str) -> Vec<(String, String, usize, usize)> {
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let numbers = |c: Vec<String>| (c[0].clone(), c[1].clone(), c[2].parse().unwrap(), c[3].parse().unwrap());
    text.split("\r\n").skip(1).filter(|l| !l.is_empty()).map(|l| numbers(cells(l))).collect()
}

#[test]
fn the_table_beside_combined_files_agrees_with_them() {
    let Some(cjk) = font(CJK) else { return };
    let place = many();
    let flags = [COMBINED, &["--font", cjk, "--password-letters", "--duplex"]].concat();
    for out in ["a", "b"] {
        let ran = place.build(out, &flags);
        assert_eq!(ran.status.code(), Some(1), "a row is rejected: {}", errors(&ran));
    }
    let out = place.0.path().join("a");
    for (stem, titles) in [("march", "outlook-express"), ("march.letters", "password-letter")] {
        let file = out.join(format!("{stem}.0001.pdf"));
        assert_eq!(
            std::fs::read(&file).unwrap(),
            std::fs::read(place.0.path().join(format!("b/{stem}.0001.pdf"))).unwrap()
        );
        assert!(!out.join(format!("example.jp/tanaka@example.jp/{titles}.ja.pdf")).exists());
        let table = std::fs::read_to_string(out.join(format!("{stem}.index.csv"))).unwrap();
        assert!(
            table.starts_with("\u{feff}row,file,first page,pages,customer number,postcode\r\n2,"),
            "{table}"
        );
        assert!(table.contains(",'=1+1,100-0002\r\n"), "{table}");
        let rows = indexed(&table);
        assert_eq!(rows.iter().map(|r| r.0.as_str()).collect::<Vec<_>>(), ["2", "4", "5"]);
        let pdf = lopdf::Document::load(&file).unwrap();
        let marks = bookmarks(&pdf);
        assert_eq!(pdf.get_pages().len(), rows.iter().map(|r| r.3).sum::<usize>());
        let mut next = 1;
        for ((row, name, first, count), (title, page)) in rows.iter().zip(&marks) {
            assert_eq!((*first, *page as usize, name.as_str()), (next, next, &*format!("{stem}.0001.pdf")));
            assert!(title.ends_with(&format!("({row})")) && count % 2 == 0, "{title} {count}");
            next += count;
        }
        assert_eq!((marks.len(), marks[0].0.as_str(), marks[1].0.as_str()), (3, "00123 (2)", "=1+1 (4)"));
        let Some(texts) = pages(&file) else { continue };
        for (row, _, first, count) in &rows {
            for page in &texts[first - 1..first - 1 + count] {
                assert_eq!(
                    page.trim_end().lines().last().unwrap().split_whitespace().next(),
                    Some(row.as_str()),
                    "{page}"
                );
            }
            let whose = ["tanaka", "", "", "sato", "suzuki"]
                [row.parse::<usize>().unwrap() - 2 + usize::from(row != "2")];
            let named = texts[first - 1..first - 1 + count].join("").contains(whose);
            assert_eq!(named, stem == "march", "{row}");
        }
    }
    let manifest = std::fs::read_to_string(out.join("manifest.jsonl")).unwrap();
    let line = |name: &str| manifest.lines().find(|l| l.contains(&format!("\"{name}\""))).unwrap().to_owned();
    for (name, format, secret) in [
        ("march.0001.pdf", "pdf", false),
        ("march.letters.0001.pdf", "pdf", true),
        ("march.index.csv", "csv", false),
    ] {
        let line = line(name);
        for said in ["\"client\":null", "\"scope\":\"batch\"", "\"address\":null"] {
            assert!(line.contains(said), "{line}");
        }
        assert!(
            line.contains(&format!("\"format\":\"{format}\""))
                && line.contains(&format!("\"secret\":{secret}")),
            "{line}"
        );
    }
}

/// A sheet of an odd number of pages gets an empty one, which its numbers do not count.
#[test]
fn both_sides_of_the_paper_are_for_one_user() {
    let Some(cjk) = font(CJK) else { return };
    let place = many();
    let one = ["--users", "users.csv", "--max-rejects", "50%", "--sheet-format", "html,pdf", "--font", cjk];
    let one = [&one[..], &["--client", "generic"]].concat();
    let sheet = |out: &str| place.sheet(out).with_file_name("generic.ja.pdf");
    let count = |out: &str| lopdf::Document::load(sheet(out)).unwrap().get_pages().len();
    assert_eq!(place.build("single", &one).status.code(), Some(1));
    assert_eq!(place.build("double", &[&one[..], &["--duplex"]].concat()).status.code(), Some(1));
    assert_eq!((count("single"), count("double")), (3, 4));
    let Some(texts) = pages(&sheet("double")) else { return };
    let foot = |page: &str| page.split_whitespace().collect::<String>().ends_with("3/3");
    assert!(foot(&texts[2]) && texts[3..].iter().all(|page| page.trim().is_empty()), "{texts:?}");
}

/// Combined files are of those who changed. A letter in such a file alone tells nothing, and that is told; one in HTML beside it does.
#[test]
fn combined_files_are_of_users_who_changed() {
    let Some(cjk) = font(CJK) else { return };
    let place = many();
    let at = |name: &str| place.0.path().join(name);
    let rows: String =
        USERS.lines().filter(|row| !row.contains("@@")).map(|row| format!("{row}\n")).collect();
    let build = |users: &str, out: &str, more: &[&str]| {
        std::fs::write(at("users.csv"), users).unwrap();
        let ran = place.build(out, &[COMBINED, &["--font", cjk, "--password-letters"], more].concat());
        assert_eq!(ran.status.code(), Some(0), "{}", errors(&ran));
        errors(&ran)
    };
    let changed = rows.replace("pass2", "pass9");
    let html = ["--sheet-format", "html"];
    build(&rows, "old", &html);
    let told = build(&changed, "new", &[&html[..], &["--only-changed", "old"]].concat());
    assert!(!told.contains("were not compared"), "{told}");
    for stem in ["march", "march.letters"] {
        let table = std::fs::read_to_string(at(&format!("new/{stem}.index.csv"))).unwrap();
        assert_eq!(indexed(&table).iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["3"], "{table}");
    }
    let manifest = std::fs::read_to_string(at("new/manifest.jsonl")).unwrap();
    assert!(manifest.contains("sato@example.jp") && !manifest.contains("suzuki@example.jp"), "{manifest}");
    build(&rows, "old.tar", &[]);
    let told = build(&changed, "none", &["--only-changed", "old.tar"]);
    assert!(told.contains("were not compared") && told.contains("since old.tar: 3\n"), "{told}");
    assert!(!at("none/march.letters.index.csv").exists());
}

/// A row that was rejected and mended: its file must not take the place of the others'.
#[test]
fn mended_rows_get_a_file_of_their_own() {
    let Some(cjk) = font(CJK) else { return };
    let place = many();
    let flags = [COMBINED, &["--font", cjk]].concat();
    assert_eq!(place.build("c", &flags).status.code(), Some(1));
    let path = |name: &str| place.0.path().join(name);
    assert!(!path("c/example.jp/tanaka@example.jp/outlook-express.ja.pdf").exists());
    assert!(!path("c/example.jp/tanaka@example.jp/index.ja.html").exists(), "a page of links to nothing");
    let mended = std::fs::read_to_string(path("c.rejects.csv")).unwrap().replace("@@", "@");
    std::fs::write(path("mended.csv"), mended).unwrap();
    let again = |name| {
        place.build(
            "c",
            &["--users", "mended.csv", "--sheet-format", "pdf", "--font", cjk, "--combined", name],
        )
    };
    let ran = again("march.pdf");
    assert!(ran.status.code() == Some(2) && errors(&ran).contains("name another file"), "{}", errors(&ran));
    assert_eq!(again("mended.pdf").status.code(), Some(0));
    assert!(path("c/march.0001.pdf").exists() && path("c/mended.0001.pdf").exists());
}

#[test]
fn after_200_users_another_file_begins() {
    let Some(latin) = font(LATIN) else { return };
    let place = many();
    let row = |n: usize| format!("u{n}@example.jp,u{n},pw{n},{n:05}\n");
    let rows: String = (1..=201).map(row).collect();
    let header = "address,incoming.username,incoming.password,customer.number\n";
    std::fs::write(place.0.path().join("users.csv"), header.to_owned() + &rows).unwrap();
    let run = |out: &str| {
        let mut flags = vec!["--lang", "en", "--sheets", "none", "--password-letters", "--font", latin];
        flags.extend_from_slice(COMBINED);
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailprof"));
        command.args(["build", "account.yaml", "--client", "generic", "-o", out, "-q"]).args(flags);
        let ran = command.current_dir(place.0.path()).output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{}", errors(&ran));
    };
    run("a");
    let count = |n: usize| {
        let file = place.0.path().join(format!("a/march.letters.{n:04}.pdf"));
        lopdf::Document::load(file).unwrap().get_pages().len()
    };
    assert_eq!((count(1), count(2)), (200, 1));
    let rows = indexed(&std::fs::read_to_string(place.0.path().join("a/march.letters.index.csv")).unwrap());
    let last = ("202".to_owned(), "march.letters.0002.pdf".to_owned(), 1, 1);
    assert_eq!((rows.len(), rows[199].2, &rows[200]), (201, 200, &last));
    assert!(!place.0.path().join("a/march.index.csv").exists());
}
