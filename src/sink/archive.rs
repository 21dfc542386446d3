//! One file for all: a tar, plain or compressed, a zip, or a tar on standard output. What is written goes to a temporary name and
//! is renamed when it is whole.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};
use std::path::{Path, PathBuf};

use super::file::Whole;
use super::pack::{Body, Line, Packer};
use super::sorter::Sorter;
use super::zip::Directory;
use super::{MANIFEST, SinkError, manifest, tarball};

/// zstd's own default.
const LEVEL: i32 = 3;

/// An archive that is being written.
pub(super) struct Archive {
    /// none after an error: what follows would not be an archive
    stream: Option<Stream>,
    form: Form,
    lines: Sorter,
    /// for errors
    name: PathBuf,
    /// where what must be set aside is
    dir: PathBuf,
    private: bool,
}

enum Form {
    Tar,
    Zip(Box<Directory>),
}

impl Archive {
    pub(super) fn tar(out: &Path, private: bool) -> Result<Self, SinkError> {
        Self::file(out, private, |out| Ok(Stream::Plain(out)), |_| Form::Tar)
    }

    pub(super) fn tar_zst(out: &Path, private: bool) -> Result<Self, SinkError> {
        Self::file(out, private, Stream::zstd, |_| Form::Tar)
    }

    pub(super) fn zip(out: &Path, private: bool) -> Result<Self, SinkError> {
        let form = |dir: &Path| Form::Zip(Box::new(Directory::new(dir)));
        Self::file(out, private, |out| Ok(Stream::Plain(out)), form)
    }

    pub(super) fn stdout(private: bool) -> Self {
        let stream = Stream::Plain(buffered(StandardOutput::new()));
        // the system's folder for temporary files
        Self::new(stream, Form::Tar, "standard output".into(), tempfile::env::temp_dir(), private)
    }

    fn file(
        out: &Path,
        private: bool,
        stream: impl FnOnce(Out) -> io::Result<Stream>,
        form: impl FnOnce(&Path) -> Form,
    ) -> Result<Self, SinkError> {
        if fs::metadata(out).is_ok_and(|m| !m.is_file()) {
            let kind = if out.is_dir() { ErrorKind::IsADirectory } else { ErrorKind::InvalidInput };
            return Err(SinkError::new("use as a file", out)(kind.into()));
        }
        let dir = match out.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        };
        fs::create_dir_all(dir).map_err(SinkError::new("make the folder", dir))?;
        let file = buffered(Whole::alone(out, private)?);
        let stream = stream(file).map_err(SinkError::new("write", out))?;
        Ok(Self::new(stream, form(dir), out.to_owned(), dir.to_owned(), private))
    }

    fn new(stream: Stream, form: Form, name: PathBuf, dir: PathBuf, private: bool) -> Self {
        Self { stream: Some(stream), form, lines: Sorter::new(&dir), name, dir, private }
    }

    pub(super) fn packer(&self) -> Packer {
        match self.form {
            Form::Tar => Packer::tar(),
            Form::Zip(_) => Packer::zip(),
        }
    }

    pub(super) fn put(&mut self, body: Body, lines: &[Line]) -> Result<(), SinkError> {
        let stream = self.stream.take().ok_or_else(|| io::Error::other("writing it failed before"));
        let stream = stream.and_then(|stream| self.write(stream, body, lines));
        self.stream = Some(stream.map_err(SinkError::new("write", &self.name))?);
        Ok(())
    }

    /// Gives the stream back when all went well.
    fn write(&mut self, mut stream: Stream, body: Body, lines: &[Line]) -> io::Result<Stream> {
        match (&mut self.form, body) {
            (Form::Tar, Body::Tar(bytes)) => stream.write_all(&bytes)?,
            (Form::Zip(directory), Body::Zip(members)) => {
                directory.add(&members)?;
                stream.write_all(&members.bytes)?;
            }
            _ => return Err(io::Error::new(ErrorKind::InvalidInput, "a pack for another kind of archive")),
        }
        for line in lines {
            self.lines.push(line.path().as_bytes(), line.json().as_bytes())?;
        }
        Ok(stream)
    }

    pub(super) fn finish(self) -> Result<usize, SinkError> {
        let name = self.name.clone();
        self.end().map_err(SinkError::new("write", name))
    }

    fn end(self) -> io::Result<usize> {
        let mut stream = self.stream.ok_or_else(|| io::Error::other("writing it failed before"))?;
        let mut text = manifest::spool(&self.dir);
        let count = manifest::write(self.lines.sorted()?, &mut text)?;
        let (text, size) = manifest::unspool(text)?;
        match self.form {
            Form::Tar => tarball::end(MANIFEST, text, size, self.private, &mut stream)?,
            Form::Zip(directory) => {
                directory.end(MANIFEST, text, size, self.private, &self.dir, &mut stream)?;
            }
        }
        stream.close()?;
        Ok(count)
    }
}

