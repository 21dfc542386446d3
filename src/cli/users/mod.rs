//! `mailprof build --users`: one description, many users. Rows are read, built on all cores and written in the order of the input, with
//! as much memory for a million as for a thousand; rows that cannot be built go to a file of rejects.

mod changed;
mod combined;
mod input;
mod inputs;
mod keyed;
mod kinds;
mod limit;
mod one;
mod progress;
mod rejects;
mod seen;
mod shard;
mod stop;
mod wanted;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

pub(super) use changed::lies_apart;
pub(super) use limit::MostRejects;
pub(super) use shard::Shard;

use super::args::{BuildFormat, SheetFormat};
use super::build::{described, is_stream, prepared};
use super::description::Description;
use super::outside::Outside;
use super::{CliError, Report, Tongue, args};
use crate::account::users::{Row, RowFormat, Rows, UsersFile};
use crate::account::{Fetched, value};
use crate::build::{Builder, Moulds, Part, Printing};
use crate::finding::{self, Catalogue, Finding, Findings, Source, Tally};
use crate::library::Library;
use crate::lint::{self, Judged};
use crate::parallel;
use crate::sink::{Listing, Opening, Sink, Target};
use changed::{Old, Owner};
use combined::Combined;
use input::Input;
use inputs::{Inputs, Journal};
use kinds::Kinds;
use one::{Batch, Done, Maker, Rejected, Written, identity, key};
use progress::Progress;
use rejects::RejectsFile;
use seen::Seen;
use wanted::Wanted;

/// Rows that one thread builds before it hands them over.
const MOST_ROWS: usize = 32;

/// Batches that are on the way at once, for each core.
const ON_THE_WAY: usize = 4;

/// The line of users whom an earlier run built.
const BEFORE: u64 = 0;

/// Bytes of files that a batch comes to: the more a user has, the fewer users.
const MOST_BYTES: u64 = 1024 * 1024;

/// What the threads are given.
enum Item {
    /// to be built
    Row(Row),
    /// built by an earlier run
    Resumed { address: String, line: u64 },
}

/// What came of a run.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    /// rows that were looked at, those of other shards not counted
    rows: u64,
    users: usize,
    files: usize,
    rejected: u64,
    /// users whom an earlier run had built
    resumed: usize,
    /// users who are left out, as an earlier build has the same of them
    unchanged: usize,
    /// files that hold a password, but for those of an earlier run
    secrets: usize,
    /// users whose files were cast and not rendered
    cast: usize,
}

impl Counts {
    /// Users whose rows are dealt with.
    fn done(&self) -> usize {
        self.users + self.unchanged
    }
}

/// Why a run ends before its last row.
enum Ended {
    Failed(CliError),
    TooManyRejects,
    /// somebody pressed Ctrl-C
    Stopped,
}

impl<E: Into<CliError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Builds for every row of a users file.
pub(super) fn run(
    args: &args::Build,
    users: &Path,
    library: &Library,
    tongue: &Tongue,
) -> Result<u8, CliError> {
    let begun = SystemTime::now();
    if let Some(journal) = args.journal.as_ref().filter(|path| Journal::is_inside(path, &args.out)) {
        let words = format!("--journal {}: it lies in OUT; name a file elsewhere", journal.display());
        return Err(CliError::Usage(words));
    }
    let mut report = Report { aside: is_stream(&args.out), ..Report::default() };
    let words = tongue.words;
    let deny = args.common.deny.is_some();
    let inputs = Inputs::of(args, library)?;
    let Some(mut opened) = Opened::new(args, users, library, &mut report)? else {
        let last = words.line("wrote-nothing", &[]) + "\n";
        return report.finish(args.format.into(), library, tongue, deny, &last);
    };
    let old = args.only_changed.as_deref().map(|path| Old::open(path, words)).transpose()?;
    let old = old.as_ref();
    let rejects = opened.rejects(args)?;
    let path = rejects.path().display().to_string();
    let seen = opened.seen.clone();
    // a program reads what goes to standard error then
    let quiet = args.quiet || report.aside && args.format == BuildFormat::Json;
    let progress = Progress::new(words, seen.clone(), quiet);
    let (counts, run) = (Counts::default(), inputs.fingerprint(args, old));
    let mut run = Run { args, words, run, old, counts, seen: Seen::new(), rejects, progress };
    stop::listen();
    let ended = run.build(&mut opened, library, &mut report);
    run.progress.end();
    let counts = run.counts;
    let is_folder = matches!(Target::of(&args.out), Target::Folder(_));
    let (end, result) = match ended {
        Err(Ended::Failed(error)) => return Err(error),
        Ok(()) => ("wrote-users", "done"),
        Err(Ended::TooManyRejects) => ("too-many-rejects", "too-many-rejects"),
        Err(Ended::Stopped) if matches!(Target::of(&args.out), Target::Folder(_)) => {
            ("stopped-folder", "stopped")
        }
        Err(Ended::Stopped) => ("stopped-archive", "stopped"),
    };
    run.rejects.finish(users, ended.is_ok())?;
    if let Some(path) = &args.journal {
        Journal { args, begun, inputs: &inputs, old, users: seen, counts, ended: result }.write(path)?;
    }
    (report.files, report.users) = (counts.files, counts.users);
    let told = told(args, &counts, path);
    let first = match ended {
        Ok(()) => end,
        // its files stand there, each of them whole
        Err(_) if is_folder => "wrote-no-manifest",
        Err(_) => "wrote-nothing",
    };
    let last = std::iter::once(first).chain(beside(args, &counts));
    let last: String = last.map(|name| words.line(name, &told) + "\n").collect();
    let code = report.finish(args.format.into(), library, tongue, deny, &last)?;
    if ended.is_ok() { Ok(code) } else { Err(CliError::Usage(words.line(end, &told))) }
}

