//! Sheets beyond their values: drawn dialogs, the index page, the sheet of labels.

use mailprof::account::{Passwords, Sheets};
use mailprof::build::{Paper, Printing};
use mailprof::client::LABELS_WORD;
use mailprof::finding::Severity;
use mailprof::library::Library;

use super::common::{Build, Case, EASY, Ran, root};

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

/// A language is files alone: its catalogue, and its words beside the others in the profiles of clients.
#[test]
fn a_third_language_needs_files_only() {
    // every text of a profile once more, told by its first character
    fn add(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) => {
                map.values_mut().for_each(add);
                if let (Some(en), true) = (map.get("en").cloned(), map.contains_key("ja")) {
                    map.insert("eo".to_owned(), marked(en));
                }
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(add),
            _ => {}
        }
    }
    fn marked(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::String(text) => format!("¿{text}").into(),
            serde_json::Value::Object(map) => map.into_iter().map(|(k, v)| (k, marked(v))).collect(),
            other => other,
        }
    }
    let profiles = tempfile::tempdir().unwrap();
    let own = |path: &str, change: &dyn Fn(String) -> String| {
        let text = std::fs::read_to_string(root().join("profiles").join(path)).unwrap();
        let path = profiles.path().join(path.replace("/en.", "/eo."));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, change(text)).unwrap();
    };
    let worded = |text: String| {
        let mut tree: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        add(&mut tree);
        tree.to_string()
    };
    own("clients/outlook-express.yaml", &worded);
    own("figures/outlook-express.yaml", &worded);
    own("languages/en.yaml", &|text| {
        text.replace("id: en", "id: eo").replace("\"Your email settings\"", "\"Viaj agordoj\"")
    });
    let page = |language: &str| {
        let built = Build::new(EASY)
            .client("outlook-express")
            .languages(&[language])
            .overrides(Some(profiles.path()), None)
            .run();
        assert_eq!(built.codes(Severity::Error), Vec::<&str>::new(), "{}", built.report());
        built.text(&format!("outlook-express.{language}.html"))
    };
    let (esperanto, english) = (page("eo"), page("en"));
    assert!(esperanto.contains("lang=\"eo\"") && esperanto.contains("Viaj agordoj"));
    let clients = Library::new(Some(profiles.path().to_owned()), None).unwrap().clients().unwrap();
    let client = clients.iter().find(|c| c.id == "outlook-express").unwrap();
    let plain = |text: &&String| !text.contains(['{', '&', '"', '<']);
    let labels = client.labels.values().filter_map(|t| t.get("en"));
    let texts = client.steps.iter().map(|s| &s.texts).chain(client.errors.iter().map(|e| &e.texts));
    let limits = client.limits.iter().map(|l| &l.words("en").lost);
    let mut met = 0;
    for text in labels.chain(texts.filter_map(|t| t.get("en"))).chain(limits).filter(plain) {
        let text = text.trim();
        if english.contains(&format!(">{text}<")) {
            // a drawing may break the longer text elsewhere
            let begin: String = text.chars().take(12).collect();
            assert!(esperanto.contains(&format!(">¿{begin}")), "{text}");
            met += 1;
        }
    }
    assert!(met >= 8, "{met}");
    assert!(esperanto.matches('¿').count() > 80, "{}", esperanto.matches('¿').count());
}

#[test]
fn a_language_of_the_users_own_is_whole() {
    let english = std::fs::read_to_string(root().join("profiles/languages/en.yaml")).unwrap();
    let french = english.replace("id: en", "id: fr");
    for (text, words) in [
        (english.clone(), "its id is en"),
        (french.replace("  heading_steps:", "  heading_step:"), "words.heading_steps is missing"),
        (french.replace("  heading_index:", "  heading:"), "pages.heading_index is missing"),
        (french.replace("  webmail:\n    title:", "  webmale:\n    title:"), "settings.webmail is missing"),
    ] {
        let profiles = with("languages/fr.yaml", &text);
        let library = Library::new(Some(profiles.path().to_owned()), None).unwrap();
        let error = library.language("fr").unwrap_err().to_string();
        assert!(error.contains("languages/fr.yaml") && error.contains(words), "{error}");
    }
    let profiles = with("languages/fr.yaml", &french);
    assert!(Library::new(Some(profiles.path().to_owned()), None).unwrap().language("fr").unwrap().is_some());
}

