//! Members of a zip, found through its directory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, FileReader, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipArchiveEntryWayfinder};

use super::{Take, bounded, set_aside};
use crate::sink::{MANIFEST, OutputError};

type Archive = ZipArchive<FileReader>;

/// The manifest; of several the last, as whoever unpacks the archive gets.
pub(super) fn manifest(path: &Path) -> Result<Option<File>, OutputError> {
    let mut found = None;
    members(path, &mut |archive, name, method, way| {
        if name == MANIFEST {
            let put = |reader: &mut dyn Read| set_aside(path, reader);
            found = with(archive, path, method, way, put)?.transpose()?;
        }
        Ok(())
    })?;
    Ok(found)
}

pub(super) fn files(
    path: &Path,
    wanted: &dyn Fn(&str) -> bool,
    take: &mut Take<'_>,
) -> Result<(), OutputError> {
    members(path, &mut |archive, name, method, way| {
        if !wanted(name) {
            return Ok(());
        }
        let read = |reader: &mut dyn Read| bounded(reader, way.uncompressed_size_hint());
        match with(archive, path, method, way, read)?.flatten() {
            Some(bytes) => take(name, &bytes),
            None => Ok(()),
        }
    })
}

type Member<'m> =
    dyn FnMut(&Archive, &str, CompressionMethod, ZipArchiveEntryWayfinder) -> Result<(), OutputError> + 'm;

fn members(path: &Path, each: &mut Member<'_>) -> Result<(), OutputError> {
    let failed = |error: rawzip::Error| OutputError::read(path)(io::Error::other(error));
    let file = File::open(path).map_err(OutputError::read(path))?;
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_file(file, &mut buffer).map_err(failed)?;
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry().map_err(failed)? {
        let (method, way) = (entry.compression_method(), entry.wayfinder());
        if let Ok(name) = str::from_utf8(entry.file_path().as_ref()) {
            each(&archive, name, method, way)?;
        }
    }
    Ok(())
}

/// Reads a member, held against its length and checksum. `None`: it is compressed in a way that no build uses.
fn with<T>(
    archive: &Archive,
    path: &Path,
    method: CompressionMethod,
    way: ZipArchiveEntryWayfinder,
    read: impl FnOnce(&mut dyn Read) -> T,
) -> Result<Option<T>, OutputError> {
    let failed = |error: rawzip::Error| OutputError::read(path)(io::Error::other(error));
    let entry = archive.get_entry(way).map_err(failed)?;
    Ok(match method {
        CompressionMethod::STORE => Some(read(&mut entry.verifying_reader(entry.reader()))),
        CompressionMethod::DEFLATE => {
            let data = DeflateDecoder::new(entry.reader());
            Some(read(&mut entry.verifying_reader(data)))
        }
        _ => None,
    })
}
