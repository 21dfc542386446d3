//! What can be typed.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::users::{MostRejects, Shard};
use crate::account::{Passwords, Sheets, value};
use crate::build::Paper;
use crate::finding::Language;
use crate::paths;

/// Options that every command takes.
const EVERYWHERE: &str = "Everywhere";

/// Options of a build for many users.
const MANY: &str = "Many users";

/// One description of a mailbox in, checked settings files and printable sheets for every mail client out.
#[derive(Debug, Parser)]
#[command(name = "mailprof", version, about, disable_help_subcommand = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// Profiles of clients, providers and languages that win over the built-in ones, file by file
    #[arg(long, global = true, value_name = "DIR", help_heading = EVERYWHERE)]
    pub profiles: Option<PathBuf>,
    /// Templates that win over the built-in ones, file by file
    #[arg(long, global = true, value_name = "DIR", help_heading = EVERYWHERE)]
    pub templates: Option<PathBuf>,
    /// Language of findings and pages (default: from the locale)
    #[arg(long, global = true, value_name = "LANGUAGE", help_heading = EVERYWHERE)]
    pub messages: Option<MessageLanguage>,
    /// Colour in reports for people; `auto`: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = EVERYWHERE)]
    pub color: ColourWord,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColourWord {
    Auto,
    Always,
    Never,
}

impl Args {
    /// Whether reports on standard error are coloured. Source: no-color.org (set and not empty).
    pub fn colour(&self) -> bool {
        let refused = || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let dumb = || std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        match self.color {
            ColourWord::Always => true,
            ColourWord::Never => false,
            ColourWord::Auto => std::io::stderr().is_terminal() && !refused() && !dumb(),
        }
    }

