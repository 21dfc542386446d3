//! Records of a table: comma- or tab-separated values (RFC 4180), whose quoted cells may go over several lines.
//!
//! A quote that is never closed would swallow the rest of the file: after [`MOST`](super::text::MOST) bytes the line on which it was
//! opened is told, and reading goes on with the next one.

use std::io::{self, Read};

use csv_core::ReadRecordResult;

use super::Flaw;
use super::text::{Line, Lines, MOST};

/// Most cells of a record.
const MOST_CELLS: usize = 1024;

/// A record as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// the line where it begins, from 1
    pub line: u64,
    /// its cells
    pub cells: Vec<String>,
    /// why its cells cannot be trusted
    pub flaw: Option<Flaw>,
}

/// Records of a file.
pub(super) struct Table<R> {
    lines: Lines<R>,
    reader: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Table<R> {
    pub(super) fn new(lines: Lines<R>, delimiter: u8) -> Self {
        Self {
            lines,
            reader: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            cells: vec![0; MOST + 16],
            ends: vec![0; MOST_CELLS],
        }
    }

    /// The next record; blank lines are passed over.
    ///
    /// # Errors
    /// What reading says.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let mut taken: Vec<Line> = Vec::new();
        let (mut bytes, mut cells) = (0, 0);
        loop {
            let Some(line) = self.lines.next()? else {
                return Ok(self.unclosed(taken));
            };
            if line.cut && taken.is_empty() {
                return Ok(Some(self.flawed(line, Flaw::TooLong)));
            }
            let mut text = line.text.clone();
            if !text.ends_with(['\n', '\r']) {
                text.push('\n');
            }
            let blank = taken.is_empty() && text.trim_end_matches(['\n', '\r']).is_empty();
            let fits = !line.cut && bytes + text.len() <= MOST + 1;
            taken.push(line);
            if !fits {
                return Ok(self.unclosed(taken));
            }
            let (result, _, wrote, ended) =
                self.reader.read_record(text.as_bytes(), &mut self.cells[bytes..], &mut self.ends[cells..]);
            bytes += wrote;
            cells += ended;
            match result {
                ReadRecordResult::Record => return Ok(Some(self.record(&taken, cells))),
                ReadRecordResult::InputEmpty if blank => taken.clear(),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Ok(Some(self.flawed(taken.swap_remove(0), Flaw::TooLong)));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    fn record(&self, taken: &[Line], cells: usize) -> Record {
        let mut start = 0;
        let cell = |end: &usize| {
            let text = String::from_utf8_lossy(&self.cells[start..*end]).into_owned();
            start = *end;
            text
        };
        Record {
            line: taken.first().map_or(0, |l| l.number),
            cells: self.ends[..cells].iter().map(cell).collect(),
            flaw: None,
        }
    }

    /// The first of the lines on its own: a quote was opened there and never closed. The others are read again.
    fn unclosed(&mut self, taken: Vec<Line>) -> Option<Record> {
        let mut taken = taken.into_iter();
        let first = taken.next()?;
        self.lines.give_back(taken);
        Some(self.flawed(first, Flaw::Unclosed))
    }

    /// A line that is no record: all of it in one cell. The next line begins anew.
    fn flawed(&mut self, line: Line, flaw: Flaw) -> Record {
        self.reader.reset();
        let text = line.text.trim_end_matches(['\n', '\r']).to_owned();
        Record { line: line.number, cells: vec![text], flaw: Some(flaw) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Record> {
        let mut table = Table::new(Lines::new(text.as_bytes(), encoding_rs::UTF_8), b',');
        std::iter::from_fn(|| table.next().unwrap()).collect()
    }

    fn plain(line: u64, cells: &[&str]) -> Record {
        Record { line, cells: cells.iter().map(|c| (*c).to_owned()).collect(), flaw: None }
    }

    #[test]
    fn cells_may_hold_line_ends_quotes_and_delimiters() {
        let text = "a,b\r\n\"x\ny\",\"say \"\"hi\"\", z\"\n\n \r\n,\nlast,one";
        assert_eq!(
            read(text),
            [
                plain(1, &["a", "b"]),
                plain(2, &["x\ny", "say \"hi\", z"]),
                plain(5, &[" "]),
                plain(6, &["", ""]),
                plain(7, &["last", "one"]),
            ]
        );
    }

    #[test]
    fn an_open_quote_costs_its_line_alone() {
        let many: String = (0..20_000).map(|n| format!("{n},x\n")).collect();
        for text in ["a,\"b\nc,d\n".to_owned(), format!("a,\"b\nc,d\n{many}")] {
            let records = read(&text);
            assert_eq!((records[0].line, records[0].flaw), (1, Some(Flaw::Unclosed)));
            assert_eq!(records[0].cells, ["a,\"b"]);
            assert_eq!(records[1], plain(2, &["c", "d"]));
            assert_eq!(records.len(), text.lines().count());
        }
    }

    #[test]
    fn records_are_bounded() {
        let records = read(&format!("{}\n\"{}\"\na,b\n", "x".repeat(1 << 20), "y\n".repeat(1 << 19)));
        assert_eq!((records[0].line, records[0].flaw), (1, Some(Flaw::TooLong)));
        assert_eq!((records[1].line, records[1].flaw), (2, Some(Flaw::Unclosed)));
        assert_eq!(records.last(), Some(&plain((1 << 19) + 3, &["a", "b"])));
        let wide = read(&",".repeat(2000));
        assert_eq!((wide.len(), wide[0].flaw), (1, Some(Flaw::TooLong)));
    }
}
