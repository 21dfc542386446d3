//! Which addresses had a row already: a keyed hash of 64 bits and the line for each, so that a million cost some 14 MB.

use std::hash::{BuildHasher, RandomState};

/// Tables by the first bits of the hash: each so small that keeping it sorted costs little.
const TABLES: usize = 4096;

/// Room that a table grows by.
const STEP: usize = 32;

/// Addresses that were seen.
#[derive(Debug)]
pub(super) struct Seen {
    /// nobody who writes a users file can know it, so nobody can make two addresses collide
    key: RandomState,
    tables: Vec<Table>,
}

/// Hashes in order, and the line of each.
#[derive(Debug, Default, Clone)]
struct Table {
    hashes: Vec<u64>,
    lines: Vec<u32>,
}

impl Seen {
    pub fn new() -> Self {
        Self { key: RandomState::new(), tables: vec![Table::default(); TABLES] }
    }

    /// Takes an address in. The line that had it before, if one had: probably, as hashes may be equal once in many million million.
    pub fn insert(&mut self, address: &str, line: u64) -> Option<u64> {
        let hash = self.key.hash_one(address);
        #[allow(clippy::cast_possible_truncation)]
        let table = &mut self.tables[hash as usize % TABLES];
        match table.hashes.binary_search(&hash) {
            Ok(at) => Some(table.lines[at].into()),
            Err(at) => {
                table.insert(at, hash, u32::try_from(line).unwrap_or(u32::MAX));
                None
            }
        }
    }
}

impl Table {
    fn insert(&mut self, at: usize, hash: u64, line: u32) {
        if self.hashes.len() == self.hashes.capacity() {
            self.hashes.reserve_exact(STEP);
            self.lines.reserve_exact(STEP);
        }
        self.hashes.insert(at, hash);
        self.lines.insert(at, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_an_address_is_told() {
        let mut seen = Seen::new();
        for n in 0..20_000_u64 {
            assert_eq!(seen.insert(&format!("user{n}@example.jp"), n + 2), None);
        }
        assert_eq!(seen.insert("user7@example.jp", 99_999), Some(9));
        assert_eq!(seen.insert("User7@example.jp", 99_999), None);
    }
}
