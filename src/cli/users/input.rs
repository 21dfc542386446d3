//! The users file: read once, as a stream, and known by its hash afterwards.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::stop;
use crate::cli::CliError;

/// Bytes that are read of a stream at once.
const BLOCK: usize = 64 * 1024;

/// Blocks that wait to be taken.
const WAITING: usize = 4;

/// How often a run that waits for its input looks whether somebody wants it to end.
const LOOK: Duration = Duration::from_millis(100);

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
        let wrap = |source| CliError::Read { path: path.display().to_string(), source };
        if path.as_os_str() == "-" {
            let from = Box::new(Stream::of(io::stdin()).map_err(wrap)?);
            return Ok(Self { from, seen: Seen::default() });
        }
        let file = File::open(path).map_err(wrap)?;
        let meta = file.metadata().map_err(wrap)?;
        if meta.is_dir() {
            return Err(wrap(io::ErrorKind::IsADirectory.into()));
        }
        let of = meta.is_file().then_some(meta.len());
        let from: Box<dyn Read> = match of {
            Some(_) => Box::new(file),
            None => Box::new(Stream::of(file).map_err(wrap)?),
        };
        Ok(Self { from, seen: Seen { of, ..Seen::default() } })
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

/// A stream whose writer may be slow: it is read on a thread of its own, as nothing ends a read that waits. When somebody wants the run
/// to end, it ends too.
struct Stream {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: io::Cursor<Vec<u8>>,
    /// whether its end was read
    over: bool,
}

impl Stream {
    fn of(from: impl Read + Send + 'static) -> io::Result<Self> {
        let (sender, blocks) = sync_channel(WAITING);
        // nobody waits for the thread: it ends with the program, or when nobody takes what it read
        thread::Builder::new().spawn(move || forward(from, &sender))?;
        Ok(Self { blocks, block: io::Cursor::default(), over: false })
    }
}

/// Reads until the end, which an empty block tells, an error, or until nobody takes it.
fn forward(mut from: impl Read, blocks: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut block = vec![0; BLOCK];
        let read = match from.read(&mut block) {
            Ok(n) => {
                block.truncate(n);
                Ok(block)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let over = read.as_ref().map_or(true, Vec::is_empty);
        if blocks.send(read).is_err() || over {
            return;
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.block.read(buffer)?;
            if n > 0 || buffer.is_empty() || self.over {
                return Ok(n);
            }
            match self.blocks.recv_timeout(LOOK) {
                Ok(block) => {
                    let block = block?;
                    if block.is_empty() {
                        self.over = true;
                    }
                    self.block = io::Cursor::new(block);
                }
                Err(RecvTimeoutError::Timeout) if !stop::is_wanted() => {}
                Err(RecvTimeoutError::Timeout) => return Ok(0),
                // its thread died: what it had not read is missing
                Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.seen.add(&buffer[..n]);
        Ok(n)
    }
}
