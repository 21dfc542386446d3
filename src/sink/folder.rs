//! A folder. Each file is written under a temporary name and renamed, so that none is ever half-written under its final name.
//! A journal tells a later run what an interrupted one may have left; what neither a manifest nor a journal names is not ours
//! and is never touched.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::file::{self, TEMPORARY, Whole, replace};
use super::journal::{JOURNAL, Journal};
use super::manifest::{self, Entry, is_ours};
use super::pack::Line;
use super::sorter::{Record, Sorted, Sorter};
use super::{MANIFEST, Opening, SinkError, TakenOver};
use crate::build::Artifact;
use crate::hex::hex;

/// A folder that is being filled.
#[derive(Debug)]
pub(super) struct Folder {
    out: PathBuf,
    /// the manifest's lines
    lines: Sorter,
    journal: Journal,
    /// the manifest of the run before
    earlier: Option<File>,
    keep: bool,
    private: bool,
    /// the folder that was made last: files come in runs
    parent: PathBuf,
}

impl Folder {
    /// Opens OUT, makes it when it is not there, and learns what earlier runs left in it.
    pub(super) fn open(out: &Path, options: &Opening) -> Result<Self, SinkError> {
        make(out, options.private)?;
        Ok(Self {
            out: out.to_owned(),
            lines: Sorter::new(out),
            journal: Journal::open(out, options)?,
            earlier: earlier(&out.join(MANIFEST))?,
            keep: options.keep,
            private: options.private,
            parent: PathBuf::new(),
        })
    }

    pub(super) fn out(&self) -> &Path {
        &self.out
    }

    /// Writes the files of a pack; a file that cannot be written does not stand under its final name then.
    pub(super) fn put(
        &mut self,
        files: &[Artifact],
        lines: &[Line],
        key: Option<&[u8; 32]>,
    ) -> Result<(), SinkError> {
        self.journal.intend(lines.iter().map(Line::path))?;
        for file in files {
            self.write(file)?;
        }
        for line in lines {
            self.list(line.path(), line.json().as_bytes())?;
        }
        key.map_or(Ok(()), |key| self.journal.done(key, lines))
    }

    fn write(&mut self, file: &Artifact) -> Result<(), SinkError> {
        let path = self.place(&file.path)?;
        replace(&path, &file.bytes, file.secret)
    }

    /// Where a file goes; its folders are there then.
    fn place(&mut self, path: &str) -> Result<PathBuf, SinkError> {
        let parent = Path::new(path).parent().unwrap_or(Path::new(""));
        if self.parent != parent {
            make_folders(&self.out, parent)?;
            parent.clone_into(&mut self.parent);
        }
        Ok(self.out.join(path))
    }

