//! What workers do for a sink, on any thread: hashes, the manifest's lines, the bytes that an archive gets.

use std::io::{Error, ErrorKind};

use super::SinkError;
use super::manifest::{Entry, LINE, is_ours};
use super::tarball;
use super::zip::{self, Members};
use crate::build::Artifact;
use crate::hex::hex;

/// Makes the packs that a sink takes.
#[derive(Debug, Clone, Copy)]
pub struct Packer(Shape);

#[derive(Debug, Clone, Copy)]
enum Shape {
    Files,
    Tar,
    Zip,
}

/// The files of one user, or of the domain, with their lines of the manifest, before an archive's bytes are made of them.
#[derive(Debug)]
pub struct Listed {
    shape: Shape,
    lines: Vec<Line>,
    artifacts: Vec<Artifact>,
}

/// The same, ready to be written.
#[derive(Debug)]
pub struct Pack {
    pub(super) lines: Vec<Line>,
    pub(super) body: Body,
    bytes: u64,
    secrets: usize,
}

/// A line of the manifest.
#[derive(Debug)]
pub(super) struct Line {
    /// the path, and behind it the line without its end
    record: String,
    /// the path's length
    path: usize,
    sha256: [u8; 32],
}

impl Line {
    pub(super) fn path(&self) -> &str {
        &self.record[..self.path]
    }

    pub(super) fn json(&self) -> &str {
        &self.record[self.path..]
    }
}

/// What is written.
#[derive(Debug)]
pub(super) enum Body {
    Files(Vec<Artifact>),
    Tar(Vec<u8>),
    Zip(Members),
}

impl Packer {
    pub(super) fn files() -> Self {
        Self(Shape::Files)
    }

    pub(super) fn tar() -> Self {
        Self(Shape::Tar)
    }

    pub(super) fn zip() -> Self {
        Self(Shape::Zip)
    }

    /// Packs files. The same files give the same bytes, whichever thread packs them.
    ///
    /// # Errors
    /// A path that leads out of OUT, or that the archive's format cannot name.
    pub fn pack(&self, artifacts: Vec<Artifact>) -> Result<Pack, SinkError> {
        self.list(artifacts)?.pack()
    }

    /// The first half of [`Packer::pack`]: hashes the files. What is not to be written can be dropped then, before it costs more.
    ///
    /// # Errors
    /// A path that leads out of OUT.
    pub fn list(&self, artifacts: Vec<Artifact>) -> Result<Listed, SinkError> {
        if let Some(artifact) = artifacts.iter().find(|a| !is_ours(&a.path)) {
            let outside = Error::new(ErrorKind::InvalidInput, "not a path for a file of a build");
            return Err(SinkError::new("write", &artifact.path)(outside));
        }
        let line = |artifact: &Artifact| {
            let sha256 = *artifact.bytes.sha256();
            let mut record = Vec::with_capacity(artifact.path.len() + LINE);
            record.extend_from_slice(artifact.path.as_bytes());
            Entry::of(artifact, &hex(&sha256)).write(&mut record);
            Line { path: artifact.path.len(), record: String::from_utf8(record).unwrap_or_default(), sha256 }
        };
        Ok(Listed { shape: self.0, lines: artifacts.iter().map(line).collect(), artifacts })
    }
}

impl Listed {
    /// The path of each file, and its SHA-256 in hexadecimal digits.
    pub fn files(&self) -> impl Iterator<Item = (&str, String)> {
        self.lines.iter().map(|line| (line.path(), hex(&line.sha256)))
    }

    /// How long they are together, before any compression.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.artifacts.iter().map(|a| a.bytes.len() as u64).sum()
    }

    /// The second half of [`Packer::pack`].
    ///
    /// # Errors
    /// A path that the archive's format cannot name.
    pub fn pack(self) -> Result<Pack, SinkError> {
        Ok(Pack {
            bytes: self.bytes(),
            secrets: self.artifacts.iter().filter(|a| a.secret).count(),
            lines: self.lines,
            body: match self.shape {
                Shape::Files => Body::Files(self.artifacts),
                Shape::Tar => Body::Tar(tarball::pack(&self.artifacts)?),
                Shape::Zip => Body::Zip(zip::pack(&self.artifacts)?),
            },
        })
    }
}

impl Pack {
    /// How many files there are.
    #[must_use]
    pub fn files(&self) -> usize {
        self.lines.len()
    }

    /// How long they are together, before any compression.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many of them hold a password.
    #[must_use]
    pub fn secrets(&self) -> usize {
        self.secrets
    }
}
