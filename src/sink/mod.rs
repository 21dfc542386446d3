//! Where artifacts go. Only a sink writes.

mod file;
mod folder;
mod manifest;

pub use file::{mend, replace};
pub use folder::Folder;
pub use manifest::Entry;

use std::path::PathBuf;

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} {path}: {source}")]
pub struct SinkError {
    /// what was tried
    pub action: &'static str,
    /// on what
    pub path: PathBuf,
    /// why not
    pub source: std::io::Error,
}

impl SinkError {
    fn new(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self { action, path, source }
    }
}
