//! Which addresses had a row already, and in which line: a million cost some 14 MB.

use super::keyed::Keyed;

/// Addresses that were seen, and the line of each.
#[derive(Debug)]
pub(super) struct Seen(Keyed<u32>);

impl Seen {
    pub fn new() -> Self {
        Self(Keyed::new())
    }

    /// Takes an address in. The line that had it before, if one had: probably, as a hash stands for it.
    pub fn insert(&mut self, address: &str, line: u64) -> Option<u64> {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        self.0.insert(address, line).err().map(|first| u64::from(*first))
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
