//! Where artifacts go: a folder, an archive, a stream. Only a sink writes.
//!
//! Workers pack the files of one user on any thread, one thread puts the packs in order. What a sink keeps is bounded, however
//! many files go through it: what must be sorted is sorted in runs on the disk.

mod archive;
mod file;
mod folder;
mod journal;
mod manifest;
mod merge;
mod pack;
mod sorter;
mod tarball;
mod zip;

pub use file::{Whole, mend, replace};
pub use manifest::{Entry, Listing, ListingError};
pub use merge::merge;
pub use pack::{Listed, Pack, Packer};

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub(crate) use folder::has_real_folders;
pub(crate) use journal::JOURNAL;
pub(crate) use manifest::write_line;
pub(crate) use sorter::{Sorted, Sorter};

use archive::Archive;
use folder::Folder;
use pack::Body;

use crate::finding::{Catalogue, Language};

/// The manifest's path in OUT.
pub(crate) const MANIFEST: &str = "manifest.jsonl";

/// Where a build's files go, by the name OUT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// a folder, which may exist
    Folder(PathBuf),
    /// a tar archive
    Tar(PathBuf),
    /// a tar archive, compressed with zstd
    TarZst(PathBuf),
    /// a zip archive
    Zip(PathBuf),
    /// a tar archive on standard output
    Stdout,
}

impl Target {
    /// What a name means.
    ///
    /// ```
    /// use mailprof::sink::Target;
    /// assert_eq!(Target::of("-".as_ref()), Target::Stdout);
    /// assert_eq!(Target::of("a.tar.zst".as_ref()), Target::TarZst("a.tar.zst".into()));
    /// assert_eq!(Target::of("a.tar/".as_ref()), Target::Folder("a.tar/".into()));
    /// ```
    #[must_use]
    pub fn of(out: &Path) -> Self {
        let name = out.to_string_lossy();
        match &*name {
            "-" => Self::Stdout,
            name if name.ends_with(".tar") => Self::Tar(out.to_owned()),
            name if name.ends_with(".tar.zst") => Self::TarZst(out.to_owned()),
            name if name.ends_with(".zip") => Self::Zip(out.to_owned()),
            _ => Self::Folder(out.to_owned()),
        }
    }
}

/// How a sink is opened.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// the owner's alone: a folder that is made is 0700, an archive 0600
    pub private: bool,
    /// what an interrupted run made may be taken over. Only a folder keeps any; elsewhere everything is made anew
    pub resume: bool,
    /// a hash over everything that a pack depends on beside its own key: nothing is taken over from a run of another
    pub run: [u8; 32],
    /// files of an earlier manifest stay and stand in the new one, unless this run made them anew. A folder's only
    pub keep: bool,
}

/// The files of a pack that an interrupted run made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenOver {
    /// how many there are
    pub files: usize,
    /// how many of them hold a password
    pub secrets: usize,
}

/// Takes packs and writes them, in the order in which they come.
pub struct Sink(Kind);

enum Kind {
    Folder(Box<Folder>),
    Archive(Box<Archive>),
}

impl Sink {
    /// Opens a target.
    ///
    /// # Errors
    /// It cannot be made, read or written, or another run is writing it. A file where a folder is meant, and the other way
    /// round. An archive that is to keep what an earlier one held.
    pub fn open(target: &Target, options: &Opening) -> Result<Self, SinkError> {
        let archive = match target {
            Target::Folder(out) => return Ok(Self(Kind::Folder(Box::new(Folder::open(out, options)?)))),
            Target::Tar(out) | Target::TarZst(out) | Target::Zip(out) if options.keep => {
                return Err(SinkError::new("keep the earlier files of", out)(ErrorKind::Unsupported.into()));
            }
            Target::Stdout if options.keep => {
                return Err(SinkError::new("keep the earlier files of", "-")(ErrorKind::Unsupported.into()));
            }
            Target::Tar(out) => Archive::tar(out, options.private)?,
            Target::TarZst(out) => Archive::tar_zst(out, options.private)?,
            Target::Zip(out) => Archive::zip(out, options.private)?,
            Target::Stdout => Archive::stdout(options.private),
        };
        Ok(Self(Kind::Archive(Box::new(archive))))
    }

    /// Makes the packs that this sink takes.
    #[must_use]
    pub fn packer(&self) -> Packer {
        match &self.0 {
            Kind::Folder(_) => Packer::files(),
            Kind::Archive(archive) => archive.packer(),
        }
    }

    /// Writes a pack. `key`: what identifies its content for [`Sink::resumed`], a SHA-256 of what it was made from; without it the
    /// pack is always made anew.
    ///
    /// # Errors
    /// It cannot be written: then all that is left is [`Sink::abandon`]. A pack for another kind of sink.
    pub fn put(&mut self, pack: Pack, key: Option<&[u8; 32]>) -> Result<(), SinkError> {
        match (&mut self.0, pack.body) {
            (Kind::Folder(folder), Body::Files(files)) => folder.put(&files, &pack.lines, key),
            (Kind::Archive(archive), body) => archive.put(body, &pack.lines),
            (Kind::Folder(folder), _) => Err(SinkError::new("put a pack of an archive into", folder.out())(
                ErrorKind::InvalidInput.into(),
            )),
        }
    }

