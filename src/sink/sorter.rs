//! Records sorted by the bytes of their keys, in bounded memory: runs of a few MiB are sorted and written to one unnamed file,
//! then merged. Of the records of one key the one that was pushed last stands.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::iter::Peekable;
use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;

/// What a run takes in memory, and what all that are merged at once take together.
const MEMORY: usize = 4 << 20;
/// How many runs are merged at once: 4 GiB of records, each run with a buffer of a page.
const RUNS: usize = 1024;

/// A key with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// what it is sorted by
    pub(crate) key: Vec<u8>,
    /// the rest
    pub(crate) value: Vec<u8>,
}

/// Takes records in any order.
#[derive(Debug)]
pub(crate) struct Sorter {
    /// where the unnamed file is made
    dir: PathBuf,
    /// keys and values of the run that is being collected
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    spill: Option<File>,
    runs: Vec<Range<u64>>,
    memory: usize,
    fan: usize,
}

/// Where a record stands in memory.
#[derive(Debug, Clone, Copy)]
struct Slot {
    at: usize,
    key: u32,
    value: u32,
}

impl Slot {
    fn key(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.at..self.at + self.key as usize]
    }

    fn value(self, bytes: &[u8]) -> &[u8] {
        let at = self.at + self.key as usize;
        &bytes[at..at + self.value as usize]
    }
}

impl Sorter {
    /// One whose unnamed file, if it needs one, is made in `dir`.
    pub(crate) fn new(dir: impl Into<PathBuf>) -> Self {
        Self::bounded(dir, MEMORY, RUNS)
    }

    fn bounded(dir: impl Into<PathBuf>, memory: usize, fan: usize) -> Self {
        let (bytes, slots, runs) = (Vec::new(), Vec::new(), Vec::new());
        Self { dir: dir.into(), bytes, slots, spill: None, runs, memory, fan }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// The run is full and cannot be written.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let length = |part: &[u8]| u32::try_from(part.len()).map_err(|_| ErrorKind::FileTooLarge);
        let slot = Slot { at: self.bytes.len(), key: length(key)?, value: length(value)? };
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.slots.push(slot);
        if self.bytes.len() + self.slots.len() * size_of::<Slot>() >= self.memory {
            self.spill()?;
        }
        Ok(())
    }

    /// Hands the records out, sorted.
    ///
    /// # Errors
    /// What was set aside cannot be written or read.
    pub(crate) fn sorted(mut self) -> io::Result<Sorted> {
        let source: Vec<Source> = if self.runs.is_empty() {
            vec![Box::new(self.in_memory())]
        } else {
            self.spill()?;
            (self.bytes, self.slots) = (Vec::new(), Vec::new());
            self.merge_levels()?;
            sources(self.spill.take(), &self.runs)
        };
        Ok(Sorted { merge: Merge::new(source)?.peekable() })
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        // stable: of equal keys the last pushed stays last
        self.slots.sort_by(|a, b| a.key(bytes).cmp(b.key(bytes)));
    }

    fn in_memory(&mut self) -> impl Iterator<Item = io::Result<Record>> + use<> {
        self.sort();
        let bytes = std::mem::take(&mut self.bytes);
        let slots = std::mem::take(&mut self.slots);
        slots.into_iter().map(move |slot| {
            Ok(Record { key: slot.key(&bytes).to_vec(), value: slot.value(&bytes).to_vec() })
        })
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let file = match self.spill.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(&self.dir)?,
        };
        let start = self.runs.last().map_or(0, |r| r.end);
        let mut out = BufWriter::with_capacity(1 << 16, &file);
        let mut end = start;
        for slot in &self.slots {
            end += write(&mut out, slot.key(&self.bytes), slot.value(&self.bytes))?;
        }
        out.flush()?;
        drop(out);
        self.spill = Some(file);
        self.runs.push(start..end);
        self.bytes.clear();
        self.slots.clear();
        Ok(())
    }

    /// Merges neighbouring runs until there are few enough.
    fn merge_levels(&mut self) -> io::Result<()> {
        while self.runs.len() > self.fan {
            let file = tempfile::tempfile_in(&self.dir)?;
            let mut out = BufWriter::with_capacity(1 << 16, &file);
            let (mut merged, mut end) = (Vec::new(), 0);
            let from = self.spill.take().map(Rc::new);
            for runs in self.runs.chunks(self.fan) {
                let start = end;
                for record in Merge::new(sources_of(from.as_ref(), runs))? {
                    let record = record?;
                    end += write(&mut out, &record.key, &record.value)?;
                }
                merged.push(start..end);
            }
            out.flush()?;
            drop(out);
            (self.spill, self.runs) = (Some(file), merged);
        }
        Ok(())
    }
}

/// A record as it stands in a run; tells how long it is there.
fn write(out: &mut impl Write, key: &[u8], value: &[u8]) -> io::Result<u64> {
    for part in [key, value] {
        out.write_all(&(part.len() as u32).to_le_bytes())?;
    }
    out.write_all(key)?;
    out.write_all(value)?;
    Ok(8 + (key.len() + value.len()) as u64)
}

