//! Lines of a users file, decoded while it is read. No more of it is in memory than one line and one block.

use std::collections::VecDeque;
use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding};

/// Longest line, in bytes of UTF-8. A record that goes over several lines is held to it too.
pub(super) const MOST: usize = 64 * 1024;

/// Bytes that are read at once.
const BLOCK: usize = 64 * 1024;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// its number in the file, from 1
    pub number: u64,
    /// its text with its end (`\n`, `\r\n` or `\r`); the last one may have none
    pub text: String,
    /// whether it was longer than [`MOST`], and the rest was passed over
    pub cut: bool,
}

/// Lines of a file.
pub(super) struct Lines<R> {
    input: R,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// decoded, not yet given
    text: String,
    at: usize,
    ended: bool,
    number: u64,
    /// given back, to be given again
    again: VecDeque<Line>,
}

impl<R: Read> Lines<R> {
    /// Lines of `input` in an encoding; a byte order mark of UTF-8 or UTF-16 wins over it. Bytes that the encoding does not have
    /// become U+FFFD.
    pub(super) fn new(input: R, encoding: &'static Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder(),
            bytes: vec![0; BLOCK],
            text: String::new(),
            at: 0,
            ended: false,
            number: 0,
            again: VecDeque::new(),
        }
    }

    /// The next line.
    ///
    /// # Errors
    /// What reading says.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        let mut line = Line { number: self.number + 1, text: String::new(), cut: false };
        loop {
            let rest = &self.text[self.at..];
            let (length, whole) = match Found::end_of_line(rest) {
                Found::End(length) => (length, true),
                // whether a line feed follows is in the next block
                Found::Return(before) if !self.ended => (before, false),
                Found::Return(_) | Found::Nothing => (rest.len(), self.ended),
            };
            line.take(&rest[..length]);
            self.at += length;
            if whole {
                break;
            }
            self.fill()?;
        }
        if line.text.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(line))
    }

    /// Gives lines back: the next ones are these.
    pub(super) fn give_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        for line in lines.rev() {
            self.again.push_front(line);
        }
    }

    /// Decodes one more block behind what was not taken yet.
    fn fill(&mut self) -> io::Result<()> {
        self.text.drain(..self.at);
        self.at = 0;
        let read = loop {
            match self.input.read(&mut self.bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.ended = read == 0;
        self.text.reserve(self.decoder.max_utf8_buffer_length(read).unwrap_or(3 * read + 16));
        // there is room for all of it
        let _ = self.decoder.decode_to_string(&self.bytes[..read], &mut self.text, self.ended);
        Ok(())
    }
}

impl Line {
    /// Adds a part, as long as there is room.
    fn take(&mut self, part: &str) {
        let room = MOST.saturating_sub(self.text.len());
        let fits = (0..=room.min(part.len())).rev().find(|at| part.is_char_boundary(*at)).unwrap_or(0);
        self.text.push_str(&part[..fits]);
        self.cut |= fits < part.len();
    }
}

/// Where a line ends.
enum Found {
    /// behind so many bytes
    End(usize),
    /// perhaps: behind so many bytes is a carriage return, and nothing behind that
    Return(usize),
    /// not in this text
    Nothing,
}

impl Found {
    fn end_of_line(text: &str) -> Self {
        let bytes = text.as_bytes();
        match bytes.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            Some(at) if bytes[at] == b'\n' => Self::End(at + 1),
            Some(at) => match bytes.get(at + 1) {
                Some(b'\n') => Self::End(at + 2),
                Some(_) => Self::End(at + 1),
                None => Self::Return(at),
            },
            None => Self::Nothing,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Gives its bytes one by one.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(buffer.len()).min(1);
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn lines(bytes: &[u8], encoding: &'static Encoding) -> Vec<String> {
        let read = |input: Box<dyn Read + '_>| {
            let mut lines = Lines::new(input, encoding);
            let mut all = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                assert_eq!(line.number, all.len() as u64 + 1);
                all.push(line.text);
            }
            all
        };
        let whole = read(Box::new(bytes));
        assert_eq!(whole, read(Box::new(Drip(bytes))), "where blocks end does not matter");
        whole
    }

    #[test]
    fn every_line_end_counts_once() {
        assert_eq!(lines(b"a\nb\r\nc\rd", encoding_rs::UTF_8), ["a\n", "b\r\n", "c\r", "d"]);
        assert_eq!(lines(b"\n\r\r\n", encoding_rs::UTF_8), ["\n", "\r", "\r\n"]);
        assert_eq!(lines(b"a\r", encoding_rs::UTF_8), ["a\r"]);
        assert_eq!(lines(b"", encoding_rs::UTF_8), Vec::<String>::new());
    }

    #[test]
    fn encodings_and_marks_are_known() {
        let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode("氏名,①㈱髙﨑～\r\n表");
        assert!(!lost);
        assert_eq!(lines(&bytes, encoding_rs::SHIFT_JIS), ["氏名,①㈱髙﨑～\r\n", "表"]);
        assert_eq!(lines("\u{feff}a\n".as_bytes(), encoding_rs::SHIFT_JIS), ["a\n"]);
        assert_eq!(lines(b"\xff\xfea\0\n\0", encoding_rs::UTF_8), ["a\n"]);
        assert_eq!(lines(b"\x81\n", encoding_rs::UTF_8), ["\u{fffd}\n"]);
    }

    #[test]
    fn a_line_is_bounded_and_the_next_one_is_whole() {
        let text = format!("{}あ\nb\n", "a".repeat(3 * MOST));
        let mut lines = Lines::new(text.as_bytes(), encoding_rs::UTF_8);
        let first = lines.next().unwrap().unwrap();
        assert!(first.cut && first.text.len() == MOST);
        let second = lines.next().unwrap().unwrap();
        assert_eq!((second.number, second.text.as_str(), second.cut), (2, "b\n", false));
        lines.give_back([first.clone(), second.clone()].into_iter());
        assert_eq!(lines.next().unwrap(), Some(first));
        assert_eq!(lines.next().unwrap(), Some(second));
        assert_eq!(lines.next().unwrap(), None);
    }
}
