//! The report for code scanning: SARIF 2.1.0 (OASIS standard, errata 01), one run with a rule for every code that it found.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{Catalogue, Edit, Finding, Place, Severity, Sources};

/// What a path of an artifact's URI may hold unescaped (RFC 3986, section 3.3).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is known of a code: in short, and its page as Markdown.
pub type Pages<'p> = &'p dyn Fn(&str) -> Option<(String, String)>;

/// The whole log on one line.
#[must_use]
pub fn report<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    sources: &Sources,
    words: &Catalogue,
    pages: Pages<'_>,
) -> String {
    let findings: Vec<&Finding> = findings.collect();
    let mut rules = Rules::default();
    let results: Vec<Value> =
        findings.iter().map(|f| result(f, rules.index(f, pages), sources, words)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "mailprof",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.list,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
    .to_string()
}

/// Rules in the order that their first findings came.
#[derive(Default)]
struct Rules {
    list: Vec<Value>,
    index: BTreeMap<String, usize>,
}

impl Rules {
    fn index(&mut self, finding: &Finding, pages: Pages<'_>) -> usize {
        if let Some(index) = self.index.get(&finding.code) {
            return *index;
        }
        let mut rule = Map::new();
        rule.insert("id".to_owned(), json!(finding.code));
        if let Some((short, page)) = pages(&finding.code) {
            rule.insert("shortDescription".to_owned(), json!({ "text": short }));
            rule.insert("help".to_owned(), json!({ "text": page, "markdown": page }));
        }
        rule.insert("defaultConfiguration".to_owned(), json!({ "level": level(finding.severity) }));
        self.list.push(Value::Object(rule));
        self.index.insert(finding.code.clone(), self.list.len() - 1);
        self.list.len() - 1
    }
}

fn level(severity: Severity) -> &'static str {
    severity.word()
}

fn result(finding: &Finding, rule: usize, sources: &Sources, words: &Catalogue) -> Value {
    let worded = words.word(finding);
    let client = finding.client.as_deref().map(|c| format!("{c}: ")).unwrap_or_default();
    let help =
        worded.help.as_ref().map(|h| format!("\n{}: {h}", words.line("help", &[]))).unwrap_or_default();
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), json!(finding.code));
    result.insert("ruleIndex".to_owned(), json!(rule));
    result.insert("level".to_owned(), json!(level(finding.severity)));
    result.insert("message".to_owned(), json!({ "text": format!("{client}{}{help}", worded.message) }));
    if let Some(place) = finding.place {
        result.insert("locations".to_owned(), json!([location(place, None, sources)]));
    }
    let related = finding.related.iter().zip(&worded.related);
    let related: Vec<Value> = related.map(|(r, words)| location(r.place, Some(words), sources)).collect();
    if !related.is_empty() {
        result.insert("relatedLocations".to_owned(), json!(related));
    }
    if let Some(edit) = &finding.fix {
        result.insert("fixes".to_owned(), json!([fix(edit, worded.help.as_deref(), sources)]));
    }
    Value::Object(result)
}

fn artifact(place: Place, sources: &Sources) -> Value {
    let name = sources.get(place.source).name().replace('\\', "/");
    json!({ "uri": utf8_percent_encode(&name, PATH).to_string() })
}

fn region(place: Place, sources: &Sources) -> Value {
    let source = sources.get(place.source);
    let ((line, column), (end_line, end_column)) =
        (source.line_column(place.start), source.line_column(place.end));
    json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}

fn location(place: Place, words: Option<&String>, sources: &Sources) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(place, sources), "region": region(place, sources) }
    });
    if let Some(words) = words.filter(|w| !w.is_empty()) {
        location["message"] = json!({ "text": words });
    }
    location
}

fn fix(edit: &Edit, words: Option<&str>, sources: &Sources) -> Value {
    let replacement =
        json!({ "deletedRegion": region(edit.place, sources), "insertedContent": { "text": edit.text } });
    let mut fix = json!({
        "artifactChanges": [{ "artifactLocation": artifact(edit.place, sources), "replacements": [replacement] }]
    });
    if let Some(words) = words {
        fix["description"] = json!({ "text": words });
    }
    fix
}
