//! Sheets beyond their values: drawn dialogs, the index page, the sheet of labels.

use mailprof::account::{Passwords, Sheets};
use mailprof::build::{Paper, Printing};
use mailprof::client::LABELS_WORD;
use mailprof::finding::Severity;
use mailprof::library::Library;

use super::common::{Build, EASY};

const DOMAIN: &str = "domain: example.jp\n";

fn domain_of(yaml: &str) -> String {
    let servers: Vec<&str> =
        yaml.lines().filter(|l| l.starts_with("incoming") || l.starts_with("outgoing")).collect();
    format!("{DOMAIN}{}\n", servers.join("\n").replace("username: tanaka, ", ""))
}

/// An overriding folder with one file.
fn with(path: &str, text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    dir
}

#[test]
fn a_figure_shows_this_users_values_and_no_password() {
    let built =
        Build::new(EASY).client("outlook-express").passwords(Passwords::Sheets, "hunter2-unique").run();
    let page = built.text("outlook-express.ja.html");
    let figures: Vec<&str> = page.split("<svg ").skip(1).filter_map(|s| s.split("</svg>").next()).collect();
    let holding = |value: &str| figures.iter().filter(|f| f.contains(value)).count();
    assert!(figures.len() > 8, "{}", figures.len());
    for value in ["tanaka@example.jp", "pop.example.jp", "smtp.example.jp", ">465<", ">995<", "●●●●●●●●"]
    {
        assert!(holding(value) > 0, "{value} is in no figure");
    }
    assert_eq!(holding("hunter2"), 0);
    assert_eq!(holding("role=\"img\" aria-label=\""), figures.len(), "each is told to who does not see it");
}

/// A figure's fields are read back like the table.
#[test]
fn a_figure_that_lies_delivers_no_sheet() {
    let template = Library::default().template("sheet/figure.svg.j2").unwrap().unwrap();
    let lie = template.replace("{{ piece }}</tspan>", "x{{ piece }}</tspan>");
    assert_ne!(template, lie);
    let templates = with("sheet/figure.svg.j2", &lie);
    let built = Build::new(EASY).client("outlook-express").overrides(None, Some(templates.path())).run();
    assert_eq!(
        built.codes(Severity::Error),
        ["read-back-differs", "read-back-differs"],
        "{}",
        built.report()
    );
    assert!(built.artifacts.iter().all(|a| a.format != "html"));
}

#[test]
fn a_step_whose_figure_is_missing_and_a_row_of_two_controls_are_refused() {
    let one = "source: x\nfigures: { one: { frame: window, title: x, rows: [] } }\n";
    let two = "source: x\nfigures: { one: { frame: window, title: x, rows: [{ text: a, heading: b }] } }\n";
    let unknown = "source: x\nfigures: { one: { frame: window, title: x, rows: [{ field: { label: a, setting: incoming.colour } }] } }\n";
    for (text, words) in
        [(one, "there is no figure"), (two, "one control"), (unknown, "there is no setting incoming.colour")]
    {
        let profiles = with("figures/becky.yaml", text);
        let library = Library::new(Some(profiles.path().to_owned()), None).unwrap();
        let error = library.clients().unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// Every profile of figures belongs to a client, and every figure is drawn by some step.
#[test]
fn no_figure_is_left_over() {
    let library = Library::default();
    let clients = library.clients().unwrap();
    for id in library.names("figures").unwrap() {
        let client =
            clients.iter().find(|c| c.id == id).unwrap_or_else(|| panic!("figures/{id}.yaml is nobody's"));
        for name in client.figures.figures.keys() {
            let full = format!("{id}/{name}");
            let used = |c: &mailprof::client::Client| {
                c.steps
                    .iter()
                    .filter_map(|s| s.figure.as_deref())
                    .any(|f| f == full || c.id == id && f == name)
            };
            assert!(clients.iter().any(used), "{full} is drawn by no step");
        }
    }
}

#[test]
fn the_index_lists_every_file_of_the_user() {
    let built = Build::new(EASY).run();
    let index = built.text("/index.ja.html");
    for artifact in built.artifacts.iter().filter(|a| a.scope == "user" && a.client.is_some()) {
        let name = artifact.path.split_once('/').unwrap().1.split_once('/').unwrap().1;
        assert_eq!(
            !name.ends_with(".en.html"),
            index.contains(&format!(
                "href=\"{}\"",
                name.replace('{', "%7B").replace('}', "%7D").replace('@', "%40")
            )),
            "{name}"
        );
    }
    let page = built.get("/index.ja.html");
    assert_eq!((page.client.as_deref(), page.scope, page.secret), (None, "user", false));
    // named sheets are asked for one by one: no index
    let named = Build::new(EASY).sheets(Sheets::Named(vec!["generic".to_owned()])).run();
    assert!(named.artifacts.iter().all(|a| !a.path.contains("/index.")));
}

/// Law 8: what lies in the domain's folder is the same whoever's description it was.
#[test]
fn the_sheet_of_labels_is_nobodys() {
    let labels = |yaml: &str| {
        let built = Build::new(yaml).sheets(Sheets::Named(vec![LABELS_WORD.to_owned()])).run();
        assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{}", built.report());
        let page = built.get("example.jp/labels.ja.html");
        assert_eq!((page.scope, page.address.as_deref()), ("domain", None));
        built.text("example.jp/labels.ja.html")
    };
    let page = labels(EASY);
    assert_eq!(page, labels(&EASY.replace("tanaka", "suzuki")));
    assert_eq!(page, labels(&domain_of(EASY)));
    let clients = Library::default().clients().unwrap();
    let known = clients.iter().filter(|c| c.sheet).chain(&Library::default().labelled().unwrap()).count();
    assert_eq!(page.matches("<th scope=\"row\">").count(), known);
    assert!(page.contains("秀丸メール") && !page.contains("tanaka"));
}

#[test]
fn date_paper_and_address_are_printed_when_they_are_given() {
    let page = |yaml: &str, printing: Printing| {
        Build::new(yaml).client("generic").printing(printing).run().text("generic.ja.html")
    };
    let plain = page(EASY, Printing::default());
    assert!(!plain.contains("作成日") && plain.contains("size: A4") && !plain.contains("<address"));
    let letter = "recipient: { postcode: 100-0001, lines: [東京都千代田区<1>], name: 田中 太郎 }\ncustomer: { number: \"0012\" }\nletter: { window: { x_mm: 20, y_mm: 45 } }\n";
    let printing =
        Printing { date: Some("2026-04-01".to_owned()), paper: Paper::Letter, ..Printing::default() };
    let full = page(&format!("{EASY}{letter}"), printing);
    for words in [
        "2026-04-01",
        "size: letter",
        "〒100-0001",
        "東京都千代田区&lt;1&gt;",
        "0012",
        "margin: 35mm 0 0 6mm",
    ] {
        assert!(full.contains(words), "{words}");
    }
}
