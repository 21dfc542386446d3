//! One file, written whole or not at all: a temporary name beside it, then a rename.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::SinkError;

/// How temporary files end.
pub(super) const TEMPORARY: &str = ".mailprof-tmp";

/// Writes a file whole. One with a secret is readable by its owner alone from its first byte on.
///
/// # Errors
/// It could not be written; what was there is as it was.
pub fn replace(path: &Path, bytes: &[u8], secret: bool) -> Result<(), SinkError> {
    write(path, bytes, secret, None)
}

/// Writes a file anew that is there already: who may read it stays as it was, and a link stays a link.
///
/// # Errors
/// It could not be written; what was there is as it was.
pub fn mend(path: &Path, bytes: &[u8]) -> Result<(), SinkError> {
    let path = fs::canonicalize(path).map_err(SinkError::new("find", path))?;
    let meta = fs::metadata(&path).map_err(SinkError::new("read", &path))?;
    write(&path, bytes, true, Some(&meta))
}

fn write(path: &Path, bytes: &[u8], secret: bool, like: Option<&Metadata>) -> Result<(), SinkError> {
    // a name of fixed length: the final one may be as long as the file system allows
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let hash: String = Sha256::digest(name.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect();
    let temporary = path.with_file_name(format!(".{hash}{TEMPORARY}"));
    let mut file = create(&temporary, secret).map_err(SinkError::new("write", &temporary))?;
    let allowed = like.map_or(Ok(()), |meta| {
        same_owner(&temporary, meta);
        file.set_permissions(meta.permissions())
    });
    let written = allowed.and_then(|()| file.write_all(bytes)).map_err(SinkError::new("write", path));
    drop(file);
    let renamed = written.and_then(|()| fs::rename(&temporary, path).map_err(SinkError::new("write", path)));
    if renamed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

/// A new file; one that an interrupted run left under its name is removed.
fn create(path: &Path, secret: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    owner_only(&mut options, secret);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            options.open(path)
        }
        opened => opened,
    }
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions, secret: bool) {
    use std::os::unix::fs::OpenOptionsExt;
    if secret {
        options.mode(0o600);
    }
}

#[cfg(not(unix))]
fn owner_only(_: &mut OpenOptions, _: bool) {}

/// Gives a file to the owner of the one that it replaces, where we may.
#[cfg(unix)]
fn same_owner(path: &Path, meta: &Metadata) {
    use std::os::unix::fs::MetadataExt;
    let _ = std::os::unix::fs::chown(path, Some(meta.uid()), Some(meta.gid()));
}

#[cfg(not(unix))]
fn same_owner(_: &Path, _: &Metadata) {}
