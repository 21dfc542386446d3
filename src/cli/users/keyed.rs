//! A small map for very many keys: of each a hash of 64 bits stands for it, so that a million cost little more than 8 MB and their values.

use std::hash::{BuildHasher, Hash, RandomState};

/// Tables by the last bits of the hash: each so small that keeping it sorted costs little.
const TABLES: usize = 4096;

/// Room that a table grows by.
const STEP: usize = 32;

/// Values by keys. Two keys are probably two: their hashes may be equal once in many million million.
#[derive(Debug)]
pub(super) struct Keyed<V> {
    /// drawn anew for each run: nobody who writes a file of ours can know it, so nobody can make two keys collide
    secret: RandomState,
    tables: Vec<Table<V>>,
}

/// Hashes in order, and the value of each.
#[derive(Debug)]
struct Table<V> {
    hashes: Vec<u64>,
    values: Vec<V>,
}

impl<V: Copy> Keyed<V> {
    pub fn new() -> Self {
        let empty = || Table { hashes: Vec::new(), values: Vec::new() };
        Self { secret: RandomState::new(), tables: std::iter::repeat_with(empty).take(TABLES).collect() }
    }

    /// Takes a key in with its value. An error is the value that it has already, which stays.
    pub fn insert(&mut self, key: &(impl Hash + ?Sized), value: V) -> Result<(), &mut V> {
        let hash = self.secret.hash_one(key);
        let table = &mut self.tables[Self::table(hash)];
        match table.hashes.binary_search(&hash) {
            Ok(at) => Err(&mut table.values[at]),
            Err(at) => {
                table.insert(at, hash, value);
                Ok(())
            }
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &(impl Hash + ?Sized)) -> Option<V> {
        let hash = self.secret.hash_one(key);
        let table = &self.tables[Self::table(hash)];
        table.hashes.binary_search(&hash).ok().map(|at| table.values[at])
    }

    #[allow(clippy::cast_possible_truncation)]
    fn table(hash: u64) -> usize {
        hash as usize % TABLES
    }
}

impl<V> Table<V> {
    fn insert(&mut self, at: usize, hash: u64, value: V) {
        if self.hashes.len() == self.hashes.capacity() {
            self.hashes.reserve_exact(STEP);
            self.values.reserve_exact(STEP);
        }
        self.hashes.insert(at, hash);
        self.values.insert(at, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_value_and_the_first_stays() {
        let mut map = Keyed::new();
        for n in 0..20_000_u64 {
            assert_eq!(map.insert(&n, n * 3), Ok(()));
        }
        assert_eq!(map.insert(&7_u64, 1), Err(&mut 21));
        assert!((0..20_000).all(|n| map.get(&n) == Some(n * 3)));
        assert_eq!(map.get(&20_000_u64), None);
    }
}
