//! `mailprof init`: asks for the six settings, each with a sentence on what it is, looks at every answer while it is typed, and
//! writes a commented description. What flags give is not asked; without a terminal, flags must give what has no default.

mod answers;
mod terminal;

use std::io::IsTerminal;
use std::path::Path;

use super::args::{self, ReportFormat};
use super::{CliError, Report, Tongue, description, schema, tell};
use crate::finding::{Catalogue, Severity};
use crate::library::Library;
use crate::sink;
use answers::{Answers, Asker};
use terminal::Terminal;

pub(super) fn run(args: &args::Init, library: &Library, tongue: &Tongue) -> Result<u8, CliError> {
    let words = tongue.words;
    let out = args.account.display().to_string();
    if args.account.exists() && !args.force {
        return Err(CliError::Usage(words.line("init-exists", &[("path", out)])));
    }
    let folder = args.account.parent().filter(|f| !f.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|f| !f.is_dir()) {
        let path = folder.display().to_string();
        return Err(CliError::Usage(words.line("init-no-folder", &[("path", path)])));
    }
    let answers = if std::io::stdin().is_terminal() {
        let hello = words.line("init-hello", &[("path", out.clone())]);
        tell(&format!("{}\n\n", textwrap::fill(&hello, terminal::WIDTH)));
        Answers::ask(args, library, &mut Terminal::new(words, tongue.colour)?)?
    } else {
        let mut flags = Flags { words, missing: Vec::new() };
        let answers = Answers::ask(args, library, &mut flags);
        if !flags.missing.is_empty() {
            let missing = flags.missing.join(", ");
            return Err(CliError::Usage(words.line("init-missing", &[("flags", missing)])));
        }
        answers?
    };
    let schema_path = args.account.with_extension("schema.json");
    let text = answers.yaml(&uri(&file_name(&schema_path)), words);
    let mut report = Report::default();
    description::understand(&args.account, text.as_bytes(), library, &|wishes| wishes, &mut report)?;
    if report.findings.worst() < Some(Severity::Error) {
        sink::replace(&args.account, text.as_bytes(), false)?;
        if args.force || is_ours(&schema_path) {
            sink::replace(&schema_path, schema::text(words).as_bytes(), false)?;
        }
    }
    let wrote = report.findings.worst() < Some(Severity::Error);
    let last = words.line(
        if wrote { "init-wrote" } else { "wrote-nothing" },
        &[("path", out), ("schema", schema_path.display().to_string())],
    );
    report.finish(ReportFormat::Text, library, tongue, false, &(last + "\n"))
}

/// Whether a schema may be written there: nothing is there, or one that an earlier run wrote.
fn is_ours(path: &Path) -> bool {
    std::fs::read_to_string(path).map_or(!path.exists(), |text| text.contains("\"title\": \"mailprof\""))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A file's name as an editor takes it: a relative reference (RFC 3986).
fn uri(name: &str) -> String {
    const UNRESERVED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(name, UNRESERVED).to_string()
}

/// Nobody to ask: defaults, and a list of what has none.
struct Flags {
    words: &'static Catalogue,
    missing: Vec<&'static str>,
}

impl Asker for Flags {
    fn ask(&mut self, question: &answers::Question<'_>) -> Result<String, CliError> {
        Ok(question.default.clone().unwrap_or_else(|| {
            self.missing.push(question.flag);
            String::new()
        }))
    }

    fn agree(&mut self, _: &str, _: &[(&str, String)]) -> Result<bool, CliError> {
        Ok(true)
    }

    fn words(&self) -> &'static Catalogue {
        self.words
    }
}
