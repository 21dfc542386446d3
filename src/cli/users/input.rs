//! The users file: read once, as a stream, and known by its hash afterwards.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::cli::CliError;

/// A users file that is being read.
pub(super) struct Input {
    from: Box<dyn Read>,
    seen: Seen,
}

/// What was read of it so far; shared with whoever tells how far the run is.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    bytes: Arc<AtomicU64>,
    hash: Arc<std::sync::Mutex<Sha256>>,
    /// how many there are; of a stream, nobody knows
    pub of: Option<u64>,
}

impl Input {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &Path) -> Result<Self, CliError> {
        if path.as_os_str() == "-" {
            return Ok(Self { from: Box::new(io::stdin()), seen: Seen::default() });
        }
        let wrap = |source| CliError::Read { path: path.display().to_string(), source };
        let file = File::open(path).map_err(wrap)?;
        let meta = file.metadata().map_err(wrap)?;
        if meta.is_dir() {
            return Err(wrap(io::ErrorKind::IsADirectory.into()));
        }
        let of = meta.is_file().then_some(meta.len());
        Ok(Self { from: Box::new(file), seen: Seen { of, ..Seen::default() } })
    }

    /// What was read of it.
    pub fn seen(&self) -> Seen {
        self.seen.clone()
    }
}

impl Seen {
    /// Bytes that were read.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Takes in what was read.
    pub fn add(&self, bytes: &[u8]) {
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.hash.lock().unwrap_or_else(std::sync::PoisonError::into_inner).update(bytes);
    }

    /// Their SHA-256 in hexadecimal digits.
    pub fn sha256(&self) -> String {
        let hash = self.hash.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.seen.add(&buffer[..n]);
        Ok(n)
    }
}
