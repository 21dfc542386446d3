//! The report for GitHub Actions: workflow commands that become annotations of the lines of a change.
//! Source: docs.github.com, "Workflow commands for GitHub Actions" (error, warning, notice; `%`, CR and LF escaped, in properties
//! also `:` and `,`).

use super::{Catalogue, Finding, Severity, Sources};

/// One line a finding.
#[must_use]
pub fn report<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    sources: &Sources,
    words: &Catalogue,
) -> String {
    findings.map(|f| line(f, sources, words)).collect()
}

fn line(finding: &Finding, sources: &Sources, words: &Catalogue) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = finding.place.map(|p| {
        let source = sources.get(p.source);
        let ((line, column), (end_line, end_column)) =
            (source.line_column(p.start), source.line_column(p.end));
        format!(
            "file={},line={line},endLine={end_line},col={column},endColumn={end_column},",
            property(&source.shown_name())
        )
    });
    let worded = words.word(finding);
    let client = finding.client.as_deref().map(|c| format!("{c}: ")).unwrap_or_default();
    let help = worded.help.map(|h| format!("\n{}: {h}", words.line("help", &[]))).unwrap_or_default();
    let message = data(&format!("{client}{}{help}", worded.message));
    format!("::{command} {}title={}::{message}\n", place.unwrap_or_default(), property(&finding.code))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Language, Place, Source};

    #[test]
    fn what_ends_a_command_or_a_property_is_escaped() {
        let mut sources = Sources::new();
        let id = sources.add(Source::new("a,b:c%.yaml", "x: y\n"));
        let mut finding = Finding::new(&crate::finding::TEMPLATE_FAILED)
            .arg("path", "a")
            .arg("reason", "100% of\r\n::error::x")
            .at(Place::new(id, 3, 4));
        finding.client = Some("dns".into());
        let line = line(&finding, &sources, Catalogue::of(Language::En));
        assert_eq!(
            line,
            "::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=4,endColumn=5,title=template-failed::dns: \
             a was not written: 100%25 of%0D%0A::error::x%0Ahelp: mend the template\n"
        );
    }
}
