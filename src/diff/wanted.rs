//! Which files are to be read: a set of fixed size, however many there are. It may hold what was never put in, which costs reading a file
//! for nothing, but it never misses one that was.

use std::hash::{DefaultHasher, Hash, Hasher};

/// 8 MiB: of 5 million files, one in 400 that was not put in seems to be in it.
const BITS: u64 = 1 << 26;

/// A Bloom filter with four bits a file.
pub(super) struct Wanted(Vec<u64>);

impl Wanted {
    pub(super) fn new() -> Self {
        Self(vec![0; (BITS / 64) as usize])
    }

    pub(super) fn insert(&mut self, file: &impl Hash) {
        for bit in bits(file) {
            self.0[(bit / 64) as usize] |= 1 << (bit % 64);
        }
    }

    pub(super) fn has(&self, file: &impl Hash) -> bool {
        bits(file).iter().all(|bit| self.0[(bit / 64) as usize] >> (bit % 64) & 1 == 1)
    }
}

fn bits(file: &impl Hash) -> [u64; 4] {
    let hash = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        (seed, file).hash(&mut hasher);
        hasher.finish()
    };
    let (one, two) = (hash(1), hash(2));
    [one, one >> 32, two, two >> 32].map(|hash| hash % BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_put_in_is_missed_and_little_else_is_found() {
        let mut wanted = Wanted::new();
        let file = |n: u32| (format!("example.jp/user{n}@example.jp/x"), 3_usize);
        (0..10_000).for_each(|n| wanted.insert(&file(n)));
        assert!((0..10_000).all(|n| wanted.has(&file(n))));
        assert!((10_000..20_000).filter(|n| wanted.has(&file(*n))).count() < 10);
    }
}
