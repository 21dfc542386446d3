//! Rows that were not built, as a file that is mended and read again: the input's columns in its encoding and with its delimiter, with the
//! line, the code and the message in front.

use std::io::{self, Write};

use encoding_rs::Encoding;

use super::columns::OF_REJECTS;
use super::{FORMULA, Row, RowFormat};
use crate::finding;

/// A byte that begins no character in the encodings of Japanese.
const NONE: [u8; 1] = [0xff];

/// Writes rejected rows.
pub struct Rejects<W: Write> {
    out: W,
    format: RowFormat,
    encoding: &'static Encoding,
    begun: bool,
}

impl<W: Write> Rejects<W> {
    /// A file of rejects in the manner of the users file.
    #[must_use]
    pub fn new(out: W, format: RowFormat, encoding: &'static Encoding) -> Self {
        Self { out, format, encoding, begun: false }
    }

    /// Writes a row, with why it was not built.
    ///
    /// # Errors
    /// What writing says.
    pub fn write(&mut self, row: &Row, code: &str, message: &str) -> io::Result<()> {
        let own = own_columns(&row.columns);
        // a row that could not be read has cells that belong to no column, behind those that this file put in front of it
        let front = || match row.cells.as_slice() {
            [line, code, _, _, ..] => {
                line.parse::<u64>().is_ok() && finding::ALL.iter().any(|known| known.id == code)
            }
            _ => false,
        };
        let fits = row.columns.len() == row.cells.len() || front();
        let cells = row.cells.get(own..).filter(|_| fits).unwrap_or(&row.cells);
        let front = [row.line.to_string(), code.to_owned(), message.to_owned()];
        match self.format {
            RowFormat::Csv => self.record(",", row, &front, cells),
            RowFormat::Tsv => self.record("\t", row, &front, cells),
            RowFormat::JsonLines => self.object(row, &front, cells),
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What writing says.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn record(
        &mut self,
        delimiter: &str,
        row: &Row,
        front: &[String; 3],
        cells: &[String],
    ) -> io::Result<()> {
        let line = |cells: Vec<String>| cells.join(delimiter) + "\r\n";
        if !self.begun {
            self.begun = true;
            if self.encoding.output_encoding() == encoding_rs::UTF_8 {
                // spreadsheets take a file without the mark for one in the code page of Windows
                self.out.write_all("\u{feff}".as_bytes())?;
            }
            let names = row.columns.iter().skip(own_columns(&row.columns)).map(String::as_str);
            let header = OF_REJECTS.into_iter().chain(names).map(|n| quoted(n, delimiter)).collect();
            self.text(&line(header))?;
        }
        // a message may begin with a sign of our own words, never with one of a formula
        let front = front.iter().map(|cell| quoted(cell, delimiter));
        let cells = cells.iter().map(|cell| quoted(&disguised(cell), delimiter));
        self.text(&line(front.chain(cells).collect()))
    }

    fn object(&mut self, row: &Row, front: &[String; 3], cells: &[String]) -> io::Result<()> {
        let own = own_columns(&row.columns);
        let whole = row.cells.len() == row.columns.len();
        let mut object = serde_json::Map::new();
        for (name, value) in OF_REJECTS.iter().zip(front) {
            object.insert((*name).to_owned(), value.clone().into());
        }
        let names = row.columns.iter().skip(own).filter(|_| whole).map(String::as_str);
        let names = names.chain(std::iter::repeat_n("row", if whole { 0 } else { cells.len() }));
        for (name, cell) in names.zip(cells) {
            object.insert(name.to_owned(), cell.clone().into());
        }
        let text = serde_json::Value::Object(object).to_string();
        self.text(&(text + "\n"))
    }

    /// What the encoding does not have was no character of the input either: it becomes a byte that is none, so that the row is rejected
    /// again while it is not mended.
    fn text(&mut self, text: &str) -> io::Result<()> {
        let (bytes, _, lost) = self.encoding.encode(text);
        if !lost {
            return self.out.write_all(&bytes);
        }
        let mut buffer = [0; 4];
        let (_, none) = self.encoding.decode_without_bom_handling(&NONE);
        let lacking: &[u8] = if none { &NONE } else { b"?" };
        for letter in text.chars() {
            let (bytes, _, lost) = self.encoding.encode(letter.encode_utf8(&mut buffer));
            self.out.write_all(if lost { lacking } else { &bytes })?;
        }
        Ok(())
    }
}

/// How many of the first columns an earlier file of rejects put in front.
fn own_columns(names: &[String]) -> usize {
    let is = names.iter().map(String::as_str).take(OF_REJECTS.len()).eq(OF_REJECTS);
    if is { OF_REJECTS.len() } else { 0 }
}

/// A line of a table for spreadsheets as RFC 4180 writes it, in which no cell is taken for a formula.
pub(crate) fn record<const N: usize>(cells: [&str; N]) -> String {
    cells.map(|cell| quoted(&disguised(cell), ",")).join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula.
fn disguised(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell as RFC 4180 writes it.
fn quoted(cell: &str, delimiter: &str) -> String {
    let plain = !cell.contains(['"', '\r', '\n']) && !cell.contains(delimiter) && cell.trim() == cell;
    if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::account::RawAccount;
    use crate::account::users::Value;
    use crate::account::users::{Rows, UsersFile};
    use crate::finding::{Findings, Source, Sources};
    use crate::library::Library;

    fn rows(bytes: &[u8], format: RowFormat, encoding: &str) -> Vec<Row> {
        let description = format!(
            "domain: example.jp\nincoming: {{ protocol: pop3, host: a.example.jp }}\noutgoing: {{ host: a.example.jp }}\nusers: {{ encoding: {encoding} }}\n"
        );
        let (mut sources, mut findings) = (Sources::new(), Findings::new());
        let raw =
            RawAccount::read(description.as_bytes(), "a", &Library::default(), &mut sources, &mut findings);
        let file = UsersFile::of(&raw.unwrap().unwrap(), &mut findings);
        let mut header = |text: String| sources.add(Source::new("users", text));
        let rows = Rows::open(bytes, file, format, &mut header, &mut findings).unwrap();
        rows.into_iter().flatten().map(Result::unwrap).collect()
    }

    fn rejected(rows: &[Row], format: RowFormat, encoding: &'static Encoding) -> Vec<u8> {
        let mut rejects = Rejects::new(Vec::new(), format, encoding);
        rows.iter().try_for_each(|row| rejects.write(row, "row-uneven", "so, \"quoted\"")).unwrap();
        rejects.finish().unwrap()
    }

    fn values(rows: &[Row]) -> Vec<Vec<(String, String)>> {
        let mut sources = Sources::new();
        let id = sources.add(Source::new("x", ""));
        let pair = |v: &Value<'_>| (v.setting.to_owned(), v.text.to_owned());
        rows.iter().map(|r| r.values(id).iter().map(pair).collect()).collect()
    }

    #[test]
    fn what_is_rejected_is_read_again_as_it_was() {
        let names =
            ["=HYPERLINK(\"\"x\"\")", "'quoted", "-1", "+81", "@x", "\tx", "''=x", "plain ", "a\r\nb"];
        let cells: String = names.iter().map(|n| format!("u@example.jp,\"{n}\"\r\n")).collect();
        let read = rows(format!("address,name\r\n{cells}").as_bytes(), RowFormat::Csv, "utf-8");
        let bytes = rejected(&read, RowFormat::Csv, encoding_rs::UTF_8);
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("\u{feff}line,code,message,address,name\r\n2,row-uneven,\"so, \"\"quoted\"\"\",u@example.jp,\"'=HYPERLINK(\"\"x\"\")\"\r\n"), "{text}");
        let again = rows(&bytes, RowFormat::Csv, "utf-8");
        assert_eq!(values(&again), values(&read));
        // and once more: its own columns are not doubled
        let bytes = rejected(&again, RowFormat::Csv, encoding_rs::UTF_8);
        assert_eq!(values(&rows(&bytes, RowFormat::Csv, "utf-8")), values(&read));
    }

    #[test]
    fn it_is_written_in_the_encoding_and_the_format_of_the_input() {
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("address\tname\nu@example.jp\t①㈱髙﨑～\n");
        let read = rows(&bytes, RowFormat::Tsv, "windows-31j");
        let again = rejected(&read, RowFormat::Tsv, encoding_rs::SHIFT_JIS);
        let (text, _, bad) = encoding_rs::SHIFT_JIS.decode(&again);
        assert!(!bad && text.ends_with("u@example.jp\t①㈱髙﨑～\r\n"), "{text}");
        assert_eq!(values(&rows(&again, RowFormat::Tsv, "windows-31j")), values(&read));
        let json = "{\"address\":\"u@example.jp\",\"incoming\":{\"username\":\"=x\"}}\n[1]\n";
        let read = rows(json.as_bytes(), RowFormat::JsonLines, "utf-8");
        let again = rejected(&read, RowFormat::JsonLines, encoding_rs::UTF_8);
        let text = String::from_utf8(again.clone()).unwrap();
        assert!(text.starts_with("{\"line\":\"1\",\"code\":\"row-uneven\""), "{text}");
        assert!(text.ends_with("\"row\":\"[1]\"}\n"), "{text}");
        assert_eq!(values(&rows(&again, RowFormat::JsonLines, "utf-8"))[0], values(&read)[0]);
    }

    /// Somebody put his own row into the file as the input had it.
    #[test]
    fn a_row_that_this_file_did_not_make_keeps_all_its_cells() {
        let text =
            "line,code,message,customer.number,address,name\n1002,b@example.jp,B\n1003,c@example.jp,C,D\n";
        let bytes =
            rejected(&rows(text.as_bytes(), RowFormat::Csv, "utf-8"), RowFormat::Csv, encoding_rs::UTF_8);
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            text.contains(",1002,b@example.jp,B\r\n") && text.contains(",1003,c@example.jp,C,D\r\n"),
            "{text}"
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_stands_in_one_cell() {
        let read = rows(b"address,name\na@example.jp,\"x\nb@example.jp,x,y\n", RowFormat::Csv, "utf-8");
        let bytes = rejected(&read, RowFormat::Csv, encoding_rs::UTF_8);
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().skip(1).map(|l| l.rsplit_once("\"\"\",").unwrap().1).collect();
        assert_eq!(lines, ["\"a@example.jp,\"\"x\"", "b@example.jp,x,y"]);
        // given back as it is, it comes back as it was
        let again = rejected(&rows(&bytes, RowFormat::Csv, "utf-8"), RowFormat::Csv, encoding_rs::UTF_8);
        assert_eq!(
            String::from_utf8_lossy(&again).replace("\r\n3,", "\r\n2,"),
            text.replace("\r\n3,", "\r\n2,")
        );
    }
}
