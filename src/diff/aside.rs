//! What the files of one output say, set aside sorted by their paths: an archive gives its files in another order than its manifest.
//! Of a password only a number is kept that means nothing outside this run, so that none is written to the disk.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io;
use std::iter::Peekable;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Settings, is_secret};
use crate::build::Said;
use crate::hex::hex;
use crate::sink::{Sorted, Sorter};

/// What one file says.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    /// of its bytes, in hex
    sha256: String,
    /// `None`: nothing that can be read
    said: Option<Settings>,
}

/// Hides passwords, the same one always behind the same number.
#[derive(Debug, Default)]
pub(super) struct Veil(RandomState);

impl Veil {
    fn over(&self, said: Said) -> Settings {
        let hide = |value: String| format!("{:016x}", self.0.hash_one(value));
        said.into_iter()
            .map(|(setting, values)| match is_secret(&setting) {
                true => (setting, values.into_iter().map(hide).collect()),
                false => (setting, values),
            })
            .collect()
    }
}

/// Takes what files say, in any order.
pub(super) struct Aside(Sorter);

impl Aside {
    pub(super) fn new() -> Self {
        Self(Sorter::new(tempfile::env::temp_dir()))
    }

    pub(super) fn put(
        &mut self,
        file: (&str, usize),
        bytes: &[u8],
        said: Option<Said>,
        veil: &Veil,
    ) -> io::Result<()> {
        let sha256 = hex(&Sha256::digest(bytes));
        let told = Told { sha256, said: said.map(|said| veil.over(said)) };
        self.0.push(&key(file), &serde_json::to_vec(&told)?)
    }

    pub(super) fn sorted(self) -> io::Result<Recall> {
        Ok(Recall(self.0.sorted()?.peekable()))
    }
}

/// A file's path and how it is read. No path has a zero byte, so keys are in the order of paths.
fn key((path, way): (&str, usize)) -> Vec<u8> {
    format!("{path}\0{way}").into_bytes()
}

/// Gives back what was set aside, to whoever asks in the order of paths.
pub(super) struct Recall(Peekable<Sorted>);

impl Recall {
    /// What a file says whose bytes have this hash. `None`: it was not there, or cannot be read.
    pub(super) fn of(&mut self, file: (&str, usize), sha256: &str) -> io::Result<Option<Settings>> {
        let key = key(file);
        while let Some(record) = self.0.next_if(|r| r.as_ref().map_or(true, |r| r.key <= key)) {
            let record = record?;
            if record.key == key {
                let told: Told = serde_json::from_slice(&record.value)?;
                return Ok(told.said.filter(|_| told.sha256 == sha256));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn said(password: &str) -> Said {
        let values = [("address", "a@example.jp"), ("incoming.password", password)];
        values.map(|(name, value)| (name.to_owned(), vec![value.to_owned()])).into()
    }

    #[test]
    fn what_is_set_aside_is_found_in_order_and_holds_no_password() {
        let (mut aside, veil) = (Aside::new(), Veil::default());
        for (path, password) in [("b", "hunter2"), ("a/b", "hunter2"), ("a", "hunter3")] {
            aside.put((path, 1), path.as_bytes(), Some(said(password)), &veil).unwrap();
        }
        aside.put(("c", 1), b"c", None, &veil).unwrap();
        let mut recall = aside.sorted().unwrap();
        let mut of = |path: &str, way| recall.of((path, way), &hex(&Sha256::digest(path))).unwrap();
        let (a, other) = (of("a", 1).unwrap(), of("a", 2));
        let (gone, b, c) = (of("a/a", 1), of("b", 1).unwrap(), of("c", 1));
        assert_eq!((other, gone, c), (None, None, None));
        assert_eq!(a["address"], b["address"]);
        assert_ne!(a["incoming.password"], b["incoming.password"]);
        assert!(!format!("{a:?}{b:?}").contains("hunter"));
    }

    #[test]
    fn a_file_with_other_bytes_than_its_manifest_says_is_not_believed() {
        let (mut aside, veil) = (Aside::new(), Veil::default());
        aside.put(("a", 0), b"other", Some(said("x")), &veil).unwrap();
        assert_eq!(aside.sorted().unwrap().of(("a", 0), &hex(&Sha256::digest("a"))).unwrap(), None);
    }
}
