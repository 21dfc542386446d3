//! Entries of a tar: what is the same for every build, so no clock, no owner, no folder.

use std::io::{self, Read, Write};
use std::sync::LazyLock;

use tar::{Builder, Header};

use super::SinkError;
use crate::build::Artifact;

/// An entry's header and its padding are one block each at most.
const BLOCK: usize = 512;
/// The end of an archive.
const END: usize = 2 * BLOCK;

/// The entries of files, without the end of an archive.
pub(super) fn pack(artifacts: &[Artifact]) -> Result<Vec<u8>, SinkError> {
    let size: usize = artifacts.iter().map(|a| a.bytes.len() + 2 * BLOCK).sum();
    let mut tar = Vec::with_capacity(size + END);
    for artifact in artifacts {
        let mut header = header(artifact.bytes.len() as u64, artifact.secret);
        if header.set_path(&artifact.path).is_ok() {
            header.set_cksum();
            tar.extend_from_slice(header.as_bytes());
            tar.extend_from_slice(&artifact.bytes);
            tar.resize(tar.len().next_multiple_of(BLOCK), 0);
        } else {
            // longer than a header has room for
            tar = long(tar, &mut header, artifact).map_err(SinkError::new("pack", &artifact.path))?;
        }
    }
    Ok(tar)
}

fn long(tar: Vec<u8>, header: &mut Header, artifact: &Artifact) -> io::Result<Vec<u8>> {
    let mut tar = Builder::new(tar);
    tar.append_data(header, &artifact.path, &*artifact.bytes)?;
    let mut bytes = tar.into_inner()?;
    bytes.truncate(bytes.len() - END);
    Ok(bytes)
}

/// Writes the last entry and the end of the archive.
pub(super) fn end(path: &str, file: impl Read, size: u64, private: bool, out: impl Write) -> io::Result<()> {
    let mut tar = Builder::new(out);
    tar.append_data(&mut header(size, private), path, file)?;
    tar.finish()
}

fn header(size: u64, secret: bool) -> Header {
    static SAME: LazyLock<Header> = LazyLock::new(|| {
        let mut header = Header::new_gnu();
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header
    });
    let mut header = SAME.clone();
    header.set_size(size);
    header.set_mode(if secret { 0o600 } else { 0o644 });
    header
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sink::tests::artifact;

    #[test]
    fn packs_are_archives_without_their_end() {
        let one = pack(&[artifact("a/one", "1")]).unwrap();
        let two = pack(&[artifact("b/two", &"2".repeat(512))]).unwrap();
        assert_eq!((one.len(), two.len()), (2 * BLOCK, 2 * BLOCK));
        let both = pack(&[artifact("a/one", "1"), artifact("b/two", &"2".repeat(512))]).unwrap();
        assert_eq!([one, two].concat(), both);
    }

    #[test]
    fn a_path_longer_than_a_header_is_whole() {
        let path = format!("{}/{}.xml", "d\u{e9}".repeat(60), "f".repeat(200));
        let bytes = pack(&[artifact(&path, "1")]).unwrap();
        let mut tar = tar::Archive::new(bytes.as_slice());
        let found: Vec<_> = tar.entries().unwrap().map(|e| e.unwrap().path().unwrap().into_owned()).collect();
        assert_eq!(found, [std::path::PathBuf::from(path)]);
    }
}
