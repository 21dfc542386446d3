//! Asks on a terminal: what is certainly wrong is told while one types, everything when one presses Enter.

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Behavior, Config, Context, Editor, Helper};

use super::answers::{Asker, Check, Question};
use crate::account::value;
use crate::cli::{CliError, tell};
use crate::finding::{Catalogue, Finding};

/// What may only mean that somebody has not finished typing.
const UNFINISHED: &[&str] = &["address-without-at", "bad-address", "bad-host", "bad-word"];

/// Columns of what is told.
pub(super) const WIDTH: usize = 78;

pub(super) struct Terminal {
    words: &'static Catalogue,
    colour: bool,
    config: Config,
}

impl Terminal {
    pub(super) fn new(words: &'static Catalogue, colour: bool) -> Result<Self, CliError> {
        let config = Config::builder().behavior(Behavior::PreferTerm).auto_add_history(false).build();
        Ok(Self { words, colour, config })
    }

    fn read(&self, prompt: &str, check: Check<'_>, required: bool) -> Result<String, CliError> {
        let stopped = |error: ReadlineError| match error {
            ReadlineError::Interrupted | ReadlineError::Eof => {
                CliError::Usage(self.words.line("init-stopped", &[]))
            }
            other => CliError::Usage(other.to_string()),
        };
        let mut editor: Editor<Looker<'_>, DefaultHistory> =
            Editor::with_history(self.config.clone(), DefaultHistory::new()).map_err(stopped)?;
        editor.set_helper(Some(Looker { words: self.words, check, required, colour: self.colour }));
        editor.readline(prompt).map(|line| line.trim().to_owned()).map_err(stopped)
    }
}

impl Asker for Terminal {
    fn ask(&mut self, question: &Question<'_>) -> Result<String, CliError> {
        let about = self.words.line(&format!("{}-help", question.name), &[]);
        tell(&(textwrap::fill(&about, WIDTH) + "\n"));
        let default = question.default.clone().filter(|d| !d.is_empty());
        let default_shown = default.map(|d| format!(" [{d}]")).unwrap_or_default();
        let prompt = format!("{}{default_shown}: ", self.words.line(question.name, &[]));
        let typed = self.read(&prompt, question.check, question.default.is_none())?;
        tell("\n");
        Ok(if typed.is_empty() { question.default.clone().unwrap_or_default() } else { typed })
    }

    fn agree(&mut self, name: &str, args: &[(&str, String)]) -> Result<bool, CliError> {
        let prompt = format!("{} [Y/n]: ", self.words.line(name, args));
        loop {
            let typed = self.read(&prompt, &|_| Ok(()), false)?;
            let typed = value::half_width(&typed).unwrap_or(typed).to_lowercase();
            match typed.as_str() {
                "" | "y" | "yes" | "はい" => break Ok(true),
                "n" | "no" | "いいえ" => break Ok(false),
                _ => tell(&format!("{}\n", self.words.line("init-yes-or-no", &[]))),
            }
        }
        .inspect(|_| tell("\n"))
    }

    fn words(&self) -> &'static Catalogue {
        self.words
    }
}

/// Looks at a line while it is typed.
struct Looker<'c> {
    words: &'static Catalogue,
    check: Check<'c>,
    required: bool,
    colour: bool,
}

impl Looker<'_> {
    fn told(&self, finding: &Finding) -> String {
        let worded = self.words.word(finding);
        let help = worded.help.map(|h| self.words.line("aside", &[("help", h)])).unwrap_or_default();
        worded.message + &help
    }
}

impl Hinter for Looker<'_> {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        let line = line.trim();
        let finding = (self.check)(line).err().filter(|_| !line.is_empty() && pos > 0)?;
        let unfinished = UNFINISHED.contains(&finding.code.as_str());
        (!unfinished).then(|| format!("  ← {}", self.told(&finding)))
    }
}

impl Validator for Looker<'_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let line = context.input().trim();
        Ok(match (self.check)(line) {
            _ if line.is_empty() && !self.required => ValidationResult::Valid(None),
            Ok(()) => ValidationResult::Valid(None),
            Err(_) if line.is_empty() => {
                ValidationResult::Invalid(Some(format!("  ← {}", self.words.line("init-required", &[]))))
            }
            Err(finding) => ValidationResult::Invalid(Some(format!("  ← {}", self.told(&finding)))),
        })
    }
}

impl Highlighter for Looker<'_> {
    fn highlight_hint<'h>(&self, hint: &'h str) -> std::borrow::Cow<'h, str> {
        if self.colour { format!("\u{1b}[33m{hint}\u{1b}[0m").into() } else { hint.into() }
    }
}

impl Completer for Looker<'_> {
    type Candidate = String;
}

impl Helper for Looker<'_> {}
