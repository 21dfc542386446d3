//! The report for programs: the object that `build`, `check` and `verify` print.

use serde_json::{Value, json};

use super::{Catalogue, Finding, Sources};

/// `{"files":N,"users":N,"findings":[…]}` on one line.
#[must_use]
pub fn report<'a>(
    files: usize,
    users: usize,
    findings: impl Iterator<Item = &'a Finding>,
    sources: &Sources,
    words: &Catalogue,
) -> String {
    let findings: Vec<Value> = findings.map(|f| finding(f, sources, words)).collect();
    json!({ "files": files, "users": users, "findings": findings }).to_string()
}

fn finding(finding: &Finding, sources: &Sources, words: &Catalogue) -> Value {
    let worded = words.word(finding);
    let spot = finding.place.map(|p| {
        let source = sources.get(p.source);
        (source.name(), source.line_column(p.start), source.line_column(p.end))
    });
    let mut told = json!({
        "code": finding.code,
        "severity": finding.severity,
        "message": worded.message,
        "client": finding.client,
        "address": finding.address,
        "count": finding.many.as_ref().map_or(1, |many| many.count),
        "file": spot.map(|s| s.0),
        "line": spot.map(|s| s.1.0),
        "column": spot.map(|s| s.1.1),
        "end_line": spot.map(|s| s.2.0),
        "end_column": spot.map(|s| s.2.1),
        "help": worded.help,
    });
    if let Some(many) = &finding.many {
        told["addresses"] = json!(many.addresses);
    }
    told
}
