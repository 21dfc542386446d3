//! What each column of a users file stands for: settings by their dotted names, as the description's `users` says or as the header
//! itself does.

use std::collections::BTreeMap;

use encoding_rs::Encoding;

use super::Flaw;
use crate::account::RawAccount;
use crate::account::check::closest;
use crate::account::node::{Kind, Node};
use crate::account::schema;
use crate::account::secrecy::shown;
use crate::finding::{self, Finding, Findings, Place};

/// Columns that a file of rejected rows has in front.
pub const OF_REJECTS: [&str; 3] = ["line", "code", "message"];

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// comma-separated values
    Csv,
    /// tab-separated values
    Tsv,
    /// JSON Lines
    JsonLines,
}

impl RowFormat {
    /// By the word of the description, or by the end of a file's name.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word.rsplit('.').next()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" | "tab" | "txt" => Some(Self::Tsv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// What the description says of the users file.
#[derive(Debug, Clone)]
pub struct UsersFile {
    /// its encoding
    pub encoding: &'static Encoding,
    /// how its rows are written; `None`: as its name says
    pub format: Option<RowFormat>,
    /// settings with their columns
    columns: Vec<(String, Named)>,
    /// settings with the columns that stand in where those are empty
    fallback: Vec<(String, Named)>,
    /// columns that mean nothing here; `None`: all others
    ignore: Option<Vec<String>>,
}

/// A column's name, and where the description says it.
#[derive(Debug, Clone)]
struct Named {
    column: String,
    place: Place,
}

/// Settings that are the same for all rows: they decide what is read, or how.
const OF_ALL: &[&str] = &["users", "allow", "provider", "domain"];

impl UsersFile {
    /// What a description says. Mistakes become findings.
    #[must_use]
    pub fn of(raw: &RawAccount, findings: &mut Findings) -> Self {
        let node = raw.node("users");
        let text = |key: &str| node.and_then(|n| n.get(key));
        let encoding = text("encoding").and_then(|n| {
            let label = n.text()?;
            let known = Encoding::for_label(label.as_bytes());
            if known.is_none() {
                findings.push(Finding::new(&finding::USERS_ENCODING).arg("value", label).at(n.place));
            }
            known
        });
        let mut columns = pairs(text("columns"), findings);
        let fallback = pairs(text("fallback"), findings);
        let mut sources = Vec::new();
        named_columns(&raw.merged, "", &mut sources);
        columns.extend(sources);
        Self {
            encoding: encoding.unwrap_or(encoding_rs::UTF_8),
            format: text("format").and_then(Node::text).and_then(RowFormat::of),
            columns,
            fallback,
            ignore: match text("ignore") {
                Some(node) if node.text() == Some("rest") => None,
                Some(node) => Some(node.texts()),
                None => Some(Vec::new()),
            },
        }
    }
}

fn pairs(node: Option<&Node>, findings: &mut Findings) -> Vec<(String, Named)> {
    let Some(Kind::Map(entries)) = node.map(|n| &n.kind) else { return Vec::new() };
    let mut pairs = Vec::new();
    for entry in entries {
        if let Some(reason) = unfit(&entry.key) {
            findings.push(reason.at(entry.key_place));
        } else if let Some(column) = entry.value.text() {
            pairs.push((entry.key.clone(), Named { column: column.to_owned(), place: entry.value.place }));
        }
    }
    pairs
}

/// Settings that the description takes from a column: `password: { column: … }`.
fn named_columns(node: &Node, path: &str, found: &mut Vec<(String, Named)>) {
    match &node.kind {
        Kind::Map(entries) => {
            if let (Some(column), false) = (node.get("column"), path.is_empty()) {
                let named = column.text().map(|c| Named { column: c.to_owned(), place: column.place });
                found.extend(named.map(|named| (path.to_owned(), named)));
                return;
            }
            for entry in entries.iter().filter(|e| !OF_ALL.contains(&e.key.as_str())) {
                let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
                named_columns(&entry.value, &path, found);
            }
        }
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                named_columns(item, &format!("{path}.{index}"), found);
            }
        }
        Kind::Scalar { .. } | Kind::Null => {}
    }
}

