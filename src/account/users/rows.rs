//! Rows of a users file, one after the other: records, what their cells stand for, and what is wrong with them by themselves.

use std::io::{self, Read};
use std::ops::Range;

use super::cells::damage;
use super::columns::{Columns, OF_REJECTS, RowFormat, UsersFile};
use super::row::Value;
use super::table::Table;
use super::text::{Line, Lines};
use super::{Flaw, json};
use crate::finding::{self, Finding, Findings, Place, Source, SourceId};

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// the line where it begins, from 1
    pub line: u64,
    /// its cells as they stand in the file; of a row that cannot be read, one cell with its first line
    pub cells: Vec<String>,
    /// names of its columns: of JSON Lines, those of this row
    pub columns: Vec<String>,
    /// why it cannot be built
    pub findings: Vec<Finding>,
    /// settings with the place of their cell
    settings: Vec<(String, usize)>,
}

impl Row {
    /// A setting's value.
    #[must_use]
    pub fn value(&self, setting: &str) -> Option<&str> {
        let (_, at) = self.settings.iter().find(|(s, _)| s == setting)?;
        self.cells.get(*at).map(String::as_str)
    }

    /// Its settings with their texts.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings.iter().map(|(setting, at)| (setting.as_str(), self.cells[*at].as_str()))
    }

    /// Whether it has a setting whose name begins so.
    #[must_use]
    pub fn has(&self, beginning: &str) -> bool {
        self.settings.iter().any(|(setting, _)| setting.starts_with(beginning))
    }

    /// Its values, at their places in [`Row::source`], which has the id `source`.
    #[must_use]
    pub fn values(&self, source: SourceId) -> Vec<Value<'_>> {
        let stretches = self.stretches();
        self.settings
            .iter()
            .map(|(setting, at)| Value {
                setting,
                text: &self.cells[*at],
                place: Place::new(source, stretches[*at].start, stretches[*at].end),
            })
            .collect()
    }

    /// Why it cannot be built, each at its cell in [`Row::source`], which has the id `source`; what concerns all of the row, at its
    /// beginning.
    pub fn told(&self, source: SourceId) -> impl Iterator<Item = Finding> {
        let stretches = self.stretches();
        self.findings.iter().map(move |finding| {
            let column = finding.args.iter().find(|(name, _)| *name == "column").map(|(_, column)| column);
            let at = column.and_then(|column| self.columns.iter().position(|name| name == column));
            let place = at.and_then(|at| stretches.get(at)).map(|s| Place::new(source, s.start, s.end));
            finding.clone().at(place.unwrap_or(Place::start(source)))
        })
    }

    /// Its text for reports, under the file's name and at its line, and what of it must not be shown: every cell that is not known to
    /// be open.
    #[must_use]
    pub fn source(&self, name: &str) -> (Source, Vec<Range<usize>>) {
        let stretches = self.stretches();
        let open = |at: usize| {
            self.settings.iter().any(|(s, column)| *column == at && !s.ends_with("password"))
                && !self.settings.iter().any(|(s, column)| *column == at && s.ends_with("password"))
        };
        let hidden = (0..stretches.len()).filter(|at| !open(*at)).map(|at| stretches[at].clone()).collect();
        (Source::at_line(name, self.cells.join(","), self.line), hidden)
    }

    fn stretches(&self) -> Vec<Range<usize>> {
        let mut at = 0;
        let stretch = |cell: &String| {
            let start = at;
            at += cell.len() + 1;
            start..start + cell.len()
        };
        self.cells.iter().map(stretch).collect()
    }
}

enum Records<R> {
    Table(Box<Table<R>>, Columns),
    Json(Lines<R>, Option<Columns>),
}

/// Rows of a file.
pub struct Rows<R> {
    records: Records<R>,
    file: UsersFile,
    /// whether an earlier run rejected them
    rejects: bool,
}

impl<R: Read> Rows<R> {
    /// Opens a users file and reads its header. `None`: rows cannot be read; the findings, at places in the header, tell why.
    /// `header`: makes the header's text a source.
    ///
    /// # Errors
    /// What reading says.
    pub fn open(
        input: R,
        file: UsersFile,
        format: RowFormat,
        header: &mut dyn FnMut(String) -> SourceId,
        findings: &mut Findings,
    ) -> io::Result<Option<Self>> {
        let mut lines = Lines::new(input, file.encoding);
        if format == RowFormat::JsonLines {
            let rejects = are_rejects(&mut lines)?;
            return Ok(Some(Self { records: Records::Json(lines, None), file, rejects }));
        }
        let mut table = Table::new(lines, if format == RowFormat::Tsv { b'\t' } else { b',' });
        let Some(record) = table.next()? else {
            findings.push(Finding::new(&finding::USERS_EMPTY).at(Place::start(header(String::new()))));
            return Ok(None);
        };
        let text = record.cells.join(",");
        let (length, source) = (text.len(), header(text));
        let place = Place::new(source, 0, length);
        if let Some(flaw) = record.flaw {
            findings.push(flaw.finding().at(place));
            return Ok(None);
        }
        let columns = Columns::of(record.cells, &file, true, Some(place), findings);
        Ok(columns.map(|columns| {
            let rejects = columns.of_rejects;
            Self { records: Records::Table(Box::new(table), columns), file, rejects }
        }))
    }