/// The lines that a run ends with, behind the first.
fn beside(args: &args::Build, counts: &Counts) -> impl Iterator<Item = &'static str> {
    let only_changed = args.only_changed.is_some();
    // OLD's manifest tells nothing of one user in a file of many
    let unseen = only_changed && args.combined.is_some() && !args.sheet_format.contains(&SheetFormat::Html);
    let lines = [
        (counts.resumed > 0, "wrote-resumed"),
        (only_changed, "wrote-unchanged"),
        (unseen, "wrote-unseen"),
        (counts.rejected > 0, "wrote-rejects"),
    ];
    lines.into_iter().filter_map(|(holds, line)| holds.then_some(line))
}

/// What the last lines of a run tell. `rejects`: where the rows are that were not built.
fn told(args: &args::Build, counts: &Counts, rejects: String) -> [(&'static str, String); 10] {
    let old = args.only_changed.as_deref().unwrap_or(Path::new(""));
    [
        ("files", counts.files.to_string()),
        ("users", counts.users.to_string()),
        ("rejected", counts.rejected.to_string()),
        ("rows", counts.rows.to_string()),
        ("resumed", counts.resumed.to_string()),
        ("unchanged", counts.unchanged.to_string()),
        ("old", old.display().to_string()),
        ("most", args.max_rejects.to_string()),
        ("rejects", rejects),
        ("out", args.out.display().to_string()),
    ]
}

/// The description and its users file, ready to be read.
struct Opened {
    description: Description,
    builder: Builder,
    printing: Printing,
    rows: Rows<Input>,
    format: RowFormat,
    encoding: &'static encoding_rs::Encoding,
    name: String,
    seen: input::Seen,
}

impl Opened {
    /// `None`: findings say why nothing can be built.
    fn new(
        args: &args::Build,
        users: &Path,
        library: &Library,
        report: &mut Report,
    ) -> Result<Option<Self>, CliError> {
        let input = Input::open(users)?;
        let seen = input.seen();
        let Some(description) = described(args, library, report)? else { return Ok(None) };
        // its mistakes were told when the description was read
        let file = UsersFile::of(&description.raw, &mut Findings::new());
        let name = users.display().to_string();
        let format = file.format.or(RowFormat::of(&name)).unwrap_or(RowFormat::Csv);
        let encoding = file.encoding;
        let sources = &mut report.sources;
        let mut header = |text: String| sources.add(Source::new(&name, text));
        let rows = Rows::open(input, file, format, &mut header, &mut report.findings);
        let rows = rows.map_err(|source| CliError::Read { path: name.clone(), source })?;
        let Some(rows) = rows else { return Ok(None) };
        supplied(&rows, &mut report.findings);
        if report.findings.has_errors() {
            return Ok(None);
        }
        let Some((builder, printing)) = prepared(args, library, &description, report)? else {
            return Ok(None);
        };
        let opened = Self { description, builder, printing, rows, format, encoding, name, seen };
        Ok(Some(opened).filter(|_| !report.findings.has_errors()))
    }

    fn rejects(&self, args: &args::Build) -> Result<RejectsFile, CliError> {
        let path = args.rejects.clone().or_else(|| RejectsFile::beside(&args.out, self.format));
        let path = path.ok_or_else(|| {
            CliError::Usage("-o -: name the file of rejected rows with --rejects FILE".to_owned())
        })?;
        RejectsFile::new(path, self.format, self.encoding)
    }
}

/// What the description leaves out and rows give is not missing.
fn supplied(rows: &Rows<Input>, findings: &mut Findings) {
    let settings: Option<Vec<String>> =
        rows.settings().map(|all| all.into_iter().map(|s| s.replace(".0.", ".")).collect());
    let gives = |setting: &str| {
        settings.as_ref().is_none_or(|all| {
            all.iter()
                .any(|s| s == setting || s.strip_prefix(setting).is_some_and(|rest| rest.starts_with('.')))
        })
    };
    findings.retain(|finding| {
        let setting = finding.args.iter().find(|(name, _)| *name == "setting").map(|(_, s)| s.as_str());
        let missing = finding.code == finding::MISSING_KEY.id && setting.is_some_and(gives);
        !missing && finding.code != finding::ADDRESS_OR_DOMAIN.id
    });
}

/// A run over the rows.
struct Run<'a> {
    args: &'a args::Build,
    words: &'static Catalogue,
    /// all that the files depend on beside their rows
    run: [u8; 32],
    /// what an earlier build made, where only what changed is asked for
    old: Option<&'a Old>,
    counts: Counts,
    seen: Seen,
    rejects: RejectsFile,
    progress: Progress,
}

