//! Files of many users' PDF sheets, in the order of the rows, each of at most 200 users, and a table that tells where each user is: what a
//! printing and posting house asks for. Letters with passwords have files of their own in the same order, so that two machines can fold
//! them. No more than one file's users are kept.

use crate::account::Account;
use crate::account::users::{self, Row};
use crate::build::{Artifact, Builder};
use crate::cli::CliError;
use crate::sink::Sink;

/// Users in one file.
const MOST_USERS: usize = 200;

/// The table's columns.
const COLUMNS: [&str; 6] = ["row", "file", "first page", "pages", "customer number", "postcode"];

/// One user's PDF sheets and letters.
#[derive(Debug)]
pub(super) struct Sheaf {
    line: u64,
    address: String,
    customer: Option<String>,
    postcode: Option<String>,
    sheets: Vec<Artifact>,
    letters: Vec<Artifact>,
}

impl Sheaf {
    /// Takes the PDF sheets and letters out of a user's files.
    pub fn of(row: &Row, account: &Account, artifacts: Vec<Artifact>) -> (Self, Vec<Artifact>) {
        let printed = |a: &Artifact| a.format == "pdf" && a.file.is_none();
        let (printed, others): (Vec<_>, Vec<_>) = artifacts.into_iter().partition(printed);
        // a letter belongs to no client
        let (sheets, letters) = printed.into_iter().partition(|a| a.client.is_some());
        let paper = &account.paper;
        let sheaf = Self {
            line: row.line,
            address: account.address.as_ref().map(|a| a.as_str().to_owned()).unwrap_or_default(),
            customer: paper.customer_number.clone(),
            postcode: paper.recipient.as_ref().and_then(|r| r.postcode.clone()),
            sheets,
            letters,
        };
        (sheaf, others)
    }

    /// How long its PDFs are together.
    pub fn bytes(&self) -> u64 {
        self.sheets.iter().chain(&self.letters).map(|a| a.bytes.len() as u64).sum()
    }
}

/// The two rows of files of a run.
pub(super) struct Combined<'a> {
    builder: &'a Builder,
    sheets: Series,
    letters: Series,
}

impl<'a> Combined<'a> {
    /// `stem`: the name that was asked for, without `.pdf`.
    pub fn new(builder: &'a Builder, stem: &str) -> Self {
        Self { builder, sheets: Series::new(stem), letters: Series::new(&format!("{stem}.letters")) }
    }

    /// Takes the next user.
    pub fn take(&mut self, sheaf: Sheaf, sink: &mut Sink) -> Result<(), CliError> {
        let Sheaf { line, address, customer, postcode, sheets, letters } = sheaf;
        let entry = |files| {
            let (customer, postcode) = (customer.clone(), postcode.clone());
            Entry { line, title: customer.clone().unwrap_or(address.clone()), customer, postcode, files }
        };
        self.sheets.take(entry(sheets), self.builder, sink)?;
        self.letters.take(entry(letters), self.builder, sink)
    }

    /// Writes what is left, and the tables.
    pub fn finish(self, sink: &mut Sink) -> Result<(), CliError> {
        self.sheets.finish(self.builder, sink)?;
        self.letters.finish(self.builder, sink)
    }
}

/// One user in a file.
struct Entry {
    line: u64,
    /// its bookmark
    #[cfg_attr(not(feature = "pdf"), allow(dead_code))]
    title: String,
    customer: Option<String>,
    postcode: Option<String>,
    files: Vec<Artifact>,
}

/// Files that are numbered from 1.
struct Series {
    stem: String,
    number: usize,
    users: Vec<Entry>,
    table: String,
}

impl Series {
    fn new(stem: &str) -> Self {
        Self { stem: stem.to_owned(), number: 0, users: Vec::new(), table: String::new() }
    }

    fn take(&mut self, user: Entry, builder: &Builder, sink: &mut Sink) -> Result<(), CliError> {
        if !user.files.is_empty() {
            self.users.push(user);
        }
        if self.users.len() < MOST_USERS { Ok(()) } else { self.write(builder, sink) }
    }

    /// Writes the file of those who came since the last one.
    fn write(&mut self, builder: &Builder, sink: &mut Sink) -> Result<(), CliError> {
        self.number += 1;
        let path = format!("{}.{:04}.pdf", self.stem, self.number);
        let (bytes, pages) = bound(builder, &self.users, &path)?;
        let mut first = 1;
        for (user, pages) in self.users.iter().zip(pages) {
            self.table += &user.record(&path, first, pages);
            first += pages;
        }
        let secret = self.users.iter().flat_map(|user| &user.files).any(|file| file.secret);
        self.users.clear();
        put(sink, Artifact { secret, bytes: bytes.into(), ..batch(path, "pdf") })
    }

    fn finish(mut self, builder: &Builder, sink: &mut Sink) -> Result<(), CliError> {
        if !self.users.is_empty() {
            self.write(builder, sink)?;
        }
        if self.number == 0 {
            return Ok(());
        }
        // spreadsheets take a file without the mark for one in the code page of Windows
        let text = format!("\u{feff}{}{}", users::record(COLUMNS), self.table);
        put(
            sink,
            Artifact { bytes: text.into_bytes().into(), ..batch(format!("{}.index.csv", self.stem), "csv") },
        )
    }
}

impl Entry {
    /// Its line of the table.
    fn record(&self, path: &str, first: usize, pages: usize) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let [first, pages] = [first, pages].map(|n| n.to_string());
        let (customer, postcode) = (text(&self.customer), text(&self.postcode));
        users::record([&self.line.to_string(), path, &first, &pages, &customer, &postcode])
    }
}

/// A file of the whole run.
fn batch(path: String, format: &'static str) -> Artifact {
    let (client, file, address) = (None, None, None);
    Artifact { path, client, file, format, scope: "batch", address, secret: false, bytes: Vec::new().into() }
}

fn put(sink: &mut Sink, artifact: Artifact) -> Result<(), CliError> {
    let pack = sink.packer().pack(vec![artifact])?;
    Ok(sink.put(pack, None)?)
}

/// The users' files as one, and how many pages each user has.
#[cfg(feature = "pdf")]
fn bound(builder: &Builder, users: &[Entry], path: &str) -> Result<(Vec<u8>, Vec<usize>), CliError> {
    use crate::build::Section;
    fn section(user: &Entry) -> Section<'_> {
        let files = user.files.iter().map(|file| &*file.bytes).collect();
        Section { title: format!("{} ({})", user.title, user.line), line: user.line, files }
    }
    let made = builder.combined(&users.iter().map(section).collect::<Vec<_>>());
    let made = made.map_err(|error| CliError::Usage(format!("could not make {path}: {error}")))?;
    Ok((made.bytes, made.pages))
}

/// Without the feature there is nothing to put together; that it was asked for was refused before.
#[cfg(not(feature = "pdf"))]
fn bound(_: &Builder, _: &[Entry], path: &str) -> Result<(Vec<u8>, Vec<usize>), CliError> {
    Err(CliError::Usage(format!("could not make {path}: this program was built without PDF")))
}