    /// Takes files over from other folders; their lines are for [`Folder::finish_with`]. Tells the first that is not as its entry says:
    /// those behind it were not taken.
    pub(super) fn take<'e>(
        &mut self,
        files: &'e [(PathBuf, Entry)],
    ) -> Result<Option<&'e (PathBuf, Entry)>, SinkError> {
        self.journal.intend(files.iter().map(|(_, entry)| entry.path.as_str()))?;
        for file in files {
            let (folder, entry) = file;
            let to = self.place(&entry.path)?;
            let path = Path::new(&entry.path);
            let is_right = |taken: &Path| is_as(taken, entry);
            let real = has_real_folders(folder, path);
            if !real || !file::take(&folder.join(path), &to, entry.secret, is_right)? {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }

    fn list(&mut self, path: &str, line: &[u8]) -> Result<(), SinkError> {
        self.lines.push(path.as_bytes(), line).map_err(SinkError::new("sort in", &self.out))
    }

    /// Takes over a pack that an interrupted run made, when all its files are as it left them.
    pub(super) fn resumed(&mut self, key: &[u8; 32]) -> Result<Option<TakenOver>, SinkError> {
        let packs = self.journal.packs(key)?;
        let Some(whole) = packs.into_iter().find(|pack| pack.iter().all(|e| stands(&self.out, e))) else {
            return Ok(None);
        };
        for entry in &whole {
            self.list(&entry.path, &entry.line())?;
        }
        let secrets = whole.iter().filter(|entry| entry.secret).count();
        Ok(Some(TakenOver { files: whole.len(), secrets }))
    }

    /// Writes the manifest, then removes what earlier runs made and this one did not. Tells how many files this run made.
    pub(super) fn finish(mut self) -> Result<usize, SinkError> {
        let lines = std::mem::replace(&mut self.lines, Sorter::new(&self.out));
        let made = lines.sorted().map_err(SinkError::new("sort in", &self.out))?;
        self.finish_with(made)
    }

    /// The same with the manifest's lines, sorted, in the place of those that were put.
    pub(super) fn finish_with(
        mut self,
        made: impl Iterator<Item = io::Result<Record>>,
    ) -> Result<usize, SinkError> {
        let sorting = |e| SinkError::new("sort in", &self.out)(e);
        let mut earlier = Sorter::new(&self.out);
        self.journal.earlier(&mut earlier).map_err(sorting)?;
        if let Some(manifest) = self.earlier.take() {
            // after the journal: what a manifest names may be kept
            manifest::earlier(manifest, self.keep, &mut earlier)
                .map_err(SinkError::new("read", self.out.join(MANIFEST)))?;
        }
        let earlier = earlier.sorted().map_err(sorting)?;
        let (count, left) = self.write_manifest(made, earlier)?;
        if self.journal.is_resumed() {
            sweep(&self.out)?;
        }
        for record in left.sorted().map_err(sorting)? {
            remove(&self.out, Path::new(&*String::from_utf8_lossy(&record.map_err(sorting)?.key)))?;
        }
        self.journal.remove()?;
        Ok(count)
    }

    /// Writes the manifest. Tells how many files this run made, and what is left of earlier ones.
    fn write_manifest(
        &self,
        made: impl Iterator<Item = io::Result<Record>>,
        earlier: Sorted,
    ) -> Result<(usize, Sorter), SinkError> {
        let path = self.out.join(MANIFEST);
        let mut file = BufWriter::with_capacity(1 << 16, Whole::create(&path, self.private)?);
        let merged = self.merge(Joined { made: made.peekable(), earlier: earlier.peekable() }, &mut file);
        let placed = merged.and_then(|merged| {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.place()?;
            Ok(merged)
        });
        placed.map_err(SinkError::new("write", path))
    }

    fn merge(
        &self,
        files: impl Iterator<Item = io::Result<Found>>,
        manifest: &mut impl Write,
    ) -> io::Result<(usize, Sorter)> {
        let (mut count, mut left) = (0, Sorter::new(&self.out));
        for found in files {
            match found? {
                Found::Made(record) => {
                    count += 1;
                    manifest::write_line(&record.value, manifest)?;
                }
                Found::Earlier(record) if self.is_kept(&record) => {
                    manifest::write_line(&record.value, manifest)?;
                }
                Found::Earlier(record) => left.push(&record.key, b"")?,
            }
        }
        Ok((count, left))
    }

    /// Whether a file of an earlier run is to stay: its line was kept, and it is there.
    fn is_kept(&self, record: &Record) -> bool {
        let path = self.out.join(&*String::from_utf8_lossy(&record.key));
        !record.value.is_empty() && fs::symlink_metadata(path).is_ok_and(|m| m.is_file())
    }
}

/// Makes OUT. One that is there stays as it is.
fn make(out: &Path, private: bool) -> Result<(), SinkError> {
    match fs::metadata(out) {
        Ok(meta) if meta.is_dir() => return Ok(()),
        Ok(_) => return Err(SinkError::new("use as a folder", out)(ErrorKind::NotADirectory.into())),
        Err(_) => {}
    }
    let parent = out.parent().map_or(Ok(()), fs::create_dir_all);
    let made = parent.and_then(|()| builder(private).create(out));
    match made {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && out.is_dir() => Ok(()),
        made => made.map_err(SinkError::new("make the folder", out)),
    }
}

