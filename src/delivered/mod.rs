//! What a build delivered, read again: its manifest as a sorted stream, its files one by one. Everything here comes from outside and
//! is hostile: nothing is written but the lines of an archive's manifest, to a file without a name, and no file is larger in memory
//! than [`MOST`].

mod tarball;
mod zip;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::sink::{JOURNAL, Listing, MANIFEST, OutputError, has_real_folders, write_line};

/// Largest file that is read, in bytes.
pub const MOST: u64 = 64 * 1024 * 1024;

/// A folder or an archive that a build made.
#[derive(Debug)]
pub struct Delivered {
    path: PathBuf,
    form: Form,
    manifest: File,
}

/// What an output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Folder,
    Tar,
    TarZst,
    Zip,
}

/// Takes a file by its path.
pub type Take<'t> = dyn FnMut(&str, &[u8]) -> Result<(), OutputError> + 't;

impl Delivered {
    /// Opens an output. `None`: what is there is none, and may be a description.
    ///
    /// # Errors
    /// It cannot be read, or has no manifest that a build wrote.
    pub fn open(path: &Path) -> Result<Option<Self>, OutputError> {
        let Some(form) = form(path).map_err(OutputError::read(path))? else { return Ok(None) };
        let manifest = match form {
            Form::Folder => in_folder(path)?,
            Form::Tar | Form::TarZst => tarball::manifest(path, form == Form::TarZst)?,
            Form::Zip => zip::manifest(path)?,
        };
        let manifest = manifest.ok_or_else(|| OutputError::refused("output-no-manifest", path))?;
        Ok(Some(Self { path: path.to_owned(), form, manifest }))
    }

    /// The entries of its manifest, from the first.
    ///
    /// # Errors
    /// The manifest cannot be read.
    pub fn entries(&self) -> Result<Entries<'_>, OutputError> {
        (&self.manifest).rewind().map_err(OutputError::read(&self.path))?;
        Ok(Entries { path: &self.path, listing: Listing::new(&self.manifest) })
    }

    /// Hands over the files that are wanted, in the order in which they are stored. One that is not there, is no file, or is larger than
    /// [`MOST`] is passed over.
    ///
    /// # Errors
    /// The output cannot be read, or what `take` says.
    pub fn files(&self, wanted: &dyn Fn(&str) -> bool, take: &mut Take<'_>) -> Result<(), OutputError> {
        match self.form {
            Form::Folder => self.in_folder(wanted, take),
            Form::Tar | Form::TarZst => tarball::files(&self.path, self.form == Form::TarZst, wanted, take),
            Form::Zip => zip::files(&self.path, wanted, take),
        }
    }

    fn in_folder(&self, wanted: &dyn Fn(&str) -> bool, take: &mut Take<'_>) -> Result<(), OutputError> {
        for entry in self.entries()? {
            let entry = entry?;
            let path = Path::new(&entry.path);
            if !wanted(&entry.path) || !has_real_folders(&self.path, path) {
                continue;
            }
            if let Some(bytes) = plain(&self.path.join(path)) {
                take(&entry.path, &bytes)?;
            }
        }
        Ok(())
    }
}

/// The entries of a manifest; an error names the output.
pub struct Entries<'d> {
    path: &'d Path,
    listing: Listing<&'d File>,
}

impl Iterator for Entries<'_> {
    type Item = Result<crate::sink::Entry, OutputError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.listing.next()?;
        Some(entry.map_err(OutputError::listing(self.path)))
    }
}

/// What stands at a path, by its first bytes. What is neither a file nor a folder, such as a pipe, is left unread.
fn form(path: &Path) -> io::Result<Option<Form>> {
    let meta = fs::metadata(path)?;
    if meta.is_dir() {
        return Ok(Some(Form::Folder));
    }
    if !meta.is_file() {
        return Ok(None);
    }
    let mut head = Vec::new();
    File::open(path)?.take(512).read_to_end(&mut head)?;
    Ok(match () {
        () if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => Some(Form::Zip),
        // RFC 8878, 3.1.1
        () if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => Some(Form::TarZst),
        // POSIX, pax: the magic of a ustar header; that of GNU's tar begins alike
        () if head.get(257..262) == Some(b"ustar") => Some(Form::Tar),
        () => None,
    })
}

fn in_folder(path: &Path) -> Result<Option<File>, OutputError> {
    let manifest = path.join(MANIFEST);
    // files of the run that did not finish may stand in the place of those that the manifest tells of
    if fs::symlink_metadata(path.join(JOURNAL)).is_ok() {
        return Err(OutputError::refused("output-unfinished", path));
    }
    match fs::symlink_metadata(&manifest) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Ok(meta) if !meta.is_file() => Ok(None),
        _ => File::open(&manifest).map(Some).map_err(OutputError::read(&manifest)),
    }
}

/// The bytes of a plain file. `None`: it is none, or too large.
fn plain(path: &Path) -> Option<Vec<u8>> {
    let meta = fs::symlink_metadata(path).ok()?;
    let file = meta.is_file().then(|| File::open(path).ok())??;
    bounded(file, meta.len())
}

/// All that a reader gives, when that is no more than [`MOST`]. `size`: what is said of it.
fn bounded(reader: impl Read, size: u64) -> Option<Vec<u8>> {
    if size > MOST {
        return None;
    }
    let mut bytes = Vec::new();
    reader.take(MOST + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= MOST).then_some(bytes)
}

/// Sets the manifest of an archive aside, in a file without a name. What is no manifest ends at its first line.
fn set_aside(path: &Path, manifest: impl Read) -> Result<File, OutputError> {
    let mut out = BufWriter::with_capacity(1 << 16, tempfile::tempfile().map_err(OutputError::read(path))?);
    for entry in Listing::new(manifest) {
        let line = entry.map_err(OutputError::listing(path))?.line();
        write_line(&line, &mut out).map_err(OutputError::read(path))?;
    }
    let file = out.flush().and_then(|()| out.into_inner().map_err(io::IntoInnerError::into_error));
    file.map_err(OutputError::read(path))
}

fn open(path: &Path) -> Result<BufReader<File>, OutputError> {
    Ok(BufReader::with_capacity(1 << 16, File::open(path).map_err(OutputError::read(path))?))
}
