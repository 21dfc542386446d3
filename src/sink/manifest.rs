//! `manifest.jsonl`: one line a file, sorted by the bytes of the path.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use tempfile::SpooledTempFile;

use super::MANIFEST;
use super::journal::JOURNAL;
use super::sorter::{Sorted, Sorter};
use crate::build::Artifact;

/// No line of ours is longer; what is, was not written by us.
const LONGEST: u64 = 4 << 20;

/// Most lines are no longer.
pub(super) const LINE: usize = 512;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry<S = String> {
    /// below OUT, `/` between parts
    pub path: S,
    /// the client it is for
    pub client: Option<S>,
    /// the file's format
    pub format: S,
    /// `user`, `domain`, `batch`
    pub scope: S,
    /// the user's address
    pub address: Option<S>,
    /// hex
    pub sha256: S,
    /// length
    pub bytes: u64,
    /// whether it holds a password
    pub secret: bool,
}

impl<'a> Entry<&'a str> {
    /// The line of an artifact. `sha256`: the digits of its hash.
    #[must_use]
    pub fn of(artifact: &'a Artifact, sha256: &'a str) -> Self {
        Self {
            path: &artifact.path,
            client: artifact.client.as_deref(),
            format: artifact.format,
            scope: artifact.scope,
            address: artifact.address.as_deref(),
            sha256,
            bytes: artifact.bytes.len() as u64,
            secret: artifact.secret,
        }
    }
}

impl<S: Serialize> Entry<S> {
    /// The line itself, without its end.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        let mut line = Vec::with_capacity(LINE);
        self.write(&mut line);
        line
    }

    /// Writes the line, without its end.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        // no map with strange keys, no value that cannot be JSON, and memory takes what is written
        let _ = serde_json::to_writer(out, self);
    }
}

/// Whether a path names a file below OUT that a build may make.
pub(super) fn is_ours(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some()
        && parts.all(|part| matches!(part, Component::Normal(_)))
        && path != MANIFEST
        && path != JOURNAL
}

/// Lines of a file, in bounded memory.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    at: u64,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// The lines of a file from where it stands, which is `at` from its start.
    pub(super) fn new(reader: R, at: u64) -> Self {
        Self { reader: BufReader::with_capacity(1 << 16, reader), at, line: Vec::new() }
    }

    /// The next line and where it begins. One that is too long to be ours is passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        loop {
            let at = self.at;
            self.line.clear();
            let read = self.reader.by_ref().take(LONGEST).read_until(b'\n', &mut self.line)?;
            self.at += read as u64;
            if read as u64 == LONGEST && self.line.last() != Some(&b'\n') {
                self.at += self.reader.skip_until(b'\n')? as u64;
                continue;
            }
            return Ok((read > 0).then(|| (at, self.line.trim_ascii_end())));
        }
    }
}

/// The entries of a manifest that must be whole, in order and in bounded memory. The first error ends them.
#[derive(Debug)]
pub struct Listing<R> {
    lines: Lines<R>,
    number: u64,
    last: String,
    failed: bool,
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    /// it could not be read
    #[error(transparent)]
    Read(#[from] io::Error),
    /// a line is no entry of ours, is out of order, or names a file that no build makes
    #[error("line {0} is not one that a build writes")]
    Damaged(u64),
}

impl<R: Read> Listing<R> {
    /// The entries of a manifest from its start.
    pub fn new(manifest: R) -> Self {
        Self { lines: Lines::new(manifest, 0), number: 0, last: String::new(), failed: false }
    }

    fn entry(&mut self) -> Result<Option<Entry>, ListingError> {
        let (expected, number) = (self.lines.at, self.number + 1);
        let Some((at, line)) = self.lines.next()? else { return Ok(None) };
        let entry = serde_json::from_slice::<Entry>(line).ok().filter(|entry| {
            let plain = !entry.path.contains(char::is_control);
            at == expected && plain && is_ours(&entry.path) && entry.path > self.last
        });
        let entry = entry.ok_or(ListingError::Damaged(number))?;
        self.last.clone_from(&entry.path);
        self.number = number;
        Ok(Some(entry))
    }
}

impl<R: Read> Iterator for Listing<R> {
    type Item = Result<Entry, ListingError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let entry = self.entry().transpose();
        self.failed = matches!(entry, Some(Err(_)));
        entry
    }
}

/// Adds the paths that an earlier manifest names. Lines that are no manifest's are passed over. `keep`: with their lines.
pub(super) fn earlier(manifest: impl Read, keep: bool, into: &mut Sorter) -> io::Result<()> {
    let mut lines = Lines::new(manifest, 0);
    while let Some((_, line)) = lines.next()? {
        match serde_json::from_slice::<Entry>(line) {
            Ok(entry) if is_ours(&entry.path) => {
                into.push(entry.path.as_bytes(), &if keep { entry.line() } else { Vec::new() })?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Writes the lines; tells how many there are.
pub(super) fn write(lines: Sorted, out: &mut impl Write) -> io::Result<usize> {
    let mut count = 0;
    for line in lines {
        write_line(&line?.value, out)?;
        count += 1;
    }
    Ok(count)
}

pub(crate) fn write_line(line: &[u8], out: &mut impl Write) -> io::Result<()> {
    out.write_all(line)?;
    out.write_all(b"\n")
}

/// What must be written before it is known how long it is, or where it goes: in memory while it is small.
pub(super) fn spool(dir: &Path) -> BufWriter<SpooledTempFile> {
    BufWriter::with_capacity(1 << 16, tempfile::spooled_tempfile_in(1 << 20, dir))
}

/// What a spool holds, from its start, and its length.
pub(super) fn unspool(spool: BufWriter<SpooledTempFile>) -> io::Result<(SpooledTempFile, u64)> {
    let mut file = spool.into_inner().map_err(io::IntoInnerError::into_error)?;
    let length = file.stream_position()?;
    file.rewind()?;
    Ok((file, length))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sink::tests::entry;

    fn line(path: &str) -> String {
        let line = Entry { path: path.to_owned(), ..entry("x", "") }.line();
        String::from_utf8(line).unwrap() + "\n"
    }

    fn listed(manifest: &str) -> Result<Vec<String>, ListingError> {
        Listing::new(manifest.as_bytes()).map(|entry| Ok(entry?.path)).collect()
    }

    #[test]
    fn a_whole_manifest_is_listed() {
        assert_eq!(listed(&["a", "a/b", "b"].map(line).concat()).unwrap(), ["a", "a/b", "b"]);
        assert_eq!(listed("").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_line_that_no_build_writes_is_refused_by_its_number() {
        let long = format!("{}\n", "x".repeat(5 << 20));
        let bad = ["b/../c", "/etc/passwd", "../x", "a", "A", MANIFEST, JOURNAL, "b\u{0}", "b\nc"].map(line);
        let cut = &line("b")[..20];
        for second in bad.iter().map(String::as_str).chain(["", "{}", "\n", cut, &long]).skip(1) {
            let manifest = line("b") + second + &line("c");
            let error = listed(&manifest).err();
            if second.is_empty() {
                assert!(error.is_none());
            } else {
                assert!(matches!(error, Some(ListingError::Damaged(2))), "{:.40} {error:?}", second);
            }
        }
    }
}