#[cfg(unix)]
fn builder(private: bool) -> fs::DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.mode(if private { 0o700 } else { 0o777 });
    builder
}

#[cfg(not(unix))]
fn builder(_: bool) -> fs::DirBuilder {
    fs::DirBuilder::new()
}

/// Opened now, so that a manifest that cannot be read is told before hours of work.
fn earlier(manifest: &Path) -> Result<Option<File>, SinkError> {
    match File::open(manifest) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SinkError::new("read", manifest)(error)),
    }
}

/// Two sorted streams as one; of a path that both have, this run's.
struct Joined<M: Iterator> {
    made: Peekable<M>,
    earlier: Peekable<Sorted>,
}

enum Found {
    Made(Record),
    Earlier(Record),
}

impl<M: Iterator<Item = io::Result<Record>>> Iterator for Joined<M> {
    type Item = io::Result<Found>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(Ok(made)) = self.made.peek() else {
            // an error, or nothing more
            return match self.made.next() {
                Some(error) => Some(error.map(Found::Made)),
                None => self.earlier.next().map(|record| record.map(Found::Earlier)),
            };
        };
        let before = |earlier: &io::Result<Record>| earlier.as_ref().map_or(true, |e| e.key < made.key);
        if let Some(record) = self.earlier.next_if(before) {
            return Some(record.map(Found::Earlier));
        }
        self.earlier.next_if(|earlier| earlier.as_ref().is_ok_and(|e| e.key == made.key));
        self.made.next().map(|record| record.map(Found::Made))
    }
}

/// Whether a file of OUT is as its entry says.
fn stands(out: &Path, entry: &Entry) -> bool {
    let path = Path::new(&entry.path);
    is_ours(&entry.path) && has_real_folders(out, path) && is_as(&out.join(path), entry)
}

/// Whether a file is as an entry says.
fn is_as(file: &Path, entry: &Entry) -> bool {
    let same = |meta: fs::Metadata| meta.is_file() && meta.len() == entry.bytes;
    fs::symlink_metadata(file).is_ok_and(same) && hash(file).is_ok_and(|hash| hash == entry.sha256)
}

fn hash(path: &Path) -> io::Result<String> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut hash = Sha256::new();
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(bytes);
        let read = bytes.len();
        file.consume(read);
    }
}

/// Whether none of the folders above a file is a link, which could lead anywhere.
pub(crate) fn has_real_folders(out: &Path, path: &Path) -> bool {
    let real = |p: &Path| fs::symlink_metadata(out.join(p)).is_ok_and(|m| m.is_dir());
    parents(path).all(real)
}

