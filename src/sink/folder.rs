//! A folder. Each file is written under a temporary name and renamed, so that none is ever half-written under its final name.
//! A journal tells a later run what an interrupted one may have left; what neither a manifest nor a journal names is not ours
//! and is never touched.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use super::SinkError;
use super::file::{TEMPORARY, replace};
use super::manifest::{self, Entry};
use crate::build::Artifact;

const MANIFEST: &str = "manifest.jsonl";
const JOURNAL: &str = ".journal.mailprof-tmp";

/// A folder that is being filled.
#[derive(Debug)]
pub struct Folder {
    out: PathBuf,
    entries: Vec<Entry>,
    earlier: BTreeSet<String>,
    journal: File,
    /// the folder that was made last: files come in runs
    parent: PathBuf,
}

impl Folder {
    /// Opens OUT, makes it when it is not there, and learns what earlier runs left in it.
    ///
    /// # Errors
    /// OUT cannot be made, read or written.
    pub fn open(out: &Path) -> Result<Self, SinkError> {
        fs::create_dir_all(out).map_err(SinkError::new("make the folder", out))?;
        let journal = open_journal(&out.join(JOURNAL))?;
        let mut earlier: BTreeSet<String> =
            manifest::paths(&read(&out.join(MANIFEST))?).into_iter().collect();
        earlier.extend(read(&out.join(JOURNAL))?.lines().map(str::to_owned));
        earlier.retain(|p| is_below(Path::new(p)) && p != MANIFEST && p != JOURNAL);
        Ok(Self { out: out.to_owned(), entries: Vec::new(), earlier, journal, parent: PathBuf::new() })
    }

    /// Writes one artifact.
    ///
    /// # Errors
    /// It cannot be written; nothing of it stands under its final name then.
    pub fn put(&mut self, artifact: &Artifact) -> Result<(), SinkError> {
        let journal = |e| SinkError::new("write", self.out.join(JOURNAL))(e);
        writeln!(self.journal, "{}", artifact.path).map_err(journal)?;
        let path = self.out.join(&artifact.path);
        let parent = Path::new(&artifact.path).parent().unwrap_or(Path::new(""));
        if self.parent != parent {
            make_folders(&self.out, parent)?;
            parent.clone_into(&mut self.parent);
        }
        replace(&path, &artifact.bytes, artifact.secret)?;
        self.entries.push(Entry::of(artifact));
        Ok(())
    }

    /// Writes the manifest, then removes what earlier runs made and this one did not. Tells how many files there are.
    ///
    /// # Errors
    /// The manifest cannot be written, or a file of an earlier run cannot be removed.
    pub fn finish(mut self) -> Result<usize, SinkError> {
        replace(&self.out.join(MANIFEST), manifest::text(&mut self.entries).as_bytes(), false)?;
        sweep(&self.out)?;
        let made: BTreeSet<&str> = self.entries.iter().map(|e| e.path.as_str()).collect();
        for path in self.earlier.iter().filter(|p| !made.contains(p.as_str())) {
            remove(&self.out, Path::new(path))?;
        }
        let journal = self.out.join(JOURNAL);
        fs::remove_file(&journal).map_err(SinkError::new("remove", journal))?;
        Ok(self.entries.len())
    }
}

/// Opens the journal, which no other run may be writing. Something else under its name is not ours to follow.
fn open_journal(path: &Path) -> Result<File, SinkError> {
    if fs::symlink_metadata(path).is_ok_and(|m| !m.is_file()) {
        return Err(SinkError::new("use as a file", path)(ErrorKind::InvalidInput.into()));
    }
    let journal = OpenOptions::new().create(true).append(true).open(path);
    let journal = journal.map_err(SinkError::new("write", path))?;
    match journal.try_lock() {
        Ok(()) => Ok(journal),
        // a file system without locks: then nobody can be asked
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(journal),
        Err(TryLockError::WouldBlock) => {
            let busy = std::io::Error::new(ErrorKind::WouldBlock, "another run is filling this folder");
            Err(SinkError::new("write", path)(busy))
        }
        Err(TryLockError::Error(error)) => Err(SinkError::new("lock", path)(error)),
    }
}

/// Whether a path from a manifest stays below OUT.
fn is_below(path: &Path) -> bool {
    path.components().all(|c| matches!(c, Component::Normal(_))) && path.components().next().is_some()
}

fn read(path: &Path) -> Result<String, SinkError> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(SinkError::new("read", path)(error)),
    }
}

/// Makes folders below OUT. A link among them is not followed: it could lead anywhere.
fn make_folders(out: &Path, path: &Path) -> Result<(), SinkError> {
    let mut folder = out.to_owned();
    for part in path.components() {
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => return Err(SinkError::new("use as a folder", folder)(ErrorKind::NotADirectory.into())),
            Err(_) => fs::create_dir(&folder).map_err(SinkError::new("make the folder", &folder))?,
        }
    }
    Ok(())
}

