//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::account::{Passwords, Sheets};
use crate::finding::Language;

/// One description of a mailbox in, checked settings files and printable sheets for every mail client out.
#[derive(Debug, Parser)]
#[command(name = "mailprof", version, about, disable_help_subcommand = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// Profiles of clients, providers and languages that win over the built-in ones, file by file
    #[arg(long, global = true, value_name = "DIR")]
    pub profiles: Option<PathBuf>,
    /// Templates that win over the built-in ones, file by file
    #[arg(long, global = true, value_name = "DIR")]
    pub templates: Option<PathBuf>,
    /// Language of findings (default: from the locale)
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub messages: Option<MessageLanguage>,
}

impl Args {
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
    Build(Build),
    /// Tell all that is wrong, risky or beyond a client; write nothing
    Check(Check),
    /// Print the resolved account as JSON, secrets redacted
    Show(Show),
    /// List clients, or one client's files, options and limits
    Clients(Clients),
}

/// Words that `build` and `check` share.
#[derive(Debug, clap::Args)]
pub(super) struct Common {
    /// The description
    #[arg(value_name = "ACCOUNT.yaml")]
    pub account: PathBuf,
    /// Only these clients (repeat it); their limits then count in full
    #[arg(long = "client", value_name = "ID")]
    pub clients: Vec<String>,
    /// An option of a client, for example outlook.version=14.0
    #[arg(long = "set", value_name = "CLIENT.OPTION=VALUE", value_parser = option)]
    pub set: Vec<(String, String, String)>,
    /// Where passwords may go
    #[arg(long, value_name = "WHERE")]
    pub passwords: Option<PasswordsWord>,
    /// How findings are told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
    /// Warnings count as errors for the exit code
    #[arg(long, value_name = "WHAT")]
    pub deny: Option<Deny>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Build {
    #[command(flatten)]
    pub common: Common,
    /// The folder that is filled
    #[arg(short = 'o', long = "out", value_name = "OUT", default_value = "out")]
    pub out: PathBuf,
    /// `clients`, `none`, or ids of clients separated by commas
    #[arg(long, value_name = "WHICH", value_parser = sheets)]
    pub sheets: Option<Sheets>,
    /// `html`
    #[arg(long, value_name = "FORMAT", default_value = "html")]
    pub sheet_format: String,
    /// Languages of sheets (repeat it)
    #[arg(long = "lang", value_name = "LANGUAGE")]
    pub languages: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// The description
    #[arg(value_name = "ACCOUNT.yaml")]
    pub account: PathBuf,
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
pub(super) enum ReportFormat {
    Text,
    Json,
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
    fn the_command_line_is_sound() {
        super::Args::command().debug_assert();
    }
}