/// Why a name is no setting of a row.
fn unfit(setting: &str) -> Option<Finding> {
    if OF_ALL.contains(&setting.split('.').next().unwrap_or_default()) {
        return Some(Finding::new(&finding::USERS_NO_COLUMN).arg("setting", shown(setting)));
    }
    let unnumbered: Vec<&str> = setting.split('.').filter(|p| p.parse::<usize>().is_err()).collect();
    let known = !unnumbered.is_empty() && schema::has(&unnumbered.join("."));
    (!known).then(|| Finding::new(&finding::USERS_NO_SETTING).arg("setting", shown(setting)))
}

/// What the columns of one file stand for.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// settings with the places of their cells in a row: the first that is not empty counts
    cells: Vec<(String, Vec<usize>)>,
    /// names of the columns
    pub names: Vec<String>,
    /// whether the file holds rows that an earlier run rejected
    pub of_rejects: bool,
}

impl Columns {
    /// What a header stands for. `None`: rows cannot be read with it; the findings say why. `whole`: each column that the description
    /// names must be there.
    #[must_use]
    pub fn of(
        header: Vec<String>,
        file: &UsersFile,
        whole: bool,
        place: Option<Place>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let mut told = Findings::new();
        let of_rejects = header.iter().map(String::as_str).take(3).eq(OF_REJECTS);
        let own = if of_rejects { OF_REJECTS.len() } else { 0 };
        let at = |name: &str| header.iter().skip(own).position(|h| h == name).map(|at| at + own);
        let mut cells: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut used = vec![false; header.len()];
        used[..own].fill(true);
        for (setting, named) in file.columns.iter().chain(&file.fallback) {
            match at(&named.column) {
                Some(column) => {
                    used[column] = true;
                    cells.entry(setting.clone()).or_default().push(column);
                }
                None if !whole => {}
                None => told.push(
                    Finding::new(&finding::USERS_COLUMN_MISSING)
                        .arg("column", &named.column)
                        .arg("setting", setting)
                        .arg("known", header[own..].join(", "))
                        .at(named.place),
                ),
            }
        }
        for (column, name) in header.iter().enumerate().skip(own) {
            if header[own..column].contains(name) {
                told.push(Finding::new(&finding::USERS_COLUMN_TWICE).arg("column", name).at(place));
            } else if !used[column] && unfit(name).is_none() {
                cells.entry(name.clone()).or_default().push(column);
            } else if !used[column] && file.ignore.as_ref().is_some_and(|names| !names.contains(name)) {
                told.push(unknown(name, file).at(place));
            }
        }
        if !cells.contains_key("address") {
            told.push(Finding::new(&finding::USERS_WITHOUT_ADDRESS).at(place));
        }
        let sound = !told.has_errors();
        findings.extend(told);
        sound.then(|| Self { cells: cells.into_iter().collect(), names: header, of_rejects })
    }

    /// All settings that they stand for.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|(setting, _)| setting.as_str())
    }

    /// The settings of a row that are not empty, each with its column.
    pub fn settings<'r>(&'r self, cells: &'r [String]) -> impl Iterator<Item = (&'r str, usize, &'r str)> {
        self.cells.iter().filter_map(|(setting, columns)| {
            let filled = columns.iter().find(|c| cells.get(**c).is_some_and(|cell| !cell.is_empty()))?;
            Some((setting.as_str(), *filled, cells[*filled].as_str()))
        })
    }

    /// Why a row's cells do not fit the columns.
    #[must_use]
    pub fn flaw(&self, cells: &[String]) -> Option<Flaw> {
        (cells.len() != self.names.len()).then_some(Flaw::Uneven)
    }
}

fn unknown(name: &str, file: &UsersFile) -> Finding {
    let known = file.columns.iter().map(|(_, named)| named.column.as_str());
    let near = closest(name, known.chain(["address", "name", "incoming.username", "incoming.password"]));
    let near = near.map(|n| format!("`{n}`")).unwrap_or_default();
    let code =
        if near.is_empty() { &finding::USERS_COLUMN_UNKNOWN } else { &finding::USERS_COLUMN_UNKNOWN_NEAR };
    Finding::new(code).arg("column", name).arg("near", near)
}
