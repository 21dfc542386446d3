//! The command line: parse, run, exit code. One file a command; everything that prints or ends the process is here.

mod apart;
mod args;
mod build;
mod check;
mod clients;
mod description;
mod diff;
mod explain;
mod fix;
mod init;
mod logo;
mod merge;
mod outside;
mod schema;
mod show;
mod users;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::explain::Explainer;
use crate::finding::{Catalogue, Findings, Severity, Sources, github, json, sarif, text, visible};
use crate::library::{Library, LibraryError};
use crate::sink::{OutputError, SinkError};
use args::{Args, Command, ReportFormat};

/// Why we could not work: exit code 2.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("could not read {path}: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("could not write {path}: {source}")]
    Write { path: String, source: std::io::Error },
    #[error("could not write to standard output: {0}")]
    Print(std::io::Error),
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error(transparent)]
    Sink(#[from] SinkError),
    #[error("{0}")]
    Usage(String),
}

impl CliError {
    /// What an output is refused for, in a language.
    fn output(error: OutputError, words: &Catalogue) -> Self {
        match error {
            OutputError::Sink(error) => Self::Sink(error),
            OutputError::Refused(refused) => Self::Usage(refused.in_words(words)),
        }
    }
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(code) => ExitCode::from(code),
        // whoever reads has enough
        Err(CliError::Print(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(CliError::Sink(error)) if error.source.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // a name of a file, or what was typed, may hold what moves a terminal
            let shown: String =
                error.to_string().chars().map(|c| if c == '\n' { c } else { visible(c) }).collect();
            tell(&format!("mailprof: {shown}\n"));
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<u8, CliError> {
    let library = Library::new(args.profiles.clone(), args.templates.clone())?;
    let words = Catalogue::of(args.messages());
    let tongue = Tongue { words, colour: args.colour() };
    match &args.command {
        Command::Build(build) => build::run(build, &library, &tongue),
        Command::Check(check) => check::run(check, &library, &tongue),
        Command::Show(show) => show::run(show, &library, &tongue),
        Command::Merge(merge) => merge::run(merge, words),
        Command::Diff(diff) => diff::run(diff, &library, &tongue),
        Command::Clients(clients) => clients::run(clients, &library, words),
        Command::Explain(explain) => explain::run(explain, &library, words),
        Command::Init(init) => init::run(init, &library, &tongue),
        Command::Schema => schema::run(words),
    }
}

/// How findings are told: the language, and whether in colour.
#[derive(Debug, Clone, Copy)]
struct Tongue {
    words: &'static Catalogue,
    colour: bool,
}

/// Words for people.
fn tell(text: &str) {
    // standard error may be closed; there is nobody left to tell
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// What was asked for.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(CliError::Print)
}

/// A run's findings and what they point into.
#[derive(Debug, Default)]
struct Report {
    sources: Sources,
    findings: Findings,
    files: usize,
    users: usize,
    /// whether reports for programs go to standard error too, since files go to standard output
    aside: bool,
}

impl Report {
    /// Prints the report and gives the exit code: 0, or 1 with an error (with `deny`: with a warning). `last`: words for people
    /// behind it.
    fn finish(
        &mut self,
        format: ReportFormat,
        library: &Library,
        tongue: &Tongue,
        deny: bool,
        last: &str,
    ) -> Result<u8, CliError> {
        self.findings.sort();
        let (findings, sources, words) = (self.findings.iter(), &self.sources, tongue.words);
        match format {
            ReportFormat::Text => {
                tell(&text::report(findings, sources, words, tongue.colour));
                tell(&format!("{last}{}\n", self.summary(words)));
            }
            ReportFormat::Json => {
                let told = json::report(self.files, self.users, findings, sources, words) + "\n";
                if self.aside { tell(&told) } else { print(&told)? }
            }
            ReportFormat::Sarif => {
                let clients = library.clients()?;
                let explainer = Explainer::new(&clients, words);
                let pages = |code: &str| explainer.explain(code).map(|e| (e.short, e.page));
                print(&(sarif::report(findings, sources, words, &pages) + "\n"))?;
            }
            ReportFormat::Github => print(&github::report(findings, sources, words))?,
        }
        let most = if deny { Severity::Note } else { Severity::Warning };
        Ok(u8::from(self.findings.worst() > Some(most)))
    }

    fn summary(&self, words: &Catalogue) -> String {
        let count = |severity| self.findings.iter().filter(|f| f.severity == severity).count().to_string();
        let args = [
            ("errors", count(Severity::Error)),
            ("warnings", count(Severity::Warning)),
            ("notes", count(Severity::Note)),
        ];
        words.line("summary", &args)
    }
}