    /// Whether an earlier, interrupted run made the pack of this key and all its files are there and whole. They are this run's
    /// then, and the pack is not to be put.
    ///
    /// # Errors
    /// The journal cannot be read, or the manifest's lines cannot be set aside. A file that cannot be read is one to make anew.
    pub fn resumed(&mut self, key: &[u8; 32]) -> Result<Option<TakenOver>, SinkError> {
        match &mut self.0 {
            Kind::Folder(folder) => folder.resumed(key),
            Kind::Archive(_) => Ok(None),
        }
    }

    /// Writes the manifest, puts an archive in place, removes from a folder what earlier runs left there. Tells how many files this
    /// run made or took over.
    ///
    /// # Errors
    /// Something cannot be written or removed.
    pub fn finish(self) -> Result<usize, SinkError> {
        match self.0 {
            Kind::Folder(folder) => folder.finish(),
            Kind::Archive(archive) => archive.finish(),
        }
    }

    /// Ends without: no archive is in place, a folder has its earlier manifest, a stream none.
    pub fn abandon(self) {
        // temporary files go with their owners
        drop(self);
    }
}

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} {path}: {source}")]
pub struct SinkError {
    /// what was tried
    pub action: &'static str,
    /// on what
    pub path: PathBuf,
    /// why not
    pub source: std::io::Error,
}

impl SinkError {
    fn new(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self { action, path, source }
    }
}

/// Why an output cannot be used that is there already.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// it could not be read or written
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// it is not what it must be
    #[error("{}", .0.in_words(Catalogue::of(Language::En)))]
    Refused(Refused),
}

/// What is wrong with an output, for a line of the catalogues.
#[derive(Debug)]
pub struct Refused {
    line: &'static str,
    args: Vec<(&'static str, String)>,
}

impl Refused {
    /// The line in a language.
    #[must_use]
    pub fn in_words(&self, words: &Catalogue) -> String {
        words.line(self.line, &self.args)
    }
}

impl OutputError {
    pub(crate) fn refused(line: &'static str, path: &Path) -> Self {
        Self::Refused(Refused { line, args: vec![("path", path.display().to_string())] })
    }

    /// A word of the line.
    pub(crate) fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Self::Refused(refused) = &mut self {
            refused.args.push((name, value.to_string()));
        }
        self
    }

    /// It could not be read.
    pub(crate) fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let wrap = SinkError::new("read", path);
        move |source| Self::Sink(wrap(source))
    }

    /// The manifest of the output at a path cannot be used.
    pub(crate) fn listing(path: &Path) -> impl Fn(ListingError) -> Self {
        let path = path.to_owned();
        move |error| match error {
            ListingError::Read(source) => Self::read(&path)(source),
            ListingError::Damaged(line) => Self::refused("output-damaged", &path).arg("line", line),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::build::Artifact;
    use crate::hex;

    /// A file whose text tells whether it holds a secret.
    pub(super) fn artifact(path: &str, text: &str) -> Artifact {
        Artifact {
            file: None,
            path: path.to_owned(),
            client: None,
            format: "cmd",
            scope: "user",
            address: None,
            secret: text.contains("secret"),
            bytes: text.as_bytes().to_vec().into(),
        }
    }

    /// Its line of the manifest.
    pub(super) fn entry(path: &str, text: &str) -> Entry {
        let (artifact, hash) = (artifact(path, text), hex::hex(&Sha256::digest(text)));
        serde_json::from_slice(&Entry::of(&artifact, &hash).line()).unwrap()
    }

    pub(super) fn line(path: &str, text: &str) -> String {
        String::from_utf8(entry(path, text).line()).unwrap()
    }

    pub(super) fn pack(sink: &Sink, files: &[(&str, &str)]) -> Pack {
        sink.packer().pack(files.iter().map(|(path, text)| artifact(path, text)).collect()).unwrap()
    }

    #[test]
    fn a_pack_counts_its_files() {
        let pack = Packer::tar().pack(vec![artifact("a", "a secret"), artifact("b", "1")]).unwrap();
        assert_eq!((pack.files(), pack.bytes(), pack.secrets()), (2, 9, 1));
    }

    #[test]
    fn no_file_of_a_build_leaves_out_or_takes_a_name_of_ours() {
        for path in ["../a", "/a", "a/../../b", "", ".", MANIFEST, journal::JOURNAL] {
            for packer in [Packer::files(), Packer::tar(), Packer::zip()] {
                assert!(packer.pack(vec![artifact(path, "1")]).is_err(), "{path:?}");
            }
        }
    }

    #[test]
    fn an_archive_keeps_nothing_of_an_earlier_one() {
        let dir = tempfile::tempdir().unwrap();
        let keep = Opening { keep: true, ..Opening::default() };
        for name in ["a.tar", "a.tar.zst", "a.zip"] {
            assert!(Sink::open(&Target::of(&dir.path().join(name)), &keep).is_err());
        }
        assert!(Sink::open(&Target::Stdout, &keep).is_err());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_pack_for_another_kind_of_sink_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut sink = Sink::open(&Target::Folder(dir.path().join("out")), &Opening::default()).unwrap();
        assert!(sink.put(Packer::tar().pack(Vec::new()).unwrap(), None).is_err());
    }
}