impl Run<'_> {
    fn build(&mut self, opened: &mut Opened, library: &Library, report: &mut Report) -> Result<(), Ended> {
        let args = self.args;
        let target = Target::of(&args.out);
        let is_folder = matches!(target, Target::Folder(_));
        if opened.rows.are_rejects() && !is_folder && args.out.exists() {
            let name = args.out.display();
            return Err(CliError::Usage(format!(
                "{name} would be replaced by the users of {} alone; name another archive with -o",
                opened.name
            ))
            .into());
        }
        if opened.rows.are_rejects() && is_folder {
            self.keeps_combined()?;
        }
        // mended rows are added to those that were built
        let keep = opened.rows.are_rejects() && is_folder;
        let run = with_passwords(self.run, opened, &Outside::of(&args.common.account));
        let mut sink = Sink::open(&target, &Opening { private: true, resume: args.resume, run, keep })?;
        if keep {
            self.built_before(&args.out)?;
        }
        let rows = report.sources.add(Source::new(&opened.name, ""));
        let mut tally = Tally::new(rows);
        let ended = self.domain(opened, &mut sink, report);
        let ended = ended.and_then(|()| self.users(opened, library, report, &mut sink, &mut tally));
        let limits = opened.builder.limit_codes();
        tally.tell(&mut report.sources, &mut report.findings);
        lint::accept(&opened.description.raw, Some(&limits), Judged::None, &mut report.findings);
        match ended {
            Ok(()) => {
                self.counts.files = sink.finish()?;
                Ok(())
            }
            Err(ended) => {
                sink.abandon();
                Err(ended)
            }
        }
    }

    /// Learns whom a folder has files of: a mended row is somebody else's.
    fn built_before(&mut self, out: &Path) -> Result<(), CliError> {
        let path = out.join("manifest.jsonl");
        let read = |source| CliError::Read { path: path.display().to_string(), source };
        let manifest = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            manifest => manifest.map_err(read)?,
        };
        for entry in Listing::new(manifest) {
            let entry = entry.map_err(|e| read(std::io::Error::other(e.to_string())))?;
            if let Some(address) = entry.address {
                self.seen.insert(&address, BEFORE);
            }
        }
        Ok(())
    }

    /// Mended rows must not take the place of the file that the others are in.
    fn keeps_combined(&self) -> Result<(), Ended> {
        let name = self.args.combined.as_ref().map(|stem| format!("{stem}.0001.pdf"));
        match name.filter(|name| self.args.out.join(name).exists()) {
            Some(name) => Err(CliError::Usage(format!(
                "{name} is there and holds other users; name another file with --combined"
            ))
            .into()),
            None => Ok(()),
        }
    }

    /// What is published once for the domain, from the description alone.
    fn domain(&mut self, opened: &Opened, sink: &mut Sink, report: &mut Report) -> Result<(), Ended> {
        let first = self.args.shard.is_none_or(|shard| shard.part == 1);
        let Some(account) = opened.description.account.as_ref().filter(|_| first) else { return Ok(()) };
        let raw = &opened.description.raw;
        let mut told = Findings::new();
        let artifacts = opened.builder.part(Part::Domain, account, raw, &Fetched::default(), &mut told)?;
        // clients' limits are told of the users
        let limits = opened.builder.limit_codes();
        told.retain(|finding| !limits.contains(&finding.code));
        report.findings.extend(told);
        let owner = artifacts.first().map(|artifact| artifact.path.clone()).unwrap_or_default();
        let listed = sink.packer().list(artifacts)?;
        if self.old.is_some_and(|old| old.has(&Owner::domain(&owner), &listed)) {
            return Ok(());
        }
        Ok(sink.put(listed.pack()?, None)?)
    }

    fn users(
        &mut self,
        opened: &mut Opened,
        library: &Library,
        report: &Report,
        sink: &mut Sink,
        tally: &mut Tally,
    ) -> Result<(), Ended> {
        let Opened { description, builder, printing, rows, name, .. } = opened;
        let outside = Outside::of(&self.args.common.account);
        let wanted = Wanted::new(self.args, library, printing.clone(), description.wishes.clone());
        let moulds = Moulds::default();
        let maker = Maker {
            raw: &description.raw,
            wanted: &wanted,
            builder,
            moulds: &moulds,
            kinds: &Kinds::default(),
            packer: sink.packer(),
            old: self.old,
            outside: &outside,
            words: self.words,
            name,
            rows: tally.rows(),
            known: report.findings.iter().map(identity).collect(),
        };
        let mut combined = self.args.combined.as_deref().map(|stem| Combined::new(builder, stem));
        let sink = RefCell::new(sink);
        let failed: RefCell<Option<CliError>> = RefCell::new(None);
        let size = Cell::new(1);
        let shard = self.args.shard;
        let resume = self.args.resume;
        let next = || loop {
            if stop::is_wanted() {
                return None;
            }
            match rows.next()? {
                Ok(row) if shard.is_some_and(|shard| !shard.holds(&whose(&row))) => {}
                Ok(row) if !resume => return Some(Ok(Item::Row(row))),
                Ok(row) => return Some(item(row, &mut sink.borrow_mut())),
                Err(source) => return Some(Err(CliError::Read { path: name.clone(), source })),
            }
        };
        let items = batches(next, &size, &failed);
        // users with many files are large one by one
        let most = || if size.get() > 1 { ON_THE_WAY * parallel::cores() } else { 2 * parallel::cores() };
        parallel::stream(
            items,
            most,
            |items| maker.batch(items),
            |batch| -> Result<(), Ended> {
                size.set(self.take(batch?, combined.as_mut(), &mut sink.borrow_mut(), tally)?);
                Ok(())
            },
        )?;
        self.counts.cast = moulds.count();
        if let Some(error) = failed.into_inner() {
            return Err(error.into());
        }
        if stop::is_wanted() {
            return Err(Ended::Stopped);
        }
        self.judge(true)?;
        Ok(combined.map_or(Ok(()), |combined| combined.finish(&mut sink.borrow_mut()))?)
    }

    /// Writes what a batch came to. How many rows the next one should have.
    fn take(
        &mut self,
        batch: Batch,
        mut combined: Option<&mut Combined<'_>>,
        sink: &mut Sink,
        tally: &mut Tally,
    ) -> Result<usize, Ended> {
        let (rows, mut bytes) = (batch.done.len() as u64, 0);
        tally.merge(batch.tally);
        for done in batch.done {
            self.counts.rows += 1;
            match done {
                Done::Built { address, files, key, row } => match self.seen.insert(&address, row.line) {
                    Some(line) => self.duplicate(*row, line, &address, tally)?,
                    None => {
                        bytes += files.bytes;
                        match files.written {
                            Some(written) => self.write(written, &key, combined.as_deref_mut(), sink)?,
                            None => self.counts.unchanged += 1,
                        }
                    }
                },
                Done::Resumed { address, line } => {
                    self.seen.insert(&address, line);
                    self.counts.users += 1;
                    self.counts.resumed += 1;
                }
                Done::Rejected(rejected) => self.reject(&rejected)?,
            }
        }
        self.judge(false)?;
        self.progress.tick(&self.counts);
        let each = (bytes / rows.max(1)).max(1);
        Ok(usize::try_from(MOST_BYTES / each).unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS))
    }

    fn write(
        &mut self,
        Written { pack, sheaf }: Written,
        key: &[u8; 32],
        combined: Option<&mut Combined<'_>>,
        sink: &mut Sink,
    ) -> Result<(), Ended> {
        self.counts.users += 1;
        self.counts.secrets += pack.secrets();
        sink.put(pack, Some(key))?;
        match combined.zip(sheaf) {
            Some((combined, sheaf)) => Ok(combined.take(*sheaf, sink)?),
            None => Ok(()),
        }
    }

    fn duplicate(&mut self, row: Row, line: u64, address: &str, tally: &mut Tally) -> Result<(), Ended> {
        let place = row.values(tally.rows()).iter().find(|v| v.setting == "address").map(|v| v.place);
        let finding = match line {
            BEFORE => Finding::new(&finding::ROW_BUILT_BEFORE),
            line => Finding::new(&finding::ROW_DUPLICATE).arg("line", line),
        };
        let finding = finding.at(place);
        tally.add(&finding, Some(address), || {
            row.source(&self.args.users.as_deref().unwrap_or(Path::new("")).display().to_string())
        });
        let message = self.words.word(&finding).message;
        self.reject(&Rejected { row, code: finding.code, message })
    }

    fn reject(&mut self, rejected: &Rejected) -> Result<(), Ended> {
        self.counts.rejected += 1;
        Ok(self.rejects.write(rejected)?)
    }

    fn judge(&self, end: bool) -> Result<(), Ended> {
        let passed = self.args.max_rejects.is_passed(self.counts.rows, self.counts.rejected, end);
        if passed { Err(Ended::TooManyRejects) } else { Ok(()) }
    }
}

