//! The process's environment and files, for passwords' sources.

use std::fs::File;
use std::io::Read;
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
}

impl Environment for Outside {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn file(&self, path: &Path) -> Option<String> {
        let mut text = String::new();
        File::open(self.folder.join(path)).ok()?.take(MOST).read_to_string(&mut text).ok()?;
        Some(text)
    }

    fn has_file(&self, path: &Path) -> bool {
        self.folder.join(path).is_file()
    }
}
