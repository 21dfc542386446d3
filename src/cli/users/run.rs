//! A run over the rows: they are read here, built on all cores, and written here in the order of the input.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use super::changed::{Old, Owner};
use super::combined::Combined;
use super::input::Input;
use super::kinds::Kinds;
use super::one::{Batch, Done, Maker, Rejected, Written, identity, key};
use super::opened::{Opened, with_passwords};
use super::progress::Progress;
use super::rejects::RejectsFile;
use super::seen::Seen;
use super::stop;
use super::wanted::Wanted;
use crate::account::users::{Row, Rows};
use crate::account::{Fetched, value};
use crate::build::{Moulds, Part};
use crate::cli::outside::Outside;
use crate::cli::{CliError, Report, args};
use crate::finding::{self, Catalogue, Finding, Findings, Source, Tally};
use crate::library::Library;
use crate::lint::{self, Judged};
use crate::parallel;
use crate::sink::{Listing, Opening, Sink, TakenOver, Target};

/// Rows that one thread builds before it hands them over.
const MOST_ROWS: usize = 32;

/// Batches that are on the way at once, for each core.
const ON_THE_WAY: usize = 4;

/// The line of users whom an earlier run built.
const BEFORE: u64 = 0;

/// Bytes of files that a batch comes to: the more a user has, the fewer users.
const MOST_BYTES: u64 = 1024 * 1024;

/// What the threads are given.
pub(super) enum Item {
    /// to be built
    Row(Row),
    /// built by an earlier run
    Resumed { address: String, line: u64, made: TakenOver },
}

/// What came of a run.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    /// rows that were looked at, those of other shards not counted
    pub rows: u64,
    pub users: usize,
    pub files: usize,
    pub rejected: u64,
    /// users whom an earlier run had built
    pub resumed: usize,
    /// users who are left out, as an earlier build has the same of them
    pub unchanged: usize,
    /// files that hold a password
    pub secrets: usize,
    /// users whose files were cast and not rendered
    pub cast: usize,
}

impl Counts {
    /// Users whose rows are dealt with.
    pub fn done(&self) -> usize {
        self.users + self.unchanged
    }
}

/// Why a run ends before its last row.
pub(super) enum Ended {
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

/// A run over the rows.
pub(super) struct Run<'a> {
    pub args: &'a args::Build,
    pub words: &'static Catalogue,
    /// all that the files depend on beside their rows
    pub run: [u8; 32],
    /// what an earlier build made, where only what changed is asked for
    pub old: Option<&'a Old>,
    pub counts: Counts,
    pub seen: Seen,
    pub rejects: RejectsFile,
    pub progress: Progress,
}

impl Run<'_> {
    pub fn build(
        &mut self,
        opened: &mut Opened,
        library: &Library,
        report: &mut Report,
    ) -> Result<(), Ended> {
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
                if !is_folder && target != Target::Stdout {
                    // an archive that is not in place holds nothing
                    (self.counts.users, self.counts.files, self.counts.secrets) = (0, 0, 0);
                }
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
        let pack = listed.pack()?;
        self.counts.files += pack.files();
        Ok(sink.put(pack, None)?)
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
        let args = self.args;
        let items = batches(|| next(args, rows, name, &sink), &size, &failed);
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
                Done::Resumed { address, line, made } => {
                    self.seen.insert(&address, line);
                    self.counts.files += made.files;
                    self.counts.secrets += made.secrets;
                    self.counts.users += 1;
                    self.counts.resumed += 1;
                }
                Done::Rejected(rejected, told) => {
                    tally.merge(told);
                    self.reject(&rejected)?;
                }
            }
            // one by one: how many rows a batch has depends on the machine
            self.judge(false)?;
        }
        tally.merge(batch.tally);
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
        self.counts.files += pack.files();
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

/// The next row that is this run's, or what an earlier run made of it. `None`: there is none left, or somebody pressed Ctrl-C.
fn next(
    args: &args::Build,
    rows: &mut Rows<Input>,
    name: &str,
    sink: &RefCell<&mut Sink>,
) -> Option<Result<Item, CliError>> {
    loop {
        if stop::is_wanted() {
            return None;
        }
        let row = rows.next()?;
        // what was read last may be a part of a row
        if stop::is_wanted() {
            return None;
        }
        match row {
            Ok(row) if args.shard.is_some_and(|shard| !shard.holds(&whose(&row))) => {}
            Ok(row) if !args.resume => return Some(Ok(Item::Row(row))),
            Ok(row) => return Some(item(row, &mut sink.borrow_mut())),
            Err(source) => return Some(Err(CliError::Read { path: name.to_owned(), source })),
        }
    }
}

/// A row, or what an earlier run made of it.
fn item(row: Row, sink: &mut Sink) -> Result<Item, CliError> {
    let address = whose(&row);
    Ok(match sink.resumed(&key(&row))? {
        Some(made) => Item::Resumed { address, line: row.line, made },
        None => Item::Row(row),
    })
}

/// The address of a row as an account has it; of one that has none, what stands there.
fn whose(row: &Row) -> String {
    let text = row.value("address").or(row.cells.first().map(String::as_str)).unwrap_or_default();
    value::address(text).map_or_else(|_| text.to_owned(), |address| address.as_str().to_owned())
}