/// A hash of a run that takes in the logo, and the passwords which the description finds elsewhere, where files are to hold them: with
/// others the files are others.
fn with_passwords(run: [u8; 32], opened: &Opened, outside: &Outside) -> [u8; 32] {
    let Some(account) = opened.description.account.as_ref() else { return run };
    let raw = &opened.description.raw;
    let needed = opened.builder.holds_passwords();
    let fetched = account.fetch_passwords(needed, raw, outside, &mut Findings::new());
    let mut hash = Sha256::new_with_prefix(run);
    for secret in fetched.incoming.iter().chain(&fetched.outgoing) {
        hash.update([u8::from(secret.is_some())]);
        secret.iter().for_each(|secret| secret.mix_into(&mut hash));
    }
    if let Some(logo) = &opened.printing.logo {
        hash.update(logo.url().as_bytes());
    }
    hash.finalize().into()
}

/// Rows in batches. What reading says ends them, and stands in `failed`.
fn batches(
    mut next: impl FnMut() -> Option<Result<Item, CliError>>,
    size: &Cell<usize>,
    failed: &RefCell<Option<CliError>>,
) -> impl Iterator<Item = Vec<Item>> {
    std::iter::from_fn(move || {
        let mut batch = Vec::with_capacity(size.get());
        while batch.len() < size.get() && failed.borrow().is_none() {
            match next() {
                Some(Ok(item)) => batch.push(item),
                Some(Err(error)) => *failed.borrow_mut() = Some(error),
                None => break,
            }
        }
        (!batch.is_empty()).then_some(batch)
    })
}

/// A row, or what an earlier run made of it.
fn item(row: Row, sink: &mut Sink) -> Result<Item, CliError> {
    let address = whose(&row);
    Ok(match sink.resumed(&key(&row))? {
        Some(_) => Item::Resumed { address, line: row.line },
        None => Item::Row(row),
    })
}

/// The address of a row as an account has it; of one that has none, what stands there.
fn whose(row: &Row) -> String {
    let text = row.value("address").or(row.cells.first().map(String::as_str)).unwrap_or_default();
    value::address(text).map_or_else(|_| text.to_owned(), |address| address.as_str().to_owned())
}
