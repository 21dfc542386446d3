//! One file, written whole or not at all: a temporary name beside it, then a rename.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::SinkError;

/// How temporary files end.
pub(super) const TEMPORARY: &str = ".mailprof-tmp";

/// Writes a file whole. One with a secret is readable by its owner alone from its first byte on.
///
/// # Errors
/// It could not be written; what was there is as it was.
pub fn replace(path: &Path, bytes: &[u8], secret: bool) -> Result<(), SinkError> {
    let mut file = Whole::create(path, secret)?;
    file.write_all(bytes).and_then(|()| file.place()).map_err(SinkError::new("write", path))
}

/// Takes a file of another folder over: as a second name of it where the file system gives one, else as a copy. It has its place when
/// `is_right` says so of what was taken; tells whether it did.
pub(super) fn take(
    from: &Path,
    to: &Path,
    secret: bool,
    is_right: impl FnOnce(&Path) -> bool,
) -> Result<bool, SinkError> {
    // a link could lead anywhere, and what is no file could never end
    let Some(meta) = fs::symlink_metadata(from).ok().filter(fs::Metadata::is_file) else {
        return Ok(false);
    };
    // its name stays its own to remove: renaming one of a file's names to another of them does nothing
    let temporary = Temporary(temporary(to));
    let linked = is_as_closed(&meta, secret) && link(from, &temporary.0);
    if !linked {
        copy(from, &temporary.0, secret)?;
    }
    let right = is_right(&temporary.0);
    if right {
        fs::rename(&temporary.0, to).map_err(SinkError::new("write", to))?;
    }
    Ok(right)
}

fn link(from: &Path, to: &Path) -> bool {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(to).is_ok() && fs::hard_link(from, to).is_ok()
        }
        linked => linked.is_ok(),
    }
}

fn copy(from: &Path, to: &Path, secret: bool) -> Result<(), SinkError> {
    let mut read = File::open(from).map_err(SinkError::new("read", from))?;
    let written = create(to, secret).and_then(|mut file| io::copy(&mut read, &mut file));
    written.map(|_| ()).map_err(SinkError::new("write", to))
}

/// Writes a file anew that is there already: who may read it stays as it was, and a link stays a link.
///
/// # Errors
/// It could not be written; what was there is as it was.
pub fn mend(path: &Path, bytes: &[u8]) -> Result<(), SinkError> {
    let path = fs::canonicalize(path).map_err(SinkError::new("find", path))?;
    let meta = fs::metadata(&path).map_err(SinkError::new("read", &path))?;
    let mut file = Whole::create(&path, true)?;
    same_owner(&file.temporary.0, &meta);
    let allowed = file.file.set_permissions(meta.permissions());
    let written = allowed.and_then(|()| file.write_all(bytes)).and_then(|()| file.place());
    written.map_err(SinkError::new("write", path))
}

/// A file that is being written under a temporary name. It is removed when it goes out of scope before it is placed.
#[derive(Debug)]
pub struct Whole {
    file: File,
    temporary: Temporary,
    path: PathBuf,
}

impl Whole {
    /// Begins a file; what an interrupted run left under its temporary name is removed. `secret`: readable by its owner alone.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path, secret: bool) -> Result<Self, SinkError> {
        let temporary = temporary(path);
        let file = create(&temporary, secret).map_err(SinkError::new("write", &temporary))?;
        Ok(Self { file, temporary: Temporary(temporary), path: path.to_owned() })
    }

    /// Begins a file that takes long, as [`lock`] does; what an interrupted run left under its temporary name is written over.
    pub(super) fn alone(path: &Path, private: bool) -> Result<Self, SinkError> {
        let temporary = temporary(path);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let file = lock(&temporary, &mut options, private, "another run is writing this file")?;
        let emptied = file.set_len(0).and_then(|()| set_owner_only(&file, private));
        emptied.map_err(SinkError::new("write", &temporary))?;
        Ok(Self { file, temporary: Temporary(temporary), path: path.to_owned() })
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// It cannot have it.
    pub fn place(self) -> io::Result<()> {
        fs::rename(&self.temporary.0, &self.path)?;
        self.temporary.forget();
        Ok(())
    }

    /// The same for a file that took long: what it holds is on the disk before it has its name, whatever becomes of the machine.
    pub(super) fn place_safely(self) -> io::Result<()> {
        self.file.sync_data()?;
        self.place()
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A name that goes with its file.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Temporary {
    /// The file has another name now.
    fn forget(mut self) {
        self.0 = PathBuf::new();
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.0);
        }
    }
}

/// A name of fixed length: the final one may be as long as the file system allows.
fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let hash = crate::hex::hex(&Sha256::digest(name.as_bytes())[..8]);
    path.with_file_name(format!(".{hash}{TEMPORARY}"))
}

/// A new file; one that an interrupted run left under its name is removed.
fn create(path: &Path, secret: bool) -> io::Result<File> {
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

/// Opens a file that no other run may be writing. Something else under its name is not ours to follow.
pub(super) fn lock(
    path: &Path,
    options: &mut OpenOptions,
    private: bool,
    busy: &'static str,
) -> Result<File, SinkError> {
    if fs::symlink_metadata(path).is_ok_and(|m| !m.is_file()) {
        return Err(SinkError::new("use as a file", path)(ErrorKind::InvalidInput.into()));
    }
    owner_only(options, private);
    let file = options.open(path).map_err(SinkError::new("write", path))?;
    let busy = || SinkError::new("write", path)(io::Error::new(ErrorKind::WouldBlock, busy));
    match file.try_lock() {
        // the other run ended between our opening and our locking
        Ok(()) if !is_at(&file, path) => Err(busy()),
        Ok(()) => Ok(file),
        // a file system without locks: then nobody can be asked
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::WouldBlock) => Err(busy()),
        Err(TryLockError::Error(error)) => Err(SinkError::new("lock", path)(error)),
    }
}

/// Whether a path still names the file that was opened by it.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |(a, b): (fs::Metadata, fs::Metadata)| (a.dev(), a.ino()) == (b.dev(), b.ino());
    file.metadata().ok().zip(fs::symlink_metadata(path).ok()).is_some_and(same)
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
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

/// The same for a file that may have been there.
#[cfg(unix)]
fn set_owner_only(file: &File, secret: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if secret { file.set_permissions(fs::Permissions::from_mode(0o600)) } else { Ok(()) }
}

#[cfg(not(unix))]
fn set_owner_only(_: &File, _: bool) -> io::Result<()> {
    Ok(())
}

/// Whether a file is closed to all but its owner, where it must be.
#[cfg(unix)]
fn is_as_closed(meta: &fs::Metadata, secret: bool) -> bool {
    use std::os::unix::fs::PermissionsExt;
    !secret || meta.permissions().mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn is_as_closed(_: &fs::Metadata, _: bool) -> bool {
    true
}

/// Gives a file to the owner of the one that it replaces, where we may.
#[cfg(unix)]
fn same_owner(path: &Path, meta: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt;
    let _ = std::os::unix::fs::chown(path, Some(meta.uid()), Some(meta.gid()));
}

#[cfg(not(unix))]
fn same_owner(_: &Path, _: &fs::Metadata) {}
