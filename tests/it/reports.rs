//! Whole reports, word for word, in every format and both languages: `tests/reports/<name>/account.yaml` and what `check` says of
//! it. `MAILPROF_BLESS=1 cargo test reports` writes them anew; read the difference. Ten mistakes in one file are ten findings.

use std::path::Path;

use serde_json::Value;

use super::common::{Case, MINIMAL, Ran, root};

/// The password that stands in a description of a report.
const SECRET: &str = "Kirschbaum7";

/// File of the report, flags of `check`.
const REPORTS: &[(&str, &[&str])] = &[
    ("report.en.txt", &["--messages", "en"]),
    ("report.ja.txt", &["--messages", "ja"]),
    ("report.colour.txt", &["--messages", "en", "--color", "always"]),
    ("report.en.json", &["--messages", "en", "--format", "json"]),
    ("report.en.sarif", &["--messages", "en", "--format", "sarif"]),
    ("report.ja.sarif", &["--messages", "ja", "--format", "sarif"]),
    ("report.en.github", &["--messages", "en", "--format", "github"]),
];

fn check(folder: &Path, flags: &[&str]) -> Ran {
    let yaml = std::fs::read(folder.join("account.yaml")).unwrap();
    Case::new(yaml).args(&["check", "account.yaml", "--client", "generic"]).args(flags).run()
}

fn folders() -> Vec<std::path::PathBuf> {
    let mut folders: Vec<_> =
        std::fs::read_dir(root().join("tests/reports")).unwrap().flatten().map(|e| e.path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

/// JSON on several lines, so that a difference can be read.
fn readable(name: &str, text: String) -> String {
    if name.ends_with("json") || name.ends_with("sarif") {
        let value: Value = serde_json::from_str(&text).unwrap();
        format!("{value:#}\n")
    } else {
        text
    }
}

#[test]
fn reports_word_for_word() {
    for folder in folders() {
        for (name, flags) in REPORTS {
            let ran = check(&folder, flags);
            let format = flags.contains(&"--format");
            assert!(if format { ran.stderr.is_empty() } else { ran.stdout.is_empty() }, "{}", ran.stderr);
            let got = readable(name, ran.stdout + &ran.stderr);
            let path = folder.join(name);
            if std::env::var_os("MAILPROF_BLESS").is_some() {
                std::fs::write(&path, &got).unwrap();
            }
            let kept = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(kept == got, "{}: is not current; now it is\n{got}", path.display());
            assert!(!got.contains(SECRET), "{}: shows a password", path.display());
        }
    }
}

#[test]
fn ten_mistakes_are_ten_findings_each_on_its_line_and_none_shows_the_password() {
    let folder = root().join("tests/reports/ten-mistakes");
    let text = std::fs::read_to_string(folder.join("account.yaml")).unwrap();
    assert!(text.contains(SECRET), "the test needs a password in the file");
    let marked: Vec<(u64, &str)> =
        (1..).zip(text.lines()).filter_map(|(n, l)| Some((n, l.split_once("# 10: ")?.1))).collect();
    assert_eq!(marked.len(), 10);
    let ran = check(&folder, &["--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let got: Vec<(u64, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["line"].as_u64().unwrap(), f["code"].as_str().unwrap()))
        .collect();
    assert_eq!(got, marked);
}

/// The published schema of SARIF 2.1.0, which the crate `serde-sarif` is made from.
fn sarif_schema() -> Value {
    // packages of other systems were not fetched
    let rustc = std::process::Command::new("rustc").arg("-vV").current_dir(root()).output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|l| l.strip_prefix("host: ")).unwrap();
    let cargo = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|p| p["name"] == "serde-sarif").unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let text = std::fs::read_to_string(manifest.with_file_name("src").join("schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    // the published pattern has a bracket too many, which no strict engine of regular expressions takes
    for at in ["/definitions/run/properties/language", "/definitions/toolComponent/properties/language"] {
        let language = schema.pointer_mut(at).unwrap().as_object_mut().unwrap();
        assert!(language.remove("pattern").unwrap().as_str().unwrap().contains("]?$"));
    }
    schema
}

#[test]
fn sarif_is_valid_by_its_published_schema_and_hangs_together() {
    let schema = sarif_schema();
    assert_eq!(schema["title"], "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut logs: Vec<String> = folders().iter().map(|f| check(f, &["--format", "sarif"]).stdout).collect();
    let all = Case::new(MINIMAL).args(&["check", "account.yaml", "--format", "sarif"]).run();
    logs.push(all.stdout);
    for log in logs {
        let log: Value = serde_json::from_str(&log).unwrap();
        let problems: Vec<String> =
            validator.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(problems.is_empty(), "{problems:?}");
        hangs_together(&log["runs"][0]);
        let mut spoiled = log;
        spoiled["runs"][0]["results"][0]["level"] = "fatal".into();
        assert!(!validator.is_valid(&spoiled), "the schema refuses what is no level");
    }
}

/// What a schema cannot say: each result names its rule, and its place counts from 1.
fn hangs_together(run: &Value) {
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# "));
        for location in result["locations"].as_array().into_iter().flatten() {
            let region = &location["physicalLocation"]["region"];
            let spot = |key: &str| region[key].as_u64().unwrap();
            assert!(spot("startLine") > 0 && spot("startColumn") > 0);
            assert!((spot("endLine"), spot("endColumn")) >= (spot("startLine"), spot("startColumn")));
        }
    }
}
