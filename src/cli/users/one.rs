//! One row on its way to a user's files: laid over the description, resolved, checked, built. Runs on any thread.

use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::changed::{Old, Owner};
use super::combined::Sheaf;
use super::kinds::{Groups, Kinds};
use super::wanted::Wanted;
use crate::account::users::{self, Row};
use crate::account::{self, Account, Fetched, RawAccount};
use crate::build::{self, Artifact, Builder, Moulds, Part};
use crate::cli::CliError;
use crate::cli::outside::Outside;
use crate::finding::{self, Catalogue, Echo, Finding, Findings, Severity, SourceId, Tally};
use crate::lint;
use crate::sink::{Pack, Packer, TakenOver};

/// What became of a row.
pub(super) enum Done {
    /// its user's files
    Built {
        /// by which duplicates are known
        address: String,
        /// what they are
        files: Files,
        /// for a run that goes on where this one was interrupted
        key: [u8; 32],
        /// for one that turns out to be a duplicate
        row: Box<Row>,
    },
    /// nothing was made of it, and why: told where the row is judged
    Rejected(Box<Rejected>, Tally),
    /// an earlier run built it
    Resumed {
        /// by which duplicates are known
        address: String,
        /// its line
        line: u64,
        /// what that made
        made: TakenOver,
    },
}

/// One user's files.
pub(super) struct Files {
    /// how long they are together
    pub bytes: u64,
    /// what is written; `None`: an earlier build made the same, and only what changed is asked for
    pub written: Option<Written>,
}

/// What is written of a user.
pub(super) struct Written {
    pub pack: Pack,
    /// his PDF sheets, where they are combined
    pub sheaf: Option<Box<Sheaf>>,
}

/// A row of which nothing was made.
pub(super) struct Rejected {
    pub row: Row,
    pub code: String,
    pub message: String,
}

/// What was made of a row.
struct Made {
    address: String,
    files: Files,
}

/// What was cast for a row, and what is to be told of it.
struct Cast {
    address: String,
    artifacts: Vec<Artifact>,
    told: [Arc<Vec<Echo>>; 2],
}

/// Some rows, done.
pub(super) struct Batch {
    pub done: Vec<Done>,
    /// what is told of those that were built
    pub tally: Tally,
}

/// What workers share.
pub(super) struct Maker<'a> {
    pub raw: &'a RawAccount,
    pub wanted: &'a Wanted<'a>,
    pub builder: &'a Builder,
    pub moulds: &'a Moulds,
    pub kinds: &'a Kinds,
    pub packer: Packer,
    /// what is left out where it has the same
    pub old: Option<&'a Old>,
    pub outside: &'a Outside,
    pub words: &'a Catalogue,
    /// the users file's name
    pub name: &'a str,
    /// the id of the source that is any row
    pub rows: SourceId,
    /// what is told of the description itself: once, not for each row
    pub known: BTreeSet<(String, Option<(SourceId, usize)>)>,
}

/// What identifies a finding of the description itself.
pub(super) fn identity(finding: &Finding) -> (String, Option<(SourceId, usize)>) {
    (finding.code.clone(), finding.place.map(|p| (p.source, p.start)))
}

/// What a row was made from: where it stands and what it holds.
pub(super) fn key(row: &Row) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(row.line.to_le_bytes());
    for text in row.columns.iter().chain(&row.cells) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

