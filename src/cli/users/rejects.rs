//! The file of rejected rows beside OUT: written under another name and put in place when it is whole; its owner's alone, as it may hold
//! passwords.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use tempfile::NamedTempFile;

use super::one::Rejected;
use crate::account::users::{OF_REJECTS, Rejects, RowFormat};
use crate::cli::CliError;

/// Rejected rows on their way to a file; without any there is none.
pub(super) struct RejectsFile {
    path: PathBuf,
    format: RowFormat,
    encoding: &'static Encoding,
    rows: Option<Rejects<BufWriter<NamedTempFile>>>,
}

impl RejectsFile {
    /// `None` beside standard output, where somebody must name one.
    pub fn beside(out: &Path, format: RowFormat) -> Option<PathBuf> {
        let ending = if format == RowFormat::JsonLines { "jsonl" } else { "csv" };
        // `out/` and `out` are one folder
        let name = out.components().as_path().as_os_str();
        (name != "-").then(|| {
            let mut path = name.to_owned();
            path.push(format!(".rejects.{ending}"));
            path.into()
        })
    }

    pub fn new(path: PathBuf, format: RowFormat, encoding: &'static Encoding) -> Self {
        Self { path, format, encoding, rows: None }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn write(&mut self, rejected: &Rejected) -> Result<(), CliError> {
        let failed = failed(&self.path);
        if self.rows.is_none() {
            let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let builder =
                || tempfile::Builder::new().prefix(".mailprof-").suffix(".mailprof-tmp").tempfile_in(folder);
            let file = builder().map_err(&failed)?;
            self.rows = Some(Rejects::new(BufWriter::new(file), self.format, self.encoding));
        }
        let rows = self.rows.as_mut();
        rows.map_or(Ok(()), |r| r.write(&rejected.row, &rejected.code, &rejected.message)).map_err(failed)
    }

    /// Puts the file in place. Without rejects, one that an earlier run left there goes, as its rows were built now; `input` stays.
    pub fn finish(self, input: &Path) -> Result<(), CliError> {
        let failed = failed(&self.path);
        match self.rows {
            Some(rows) => {
                let file = rows.finish().and_then(|b| b.into_inner().map_err(io::IntoInnerError::into_error));
                file.and_then(|f| f.persist(&self.path).map_err(|e| e.error)).map(drop).map_err(failed)
            }
            None if !same(&self.path, input) && is_ours(&self.path) => {
                fs::remove_file(&self.path).map_err(failed)
            }
            None => Ok(()),
        }
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> CliError {
    let path = path.display().to_string();
    move |source| CliError::Write { path: path.clone(), source }
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// Whether a file begins as one of rejects does.
fn is_ours(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|f| f.take(256).read_to_end(&mut start));
    let text = String::from_utf8_lossy(&start).replace('\0', "");
    let text = text.trim_start_matches('\u{feff}');
    let table = [",", "\t"].iter().any(|d| text.starts_with(&OF_REJECTS.join(d)));
    read.is_ok() && (table || text.starts_with("{\"line\":"))
}
