//! Whose files an earlier build made as they are now, for `--only-changed`. Its manifest is read once, as a stream; of each user a keyed hash
//! of the address and a sum over the files stay, so that a million cost some 20 MB.

use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::keyed::Keyed;
use crate::cli::apart::overlap;
use crate::cli::build::is_stream;
use crate::cli::{CliError, args};
use crate::delivered::Delivered;
use crate::finding::Catalogue;
use crate::sink::{Entry, Listed, OutputError};

/// Whose a file is.
#[derive(Hash)]
pub(super) enum Owner<'a> {
    /// of a domain, by its folder
    Domain(&'a str),
    /// of a user, by the address
    User(&'a str),
}

/// What an earlier build delivered.
#[derive(Debug)]
pub(super) struct Old {
    path: PathBuf,
    manifest: [u8; 32],
    /// of each owner the sum of the keyed hashes of its files: whatever their order, only the same files give the same
    sums: Keyed<u64>,
    /// as secret as the map's own: nobody who writes OLD can make files whose sums are those of others
    secret: RandomState,
}

impl Old {
    /// Reads the manifest of an output.
    pub fn open(path: &Path, words: &Catalogue) -> Result<Self, CliError> {
        let failed = |error| CliError::output(error, words);
        let Some(delivered) = Delivered::open(path).map_err(failed)? else {
            let path = [("path", path.display().to_string())];
            return Err(CliError::Usage(words.line("only-changed-no-output", &path)));
        };
        let entries = delivered.entries().map_err(failed)?;
        Self::of(path, entries).map_err(failed)
    }

    fn of(
        path: &Path,
        entries: impl Iterator<Item = Result<Entry, OutputError>>,
    ) -> Result<Self, OutputError> {
        let mut manifest = Sha256::new();
        let (mut sums, secret) = (Keyed::new(), RandomState::new());
        for entry in entries {
            let entry = entry?;
            // a build writes these very bytes
            manifest.update(entry.line());
            manifest.update("\n");
            let Some(owner) = Owner::of(&entry) else { continue };
            let file = secret.hash_one((entry.path.as_str(), entry.sha256.as_str()));
            if let Err(sum) = sums.insert(&owner, file) {
                *sum = sum.wrapping_add(file);
            }
        }
        Ok(Self { path: path.to_owned(), manifest: manifest.finalize().into(), sums, secret })
    }

    /// Whether an owner had just these files. Who had none is new.
    pub fn has(&self, owner: &Owner, files: &Listed) -> bool {
        let sum = files.files().fold(0_u64, |sum, file| sum.wrapping_add(self.secret.hash_one(file)));
        self.sums.get(owner) == Some(sum)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The SHA-256 of its manifest.
    pub fn manifest(&self) -> &[u8; 32] {
        &self.manifest
    }
}

impl<'a> Owner<'a> {
    /// The domain that files are of, by the path of one.
    pub fn domain(path: &'a str) -> Self {
        Self::Domain(path.split('/').next().unwrap_or_default())
    }

    /// `None`: it is the whole run's, such as a file of many users' sheets.
    fn of(entry: &'a Entry) -> Option<Self> {
        match &entry.address {
            Some(address) => Some(Self::User(address)),
            None if entry.scope == "batch" => None,
            None => Some(Self::domain(&entry.path)),
        }
    }
}

/// Whatever is written must lie apart from OLD, which is read.
pub(in crate::cli) fn lies_apart(args: &args::Build, words: &Catalogue) -> Result<(), CliError> {
    let Some(old) = &args.only_changed else { return Ok(()) };
    let out = Some(&args.out).filter(|out| !is_stream(out));
    let written = [("-o", out), ("--rejects", args.rejects.as_ref()), ("--journal", args.journal.as_ref())];
    for (flag, path) in written {
        if let Some(path) = path.filter(|path| overlap(path, old)) {
            let [path, old] = [path, old].map(|path| path.display().to_string());
            let told = [("flag", flag.to_owned()), ("path", path), ("old", old)];
            return Err(CliError::Usage(words.line("only-changed-inside", &told)));
        }
    }
    Ok(())
}
