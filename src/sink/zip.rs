//! Records of a zip archive (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3).
//!
//! Written here because crates that write zips keep the whole directory in memory until the end: measured with a million members
//! whose names are 60 bytes long, rawzip 0.5.2 takes 190 bytes a member; the zip crate keeps more than that of each. Here the
//! directory is set aside on the disk. Members are compressed by the workers, and a local header tells the lengths at once, so
//! that readers of streams can read stored members too.

use std::io::{self, Read, Write};
use std::path::Path;

use flate2::write::DeflateEncoder;
use flate2::{Compress, Compression, Crc, CrcReader, FlushCompress, Status};
use tempfile::SpooledTempFile;

use super::SinkError;
use super::manifest::{spool, unspool};
use crate::build::Artifact;

/// What a field of 32 bits holds when the number stands in the extra field.
const LARGE: u64 = u32::MAX as u64;
/// UTF-8 names.
const FLAGS: u16 = 1 << 11;
/// 1980-01-01, the first day that a zip can tell.
const DATE: u16 = 1 << 5 | 1;
/// Made on Unix: its modes stand in the external attributes.
const UNIX: u16 = 3 << 8;

/// Members of an archive.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// local headers and data
    pub(super) bytes: Vec<u8>,
    /// for the directory; offsets count from the start of `bytes`
    members: Vec<Member>,
}

#[derive(Debug, Clone)]
struct Member {
    name: String,
    deflated: bool,
    crc: u32,
    packed: u64,
    size: u64,
    secret: bool,
    at: u64,
}

/// Compresses files.
pub(super) fn pack(artifacts: &[Artifact]) -> Result<Members, SinkError> {
    let mut members = Members::default();
    // its tables are made once for all files
    let mut deflate = Compress::new(Compression::default(), false);
    for artifact in artifacts {
        let added = members.add(artifact, &mut deflate);
        added.map_err(SinkError::new("pack", &artifact.path))?;
    }
    Ok(members)
}

impl Members {
    fn add(&mut self, artifact: &Artifact, deflate: &mut Compress) -> io::Result<()> {
        let deflated = deflated(&artifact.bytes, deflate)?;
        let data = deflated.as_deref().unwrap_or(&artifact.bytes);
        let mut crc = Crc::new();
        crc.update(&artifact.bytes);
        let member = Member {
            name: artifact.path.clone(),
            deflated: deflated.is_some(),
            crc: crc.sum(),
            packed: data.len() as u64,
            size: artifact.bytes.len() as u64,
            secret: artifact.secret,
            at: self.bytes.len() as u64,
        };
        member.local(&mut self.bytes)?;
        self.bytes.extend_from_slice(data);
        self.members.push(member);
        Ok(())
    }
}

/// `None`: it would not be shorter.
fn deflated(bytes: &[u8], deflate: &mut Compress) -> io::Result<Option<Vec<u8>>> {
    deflate.reset();
    let mut out = Vec::with_capacity(bytes.len());
    let status = deflate.compress_vec(bytes, &mut out, FlushCompress::Finish)?;
    Ok((status == Status::StreamEnd && out.len() < bytes.len()).then_some(out))
}

impl Member {
    /// The header before the data.
    fn local(&self, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend(0x0403_4b50_u32.to_le_bytes());
        self.common(&self.sizes(), out)?;
        out.extend(self.name.as_bytes());
        extra(&self.sizes(), out);
        Ok(())
    }

    /// The record in the directory of an archive in which the members begin at `base`.
    fn central(&self, base: u64, out: &mut Vec<u8>) -> io::Result<()> {
        let at = base + self.at;
        let mut large = self.sizes();
        large.extend((at >= LARGE).then_some(at));
        out.extend(0x0201_4b50_u32.to_le_bytes());
        out.extend((UNIX | version(&large)).to_le_bytes());
        self.common(&large, out)?;
        // no comment, the first disk, nothing known about the content
        out.extend([0; 6]);
        let mode: u32 = if self.secret { 0o100_600 } else { 0o100_644 };
        out.extend((mode << 16).to_le_bytes());
        out.extend(small(at).to_le_bytes());
        out.extend(self.name.as_bytes());
        extra(&large, out);
        Ok(())
    }

    /// What both have: the version needed up to the lengths of the name and the extra field.
    fn common(&self, large: &[u64], out: &mut Vec<u8>) -> io::Result<()> {
        let name = u16::try_from(self.name.len()).map_err(|_| io::ErrorKind::InvalidFilename)?;
        let method = if self.deflated { 8 } else { 0 };
        out.extend([version(large), FLAGS, method, 0, DATE].map(u16::to_le_bytes).as_flattened());
        out.extend(self.crc.to_le_bytes());
        // one of 32 bits means that both stand in the extra field
        let sizes = if self.sizes().is_empty() { [self.packed, self.size] } else { [LARGE; 2] };
        out.extend(sizes.map(|size| small(size).to_le_bytes()).as_flattened());
        out.extend(name.to_le_bytes());
        let extra = if large.is_empty() { 0 } else { 4 + 8 * large.len() as u16 };
        out.extend(extra.to_le_bytes());
        Ok(())
    }

    /// The lengths, when 32 bits do not hold them.
    fn sizes(&self) -> Vec<u64> {
        if self.size.max(self.packed) >= LARGE { vec![self.size, self.packed] } else { Vec::new() }
    }
}

