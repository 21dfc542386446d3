//! Parts of a build, each made in a folder of its own, become one folder: the one that a single run makes. Their manifests are read
//! as sorted streams, so a million users need no more memory than ten. What is not whole is refused before anything is written.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek};
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::journal::JOURNAL;
use super::manifest::{Entry, Listing};
use super::sorter::Record;
use super::{MANIFEST, Opening, OutputError};

/// Files that the journal is told of at once.
const AT_ONCE: usize = 64;

/// Joins folders into `out`, which is opened as that of a build for many users. Tells how many files it has then.
///
/// # Errors
/// A part that is not whole, that is given twice or that is `out`; a file that two parts have and that is not the same in both: nothing
/// is written then. A file that is not as its manifest says: `out` is left as an interrupted run leaves it, without a new manifest.
pub fn merge(out: &Path, parts: &[PathBuf]) -> Result<usize, OutputError> {
    let parts: Vec<Part> = parts.iter().map(|folder| Part::open(folder)).collect::<Result<_, _>>()?;
    distinct(out, &parts)?;
    Joined::new(&parts)?.try_for_each(|file| file.map(|_| ()))?;
    let opening = Opening { private: true, ..Opening::default() };
    let mut folder = Folder::open(out, &opening)?;
    let mut files = Joined::new(&parts)?;
    loop {
        let some: Vec<(PathBuf, Entry)> = files.by_ref().take(AT_ONCE).collect::<Result<_, _>>()?;
        if some.is_empty() {
            break;
        }
        if let Some((part, entry)) = folder.take(&some)? {
            return Err(OutputError::refused("merge-differs", part).arg("file", &entry.path));
        }
    }
    let record = |file: Result<(PathBuf, Entry), OutputError>| {
        let (_, entry) = file.map_err(io::Error::other)?;
        Ok(Record { value: entry.line(), key: entry.path.into_bytes() })
    };
    Ok(folder.finish_with(Joined::new(&parts)?.map(record))?)
}

/// A folder that one run made.
struct Part {
    folder: PathBuf,
    manifest: File,
}

impl Part {
    fn open(folder: &Path) -> Result<Self, OutputError> {
        if fs::symlink_metadata(folder.join(JOURNAL)).is_ok() {
            return Err(OutputError::refused("output-unfinished", folder));
        }
        match File::open(folder.join(MANIFEST)) {
            Ok(manifest) => Ok(Self { folder: folder.to_owned(), manifest }),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Err(OutputError::refused("output-no-manifest", folder))
            }
            Err(error) => Err(OutputError::read(&folder.join(MANIFEST))(error)),
        }
    }

    fn listing(&self) -> Result<Listing<&File>, OutputError> {
        (&self.manifest).rewind().map_err(OutputError::read(&self.folder))?;
        Ok(Listing::new(&self.manifest))
    }
}

/// No part may be given twice: another one was meant. Nor may OUT be a part.
fn distinct(out: &Path, parts: &[Part]) -> Result<(), OutputError> {
    let real = |path: &Path| fs::canonicalize(path).ok();
    for (at, part) in parts.iter().enumerate() {
        let this = real(&part.folder);
        if parts[..at].iter().any(|other| real(&other.folder) == this) {
            return Err(OutputError::refused("merge-twice", &part.folder));
        }
        if real(out).is_some() && real(out) == this {
            return Err(OutputError::refused("merge-itself", &part.folder));
        }
    }
    Ok(())
}

/// The entries of all parts in one order, each with the folder of the first part that has it.
struct Joined<'p> {
    parts: Vec<(&'p Path, Peekable<Listing<&'p File>>)>,
}

impl<'p> Joined<'p> {
    fn new(parts: &'p [Part]) -> Result<Self, OutputError> {
        let open = |part: &'p Part| Ok((part.folder.as_path(), part.listing()?.peekable()));
        Ok(Self { parts: parts.iter().map(open).collect::<Result<_, OutputError>>()? })
    }

    /// The smallest path that is next in a part; one that cannot be read comes first.
    fn first(&mut self) -> Option<usize> {
        let next = |(at, part): (usize, &mut (_, Peekable<Listing<_>>))| match part.1.peek()? {
            Ok(entry) => Some((entry.path.clone(), at)),
            Err(_) => Some((String::new(), at)),
        };
        self.parts.iter_mut().enumerate().filter_map(next).min().map(|(_, at)| at)
    }

    /// Takes the next entry of a part, and the same one of those behind it.
    fn entry(&mut self, at: usize) -> Option<Result<(PathBuf, Entry), OutputError>> {
        let (first, behind) = self.parts.get_mut(at..)?.split_first_mut()?;
        let entry = match first.1.next()? {
            Ok(entry) => entry,
            Err(error) => return Some(Err(OutputError::listing(first.0)(error))),
        };
        for (folder, entries) in behind {
            let same = entries.next_if(|other| other.as_ref().is_ok_and(|e| e.path == entry.path));
            if same.is_some_and(|other| other.is_ok_and(|other| other != entry)) {
                let conflict = OutputError::refused("merge-conflict", Path::new(&entry.path));
                return Some(Err(conflict.arg("one", first.0.display()).arg("other", folder.display())));
            }
        }
        Some(Ok((first.0.to_owned(), entry)))
    }
}

