//! The file of rejected rows beside OUT: written under another name and put in place when it is whole; its owner's alone, as it may hold
//! passwords.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use super::one::Rejected;
use crate::account::users::{OF_REJECTS, Rejects, RowFormat};
use crate::cli::CliError;
use crate::cli::apart::same;
use crate::sink::Whole;

/// Rejected rows on their way to a file; without any there is none.
pub(super) struct RejectsFile {
    path: PathBuf,
    rows: Rejects<BufWriter<Whole>>,
    any: bool,
}

impl RejectsFile {
    /// `None` beside standard output, where somebody must name one.
    pub fn beside(out: &Path, format: RowFormat) -> Option<PathBuf> {
        let ending = if format == RowFormat::JsonLines { "jsonl" } else { "csv" };
        if out.as_os_str() == "-" {
            return None;
        }
        // `out/` and `out` are one folder, and `.` has a name too
        let named = out.file_name().is_none().then(|| fs::canonicalize(out).ok()).flatten();
        let name = named.as_deref().unwrap_or(out).components().as_path().as_os_str();
        Some({
            let mut path = name.to_owned();
            path.push(format!(".rejects.{ending}"));
            path.into()
        })
    }

    /// Begins it. What an interrupted run left of its own is written over, or goes with this one.
    pub fn new(path: PathBuf, format: RowFormat, encoding: &'static Encoding) -> Result<Self, CliError> {
        let file = BufWriter::new(Whole::create(&path, true)?);
        Ok(Self { path, rows: Rejects::new(file, format, encoding), any: false })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn write(&mut self, rejected: &Rejected) -> Result<(), CliError> {
        self.any = true;
        self.rows.write(&rejected.row, &rejected.code, &rejected.message).map_err(failed(&self.path))
    }

    /// Puts the file in place. Without rejects in a run that is `done`, one that an earlier run left there goes, as its rows were built
    /// now. `input` stays: of a run that is not done it has the rows that were not looked at, mended ones among them.
    pub fn finish(self, input: &Path, done: bool) -> Result<(), CliError> {
        let failed = failed(&self.path);
        let kept = !done && same(&self.path, input);
        if self.any && !kept {
            let file =
                self.rows.finish().and_then(|b| b.into_inner().map_err(io::IntoInnerError::into_error));
            return file.and_then(Whole::place).map_err(failed);
        }
        if done && !same(&self.path, input) && is_ours(&self.path) {
            return fs::remove_file(&self.path).map_err(failed);
        }
        Ok(())
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> CliError {
    let path = path.display().to_string();
    move |source| CliError::Write { path: path.clone(), source }
}

/// Whether a file begins as one of rejects does.
pub(super) fn is_ours(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|f| f.take(256).read_to_end(&mut start));
    let text = String::from_utf8_lossy(&start).replace('\0', "");
    let text = text.trim_start_matches('\u{feff}');
    let table = [",", "\t"].iter().any(|d| text.starts_with(&OF_REJECTS.join(d)));
    read.is_ok() && (table || text.starts_with("{\"line\":"))
}
