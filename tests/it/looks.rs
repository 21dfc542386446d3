//! What our templates and conditions may not do with a user's own values: look at them where the engine tells nobody (the right side of
//! a comparison, either side of `in`). Files of many users are cast from one that was followed, and such a look would not be followed.

use std::path::{Path, PathBuf};

/// Names under which a view has a user's own values.
const OWN: &[&str] = &[
    "address",
    "address_unicode",
    "local_part",
    "full_name",
    "name_ascii",
    "name",
    "stem",
    "profile_hash",
    "uuid",
    "customer_number",
    "username",
    "username_pattern",
    "password",
    "value",
    "ascii",
    "postcode",
    "honorific",
];

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

/// The code of a template: what stands in `{{ }}` and `{% %}`. Of a profile every line may be code.
fn code(path: &Path, text: &str) -> Vec<String> {
    if path.extension().is_some_and(|e| e == "yaml") {
        return text.lines().map(str::to_owned).collect();
    }
    text.split("{{")
        .flat_map(|t| t.split("{%"))
        .skip(1)
        .map(|t| t.split(['}', '%']).next().unwrap_or(t).to_owned())
        .collect()
}

/// The last part of the name that an operand is; empty for a literal or something worked out.
fn last(operand: &str) -> &str {
    operand.rsplit('.').next().unwrap_or_default()
}

fn word(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(text.len());
    &text[..end]
}

fn word_before(text: &str) -> &str {
    let text = text.trim_end();
    let start =
        text.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').map_or(0, |at| at + 1);
    &text[start..]
}

/// The looks of a piece of code that nobody is told of.
fn looks(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut look = |name: &str| {
        if OWN.contains(&last(name)) {
            found.push(format!("{name} in: {}", code.trim()));
        }
    };
    for sign in ["==", "!=", "<=", ">=", "< ", "> "] {
        code.match_indices(sign).for_each(|(at, sign)| look(word(&code[at + sign.len()..])));
    }
    for test in ["\"eq\", ", "\"equalto\", ", "\"in\", ", "\"ne\", "] {
        code.match_indices(test).for_each(|(at, test)| look(word(&code[at + test.len()..])));
    }
    for (at, word_in) in code.match_indices(" in ") {
        let (before, after) = (word_before(&code[..at]), word(&code[at + word_in.len()..]));
        // a loop goes over it
        if !code[..at].trim_start().trim_start_matches('-').trim_start().starts_with("for ") {
            look(before);
            look(after);
        }
    }
    found
}

#[test]
fn no_template_and_no_condition_looks_at_a_users_value_unseen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(&root.join("templates"), &mut paths);
    // readings look at a decoded file, not at the view
    for folder in ["clients", "figures", "labels", "languages", "limits"] {
        files(&root.join("profiles").join(folder), &mut paths);
    }
    let mut found = Vec::new();
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "yaml" || e == "j2")) {
        let text = std::fs::read_to_string(path).unwrap();
        // a condition over several lines goes on with one of these
        let goes_on = |line: &str| {
            ["and ", "or ", "not ", "("].iter().any(|start| line.trim_start().starts_with(start))
        };
        let template = path.extension().is_some_and(|e| e == "j2");
        let is_condition =
            |line: &&String| template || line.contains("when:") || line.contains("{%") || goes_on(line);
        for code in code(path, &text).iter().filter(is_condition) {
            found.extend(looks(code).into_iter().map(|look| format!("{}: {look}", path.display())));
        }
    }
    // two of a user's values: such a comparison is followed; a pattern is never the same text as a login of one's own
    let followed =
        ["username == address", "rejectattr(\"username_pattern\", \"eq\", incoming.username_pattern)"];
    found.retain(|look| !followed.iter().any(|known| look.contains(known)));
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn such_looks_are_seen() {
    for bad in [
        "if 'x' == incoming.username",
        "if a != address",
        "if name in ['a']",
        "if '$' in local_part",
        "if 3 < row.value",
    ] {
        assert_eq!(looks(bad).len(), 1, "{bad}");
    }
    for good in [
        "if incoming.username == 'x'",
        "for name in provider.domains",
        "if a == b.port",
        "if domain not in provider.domains",
    ] {
        assert_eq!(looks(good), Vec::<String>::new(), "{good}");
    }
}
