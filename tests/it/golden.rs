//! Golden trees: every description in `profiles/accounts/` and in `tests/cases/` builds exactly the files that are kept beside
//! it, none missing, none left over. `MAILPROF_BLESS=1 cargo test golden` writes them anew; look at the difference.
//! The style of the sheets is kept once, in `tests/cases/sheet.css`, and stands in none of the kept sheets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::common::{Case, decode, root, tree};

/// Name, description, expected tree, flags.
fn cases() -> Vec<(String, PathBuf, PathBuf)> {
    let mut cases = Vec::new();
    let kept = root().join("tests/cases");
    for entry in std::fs::read_dir(root().join("profiles/accounts")).unwrap().flatten() {
        let name = entry.path().file_stem().unwrap().to_string_lossy().into_owned();
        cases.push((name.clone(), entry.path(), kept.join(name).join("expected")));
    }
    for entry in std::fs::read_dir(&kept).into_iter().flatten().flatten() {
        let account = entry.path().join("account.yaml");
        if account.exists() {
            let name = entry.file_name().to_string_lossy().into_owned();
            cases.push((name, account, entry.path().join("expected")));
        }
    }
    cases.sort();
    cases
}

fn build(description: &Path) -> BTreeMap<String, Vec<u8>> {
    let ran = Case::new(std::fs::read(description).unwrap())
        .args(&["build", "account.yaml", "--passwords", "everywhere"])
        .env("MAIL_PASSWORD", "a&b<c>\"d'e\\f 表")
        .env("SMTP_PASSWORD", "Zz9 & <x>")
        .run();
    assert_eq!(ran.code, 0, "{}: {}", description.display(), ran.stderr);
    let mut tree = ran.tree("out");
    let sheet = |path: &str| path.ends_with(".html") && !path.contains("/index.");
    for (path, bytes) in tree.iter_mut().filter(|(path, _)| sheet(path)) {
        *bytes = without_style(path, &decode(bytes)).into_bytes();
    }
    tree
}

/// A sheet without its style, which must be the one that is kept.
fn without_style(path: &str, page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (style, after) = rest.split_once("</style>").unwrap();
    let kept = root().join("tests/cases/sheet.css");
    if std::env::var_os("MAILPROF_BLESS").is_some() {
        std::fs::write(&kept, style).unwrap();
    }
    assert_eq!(
        style,
        std::fs::read_to_string(&kept).unwrap(),
        "{path}: its style is not tests/cases/sheet.css"
    );
    format!("{before}<style></style>{after}")
}

fn difference(name: &str, expected: &[u8], got: &[u8]) -> String {
    let (expected, got) = (decode(expected), decode(got));
    let line = expected.lines().zip(got.lines()).position(|(a, b)| a != b);
    let nth = line.unwrap_or(expected.lines().count().min(got.lines().count()));
    let at = |text: &str| text.lines().nth(nth).unwrap_or("(no such line)").to_owned();
    format!("{name}, line {}:\n  expected {}\n  got      {}\n", nth + 1, at(&expected), at(&got))
}

#[test]
fn every_description_builds_its_golden_tree() {
    let mut trouble = String::new();
    for (name, description, expected) in cases() {
        let got = build(&description);
        if std::env::var_os("MAILPROF_BLESS").is_some() {
            let _ = std::fs::remove_dir_all(&expected);
            for (path, bytes) in &got {
                let path = expected.join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
            continue;
        }
        let kept = tree(&expected);
        assert!(!kept.is_empty(), "{name} has no golden files");
        for path in kept.keys().filter(|p| !got.contains_key(*p)) {
            trouble += &format!("{name}: {path} is kept, but was not made\n");
        }
        for (path, bytes) in &got {
            match kept.get(path) {
                None => trouble += &format!("{name}: {path} was made, but is not kept\n"),
                Some(kept) if kept != bytes => {
                    trouble += &difference(&format!("{name}: {path}"), kept, bytes)
                }
                Some(_) => {}
            }
        }
    }
    assert!(trouble.is_empty(), "{trouble}");
}

/// Every folder of golden files belongs to a description.
#[test]
fn no_golden_tree_is_left_over() {
    let names: Vec<String> = cases().into_iter().map(|(name, ..)| name).collect();
    let entries = std::fs::read_dir(root().join("tests/cases")).unwrap().flatten();
    for entry in entries.filter(|e| e.path().is_dir()) {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name), "tests/cases/{name} belongs to no description");
    }
}

/// The golden trees hold every file of every client.
#[test]
fn every_client_has_golden_files() {
    let mut seen = std::collections::BTreeSet::new();
    for (_, _, expected) in cases() {
        for line in decode(&std::fs::read(expected.join("manifest.jsonl")).unwrap_or_default()).lines() {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            let client = entry["client"].as_str().unwrap_or_default().to_owned();
            let end = entry["path"].as_str().unwrap().rsplit_once('.').unwrap().1.to_owned();
            seen.insert((client, entry["format"].as_str().unwrap().to_owned(), end));
        }
    }
    for client in mailprof::library::Library::default().clients().unwrap() {
        let has = |format: &str, end: &str| seen.contains(&(client.id.clone(), format.into(), end.into()));
        assert!(has("html", "html") || !client.sheet, "{} has no golden sheet", client.id);
        for file in &client.files {
            let end = file.paths[0].rsplit_once('.').unwrap().1;
            assert!(
                has(&file.format, end) || file.when.is_some(),
                "{}: {} has no golden file",
                client.id,
                file.name
            );
        }
    }
}