impl Maker<'_> {
    /// Builds some rows.
    pub fn batch(&self, rows: Vec<super::run::Item>) -> Result<Batch, CliError> {
        let mut tally = Tally::new(self.rows);
        let mut groups = Groups::default();
        let mut done = Vec::with_capacity(rows.len());
        for item in rows {
            done.push(match item {
                super::run::Item::Row(row) => self.row(row, &mut tally, &mut groups)?,
                super::run::Item::Resumed { address, line, made } => Done::Resumed { address, line, made },
            });
        }
        groups.tell(self.name, &mut tally);
        Ok(Batch { done, tally })
    }

    fn row(&self, row: Row, tally: &mut Tally, groups: &mut Groups) -> Result<Done, CliError> {
        let kind = users::kind(&row).filter(|_| !Wanted::differs(&row));
        let row = match self.short(row, kind.as_deref(), groups)? {
            Ok(done) => return Ok(done),
            Err(row) => row,
        };
        let mut findings = Findings::new();
        row.told(self.rows).for_each(|finding| findings.push(finding));
        let made = if findings.has_errors() {
            // one run tells every mistake
            if row.settings().next().is_some() {
                drop(self.account(&row, &mut findings));
            }
            None
        } else {
            self.whole(&row, kind, &mut findings, groups)?
        };
        let tell = |tally: &mut Tally, address: Option<&str>| {
            findings.iter().for_each(|finding| tally.add(finding, address, || row.source(self.name)));
        };
        let Some(Made { address, files }) = made else {
            let mut told = Tally::new(self.rows);
            tell(&mut told, row.value("address"));
            return Ok(Done::Rejected(Box::new(self.rejected(row, &findings)), told));
        };
        tell(tally, Some(&address));
        Ok(Done::Built { address, files, key: key(&row), row: Box::new(row) })
    }

    /// The short way: a row like one before, whose files are cast. A row that is given back must go the whole way.
    fn short(
        &self,
        row: Row,
        kind: Option<&str>,
        groups: &mut Groups,
    ) -> Result<Result<Done, Row>, CliError> {
        let Some(Cast { address, artifacts, told }) = kind.and_then(|kind| self.cast(&row, kind)) else {
            return Ok(Err(row));
        };
        groups.add(told, &row, &address);
        // a PDF is never cast
        let files = self.files(&address, artifacts, None)?;
        Ok(Ok(Done::Built { address, files, key: key(&row), row: Box::new(row) }))
    }

    /// Packs a user's files, unless they are to be left out.
    fn files(
        &self,
        address: &str,
        artifacts: Vec<Artifact>,
        sheaf: Option<Box<Sheaf>>,
    ) -> Result<Files, CliError> {
        let listed = self.packer.list(artifacts)?;
        let bytes = listed.bytes() + sheaf.as_deref().map_or(0, Sheaf::bytes);
        let same = self.old.is_some_and(|old| old.has(&Owner::User(address), &listed));
        let written = if same { None } else { Some(Written { pack: listed.pack()?, sheaf }) };
        Ok(Files { bytes, written })
    }

    /// The cast files of a row of a kind; `None`: it cannot be trusted with them.
    fn cast(&self, row: &Row, kind: &str) -> Option<Cast> {
        let known = self.kinds.trusted(kind)?;
        let (account, fetched) = known.alike.account(row)?;
        let (artifacts, told) = self.moulds.cast(known.shape.as_ref()?, &account, &fetched)?;
        let address = account.address.filter(|_| self.builder.has_all_paper(&artifacts))?;
        Some(Cast { address: address.as_str().to_owned(), artifacts, told: [known.told.clone(), told] })
    }

    /// The row's files; `None`: its findings leave nothing to build.
    fn whole(
        &self,
        row: &Row,
        kind: Option<String>,
        findings: &mut Findings,
        groups: &mut Groups,
    ) -> Result<Option<Made>, CliError> {
        let Some((raw, account, fetched)) = self.account(row, findings) else { return Ok(None) };
        let Some(address) = account.address.as_ref().map(|a| a.as_str().to_owned()) else { return Ok(None) };
        let mut told = Findings::new();
        let own = Wanted::differs(row).then(|| self.wanted.builder(&raw, &mut told)).transpose()?;
        if told.has_errors() {
            // it wishes what there is not
            findings.extend(told);
            return Ok(None);
        }
        let builder = own.as_deref().unwrap_or(self.builder);
        let artifacts = if own.is_some() {
            builder.part(Part::User, &account, &raw, &fetched, &mut told)?
        } else {
            let shape = build::shape(self.builder, &account, &fetched);
            if let Some(kind) = kind {
                self.kinds.learn(kind, row, (&account, &fetched), &shape, echoes(&raw, findings));
            }
            let shape = shape.as_deref();
            let cast = shape.and_then(|shape| self.moulds.cast(shape, &account, &fetched));
            match cast.filter(|(artifacts, _)| builder.has_all_paper(artifacts)) {
                Some((artifacts, same)) => {
                    groups.add_told(same, row, &address);
                    artifacts
                }
                None => self.moulds.make(self.builder, shape, &account, &raw, &fetched, &mut told)?,
            }
        };
        let whole = builder.has_all_paper(&artifacts);
        findings.extend(told);
        if !whole {
            return Ok(None);
        }
        let (sheaf, artifacts) = match self.wanted.args.combined {
            Some(_) => {
                let (sheaf, others) = Sheaf::of(row, &account, artifacts);
                (Some(Box::new(sheaf)), others)
            }
            None => (None, artifacts),
        };
        let files = self.files(&address, artifacts, sheaf)?;
        Ok(Some(Made { address, files }))
    }

    /// The row's account and its passwords.
    fn account(&self, row: &Row, findings: &mut Findings) -> Option<(RawAccount, Account, Fetched)> {
        let mut told = Findings::new();
        let raw = self.raw.with_row(&row.values(self.rows), self.rows, &mut told);
        let resolved = account::resolve(&raw, &mut told);
        let wishes = self.wanted.wishes(&raw, row);
        lint::run(&lint::Subject { raw: &raw, draft: &resolved.draft, wishes: &wishes }, &mut told);
        let fetched = resolved.account.as_ref().map(|account| {
            let needed = self.builder.needs_passwords(account);
            account.fetch_passwords(needed, &raw, self.outside, &mut told)
        });
        if let Some(account) = &resolved.account {
            self.builder.letter_lacks(account, &raw, &mut told);
        }
        told.retain(|finding| !self.known.contains(&identity(finding)));
        let sound = !told.has_errors();
        findings.extend(told);
        let (account, fetched) = resolved.account.zip(fetched)?;
        sound.then_some((raw, account, fetched))
    }

    fn rejected(&self, row: Row, findings: &Findings) -> Rejected {
        let errors = || findings.iter().filter(|f| f.severity == Severity::Error);
        let code = errors().next().map_or(finding::ROW_UNEVEN.id, |f| f.code.as_str()).to_owned();
        let message: Vec<String> = errors().map(|f| self.words.word(f).message).collect();
        Rejected { row, code, message: message.join("; ") }
    }
}

fn echoes(raw: &RawAccount, findings: &Findings) -> Vec<Echo> {
    findings.iter().map(|finding| raw.echo(finding)).collect()
}