/// Records in order.
pub(crate) struct Sorted {
    merge: Peekable<Merge>,
}

impl Iterator for Sorted {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = match self.merge.next()? {
            Ok(record) => record,
            error => return Some(error),
        };
        let same = |next: &io::Result<Record>, key: &[u8]| next.as_ref().is_ok_and(|next| next.key == key);
        while let Some(Ok(later)) = self.merge.next_if(|next| same(next, &record.key)) {
            record = later;
        }
        Some(Ok(record))
    }
}

type Source = Box<dyn Iterator<Item = io::Result<Record>>>;

fn sources(file: Option<File>, runs: &[Range<u64>]) -> Vec<Source> {
    sources_of(file.map(Rc::new).as_ref(), runs)
}

fn sources_of(file: Option<&Rc<File>>, runs: &[Range<u64>]) -> Vec<Source> {
    let buffer = (MEMORY / runs.len().max(1)).clamp(1 << 12, 1 << 16);
    let run = |file: &Rc<File>, range: &Range<u64>| -> Source {
        let extent = Extent { file: Rc::clone(file), range: range.clone() };
        Box::new(Run(BufReader::with_capacity(buffer, extent)))
    };
    file.map(|file| runs.iter().map(|range| run(file, range)).collect()).unwrap_or_default()
}

/// A stretch of a file that others read too.
struct Extent {
    file: Rc<File>,
    range: Range<u64>,
}

impl Read for Extent {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        let most = left.min(into.len());
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.range.start))?;
        let read = file.read(&mut into[..most])?;
        self.range.start += read as u64;
        Ok(read)
    }
}

/// The records of a run.
struct Run(BufReader<Extent>);

impl Run {
    fn at_end(&self) -> bool {
        self.0.buffer().is_empty() && self.0.get_ref().range.is_empty()
    }

    fn read(&mut self) -> io::Result<Record> {
        let mut lengths = [0; 8];
        self.0.read_exact(&mut lengths)?;
        let [a, b, c, d, e, f, g, h] = lengths;
        let mut part = |length: [u8; 4]| {
            let mut part = vec![0; u32::from_le_bytes(length) as usize];
            self.0.read_exact(&mut part).map(|()| part)
        };
        Ok(Record { key: part([a, b, c, d])?, value: part([e, f, g, h])? })
    }
}

impl Iterator for Run {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.at_end()).then(|| self.read())
    }
}

/// Sorted sources as one. Equal keys come in the order of their sources.
struct Merge {
    heads: BinaryHeap<Head>,
}

/// The next record of a source.
struct Head {
    record: Record,
    /// its source's place
    order: usize,
    rest: Source,
}

impl Merge {
    fn new(sources: Vec<Source>) -> io::Result<Self> {
        let mut heads = BinaryHeap::with_capacity(sources.len());
        for (order, mut rest) in sources.into_iter().enumerate() {
            if let Some(record) = rest.next() {
                heads.push(Head { record: record?, order, rest });
            }
        }
        Ok(Self { heads })
    }
}

impl Iterator for Merge {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let Head { record, order, mut rest } = self.heads.pop()?;
        match rest.next() {
            Some(Err(error)) => return Some(Err(error)),
            Some(Ok(record)) => self.heads.push(Head { record, order, rest }),
            None => {}
        }
        Some(Ok(record))
    }
}

impl Ord for Head {
    /// The other way round: a heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.record.key.cmp(&self.record.key).then(other.order.cmp(&self.order))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Keys in a mixed-up order, some more than once.
    fn keys(n: u64) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
        (0..n).map(move |i| {
            let key = (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) % (n * 3 / 4 + 1);
            (format!("user{key}/\u{e9}\n").into_bytes(), i.to_string().into_bytes())
        })
    }

    fn check(n: u64, memory: usize, fan: usize) {
        let dir = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::bounded(dir.path(), memory, fan);
        for (key, value) in keys(n) {
            sorter.push(&key, &value).unwrap();
        }
        let sorted = sorter.sorted().unwrap().map(Result::unwrap).map(|r| (r.key, r.value));
        let expected: BTreeMap<Vec<u8>, Vec<u8>> = keys(n).collect();
        assert!(sorted.eq(expected), "{n} {memory} {fan}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn runs_of_any_number_give_what_a_plain_sort_gives() {
        for n in [0, 1, 2, 1000] {
            check(n, MEMORY, RUNS);
            // a run a record, and a few records a run; merged at once and in levels
            for memory in [1, 100, 1000] {
                check(n, memory, RUNS);
                check(n, memory, 2);
                check(n, memory, 7);
            }
        }
    }

    #[test]
    fn a_folder_that_takes_no_file_is_an_error() {
        let mut sorter = Sorter::bounded("/nowhere/at/all", 1, 2);
        assert!(sorter.push(b"a", b"").is_err());
    }
}
