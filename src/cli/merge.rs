//! `mailprof merge`: the folders that `build --shard` made become the one that a single run makes.

use super::{CliError, args, tell};
use crate::finding::Catalogue;
use crate::sink::{self, Target};

pub(super) fn run(args: &args::Merge, words: &Catalogue) -> Result<u8, CliError> {
    let out = args.out.display().to_string();
    if !matches!(Target::of(&args.out), Target::Folder(_)) {
        return Err(CliError::Usage(words.line("merge-no-archive", &[("path", out)])));
    }
    let files = sink::merge(&args.out, &args.parts).map_err(|e| CliError::output(e, words))?;
    let told = [("files", files.to_string()), ("parts", args.parts.len().to_string()), ("out", out)];
    tell(&(words.line("merged", &told) + "\n"));
    Ok(0)
}
