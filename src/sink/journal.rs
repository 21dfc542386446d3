//! What a run tells of itself while it fills a folder: which files it is about to make, so that a later run knows what an
//! interrupted one may have left, and which packs stand whole, so that it can take them over.
//!
//! One JSON value a line: `{"run":HASH}` when a run begins, `[PATH, …]` before the files of a pack are written,
//! `{"done":KEY,"entries":[…]}` after. A line that a kill cut short is no JSON and is passed over. A run that follows an interrupted
//! one adds to its journal: nothing that was known is lost, however often that happens.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::file::lock;
use super::manifest::{Entry, Lines, is_ours};
use super::pack::Line;
use super::sorter::Sorter;
use super::{Opening, SinkError};
use crate::hex::hex;

/// The journal's name in OUT: that of a temporary file, which other programs leave alone.
pub(crate) const JOURNAL: &str = ".journal.mailprof-tmp";

/// The journal of the run that is filling a folder. While it is open no other run fills it.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    out: BufWriter<File>,
    /// the same file, to read
    file: File,
    /// how long it was when this run began
    earlier: u64,
    /// packs that can be taken over: the beginning of the key, where the line begins. 16 bytes a pack
    index: Vec<(u64, u64)>,
}

#[derive(Debug, Deserialize)]
struct Done {
    done: String,
    entries: Vec<Entry>,
}

impl Journal {
    pub(super) fn open(folder: &Path, options: &Opening) -> Result<Self, SinkError> {
        let path = folder.join(JOURNAL);
        let mut how = OpenOptions::new();
        how.create(true).read(true).append(true);
        let file = lock(&path, &mut how, options.private, "another run is filling this folder")?;
        let opened = Self::begin(path.clone(), file, options);
        opened.map_err(SinkError::new("use", path))
    }

    fn begin(path: PathBuf, file: File, options: &Opening) -> io::Result<Self> {
        let earlier = file.metadata()?.len();
        let out = BufWriter::with_capacity(1 << 16, file.try_clone()?);
        let mut journal = Self { path, out, file, earlier, index: Vec::new() };
        let run = format!(r#"{{"run":"{}"}}"#, hex(&options.run));
        if options.resume {
            journal.find_packs(&run)?;
        }
        // a line that was cut short stays alone
        if earlier > 0 {
            writeln!(journal.out)?;
        }
        journal.out.write_all(run.as_bytes())?;
        journal.end_line()?;
        Ok(journal)
    }

    /// Whether a run was interrupted before this one.
    pub(super) fn is_resumed(&self) -> bool {
        self.earlier > 0
    }

    /// Learns where the packs of an earlier run that began with the same line stand.
    fn find_packs(&mut self, run: &str) -> io::Result<()> {
        let mut same = false;
        let mut lines = self.lines(0)?;
        let mut index = Vec::new();
        while let Some((at, line)) = lines.next()? {
            if let Some(key) = line.strip_prefix(br#"{"done":""#) {
                index.extend(prefix(key).filter(|_| same).map(|key| (key, at)));
            } else if line.starts_with(br#"{"run":"#) {
                same = line == run.as_bytes();
            }
        }
        index.sort_unstable();
        self.index = index;
        Ok(())
    }

    fn lines(&self, at: u64) -> io::Result<Lines<&File>> {
        (&self.file).seek(SeekFrom::Start(at))?;
        Ok(Lines::new(&self.file, at))
    }

    /// Tells which files are about to be made.
    pub(super) fn intend<'p>(&mut self, paths: impl Iterator<Item = &'p str>) -> Result<(), SinkError> {
        let paths: Vec<&str> = paths.collect();
        let written = serde_json::to_writer(&mut self.out, &paths).map_err(io::Error::from);
        written.and_then(|()| self.end_line()).map_err(SinkError::new("write", &self.path))
    }

    /// Tells that all files of a pack stand.
    pub(super) fn done(&mut self, key: &[u8; 32], lines: &[Line]) -> Result<(), SinkError> {
        let entries: Vec<&str> = lines.iter().map(Line::json).collect();
        let line = format!(r#"{{"done":"{}","entries":[{}]}}"#, hex(key), entries.join(","));
        let written = self.out.write_all(line.as_bytes()).and_then(|()| self.end_line());
        written.map_err(SinkError::new("write", &self.path))
    }

    /// What is told is told: a kill after this loses nothing.
    fn end_line(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")?;
        self.out.flush()
    }

    /// What an earlier run told of the pack of this key; the last that it told is the first.
    pub(super) fn packs(&self, key: &[u8; 32]) -> Result<Vec<Vec<Entry>>, SinkError> {
        let text = hex(key);
        let Some(prefix) = prefix(text.as_bytes()) else { return Ok(Vec::new()) };
        let from = self.index.partition_point(|(key, _)| *key < prefix);
        let same = self.index[from..].iter().take_while(|(key, _)| *key == prefix);
        let mut packs = Vec::new();
        for (_, at) in same {
            let done = self.pack(*at).map_err(SinkError::new("read", &self.path))?;
            packs.extend(done.filter(|done| done.done == text).map(|done| done.entries));
        }
        packs.reverse();
        Ok(packs)
    }

    fn pack(&self, at: u64) -> io::Result<Option<Done>> {
        let mut lines = self.lines(at)?;
        Ok(lines.next()?.and_then(|(_, line)| serde_json::from_slice(line).ok()))
    }

    /// Adds what earlier runs were about to make.
    pub(super) fn earlier(&self, into: &mut Sorter) -> io::Result<()> {
        let mut lines = self.lines(0)?;
        while let Some((at, line)) = lines.next()? {
            if at >= self.earlier {
                break;
            }
            let paths = match line.first() {
                Some(b'[' | b'{') => serde_json::from_slice(line).unwrap_or_default(),
                // a version that did not resume wrote the paths alone
                _ => vec![String::from_utf8_lossy(line).into_owned()],
            };
            paths.iter().filter(|path| is_ours(path)).try_for_each(|path| into.push(path.as_bytes(), b""))?;
        }
        Ok(())
    }

    /// The run is over.
    pub(super) fn remove(self) -> Result<(), SinkError> {
        fs::remove_file(&self.path).map_err(SinkError::new("remove", &self.path))
    }
}

/// The beginning of a key that is written in hex.
fn prefix(key: &[u8]) -> Option<u64> {
    u64::from_str_radix(str::from_utf8(key.get(..16)?).ok()?, 16).ok()
}