/// One setting said in two ways: the finding tells both, and what the account has.
#[test]
fn a_sheet_that_contradicts_itself_is_told_with_the_accounts_value() {
    let template = Library::default().template("sheet/sheet.html.j2").unwrap().unwrap();
    let lie = template.replace("</main>", "<p data-setting=\"outgoing.port\">25</p></main>");
    let templates = with("sheet/sheet.html.j2", &lie);
    let built = Build::new(EASY).client("generic").overrides(None, Some(templates.path())).run();
    assert_eq!(built.codes(Severity::Error), ["read-back-differs"; 2]);
    assert!(built.report().contains("`465 / 25`, but the account has `465`"), "{}", built.report());
}

/// A misspelt key beside the texts is no language.
#[test]
fn words_in_a_language_that_nobody_has_are_refused() {
    let text = std::fs::read_to_string(root().join("profiles/clients/becky.yaml")).unwrap();
    for (from, to, words) in [
        ("  - when:", "  - wenn:", "has wenn, which is neither a key nor a language"),
        ("    figure: menu", "    figures: [menu]", "key `figures`"),
        ("en: \"Name\", ", "", "the label for name needs words in en and ja"),
    ] {
        assert!(text.contains(from));
        let profiles = with("clients/becky.yaml", &text.replacen(from, to, 1));
        let error =
            Library::new(Some(profiles.path().to_owned()), None).unwrap().clients().unwrap_err().to_string();
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
    // a client that cannot serve the account is told as such: EASY is POP3, which Delta Chat has not
    let row = |name: &str| index.split("<tr>").find(|row| row.contains(name)).unwrap().to_owned();
    assert!(row("Delta Chat").contains("お使いになれません") && !row("Becky").contains("お使いになれません"));
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

const OURS: &str = "\
id: ours
source: a page
checked: 2026-01-01
provider: { name: Ours, domains: [example.jp], logo: logo.svg }
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
";

/// A logo is named in the description, or in a provider's profile of the user's own: it lies beside the file that names it.
#[test]
fn the_logo_is_on_every_sheet_and_one_that_cannot_be_used_stops_the_build() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><circle r=\"4\"/></svg>";
    let described = format!("{EASY}provider: {{ name: Example, logo: pictures/logo.svg }}\n");
    let build = |case: Case| case.args(&["build", "account.yaml", "--client", "generic"]).run();
    let url = "<img class=\"logo\" src=\"data:image/svg+xml;base64,PHN2Zy";
    let shown = |ran: &Ran| {
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let pages = ran.tree("out").into_iter().filter(|(path, _)| path.ends_with(".html"));
        pages.filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains(url)).count()
    };
    assert_eq!(shown(&build(Case::new(&described).file("pictures/logo.svg", svg))), 4);
    let profiled = Case::new(format!("{EASY}provider: ours\n"))
        .file("own/providers/ours.yaml", OURS)
        .file("own/providers/logo.svg", svg);
    assert_eq!(shown(&build(profiled.args(&["--profiles", "own"]))), 4);
    // a folder of profiles may hold a file of the description's name
    let both = Case::new(&described).file("pictures/logo.svg", svg).file("own/account.yaml", "x: 1\n");
    let both =
        both.file("own/limits/any.yaml", std::fs::read(root().join("profiles/limits/any.yaml")).unwrap());
    assert_eq!(shown(&build(both.args(&["--profiles", "own"]))), 4);
    let pipe = Case::new(&described).file("pictures/x", "");
    #[cfg(unix)]
    assert!(
        std::process::Command::new("mkfifo")
            .arg(pipe.path().join("pictures/logo.svg"))
            .status()
            .unwrap()
            .success()
    );
    for (case, words) in [
        #[cfg(unix)]
        (pipe, "not a file"),
        (Case::new(&described), "No such file"),
        (Case::new(&described).file("pictures/logo.svg", "GIF89a"), "neither PNG nor SVG"),
        (Case::new(&described).file("pictures/logo.svg", svg.replace(" r=", " onload=\"x\" r=")), "onload"),
        (Case::new(format!("{described}port: 1\n")), "No such file"),
        (Case::new(&described).file("pictures/logo.svg", vec![b' '; 256 * 1024 + 1]), "256 KiB"),
    ] {
        let ran = build(case);
        assert!(ran.code == 1 && ran.stderr.contains("error[logo-unusable]"), "{}", ran.stderr);
        assert!(ran.stderr.contains(words) && ran.stderr.contains("--> account.yaml:5:"), "{}", ran.stderr);
        assert!(!ran.path().join("out").exists());
    }
}
