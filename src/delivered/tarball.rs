//! Members of a tar, plain or compressed with zstd, in one pass. Headers with long names are read here, as the crate would take
//! into memory whatever length they claim.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use tar::{Archive, EntryType};

use super::{Take, bounded, open, set_aside};
use crate::sink::{MANIFEST, OutputError};

/// Longest header of a name, in bytes.
const LONGEST: u64 = 64 * 1024;

/// The manifest; of several the last, as whoever unpacks the archive gets.
pub(super) fn manifest(path: &Path, zstd: bool) -> Result<Option<File>, OutputError> {
    let mut found = None;
    members(path, zstd, &mut |name, _, member| {
        if name == MANIFEST {
            found = Some(set_aside(path, member)?);
        }
        Ok(())
    })?;
    Ok(found)
}

pub(super) fn files(
    path: &Path,
    zstd: bool,
    wanted: &dyn Fn(&str) -> bool,
    take: &mut Take<'_>,
) -> Result<(), OutputError> {
    members(path, zstd, &mut |name, size, member| match bounded_if(wanted(name), member, size) {
        Some(bytes) => take(name, &bytes),
        None => Ok(()),
    })
}

fn bounded_if(wanted: bool, member: &mut dyn Read, size: u64) -> Option<Vec<u8>> {
    if wanted { bounded(member, size) } else { None }
}

type Member<'m> = dyn FnMut(&str, u64, &mut dyn Read) -> Result<(), OutputError> + 'm;

fn members(path: &Path, zstd: bool, each: &mut Member<'_>) -> Result<(), OutputError> {
    let file = open(path)?;
    if zstd {
        let decoder = zstd::Decoder::with_buffer(file).map_err(OutputError::read(path))?;
        members_of(decoder, path, each)
    } else {
        members_of(file, path, each)
    }
}

fn members_of(reader: impl Read, path: &Path, each: &mut Member<'_>) -> Result<(), OutputError> {
    let failed = || OutputError::read(path);
    let mut archive = Archive::new(reader);
    let mut long = None;
    for entry in archive.entries().map_err(failed())?.raw(true) {
        let mut entry = entry.map_err(failed())?;
        let (kind, size) = (entry.header().entry_type(), entry.size());
        match kind {
            EntryType::GNULongName => long = Some(name(&mut entry, size).map_err(failed())?),
            EntryType::XHeader => long = pax_path(&mut entry, size).map_err(failed())?.or(long),
            EntryType::Regular | EntryType::Continuous => {
                let short = || String::from_utf8(entry.path_bytes().into_owned()).ok();
                let name = long.take().or_else(short);
                if let Some(name) = name {
                    each(name.strip_prefix("./").unwrap_or(&name), size, &mut entry)?;
                }
            }
            EntryType::XGlobalHeader | EntryType::GNULongLink => {}
            _ => long = None,
        }
    }
    Ok(())
}

/// The name that a header of GNU's tar gives the next member; it ends with a zero byte.
fn name(header: &mut impl Read, size: u64) -> io::Result<String> {
    let mut bytes = short(header, size)?;
    bytes.truncate(bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len()));
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The name that a header of pax gives. Source: POSIX, pax, "pax Extended Header": records `LENGTH KEY=VALUE\n`.
fn pax_path(header: &mut impl Read, size: u64) -> io::Result<Option<String>> {
    let bytes = short(header, size)?;
    let mut path = None;
    for record in tar::PaxExtensions::new(&bytes) {
        let record = record?;
        match record.key() {
            Ok("path") => path = record.value().ok().map(str::to_owned),
            // such a file is larger than any of ours
            Ok("size") => return Err(io::Error::new(ErrorKind::InvalidData, "a member of more than 8 GiB")),
            _ => {}
        }
    }
    Ok(path)
}

fn short(header: &mut impl Read, size: u64) -> io::Result<Vec<u8>> {
    if size > LONGEST {
        return Err(io::Error::new(ErrorKind::InvalidData, "a name that is too long"));
    }
    let mut bytes = Vec::new();
    header.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn header(kind: EntryType, size: u64) -> tar::Header {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        header
    }

    fn names(tar: &[u8]) -> Result<Vec<String>, OutputError> {
        let mut names = Vec::new();
        members_of(tar, Path::new("a.tar"), &mut |name, size, member| {
            assert_eq!(bounded(member, size).map(|bytes| bytes.len() as u64), Some(size));
            names.push(name.to_owned());
            Ok(())
        })?;
        Ok(names)
    }

    #[test]
    fn names_of_any_length_are_read_however_they_are_told() {
        let long = format!("{}/{}.xml", "\u{65e5}\u{672c}".repeat(30), "f".repeat(200));
        let mut tar = tar::Builder::new(Vec::new());
        tar.append_data(&mut header(EntryType::Regular, 1), &long, &b"1"[..]).unwrap();
        tar.append_pax_extensions([("path", long.as_bytes())]).unwrap();
        tar.append_data(&mut header(EntryType::Regular, 2), "short", &b"12"[..]).unwrap();
        tar.append_data(&mut header(EntryType::Directory, 0), "d", &b""[..]).unwrap();
        tar.append_data(&mut header(EntryType::Regular, 0), "./d/a", &b""[..]).unwrap();
        assert_eq!(names(&tar.into_inner().unwrap()).unwrap(), [long.as_str(), &long, "d/a"]);
    }

    #[test]
    fn a_name_that_claims_to_be_endless_is_not_taken_into_memory() {
        for kind in [EntryType::GNULongName, EntryType::XHeader] {
            let mut tar = header(kind, 1 << 40).as_bytes().to_vec();
            tar.extend([b'x'; 4096]);
            assert!(names(&tar).unwrap_err().to_string().contains("too long"));
        }
    }
}