/// Of the program that is needed: 2.0 for deflate, 4.5 for large numbers.
fn version(large: &[u64]) -> u16 {
    if large.is_empty() { 20 } else { 45 }
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The extra field with numbers of 64 bits.
fn extra(large: &[u64], out: &mut Vec<u8>) {
    if !large.is_empty() {
        out.extend([1, 8 * large.len() as u16].map(u16::to_le_bytes).as_flattened());
        large.iter().for_each(|number| out.extend(number.to_le_bytes()));
    }
}

/// What an archive ends with.
pub(super) struct Directory {
    records: io::BufWriter<SpooledTempFile>,
    count: u64,
    /// where the next member begins
    at: u64,
    /// a record that is being made
    record: Vec<u8>,
}

impl Directory {
    /// One that is set aside in `dir`.
    pub(super) fn new(dir: &Path) -> Self {
        Self { records: spool(dir), count: 0, at: 0, record: Vec::new() }
    }

    /// Takes in members, whose bytes the archive gets now.
    pub(super) fn add(&mut self, members: &Members) -> io::Result<()> {
        for member in &members.members {
            self.record(member)?;
        }
        self.at += members.bytes.len() as u64;
        Ok(())
    }

    fn record(&mut self, member: &Member) -> io::Result<()> {
        self.record.clear();
        member.central(self.at, &mut self.record)?;
        self.count += 1;
        self.records.write_all(&self.record)
    }

    /// Writes the last member, the directory and the end of the archive.
    pub(super) fn end(
        mut self,
        path: &str,
        file: impl Read,
        size: u64,
        private: bool,
        dir: &Path,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut file = CrcReader::new(file);
        let mut deflate = DeflateEncoder::new(spool(dir), Compression::default());
        io::copy(&mut file, &mut deflate)?;
        let (mut data, packed) = unspool(deflate.finish()?)?;
        let (name, crc) = (path.to_owned(), file.crc().sum());
        let member = Member { name, deflated: true, crc, packed, size, secret: private, at: 0 };
        self.record(&member)?;
        let mut local = Vec::new();
        member.local(&mut local)?;
        out.write_all(&local)?;
        io::copy(&mut data, out)?;
        self.at += local.len() as u64 + packed;
        self.close(out)
    }

    fn close(self, out: &mut impl Write) -> io::Result<()> {
        let (mut records, size) = unspool(self.records)?;
        io::copy(&mut records, out)?;
        out.write_all(&ends(self.count, size, self.at))
    }
}

/// The records at the end: of `count` members, whose directory of `size` bytes begins at `at`.
fn ends(count: u64, size: u64, at: u64) -> Vec<u8> {
    let mut out = Vec::new();
    if count >= u64::from(u16::MAX) || size >= LARGE || at >= LARGE {
        out.extend(0x0606_4b50_u32.to_le_bytes());
        // how long the rest of this record is
        out.extend(44_u64.to_le_bytes());
        out.extend([UNIX | 45, 45].map(u16::to_le_bytes).as_flattened());
        // one disk
        out.extend([0; 8]);
        out.extend([count, count, size, at].map(u64::to_le_bytes).as_flattened());
        out.extend(0x0706_4b50_u32.to_le_bytes());
        out.extend([0; 4]);
        out.extend((at + size).to_le_bytes());
        out.extend(1_u32.to_le_bytes());
    }
    let count = u16::try_from(count).unwrap_or(u16::MAX);
    out.extend(0x0605_4b50_u32.to_le_bytes());
    out.extend([0, 0, count, count].map(u16::to_le_bytes).as_flattened());
    out.extend([size, at].map(|n| small(n).to_le_bytes()).as_flattened());
    // no comment
    out.extend([0; 2]);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn member(size: u64, at: u64) -> Member {
        Member { name: "a".to_owned(), deflated: true, crc: 7, packed: size / 2, size, secret: false, at }
    }

    /// A directory alone, as a reader of it sees a member: length, compressed length, where it begins.
    fn read(member: &Member) -> (u64, u64, u64) {
        let mut bytes = Vec::new();
        member.central(0, &mut bytes).unwrap();
        let size = bytes.len() as u64;
        bytes.extend(ends(1, size, 0));
        let zip = rawzip::ZipArchive::from_slice(&bytes).unwrap();
        let record = zip.entries().next_entry().unwrap().unwrap();
        let (packed, size) = (record.compressed_size_hint(), record.uncompressed_size_hint());
        (size, packed, record.local_header_offset())
    }

    #[test]
    fn numbers_of_more_than_32_bits_stand_in_the_extra_field() {
        for size in [0, 5, LARGE - 1, LARGE, LARGE + 1, 5 << 32] {
            for at in [0, LARGE - 1, LARGE, 9 << 32] {
                assert_eq!(read(&member(size, at)), (size, size / 2, at));
            }
        }
    }

    #[test]
    fn a_local_header_tells_large_lengths() {
        let mut bytes = Vec::new();
        member(5 << 32, 0).local(&mut bytes).unwrap();
        assert_eq!(bytes.len(), 30 + 1 + 20);
        assert_eq!(bytes[18..26], [0xff; 8]);
        assert_eq!(bytes[35..], [(5_u64 << 32).to_le_bytes(), (5_u64 << 31).to_le_bytes()].concat());
    }

    #[test]
    fn an_archive_of_more_than_4_gib_has_a_large_end() {
        assert_eq!(ends(65_534, LARGE - 1, LARGE - 1).len(), 22);
        for large in [ends(65_535, 1, 1), ends(1, LARGE, 1), ends(1, 1, LARGE)] {
            assert_eq!(large.len(), 22 + 56 + 20);
        }
    }
}