/// Where bytes go.
enum Stream {
    Plain(Out),
    Zstd(Box<zstd::Encoder<'static, Out>>),
}

type Out = BufWriter<Box<dyn Drain>>;

/// What a pipe should hold, in bytes: with Linux's 64 KiB the two ends of it wait for each other at every second user.
#[cfg(target_os = "linux")]
const PIPE: usize = 256 * 1024;

/// Standard output as a file: what goes there is not looked through for line ends.
struct StandardOutput {
    lock: StdoutLock<'static>,
    #[cfg(unix)]
    file: Option<fs::File>,
}

impl StandardOutput {
    fn new() -> Self {
        let lock = io::stdout().lock();
        // what is no pipe, or may not be changed, serves as it is
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&lock, PIPE);
        #[cfg(unix)]
        let file = std::os::fd::AsFd::as_fd(&lock).try_clone_to_owned().ok().map(fs::File::from);
        Self {
            lock,
            #[cfg(unix)]
            file,
        }
    }

    fn out(&mut self) -> &mut dyn Write {
        #[cfg(unix)]
        if let Some(file) = &mut self.file {
            return file;
        }
        &mut self.lock
    }
}

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out().flush()
    }
}

fn buffered(drain: impl Drain + 'static) -> Out {
    // the files of most users are larger and pass it by
    BufWriter::with_capacity(1 << 15, Box::new(drain))
}

impl Stream {
    fn zstd(out: Out) -> io::Result<Self> {
        let mut encoder = zstd::Encoder::new(out, LEVEL)?;
        encoder.include_checksum(true)?;
        Ok(Self::Zstd(Box::new(encoder)))
    }