/// The folders above a file, the innermost first.
fn parents(path: &Path) -> impl Iterator<Item = &Path> {
    path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty())
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
    if !has_real_folders(out, path) {
        return Ok(());
    }
    let file = out.join(path);
    match fs::remove_file(&file) {
        Ok(()) => {}
        // gone, or somebody made a folder of that name: not ours
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => {}
        Err(error) => return Err(SinkError::new("remove", file)(error)),
    }
    for parent in parents(path) {
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
    use std::collections::BTreeMap;

    use super::*;
    use crate::sink::tests::{entry, line, pack};
    use crate::sink::{Sink, Target};

    fn open(out: &Path, options: &Opening) -> Result<Sink, SinkError> {
        Sink::open(&Target::Folder(out.to_owned()), options)
    }

    fn build(out: &Path, files: &[(&str, &str)]) {
        build_with(out, &Opening::default(), files);
    }

    fn build_with(out: &Path, options: &Opening, files: &[(&str, &str)]) -> usize {
        let mut sink = open(out, options).unwrap();
        for file in files {
            sink.put(pack(&sink, &[*file]), None).unwrap();
        }
        sink.finish().unwrap()
    }

    /// Every path below a folder, with what a file holds.
    fn contents(folder: &Path) -> BTreeMap<String, Option<String>> {
        fn walk(at: &Path, root: &Path, out: &mut BTreeMap<String, Option<String>>) {
            for entry in fs::read_dir(at).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    walk(&path, root, out);
                }
                let name = path.strip_prefix(root).unwrap().display().to_string();
                out.insert(name, fs::read_to_string(&path).ok());
            }
        }
        let mut out = BTreeMap::new();
        walk(folder, folder, &mut out);
        out
    }

    fn tree(folder: &Path) -> Vec<String> {
        contents(folder).into_keys().collect()
    }

    fn listed(out: &Path) -> Vec<String> {
        let text = fs::read_to_string(out.join(MANIFEST)).unwrap();
        text.lines().map(|l| serde_json::from_str::<Entry>(l).unwrap().path).collect()
    }

    #[test]
    fn files_of_an_earlier_run_go_and_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        build(&out, &[("a/one", "1"), ("b/c/two", "2")]);
        fs::write(out.join("a/mine"), "kept").unwrap();
        build(&out, &[("a/three", "3")]);
        assert_eq!(tree(&out), ["a", "a/mine", "a/three", "manifest.jsonl"]);
        assert_eq!(listed(&out), ["a/three"]);
    }

    #[test]
    fn an_interrupted_run_leaves_nothing_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let mut sink = open(&out, &Opening::default()).unwrap();
        sink.put(pack(&sink, &[("a/one", "1")]), None).unwrap();
        fs::write(out.join("a/.two.mailprof-tmp"), "half").unwrap();
        sink.abandon();
        assert!(!out.join(MANIFEST).exists());
        build(&out, &[("b", "2")]);
        assert_eq!(tree(&out), ["b", "manifest.jsonl"]);
    }

    #[test]
    fn two_runs_do_not_fill_one_folder_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(dir.path(), &Opening::default()).unwrap();
        let error = open(dir.path(), &Opening::default()).err().unwrap();
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
        let own = Entry { path: MANIFEST.to_owned(), ..entry("x", "") };
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
            let entry = Entry { path: path.to_owned(), ..entry("x", "") };
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
        let mut sink = open(&out, &Opening::default()).unwrap();
        assert!(sink.put(pack(&sink, &[("a/one", "1")]), None).is_err());
        sink.put(pack(&sink, &[("b/two", "a secret")]), None).unwrap();
        let mode = fs::metadata(out.join("b/two")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(fs::read_dir(dir.path().join("elsewhere")).unwrap().next().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_private_folder_is_the_owners_alone_from_its_creation() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("above/out");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let sink = open(&out, &Opening { private: true, ..Opening::default() }).unwrap();
        assert_eq!((mode(&out), mode(&out.join(JOURNAL))), (0o700, 0o600));
        sink.finish().unwrap();
        assert_eq!(mode(&out.join(MANIFEST)), 0o600);
        // one that somebody made stays as it is
        let theirs = dir.path().join("theirs");
        fs::create_dir(&theirs).unwrap();
        let before = mode(&theirs);
        build_with(&theirs, &Opening { private: true, ..Opening::default() }, &[("a", "1")]);
        assert_eq!(mode(&theirs), before);
    }

    #[test]
    fn a_file_is_no_folder() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::write(&out, "mine").unwrap();
        let error = open(&out, &Opening::default()).err().unwrap();
        assert!(error.to_string().starts_with("could not use as a folder"), "{error}");
        assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    }

    #[test]
    fn files_that_are_kept_stand_in_the_new_manifest() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        build(&out, &[("a/one", "1"), ("b/two", "2"), ("c/gone", "3")]);
        fs::remove_file(out.join("c/gone")).unwrap();
        let mut sink = open(&out, &Opening::default()).unwrap();
        sink.put(pack(&sink, &[("d/leftover", "4")]), None).unwrap();
        sink.abandon();
        let keep = Opening { keep: true, ..Opening::default() };
        assert_eq!(build_with(&out, &keep, &[("b/two", "anew"), ("e/five", "5")]), 2);
        assert_eq!(listed(&out), ["a/one", "b/two", "e/five"]);
        assert_eq!(tree(&out), ["a", "a/one", "b", "b/two", "e", "e/five", MANIFEST]);
        let manifest = fs::read_to_string(out.join(MANIFEST)).unwrap();
        let [one, two] = [line("a/one", "1"), line("b/two", "anew")];
        assert!(manifest.starts_with(&format!("{one}\n{two}\n")), "{manifest}");
    }

    type User<'a> = (u8, &'a [(&'a str, &'a str)]);

    const USERS: [User; 4] = [
        (1, &[("x/one/a", "1a"), ("x/one/b", "1b")]),
        (2, &[("x/two/a", "2a"), ("x/two/b", "a secret")]),
        (3, &[("y/three/a", "3a")]),
        (4, &[]),
    ];

    fn run(number: u8) -> Opening {
        Opening { resume: true, run: [number; 32], ..Opening::default() }
    }

    /// Takes over or builds each user; which ones were taken over.
    fn fill(sink: &mut Sink, users: &[User]) -> Vec<u8> {
        let mut resumed = Vec::new();
        for (key, files) in users {
            match sink.resumed(&[*key; 32]).unwrap() {
                Some(made) => {
                    assert_eq!(made.files, files.len());
                    resumed.push(*key);
                }
                None => sink.put(pack(sink, files), Some(&[*key; 32])).unwrap(),
            }
        }
        resumed
    }

    fn expected() -> BTreeMap<String, Option<String>> {
        let dir = tempfile::tempdir().unwrap();
        let mut sink = open(dir.path(), &Opening::default()).unwrap();
        assert!(fill(&mut sink, &USERS).is_empty());
        assert_eq!(sink.finish().unwrap(), 5);
        contents(dir.path())
    }

    #[test]
    fn a_run_that_is_interrupted_twice_ends_as_one_that_was_not() {
        for first in 0..=USERS.len() {
            for second in 0..=USERS.len() {
                let dir = tempfile::tempdir().unwrap();
                let mut sink = open(dir.path(), &run(7)).unwrap();
                assert!(fill(&mut sink, &USERS[..first]).is_empty());
                sink.abandon();
                let mut sink = open(dir.path(), &run(7)).unwrap();
                assert_eq!(fill(&mut sink, &USERS[..second]).len(), first.min(second));
                drop(sink);
                let mut sink = open(dir.path(), &run(7)).unwrap();
                assert_eq!(fill(&mut sink, &USERS).len(), first.max(second));
                assert_eq!(sink.finish().unwrap(), 5);
                assert_eq!(contents(dir.path()), expected());
            }
        }
    }

    #[test]
    fn a_journal_that_is_cut_anywhere_resumes() {
        let dir = tempfile::tempdir().unwrap();
        let journal = dir.path().join(JOURNAL);
        let mut sink = open(dir.path(), &run(7)).unwrap();
        fill(&mut sink, &USERS);
        drop(sink);
        let whole = fs::read(&journal).unwrap();
        for length in (0..whole.len()).step_by(13) {
            fs::write(&journal, &whole[..length]).unwrap();
            let mut sink = open(dir.path(), &run(7)).unwrap();
            let taken = fill(&mut sink, &USERS).len();
            drop(sink);
            let told = whole[..length].split(|b| *b == b'\n').filter(|l| l.ends_with(b"]}")).count();
            assert_eq!(taken, told, "{length}");
            let mut sink = open(dir.path(), &run(7)).unwrap();
            assert_eq!(fill(&mut sink, &USERS).len(), USERS.len(), "{length}");
            sink.finish().unwrap();
            assert_eq!(contents(dir.path()), expected());
        }
    }

    /// Interrupts a run, lets `change` at it, and tells which users the next run takes over.
    fn taken_after(options: &Opening, users: &[User], change: impl FnOnce(&Path)) -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        let mut sink = open(dir.path(), &run(7)).unwrap();
        fill(&mut sink, &USERS);
        drop(sink);
        change(dir.path());
        let mut sink = open(dir.path(), options).unwrap();
        let taken = fill(&mut sink, users);
        sink.finish().unwrap();
        assert_eq!(contents(dir.path()), expected());
        taken
    }

    #[test]
    fn only_what_is_the_same_is_taken_over() {
        assert_eq!(taken_after(&run(7), &USERS, |_| {}), [1, 2, 3, 4]);
        assert!(taken_after(&run(8), &USERS, |_| {}).is_empty());
        assert!(taken_after(&Opening { resume: false, ..run(7) }, &USERS, |_| {}).is_empty());
        let [one, two, ..] = USERS;
        assert_eq!(taken_after(&run(7), &[(9, one.1), two, USERS[2], USERS[3]], |_| {}), [2, 3, 4]);
        // as long as it was
        let changed = |out: &Path| fs::write(out.join("x/two/a"), "2x").unwrap();
        assert_eq!(taken_after(&run(7), &USERS, changed), [1, 3, 4]);
        let gone = |out: &Path| fs::remove_file(out.join("y/three/a")).unwrap();
        assert_eq!(taken_after(&run(7), &USERS, gone), [1, 2, 4]);
        let no_journal = |out: &Path| fs::remove_file(out.join(JOURNAL)).unwrap();
        assert!(taken_after(&run(7), &USERS, no_journal).is_empty());
    }

    #[test]
    fn the_journal_of_a_version_that_did_not_resume_is_understood() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("a")).unwrap();
        fs::write(dir.path().join("a/one"), "1").unwrap();
        fs::write(dir.path().join("a/mine"), "kept").unwrap();
        fs::write(dir.path().join(JOURNAL), "a/one\na/tw").unwrap();
        build_with(dir.path(), &run(7), &[("b", "2")]);
        assert_eq!(tree(dir.path()), ["a", "a/mine", "b", MANIFEST]);
    }

    #[test]
    fn a_resumed_run_removes_what_it_no_longer_makes() {
        let dir = tempfile::tempdir().unwrap();
        build(dir.path(), &[("old/file", "0")]);
        let mut sink = open(dir.path(), &run(7)).unwrap();
        fill(&mut sink, &USERS);
        drop(sink);
        let mut sink = open(dir.path(), &run(7)).unwrap();
        assert_eq!(fill(&mut sink, &USERS[..1]), [1]);
        assert_eq!(sink.finish().unwrap(), 2);
        assert_eq!(tree(dir.path()), [MANIFEST, "x", "x/one", "x/one/a", "x/one/b"]);
    }

    #[test]
    fn a_hostile_journal_lists_and_removes_nothing_outside() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(dir.path().join("victim"), "here").unwrap();
        let entry = Entry { path: "../victim".to_owned(), ..entry("x", "here") };
        let key = "01".repeat(32);
        let done = format!(r#"{{"done":"{key}","entries":[{}]}}"#, String::from_utf8(entry.line()).unwrap());
        let run_line = format!(r#"{{"run":"{}"}}"#, "07".repeat(32));
        let long = "x".repeat(5 << 20);
        fs::write(out.join(JOURNAL), format!("{run_line}\n{long}\n[\"../victim\",\"..\"]\n{done}\n"))
            .unwrap();
        let mut sink = open(&out, &run(7)).unwrap();
        assert_eq!(sink.resumed(&[1; 32]).unwrap(), None);
        sink.finish().unwrap();
        assert_eq!(tree(dir.path()), ["out", "out/manifest.jsonl", "victim"]);
    }
}
