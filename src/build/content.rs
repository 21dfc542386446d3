//! A file's bytes with their hash. Files of many users begin alike; what they begin with is hashed once.

use std::fmt;
use std::ops::Deref;

use sha2::{Digest, Sha256};

/// A file's bytes and their SHA-256.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    bytes: Vec<u8>,
    sha256: [u8; 32],
}

impl Content {
    /// The SHA-256 of the bytes.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        let sha256 = Sha256::digest(&bytes).into();
        Self { bytes, sha256 }
    }
}

impl From<Content> for Vec<u8> {
    fn from(content: Content) -> Self {
        content.bytes
    }
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Content {
    /// Their number: they may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes.len())
    }
}

/// What many files begin with, hashed.
#[derive(Clone)]
pub(super) struct Beginning {
    bytes: Vec<u8>,
    hash: Sha256,
}

impl Beginning {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { hash: Sha256::new_with_prefix(&bytes), bytes }
    }

    /// A file that begins so. `None`: it does not.
    pub(super) fn content(&self, bytes: Vec<u8>) -> Option<Content> {
        let rest = bytes.strip_prefix(self.bytes.as_slice())?;
        let sha256 = self.hash.clone().chain_update(rest).finalize().into();
        Some(Content { bytes, sha256 })
    }
}

impl Deref for Beginning {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Beginning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_changes_no_hash() {
        // around the blocks of 64 bytes
        for length in [0, 1, 63, 64, 65, 1000] {
            let bytes: Vec<u8> = (0..length + 70).map(|n: usize| n.to_le_bytes()[0]).collect();
            let beginning = Beginning::new(bytes[..length].to_vec());
            assert_eq!(beginning.content(bytes.clone()), Some(Content::from(bytes.clone())));
            let other = [&bytes[1..], b"x"].concat();
            assert_eq!(beginning.content(other), (length == 0).then(|| [&bytes[1..], b"x"].concat().into()));
        }
    }

    #[test]
    fn what_it_holds_is_not_shown() {
        assert_eq!(format!("{:?}", Content::from(b"a password".to_vec())), "10 bytes");
    }
}