    /// The settings that columns stand for; of JSON Lines, whose rows each have their own, none is known before they are read.
    #[must_use]
    pub fn settings(&self) -> Option<Vec<&str>> {
        match &self.records {
            Records::Table(_, columns) => Some(columns.all().collect()),
            Records::Json(..) => None,
        }
    }

    /// Whether the file holds rows that an earlier run rejected.
    #[must_use]
    pub fn are_rejects(&self) -> bool {
        self.rejects
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = io::Result<Row>;

    /// The next row, or what reading says.
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.records {
            Records::Table(table, columns) => {
                let record = table.next().transpose()?;
                Some(record.map(|record| {
                    let flaw = record.flaw.or_else(|| columns.flaw(&record.cells));
                    row(record.line, record.cells, columns, flaw)
                }))
            }
            Records::Json(lines, known) => loop {
                match lines.next().transpose()? {
                    Ok(line) if line.text.trim().is_empty() => {}
                    Ok(line) => return Some(Ok(object(&line, known, &self.file))),
                    Err(error) => return Some(Err(error)),
                }
            },
        }
    }
}

/// Whether the first object begins as one of rejects does.
fn are_rejects<R: Read>(lines: &mut Lines<R>) -> io::Result<bool> {
    let Some(first) = lines.next()? else { return Ok(false) };
    let names = json::values(&first.text).unwrap_or_default();
    let are = names.iter().map(|(name, _)| name.as_str()).take(OF_REJECTS.len()).eq(OF_REJECTS);
    lines.give_back(std::iter::once(first));
    Ok(are)
}

fn object(line: &Line, known: &mut Option<Columns>, file: &UsersFile) -> Row {
    let broken = |flaw: Flaw| {
        let text = line.text.trim_end().to_owned();
        row(line.number, vec![text], &Columns::default(), Some(flaw))
    };
    if line.cut {
        return broken(Flaw::TooLong);
    }
    let Some(values) = json::values(&line.text) else { return broken(Flaw::NotJson) };
    let (names, cells): (Vec<String>, Vec<String>) = values.into_iter().unzip();
    if known.as_ref().is_none_or(|k| k.names != names) {
        let mut told = Findings::new();
        match Columns::of(names.clone(), file, false, None, &mut told) {
            Some(columns) => *known = Some(columns),
            None => {
                return Row {
                    line: line.number,
                    cells,
                    columns: names,
                    findings: told.iter().cloned().collect(),
                    settings: Vec::new(),
                };
            }
        }
    }
    // no spreadsheet reads JSON: its texts stand for themselves
    let mut columns = known.clone().unwrap_or_default();
    columns.of_rejects = false;
    row(line.number, cells, &columns, None)
}

fn row(line: u64, mut cells: Vec<String>, columns: &Columns, flaw: Option<Flaw>) -> Row {
    if columns.of_rejects {
        cells.iter_mut().skip(OF_REJECTS.len()).for_each(undisguise);
    }
    if let Some(flaw) = flaw {
        let names = columns.names.clone();
        return Row { line, cells, columns: names, findings: vec![flaw.finding()], settings: Vec::new() };
    }
    let settings: Vec<(String, usize)> =
        columns.settings(&cells).map(|(setting, at, _)| (setting.to_owned(), at)).collect();
    let told = |(setting, at): &(String, usize)| damage(setting, &cells[*at], &columns.names[*at]);
    let findings = settings.iter().filter_map(told).collect();
    Row { line, cells, columns: columns.names.clone(), findings, settings }
}

/// Takes the apostrophe away again that keeps a spreadsheet from taking a rejected row's cell for a formula.
fn undisguise(cell: &mut String) {
    let begins = |text: &str| text.starts_with(super::FORMULA);
    if cell.strip_prefix('\'').is_some_and(begins) {
        cell.remove(0);
    }
}

impl Flaw {
    /// As a finding.
    pub(super) fn finding(self) -> Finding {
        Finding::new(match self {
            Self::Unclosed => &finding::ROW_QUOTE_OPEN,
            Self::TooLong => &finding::ROW_TOO_LONG,
            Self::Uneven => &finding::ROW_UNEVEN,
            Self::NotJson => &finding::ROW_NOT_JSON,
        })
    }
}