/// Removes a file of an earlier run, and the folders above it that are empty then.
fn remove(out: &Path, path: &Path) -> Result<(), SinkError> {
    let parents: Vec<&Path> = path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect();
    let real = |p: &&Path| fs::symlink_metadata(out.join(p)).is_ok_and(|m| m.is_dir());
    if !parents.iter().all(real) {
        return Ok(());
    }
    let file = out.join(path);
    match fs::remove_file(&file) {
        Ok(()) => {}
        // gone, or somebody made a folder of that name: not ours
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => {}
        Err(error) => return Err(SinkError::new("remove", file)(error)),
    }
    for parent in parents {
        if fs::remove_dir(out.join(parent)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Removes temporary files that an interrupted run left, all but our journal.
fn sweep(folder: &Path) -> Result<(), SinkError> {
    let entries = match fs::read_dir(folder) {
        // a folder that we may not list is not one that we made
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Ok(()),
        entries => entries.map_err(SinkError::new("list", folder))?,
    };
    for entry in entries {
        let entry = entry.map_err(SinkError::new("list", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(SinkError::new("list", folder))?;
        if kind.is_dir() {
            sweep(&entry.path())?;
        } else if name.starts_with('.') && name.ends_with(TEMPORARY) && name != JOURNAL {
            fs::remove_file(entry.path()).map_err(SinkError::new("remove", entry.path()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn artifact(path: &str, text: &str) -> Artifact {
        Artifact {
            file: None,
            path: path.to_owned(),
            client: None,
            format: "cmd",
            scope: "user",
            address: None,
            secret: text.contains("secret"),
            bytes: text.as_bytes().to_vec(),
        }
    }

    fn build(out: &Path, files: &[(&str, &str)]) {
        let mut folder = Folder::open(out).unwrap();
        for (path, text) in files {
            folder.put(&artifact(path, text)).unwrap();
        }
        folder.finish().unwrap();
    }

    fn tree(folder: &Path) -> BTreeSet<String> {
        fn walk(at: &Path, root: &Path, out: &mut BTreeSet<String>) {
            for entry in fs::read_dir(at).unwrap().flatten() {
                if entry.path().is_dir() {
                    walk(&entry.path(), root, out);
                }
                out.insert(entry.path().strip_prefix(root).unwrap().display().to_string());
            }
        }
        let mut out = BTreeSet::new();
        walk(folder, folder, &mut out);
        out
    }

    #[test]
    fn files_of_an_earlier_run_go_and_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        build(&out, &[("a/one", "1"), ("b/c/two", "2")]);
        fs::write(out.join("a/mine"), "kept").unwrap();
        build(&out, &[("a/three", "3")]);
        let expected = ["a", "a/mine", "a/three", "manifest.jsonl"].map(str::to_owned);
        assert_eq!(tree(&out), BTreeSet::from(expected));
    }

    #[test]
    fn an_interrupted_run_leaves_nothing_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let mut folder = Folder::open(&out).unwrap();
        folder.put(&artifact("a/one", "1")).unwrap();
        fs::write(out.join("a/.two.mailprof-tmp"), "half").unwrap();
        drop(folder);
        build(&out, &[("b", "2")]);
        assert_eq!(tree(&out), BTreeSet::from(["b", "manifest.jsonl"].map(str::to_owned)));
    }

    #[test]
    fn two_runs_do_not_fill_one_folder_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let first = Folder::open(dir.path()).unwrap();
        let error = Folder::open(dir.path()).unwrap_err();
        assert!(error.to_string().contains("another run is filling this folder"), "{error}");
        drop(first);
        build(dir.path(), &[("a", "1")]);
    }

    #[test]
    fn strange_things_in_the_folder_do_not_end_the_run() {
        let dir = tempfile::tempdir().unwrap();
        build(dir.path(), &[("a/one", "1"), ("b", "2")]);
        fs::remove_file(dir.path().join("b")).unwrap();
        fs::create_dir(dir.path().join("b")).unwrap();
        let manifest = dir.path().join(MANIFEST);
        let own = Entry { path: MANIFEST.to_owned(), ..Entry::of(&artifact("x", "")) };
        let text = fs::read_to_string(&manifest).unwrap() + &serde_json::to_string(&own).unwrap() + "\n";
        fs::write(&manifest, text).unwrap();
        let long = format!("{}.xml", "d".repeat(250));
        build(dir.path(), &[(long.as_str(), "3")]);
        assert!(manifest.exists() && dir.path().join("b").is_dir() && dir.path().join(long).exists());
    }

    #[test]
    fn a_hostile_manifest_removes_nothing_outside() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(dir.path().join("victim"), "here").unwrap();
        let absolute = dir.path().join("victim").display().to_string();
        let line = |path: &str| {
            let entry = Entry { path: path.to_owned(), ..Entry::of(&artifact("x", "")) };
            serde_json::to_string(&entry).unwrap() + "\n"
        };
        fs::write(out.join(MANIFEST), line("../victim") + &line(&absolute) + "no json\n").unwrap();
        build(&out, &[("a", "1")]);
        assert!(dir.path().join("victim").exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_secrets_are_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::create_dir(dir.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), out.join("a")).unwrap();
        let mut folder = Folder::open(&out).unwrap();
        assert!(folder.put(&artifact("a/one", "1")).is_err());
        folder.put(&artifact("b/two", "a secret")).unwrap();
        let mode = fs::metadata(out.join("b/two")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(fs::read_dir(dir.path().join("elsewhere")).unwrap().next().is_none());
    }
}
