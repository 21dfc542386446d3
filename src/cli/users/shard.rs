//! One of several parts of a users file, each built by a run of its own. Which part an address is in depends on the address alone.

use sha2::{Digest, Sha256};

/// The `part`-th (from 1) of `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Shard {
    pub part: u32,
    pub of: u32,
}

impl Shard {
    /// `2/8`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((part, of)) if part >= 1 && part <= of => Ok(Self { part, of }),
            _ => Err("write I/N, for example 2/8: the second of eight parts".to_owned()),
        }
    }

    /// Whether it holds an address.
    pub fn holds(self, address: &str) -> bool {
        let hash = Sha256::digest(address.as_bytes());
        let first = hash.iter().take(8).fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
        first % u64::from(self.of) == u64::from(self.part - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_in_one_part() {
        let parts: Vec<Shard> = (1..=3).map(|part| Shard { part, of: 3 }).collect();
        let mut sizes = [0; 3];
        for n in 0..300 {
            let address = format!("user{n}@example.jp");
            let holding: Vec<usize> = (0..3).filter(|i| parts[*i].holds(&address)).collect();
            assert_eq!(holding.len(), 1, "{address}");
            sizes[holding[0]] += 1;
        }
        assert!(sizes.iter().all(|n| *n > 60), "{sizes:?}");
        // worked out by another program: a change would make parts that do not fit those of an earlier version
        assert!(Shard { part: 7, of: 8 }.holds("tanaka@example.jp"));
    }

    #[test]
    fn a_part_is_one_of_them() {
        assert_eq!(Shard::parse("2/8"), Ok(Shard { part: 2, of: 8 }));
        for bad in ["0/8", "9/8", "1", "1/0", "a/b", "1/2/3"] {
            assert!(Shard::parse(bad).is_err(), "{bad}");
        }
    }
}
