//! How a run ended, in words.

use std::path::Path;

use super::run::{Counts, Ended};
use crate::cli::args::{self, SheetFormat};
use crate::sink::Target;

/// How a run ended.
pub(super) struct Ending {
    /// the line that says so
    pub line: &'static str,
    /// the word for it in the journal
    pub result: &'static str,
    /// the line of what stands in OUT
    wrote: &'static str,
}

impl Ending {
    /// `ended` is no failure.
    pub fn of(ended: &Result<(), Ended>, args: &args::Build) -> Self {
        let target = Target::of(&args.out);
        let wrote = match target {
            // its files stand there, each of them whole
            Target::Folder(_) => "wrote-no-manifest",
            Target::Stdout => "wrote-half",
            _ => "wrote-nothing",
        };
        match ended {
            Ok(()) => Self { line: "wrote-users", result: "done", wrote: "wrote-users" },
            Err(Ended::TooManyRejects) => {
                Self { line: "too-many-rejects", result: "too-many-rejects", wrote }
            }
            Err(_) => {
                let line = match Target::of(&args.out) {
                    Target::Folder(_) => "stopped-folder",
                    Target::Stdout => "stopped-stream",
                    _ => "stopped-archive",
                };
                Self { line, result: "stopped", wrote }
            }
        }
    }

    /// The lines that the report ends with.
    pub fn lines(&self, args: &args::Build, counts: &Counts) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.wrote).chain(beside(args, counts))
    }
}

/// The lines that a run ends with, behind the first.
fn beside(args: &args::Build, counts: &Counts) -> impl Iterator<Item = &'static str> {
    let only_changed = args.only_changed.is_some();
    // OLD's manifest tells nothing of one user in a file of many
    let unseen = only_changed && args.combined.is_some() && !args.sheet_format.contains(&SheetFormat::Html);
    let lines = [
        (counts.resumed > 0, "wrote-resumed"),
        (only_changed, "wrote-unchanged"),
        (unseen, "wrote-unseen"),
        (counts.rejected > 0, "wrote-rejects"),
    ];
    lines.into_iter().filter_map(|(holds, line)| holds.then_some(line))
}

/// What the last lines of a run tell. `rejects`: where the rows are that were not built.
pub(super) fn told(args: &args::Build, counts: &Counts, rejects: String) -> [(&'static str, String); 10] {
    let old = args.only_changed.as_deref().unwrap_or(Path::new(""));
    [
        ("files", counts.files.to_string()),
        ("users", counts.users.to_string()),
        ("rejected", counts.rejected.to_string()),
        ("rows", counts.rows.to_string()),
        ("resumed", counts.resumed.to_string()),
        ("unchanged", counts.unchanged.to_string()),
        ("old", old.display().to_string()),
        ("most", args.max_rejects.to_string()),
        ("rejects", rejects),
        ("out", args.out.display().to_string()),
    ]
}
