//! `manifest.jsonl`: one line a file, sorted by the bytes of the path.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::build::Artifact;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// below OUT, `/` between parts
    pub path: String,
    /// the client it is for
    pub client: Option<String>,
    /// the file's format
    pub format: String,
    /// `user`, `domain`, `batch`
    pub scope: String,
    /// the user's address
    pub address: Option<String>,
    /// hex
    pub sha256: String,
    /// length
    pub bytes: u64,
    /// whether it holds a password
    pub secret: bool,
}

impl Entry {
    /// The line of an artifact.
    #[must_use]
    pub fn of(artifact: &Artifact) -> Self {
        Self {
            path: artifact.path.clone(),
            client: artifact.client.clone(),
            format: artifact.format.to_owned(),
            scope: artifact.scope.to_owned(),
            address: artifact.address.clone(),
            sha256: Sha256::digest(&artifact.bytes).iter().map(|b| format!("{b:02x}")).collect(),
            bytes: artifact.bytes.len() as u64,
            secret: artifact.secret,
        }
    }
}

/// The manifest's text.
pub(super) fn text(entries: &mut [Entry]) -> String {
    entries.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
    let line = |e: &Entry| serde_json::to_string(e).map(|l| l + "\n").unwrap_or_default();
    entries.iter().map(line).collect()
}

/// Paths that a manifest names. Lines that are no manifest's are passed over.
pub(super) fn paths(text: &str) -> Vec<String> {
    text.lines().filter_map(|l| serde_json::from_str::<Entry>(l).ok()).map(|e| e.path).collect()
}