    /// The language that findings are told in.
    pub fn messages(&self) -> Language {
        match self.messages {
            Some(MessageLanguage::En) => Language::En,
            Some(MessageLanguage::Ja) => Language::Ja,
            None => {
                let set = |name| std::env::var(name).ok().filter(|v: &String| !v.is_empty());
                let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
                Language::from_locale(&locale.unwrap_or_default())
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageLanguage {
    En,
    Ja,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build settings files and sheets
    Build(Box<Build>),
    /// Tell all that is wrong, risky or beyond a client; write nothing but what `--fix` mends
    Check(Check),
    /// Print the resolved account as JSON, secrets redacted
    Show(Show),
    /// Join the folders that `build --shard` made into one
    Merge(Merge),
    /// Tell what changed between two descriptions, or for which users and in which settings between two outputs
    Diff(Diff),
    /// List clients, or one client's files, options and limits
    Clients(Clients),
    /// Tell what a code, a limit or a mail client's error number means, and what to do
    Explain(Explain),
    /// Ask for the six settings and write a description
    Init(Box<Init>),
    /// Print the JSON Schema of descriptions, for editors
    Schema,
}

/// Words that `build` and `check` share.
#[derive(Debug, clap::Args)]
pub(super) struct Common {
    /// The description
    #[arg(value_name = "ACCOUNT.yaml")]
    pub account: PathBuf,
    /// Only these clients (repeat it, or separate them by commas); their limits then count in full
    #[arg(long = "client", value_name = "ID", value_delimiter = ',')]
    pub clients: Vec<String>,
    /// An option of a client, for example outlook.version=14.0
    #[arg(long = "set", value_name = "CLIENT.OPTION=VALUE", value_parser = option)]
    pub set: Vec<(String, String, String)>,
    /// Where passwords may go
    #[arg(long, value_name = "WHERE")]
    pub passwords: Option<PasswordsWord>,
    /// Warnings count as errors for the exit code
    #[arg(long, value_name = "WHAT")]
    pub deny: Option<Deny>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Build {
    #[command(flatten)]
    pub common: Common,
    /// How findings are told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: BuildFormat,
    /// A folder, a name ending in .tar, .tar.zst or .zip, or `-` for a tar on standard output
    #[arg(short = 'o', long = "out", value_name = "OUT", default_value = "out")]
    pub out: PathBuf,
    /// `clients`, `none`, or ids of clients and `labels` separated by commas
    #[arg(long, value_name = "WHICH", value_parser = sheets)]
    pub sheets: Option<Sheets>,
    /// Formats of sheets, separated by commas
    #[arg(long, value_name = "FORMAT", default_value = "html", value_delimiter = ',')]
    pub sheet_format: Vec<SheetFormat>,
    /// The paper that sheets are laid out for
    #[arg(long, value_name = "PAPER", default_value = "a4")]
    pub paper: PaperWord,
    /// The date that sheets print; without it they print none
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub date: Option<String>,
    /// A font file for PDF sheets, in place of the system's fonts (repeat it)
    #[arg(long = "font", value_name = "FILE")]
    pub fonts: Vec<PathBuf>,
    /// Languages of sheets (repeat it, or separate them by commas)
    #[arg(long = "lang", value_name = "LANGUAGE", value_delimiter = ',')]
    pub languages: Vec<String>,
    /// Build for each row of this file (CSV, TSV, JSON Lines; `-`: standard input)
    #[arg(long, value_name = "FILE", help_heading = MANY)]
    pub users: Option<PathBuf>,
    /// Where rows go that cannot be built (default: OUT.rejects.csv)
    #[arg(long, value_name = "FILE", requires = "users", help_heading = MANY)]
    pub rejects: Option<PathBuf>,
    /// How many rows may be rejected, as a number or a part: beyond, nothing is put in place
    #[arg(long, value_name = "N|P%", default_value = "5%", requires = "users", value_parser = MostRejects::parse, help_heading = MANY)]
    pub max_rejects: MostRejects,
    /// Go on where an earlier, interrupted run into the same folder stopped
    #[arg(long, requires = "users", help_heading = MANY)]
    pub resume: bool,
    /// Build the I-th of N parts of the users alone; `merge` joins the parts
    #[arg(long, value_name = "I/N", requires = "users", value_parser = Shard::parse, help_heading = MANY)]
    pub shard: Option<Shard>,
    /// Build only users whose files are not as in OLD, which an earlier build made: a folder, .tar, .tar.zst or .zip
    #[arg(long, value_name = "OLD", requires = "users", help_heading = MANY)]
    pub only_changed: Option<PathBuf>,
    /// Where the run writes its version, the hashes of its inputs, counts, start and end
    #[arg(long, value_name = "FILE", requires = "users", help_heading = MANY)]
    pub journal: Option<PathBuf>,
    /// Print each user's password on a letter of its own, to be posted apart; sheets then say so
    #[arg(long, requires = "users", help_heading = MANY)]
    pub password_letters: bool,
    /// Give PDF sheets and letters an even number of pages, for printing on both sides
    #[arg(long, requires = "users", help_heading = MANY)]
    pub duplex: bool,
    /// Put the PDF sheets of each 200 users into one file: NAME.0001.pdf and so on, with NAME.index.csv
    #[arg(long, value_name = "NAME.pdf", requires = "users", value_parser = combined, help_heading = MANY)]
    pub combined: Option<String>,
    /// Tell no progress
    #[arg(long, short, requires = "users", help_heading = MANY)]
    pub quiet: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub common: Common,
    /// How findings are told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
    /// Mend what can be mended without asking, and show the difference
    #[arg(long)]
    pub fix: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// A code of a finding, or an error number or message that a mail client shows
    #[arg(value_name = "CODE", required_unless_present = "all")]
    pub code: Option<String>,
    /// Every page
    #[arg(long, conflicts_with = "code")]
    pub all: bool,
}

/// What is not given here is asked for on a terminal.
#[derive(Debug, clap::Args)]
pub(super) struct Init {
    /// The description that is written
    #[arg(value_name = "ACCOUNT.yaml", default_value = "account.yaml")]
    pub account: PathBuf,
    /// The mail address
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<String>,
    /// The sender's name that others see; empty for none
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// A provider whose servers are known; `none` not to use the one that the address tells
    #[arg(long, value_name = "ID")]
    pub provider: Option<String>,
    /// pop3 or imap
    #[arg(long, value_name = "PROTOCOL")]
    pub protocol: Option<String>,
    /// The incoming server
    #[arg(long, value_name = "HOST")]
    pub incoming_host: Option<String>,
    /// tls, starttls or none
    #[arg(long, value_name = "SECURITY")]
    pub incoming_security: Option<String>,
    /// The incoming server's port
    #[arg(long, value_name = "PORT")]
    pub incoming_port: Option<String>,
    /// The user name
    #[arg(long, value_name = "LOGIN")]
    pub username: Option<String>,
    /// The outgoing server (SMTP)
    #[arg(long, value_name = "HOST")]
    pub outgoing_host: Option<String>,
    /// tls, starttls or none
    #[arg(long, value_name = "SECURITY")]
    pub outgoing_security: Option<String>,
    /// The outgoing server's port: 587, or 465 with TLS
    #[arg(long, value_name = "PORT")]
    pub outgoing_port: Option<String>,
    /// The environment variable that holds the password; empty: the mail program asks
    #[arg(long, value_name = "NAME")]
    pub password_env: Option<String>,
    /// Replace a description that is there
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// The description
    #[arg(value_name = "ACCOUNT.yaml")]
    pub account: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct Merge {
    /// The folder that is made or made anew
    #[arg(short = 'o', long = "out", value_name = "OUT", default_value = "out")]
    pub out: PathBuf,
    /// The folders of the parts, all of them
    #[arg(value_name = "SHARD", required = true)]
    pub parts: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Diff {
    /// A description, or what a build made: a folder, .tar, .tar.zst or .zip
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// Another of the same kind; folders and archives are one kind
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// `json`: one object a line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: BuildFormat,
    #[command(flatten)]
    pub notices: Notices,
}

/// Notices of what changed.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Notices")]
pub(super) struct Notices {
    /// Write a notice into OUT for each user whose settings changed: what changes, old and new, and where in each mail program
    #[arg(long, requires = "out")]
    pub sheets: bool,
    /// A folder, or a name ending in .tar, .tar.zst or .zip
    #[arg(short = 'o', long = "out", value_name = "OUT", requires = "sheets")]
    pub out: Option<PathBuf>,
    /// The description whose provider and languages the notices have (default: NEW, when that is a description)
    #[arg(long, value_name = "ACCOUNT.yaml", requires = "sheets")]
    pub account: Option<PathBuf>,
    /// Mail programs that notices tell of (repeat it, or separate them by commas)
    #[arg(long = "client", value_name = "ID", value_delimiter = ',', requires = "sheets")]
    pub clients: Vec<String>,
    /// Languages of notices (repeat it, or separate them by commas)
    #[arg(long = "lang", value_name = "LANGUAGE", value_delimiter = ',', requires = "sheets")]
    pub languages: Vec<String>,
    /// The paper that notices are laid out for
    #[arg(long, value_name = "PAPER", default_value = "a4", requires = "sheets")]
    pub paper: PaperWord,
    /// The date that notices print; without it they print none
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, requires = "sheets")]
    pub date: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Clients {
    /// A client's id
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// How the page is laid out; `markdown` has every label, limit and source
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PageFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PageFormat {
    Text,
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BuildFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    Text,
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// workflow commands of GitHub Actions
    Github,
}

impl From<BuildFormat> for ReportFormat {
    fn from(format: BuildFormat) -> Self {
        match format {
            BuildFormat::Text => Self::Text,
            BuildFormat::Json => Self::Json,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    Warnings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PasswordsWord {
    Omit,
    Sheets,
    Everywhere,
}

impl From<PasswordsWord> for Passwords {
    fn from(word: PasswordsWord) -> Self {
        match word {
            PasswordsWord::Omit => Self::Omit,
            PasswordsWord::Sheets => Self::Sheets,
            PasswordsWord::Everywhere => Self::Everywhere,
        }
    }
}

fn option(text: &str) -> Result<(String, String, String), String> {
    let parts = text.split_once('=').and_then(|(name, value)| Some((name.split_once('.')?, value)));
    let ((client, option), value) = parts.ok_or("write CLIENT.OPTION=VALUE")?;
    crate::account::value::plain(value).map_err(|_| "the value has a control character or is too long")?;
    Ok((client.to_owned(), option.to_owned(), value.to_owned()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SheetFormat {
    Html,
    Pdf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PaperWord {
    A4,
    Letter,
}

impl From<PaperWord> for Paper {
    fn from(word: PaperWord) -> Self {
        match word {
            PaperWord::A4 => Self::A4,
            PaperWord::Letter => Self::Letter,
        }
    }
}

/// A day of the calendar as ISO 8601 writes it.
fn date(text: &str) -> Result<String, String> {
    let sound = text.chars().all(|c| c.is_ascii_digit() || c == '-');
    let date = value::date(text).ok().filter(|_| sound);
    date.map(str::to_owned).ok_or_else(|| "write a date as YYYY-MM-DD, for example 2026-04-01".to_owned())
}

/// What stands before `.pdf`: a name in OUT, not a path.
fn combined(text: &str) -> Result<String, String> {
    let stem = text.strip_suffix(".pdf").filter(|stem| !stem.is_empty() && !stem.starts_with('.'));
    let stem = stem.filter(|_| text.len() <= 100 && paths::is_safe(text));
    stem.map(str::to_owned)
        .ok_or_else(|| "write a file's name that ends in .pdf, for example sheets.pdf".to_owned())
}

#[allow(clippy::unnecessary_wraps)]
fn sheets(text: &str) -> Result<Sheets, String> {
    Ok(match text {
        "clients" => Sheets::Clients,
        "none" => Sheets::None,
        ids => Sheets::Named(ids.split(',').map(str::to_owned).collect()),
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn a_combined_file_is_a_name_and_no_path() {
        assert_eq!(super::combined("march.pdf"), Ok("march".to_owned()));
        for bad in ["march", ".pdf", "a/b.pdf", "..pdf", "con.pdf", "a\u{7}.pdf", "a\\b.pdf"] {
            assert!(super::combined(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        super::Args::command().debug_assert();
    }
}
