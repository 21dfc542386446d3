//! How far a run is, for people: a line that is written over on a terminal, a plain one every ten seconds elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use super::input::Seen;
use super::run::Counts;
use crate::cli::tell;
use crate::finding::Catalogue;

/// How often a terminal is told.
const ON_TERMINAL: Duration = Duration::from_millis(250);

/// How often a log is told.
const IN_LOG: Duration = Duration::from_secs(10);

/// Clears a line of a terminal (ECMA-48, erase in line).
const CLEAR: &str = "\r\u{1b}[K";

/// What is told of a run.
pub(super) struct Progress {
    words: &'static Catalogue,
    input: Seen,
    begun: Instant,
    told: Instant,
    terminal: bool,
    quiet: bool,
    open: bool,
}

impl Progress {
    pub fn new(words: &'static Catalogue, input: Seen, quiet: bool) -> Self {
        let now = Instant::now();
        let terminal = std::io::stderr().is_terminal();
        Self { words, input, begun: now, told: now, terminal, quiet, open: false }
    }

    /// Tells it when it is time.
    pub fn tick(&mut self, counts: &Counts) {
        let every = if self.terminal { ON_TERMINAL } else { IN_LOG };
        if self.quiet || self.told.elapsed() < every {
            return;
        }
        self.told = Instant::now();
        let line = self.line(counts, self.begun.elapsed());
        tell(&if self.terminal { format!("{CLEAR}{line}") } else { line + "\n" });
        self.open = self.terminal;
    }

    /// Leaves a clean line.
    pub fn end(&mut self) {
        if std::mem::take(&mut self.open) {
            tell(CLEAR);
        }
    }

    fn line(&self, counts: &Counts, elapsed: Duration) -> String {
        #[allow(clippy::cast_precision_loss)]
        let rate = counts.done() as f64 / elapsed.as_secs_f64().max(0.001);
        let args = [
            ("users", counts.done().to_string()),
            ("rate", format!("{rate:.0}")),
            ("rejected", counts.rejected.to_string()),
            ("left", self.left(elapsed).map(clock).unwrap_or_default()),
        ];
        self.words.line(if args[3].1.is_empty() { "progress" } else { "progress-left" }, &args)
    }

    /// How long the rest will take, when its length is known.
    fn left(&self, elapsed: Duration) -> Option<Duration> {
        let (read, of) = (self.input.bytes(), self.input.of?);
        #[allow(clippy::cast_precision_loss)]
        let part = read as f64 / of.max(1) as f64;
        (part > 0.0 && part <= 1.0).then(|| elapsed.mul_f64((1.0 - part) / part))
    }
}

/// `4:05`, `1:00:00`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Language;

    #[test]
    fn the_rest_is_told_where_the_length_is_known() {
        let counts = Counts { users: 300, unchanged: 200, rejected: 3, ..Counts::default() };
        let words = Catalogue::of(Language::En);
        let stream = Progress::new(words, Seen::default(), false);
        let told = stream.line(&counts, Duration::from_secs(10));
        assert_eq!(told, "users: 500 (50 a second), rejected: 3");
        let mut seen = Seen::default();
        seen.of = Some(400);
        let file = Progress::new(words, seen, false);
        file.input.add(b"x".repeat(100).as_slice());
        let told = file.line(&counts, Duration::from_secs(1300));
        assert_eq!(told, "users: 500 (0 a second), rejected: 3, time left: 1:05:00");
    }
}
