//! Descriptions that were made to break a reader: they end in a finding, with bounded memory, and soon.

use super::common::{Case, MINIMAL};

/// Codes that `check` tells of a description, under a bound on memory (address space, in KiB).
fn codes(yaml: Vec<u8>) -> Vec<String> {
    let ran = Case::new(yaml).args(&["check", "account.yaml", "--format", "json"]).memory(200 * 1024).run();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    report["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_bomb_of_aliases() {
    let mut yaml = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (above, name) in ('a'..='y').zip('b'..='z') {
        yaml += &format!("{name}: &{name} [{}]\n", vec![format!("*{above}"); 9].join(", "));
    }
    assert_eq!(codes(yaml.into_bytes()), ["yaml-syntax"]);
}

#[test]
fn brackets_without_end() {
    for bracket in ["[", "{", "- ", "? ", "!a "] {
        assert_eq!(codes(bracket.repeat(100_000).into_bytes()), ["yaml-syntax"], "{bracket}");
    }
}

#[test]
fn a_file_of_100_megabytes_and_a_line_of_10() {
    let mut yaml = MINIMAL.as_bytes().to_vec();
    yaml.resize(100 << 20, b'#');
    assert_eq!(codes(yaml), ["too-large"]);
    assert_eq!(codes(format!("{MINIMAL}name: {}\n", "x".repeat(10 << 20)).into_bytes()), ["too-large"]);
    let just_below = "x".repeat((1 << 20) - MINIMAL.len() - 10);
    let told = codes(format!("{MINIMAL}name: {just_below}\n").into_bytes());
    assert!(told.contains(&"too-long".to_owned()), "{told:?}");
}

#[test]
fn lists_of_what_is_not_there_are_bounded_too() {
    let many = |n: usize, item: &str| {
        (0..n).map(|i| item.replace('#', &i.to_string())).collect::<Vec<_>>().join(", ")
    };
    for yaml in [
        format!("{MINIMAL}build: {{ clients: [{}] }}\n", many(60_000, "o#")),
        format!("{MINIMAL}clients: {{ {} }}\n", many(30_000, "o#: { a: b }")),
        format!("{MINIMAL}nmae: x\nallow: [{}]\n", many(20_000, "{ code: o#, because: x }")),
    ] {
        assert!(codes(yaml.into_bytes()).len() < 210);
    }
}

/// What looks for passwords in comments reads each line once.
#[test]
fn a_line_of_number_signs() {
    let told = codes(format!("{MINIMAL}nmae: x\n#{}\n", " #a".repeat(300_000)).into_bytes());
    assert!(told.contains(&"unknown-key-near".to_owned()));
}

#[test]
fn more_mistakes_than_anybody_reads() {
    let lines: String = (0..100_000).map(|i| format!("a{i}:\n")).collect();
    let told = codes(format!("{MINIMAL}{lines}").into_bytes());
    assert_eq!(told.len(), 201);
    assert_eq!(told.last().map(String::as_str), Some("more-findings"));
    let one_line = format!("{MINIMAL}build: {{ {} }}\n", "a: b, ".repeat(50_000));
    assert_eq!(codes(one_line.clone().into_bytes()).len(), 201);
    let ran = Case::new(one_line).args(&["check", "account.yaml"]).run();
    assert!(ran.stderr.len() < 400_000, "a long line is cut: {}", ran.stderr.len());
}
