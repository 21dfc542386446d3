//! The process's environment, and files that a description names.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::account::Environment;

/// Largest file that a password is read from.
const MOST: u64 = 64 * 1024;

/// The outside, seen from the description's folder.
#[derive(Debug)]
pub(super) struct Outside {
    folder: PathBuf,
}

impl Outside {
    pub fn of(description: &Path) -> Self {
        Self { folder: description.parent().unwrap_or(Path::new("")).to_owned() }
    }

    /// Where a file lies that a description names.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

impl Environment for Outside {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn file(&self, path: &Path) -> Option<String> {
        String::from_utf8(bytes(&self.path(path), MOST).ok()?).ok()
    }

    fn has_file(&self, path: &Path) -> bool {
        self.path(path).is_file()
    }
}

/// The bytes of a file, `most` at most. What is no file (a pipe would never end) is not opened.
pub(super) fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