impl Iterator for Joined<'_> {
    type Item = Result<(PathBuf, Entry), OutputError>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.first()?;
        self.entry(at)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::sink::tests::pack;
    use crate::sink::{Sink, Target};

    type Files<'f> = &'f [(&'f str, &'f str)];

    const ONE: Files = &[("x/b/1", "b"), ("x/dns.zone", "zone")];
    const TWO: Files = &[("x/a/1", "a secret"), ("x/a/2", ""), ("x/dns.zone", "zone")];

    fn build(out: &Path, files: Files) {
        let opening = Opening { private: true, ..Opening::default() };
        let mut sink = Sink::open(&Target::Folder(out.to_owned()), &opening).unwrap();
        sink.put(pack(&sink, files), None).unwrap();
        sink.finish().unwrap();
    }

    /// A folder with two parts.
    fn parts() -> (tempfile::TempDir, [PathBuf; 2], PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let parts = ["one", "two"].map(|name| dir.path().join(name));
        build(&parts[0], ONE);
        build(&parts[1], TWO);
        let out = dir.path().join("out");
        (dir, parts, out)
    }

    /// Every file below a folder with its bytes.
    fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut out = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(at) = folders.pop() {
            for entry in fs::read_dir(at).unwrap().flatten() {
                match entry.path() {
                    path if path.is_dir() => folders.push(path),
                    path => drop(
                        out.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()),
                    ),
                }
            }
        }
        out
    }

    fn refused(out: &Path, parts: &[PathBuf]) -> String {
        merge(out, parts).unwrap_err().to_string()
    }

    #[test]
    fn parts_become_what_one_run_makes_however_often() {
        let (dir, parts, out) = parts();
        let whole = dir.path().join("whole");
        build(&whole, &[ONE, &TWO[..2]].concat());
        for _ in 0..3 {
            assert_eq!(merge(&out, &parts).unwrap(), 4);
            assert_eq!(tree(&out), tree(&whole));
        }
        fs::write(out.join("mine"), "kept").unwrap();
        build(&out, &[("old/1", "old")]);
        assert_eq!(merge(&out, &[parts[1].clone(), parts[0].clone()]).unwrap(), 4);
        assert_eq!(fs::read_to_string(out.join("mine")).unwrap(), "kept");
        fs::remove_file(out.join("mine")).unwrap();
        assert_eq!(tree(&out), tree(&whole));
    }

    #[cfg(unix)]
    #[test]
    fn secrets_stay_the_owners_alone() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let (_dir, parts, out) = parts();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let open = |path: PathBuf| fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        // copied by somebody who did not keep its mode: it is not opened to others a second time
        open(parts[1].join("x/a/1"));
        merge(&out, &parts).unwrap();
        assert_eq!((mode(out.join("x/a/1")), mode(out.clone())), (0o600, 0o700));
        let inode = |path: PathBuf| fs::metadata(path).unwrap().ino();
        assert_eq!(inode(out.join("x/b/1")), inode(parts[0].join("x/b/1")), "no copy");
        // what is built over it later leaves the part as it was
        build(&out, &[("x/b/1", "anew")]);
        assert_eq!(fs::read_to_string(parts[0].join("x/b/1")).unwrap(), "b");
    }

    #[test]
    fn two_files_of_one_path_are_refused_before_anything_is_written() {
        let (_dir, parts, out) = parts();
        build(&parts[1], &[("x/a/1", "a secret"), ("x/dns.zone", "other")]);
        let told = refused(&out, &parts);
        assert!(told.contains("x/dns.zone") && told.contains("/one") && told.contains("/two"), "{told}");
        assert!(!out.exists());
    }

    #[test]
    fn a_part_that_is_not_whole_is_refused() {
        let (dir, parts, out) = parts();
        let sink = Sink::open(&Target::Folder(parts[1].clone()), &Opening::default()).unwrap();
        sink.abandon();
        assert!(refused(&out, &parts).contains("did not finish"));
        fs::remove_file(parts[1].join(JOURNAL)).unwrap();
        let manifest = fs::read_to_string(parts[1].join(MANIFEST)).unwrap();
        for bad in [manifest.replace("x/a/1", "../x"), manifest.clone() + &manifest, "{}\n".to_owned()] {
            fs::write(parts[1].join(MANIFEST), bad).unwrap();
            assert!(refused(&out, &parts).contains("of its manifest"));
        }
        fs::remove_file(parts[1].join(MANIFEST)).unwrap();
        assert!(refused(&out, &parts).contains("has no manifest.jsonl"));
        assert!(refused(&out, &[dir.path().join("nowhere")]).contains("has no manifest.jsonl"));
        assert!(!out.exists());
    }

    #[test]
    fn a_part_given_twice_or_as_out_is_refused() {
        let (dir, parts, out) = parts();
        let again = dir.path().join("one/../one");
        assert!(refused(&out, &[parts[0].clone(), again]).contains("twice"));
        assert!(refused(&parts[0], &parts).contains("name another"));
        assert!(!out.exists());
    }

    #[test]
    fn a_file_that_is_not_as_its_manifest_says_is_refused() {
        let damages: [fn(&Path); 4] = [
            |file| fs::write(file, "B").unwrap(),
            |file| fs::write(file, "longer").unwrap(),
            |file| fs::remove_file(file).unwrap(),
            |file| {
                fs::remove_file(file).unwrap();
                fs::create_dir(file).unwrap();
            },
        ];
        for damage in damages {
            let (_dir, parts, out) = parts();
            damage(&parts[0].join("x/b/1"));
            let told = refused(&out, &parts);
            assert!(told.contains("x/b/1") && told.contains("/one"), "{told}");
            assert!(!out.join(MANIFEST).exists() && !out.join("x/b/1").exists());
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_part_are_not_followed() {
        let (dir, parts, out) = parts();
        fs::write(dir.path().join("elsewhere"), "b").unwrap();
        fs::remove_file(parts[0].join("x/b/1")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), parts[0].join("x/b/1")).unwrap();
        assert!(refused(&out, &parts).contains("x/b/1"));
    }
}