    fn close(self) -> io::Result<()> {
        let out = match self {
            Self::Plain(out) => out,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        out.into_inner().map_err(io::IntoInnerError::into_error)?.close()
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

/// What is at the end of the way.
trait Drain: Write {
    /// Everything was written.
    fn close(self: Box<Self>) -> io::Result<()>;
}

impl Drain for Whole {
    fn close(self: Box<Self>) -> io::Result<()> {
        self.place_safely()
    }
}

impl Drain for StandardOutput {
    fn close(mut self: Box<Self>) -> io::Result<()> {
        self.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read;

    use super::*;
    use crate::sink::tests::{artifact, line, pack};
    use crate::sink::{Opening, Sink, Target};

    const NAMES: [&str; 3] = ["a.tar", "a.tar.zst", "a.zip"];

    /// Two packs; paths that need more than a header has, text that is shorter when it is compressed and text that is not.
    fn files() -> Vec<Vec<(String, String)>> {
        let long = format!("x/{}/{}.xml", "\u{65e5}\u{672c}".repeat(12), "f".repeat(120));
        let one = [("y/b", "a secret"), ("x/a", ""), (long.as_str(), "text ")]
            .map(|(path, text)| (path.to_owned(), text.repeat(if text == "text " { 500 } else { 1 })));
        vec![one.to_vec(), vec![("a".to_owned(), "1".to_owned())]]
    }

    fn fill(sink: &mut Sink) {
        for files in files() {
            let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            sink.put(pack(sink, &files), None).unwrap();
        }
    }

    fn build(out: &Path) -> Vec<u8> {
        let mut sink =
            Sink::open(&Target::of(out), &Opening { private: true, ..Opening::default() }).unwrap();
        fill(&mut sink);
        assert_eq!(sink.finish().unwrap(), 4);
        fs::read(out).unwrap()
    }

    /// A member as a reader sees it: path, mode, content.
    type Member = (String, u32, String);

    fn untar(bytes: &[u8]) -> Vec<Member> {
        let mut tar = tar::Archive::new(bytes);
        let member = |entry: io::Result<tar::Entry<&[u8]>>| {
            let mut entry = entry.unwrap();
            let header = entry.header();
            assert_eq!((header.mtime().unwrap(), header.uid().unwrap(), header.gid().unwrap()), (0, 0, 0));
            assert_eq!((header.username().unwrap(), header.groupname().unwrap()), (Some(""), Some("")));
            let (mode, mut text) = (header.mode().unwrap(), String::new());
            entry.read_to_string(&mut text).unwrap();
            (entry.path().unwrap().to_str().unwrap().to_owned(), mode, text)
        };
        tar.entries().unwrap().map(member).collect()
    }

    fn unzip(bytes: &[u8]) -> Vec<Member> {
        let zip = rawzip::ZipArchive::from_slice(bytes).unwrap();
        let mut members = Vec::new();
        for record in zip.entries() {
            let record = record.unwrap();
            let entry = zip.get_entry(record.wayfinder()).unwrap();
            let mut text = String::new();
            // the reader holds lengths and checksum against what comes out
            let data: Box<dyn Read> = match record.compression_method() {
                rawzip::CompressionMethod::DEFLATE => {
                    Box::new(flate2::read::DeflateDecoder::new(entry.data()))
                }
                _ => Box::new(entry.data()),
            };
            entry.verifying_reader(data).read_to_string(&mut text).unwrap();
            let path = String::from_utf8(record.file_path().as_ref().to_vec()).unwrap();
            members.push((path, record.mode().value() & 0o777, text));
        }
        members
    }

    #[test]
    fn other_readers_find_what_went_in_and_the_manifest_last() {
        let dir = tempfile::tempdir().unwrap();
        let mut expected: Vec<Member> = files().concat().into_iter().map(|(p, t)| (p, 0o644, t)).collect();
        expected[0].1 = 0o600;
        let lines: BTreeMap<String, String> =
            expected.iter().map(|(p, _, t)| (p.clone(), line(p, t) + "\n")).collect();
        expected.push((MANIFEST.to_owned(), 0o600, lines.into_values().collect()));
        for (name, read) in [("a.tar", untar as fn(&[u8]) -> _), ("a.zip", unzip)] {
            let bytes = build(&dir.path().join(name));
            assert_eq!(read(&bytes), expected);
        }
        let packed = build(&dir.path().join("a.tar.zst"));
        let tar = zstd::decode_all(packed.as_slice()).unwrap();
        assert_eq!(tar, fs::read(dir.path().join("a.tar")).unwrap());
        assert!(tar.ends_with(&[0; 1024]) && tar.len().is_multiple_of(512));
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        for name in NAMES {
            let out = dir.path().join(name);
            assert!(build(&out) == build(&out), "{name}");
        }
    }

    #[test]
    fn what_was_there_stays_until_the_new_one_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        for name in NAMES {
            let out = dir.path().join(name);
            fs::write(&out, "old").unwrap();
            let mut sink = Sink::open(&Target::of(&out), &Opening::default()).unwrap();
            fill(&mut sink);
            let busy = Sink::open(&Target::of(&out), &Opening::default()).err().unwrap();
            assert!(busy.to_string().contains("another run is writing this file"), "{busy}");
            sink.abandon();
            assert_eq!(fs::read_to_string(&out).unwrap(), "old");
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), NAMES.len());
    }

    #[test]
    fn what_a_killed_run_left_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        for name in NAMES {
            let out = dir.path().join(name);
            let sink = Sink::open(&Target::of(&out), &Opening::default()).unwrap();
            let left = fs::read_dir(dir.path()).unwrap().flatten().map(|e| e.path()).find(|p| p != &out);
            drop(sink);
            fs::write(left.unwrap(), "x".repeat(1 << 16)).unwrap();
            let bytes = build(&out);
            assert!(bytes.len() < 1 << 16);
            fs::remove_file(&out).unwrap();
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_private_archive_is_the_owners_alone_from_its_first_byte() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a.tar");
        let modes = || -> Vec<u32> {
            let mode = |e: fs::DirEntry| e.metadata().unwrap().permissions().mode() & 0o777;
            fs::read_dir(dir.path()).unwrap().flatten().map(mode).collect()
        };
        let private = Opening { private: true, ..Opening::default() };
        let sink = Sink::open(&Target::of(&out), &private).unwrap();
        assert_eq!(modes(), [0o600]);
        sink.finish().unwrap();
        assert_eq!(modes(), [0o600]);
    }

    #[test]
    fn a_folder_is_no_archive() {
        let dir = tempfile::tempdir().unwrap();
        for name in NAMES {
            let out = dir.path().join(name);
            fs::create_dir(&out).unwrap();
            let error = Sink::open(&Target::of(&out), &Opening::default()).err().unwrap();
            assert!(error.to_string().starts_with("could not use as a file"), "{error}");
        }
    }

    /// A disk that has no room.
    struct Full(Whole, usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 = self.1.checked_sub(bytes.len()).ok_or(ErrorKind::StorageFull)?;
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }
    }

    impl Drain for Full {
        fn close(self: Box<Self>) -> io::Result<()> {
            self.0.place_safely()
        }
    }

    #[test]
    fn a_full_disk_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a.tar");
        for room in [0, 1 << 20, 4 << 20] {
            let drain = Full(Whole::alone(&out, true).unwrap(), room);
            let mut archive = Archive::new(
                Stream::Plain(buffered(drain)),
                Form::Tar,
                out.clone(),
                dir.path().to_owned(),
                true,
            );
            let mut put = || {
                let pack = archive.packer().pack(vec![artifact("a", &"1".repeat(2 << 20))]).unwrap();
                archive.put(pack.body, &pack.lines)
            };
            let error = (0..4).find_map(|_| put().err()).unwrap();
            assert_eq!(error.source.kind(), ErrorKind::StorageFull);
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "{room}");
            assert!(put().is_err());
            assert!(archive.finish().is_err());
        }
    }

    #[test]
    fn a_disk_that_is_full_at_the_end_is_told_then() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a.tar");
        let stream = Stream::Plain(buffered(Full(Whole::alone(&out, true).unwrap(), 10)));
        let archive = Archive::new(stream, Form::Tar, out, dir.path().to_owned(), true);
        assert_eq!(archive.finish().unwrap_err().source.kind(), ErrorKind::StorageFull);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_zip_of_more_members_than_16_bits_count_opens() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a.zip");
        let mut sink = Sink::open(&Target::of(&out), &Opening::default()).unwrap();
        for user in 0..700 {
            let files = (0..100).map(|n| artifact(&format!("{user}/{n}"), "1")).collect();
            sink.put(sink.packer().pack(files).unwrap(), None).unwrap();
        }
        assert_eq!(sink.finish().unwrap(), 70_000);
        let bytes = fs::read(&out).unwrap();
        let zip = rawzip::ZipArchive::from_slice(&bytes).unwrap();
        assert_eq!(zip.entries().count(), 70_001);
        let last = zip.entries().last().unwrap().unwrap();
        assert_eq!(last.file_path().as_ref(), MANIFEST.as_bytes());
        assert!(last.uncompressed_size_hint() > 70_000 * 100);
    }
}
