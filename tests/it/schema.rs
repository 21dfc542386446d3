//! The JSON Schema says of a description what the parser says, for every description of the tests: the same cases, two judges.
//! What a schema cannot see (how a number was written, a key twice, what follows from other settings) is listed.

use std::path::PathBuf;

use mailprof::account::{self, RawAccount, json_schema};
use mailprof::finding::{Findings, Severity, Sources};
use mailprof::library::Library;
use serde_json::Value;

use super::common::root;

/// Errors of the parser that no schema can express.
const BEYOND: &[&str] = &[
    // how it is written, or no tree at all
    "port-spelling",
    "duplicate-key",
    "not-utf8",
    "yaml-syntax",
    "full-width-sign",
    "several-documents",
    // from several settings together, or from what else there is
    "security-not-given",
    "domain-differs",
    "same-as-nothing",
    "unknown-provider",
    "unknown-provider-near",
    "unknown-client",
    "unknown-client-near",
    "unknown-option",
    "bad-option",
    "unknown-language",
    "one-source",
    "users-encoding",
    "users-no-column",
    "users-no-setting",
    // what only the parser of that text knows
    "bad-host",
    "host-has-port",
    "bad-date",
    "bad-size",
    "missing-key",
    "forbidden-character",
    "edge-blank",
    "smart-quotes",
    "full-width",
];

fn descriptions() -> Vec<PathBuf> {
    let tests = root().join("tests");
    let mut found = Vec::new();
    for folder in [tests.join("rules"), tests.join("cases"), root().join("profiles/accounts")] {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                let names = ["good.yaml", "bad.yaml", "account.yaml"];
                found.extend(names.iter().map(|n| path.join(n)).filter(|p| p.exists()));
            } else if path.extension().is_some_and(|e| e == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 100, "{}", found.len());
    found
}

/// Codes of severity error.
fn errors(bytes: &[u8]) -> Vec<String> {
    let (mut sources, mut findings) = (Sources::new(), Findings::new());
    let raw = RawAccount::read(bytes, "x", &Library::default(), &mut sources, &mut findings).unwrap();
    if let Some(raw) = raw {
        account::resolve(&raw, &mut findings);
    }
    findings.iter().filter(|f| f.severity == Severity::Error).map(|f| f.code.clone()).collect()
}

/// YAML 1.2 as a value: `no` is a text.
fn as_editors_do(text: &str) -> Result<Value, serde_yaml::Error> {
    serde_yaml::from_str_with_options(text, serde_yaml::options! { strict_booleans: true })
}

#[test]
fn the_schema_and_the_parser_agree() {
    let validator = jsonschema::validator_for(&json_schema::schema("en")).unwrap();
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for path in descriptions() {
        let bytes = std::fs::read(&path).unwrap();
        let errors = errors(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let Ok(value) = as_editors_do(text.trim_start_matches('\u{feff}')) else {
            assert!(!errors.is_empty(), "{}: YAML for us alone", path.display());
            continue;
        };
        let problems: Vec<String> =
            validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        let told: Vec<&String> = errors.iter().filter(|c| !BEYOND.contains(&c.as_str())).collect();
        refused += usize::from(!problems.is_empty());
        let name = path.strip_prefix(root()).unwrap().display();
        if errors.is_empty() && !problems.is_empty() {
            wrong.push(format!("{name}: fine for the parser, but {problems:?}"));
        }
        if !told.is_empty() && problems.is_empty() {
            wrong.push(format!("{name}: {told:?} for the parser, fine for the schema"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 20, "{refused}");
}

/// Every example and default of the schema is a value that the schema itself takes at that place.
#[test]
fn examples_and_defaults_are_valid() {
    let schema = json_schema::schema("en");
    fn walk(schema: &Value, path: &str, seen: &mut usize) {
        let Value::Object(map) = schema else {
            if let Value::Array(items) = schema {
                items.iter().for_each(|s| walk(s, path, seen));
            }
            return;
        };
        let values =
            map.get("examples").and_then(Value::as_array).into_iter().flatten().chain(map.get("default"));
        for value in values {
            let validator = jsonschema::validator_for(schema).unwrap();
            assert!(validator.is_valid(value), "{path}: {value}");
            *seen += 1;
        }
        for (key, inner) in map.iter().filter(|(k, _)| *k != "examples" && *k != "default") {
            walk(inner, &format!("{path}/{key}"), seen);
        }
    }
    let mut seen = 0;
    walk(&schema, "", &mut seen);
    assert!(seen > 60, "{seen}");
}
