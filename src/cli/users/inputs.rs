//! Everything that the users' files were made from, by hash: for `--resume`, which goes on only where all of it is the same, and for the
//! journal of a run.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::changed::Old;
use super::input::Seen;
use super::run::Counts;
use crate::cli::apart::overlap;
use crate::cli::{CliError, args};
use crate::library::Library;
use crate::sink;

/// Files that a run is made from beside the users file, and the SHA-256 of each. Of one that holds a password there is none: whoever has
/// it could try passwords until one fits.
pub(super) struct Inputs(Vec<(PathBuf, Option<[u8; 32]>)>);

impl Inputs {
    pub fn of(args: &args::Build, library: &Library) -> Result<Self, CliError> {
        let mut paths = vec![args.common.account.clone()];
        paths.extend(library.own_files()?);
        paths.extend(args.fonts.iter().cloned());
        let mut all = Self(Vec::new());
        all.add(paths)?;
        Ok(all)
    }

    /// Adds files; what is none can be read once, and that is not here.
    pub fn add(&mut self, paths: impl IntoIterator<Item = PathBuf>) -> Result<(), CliError> {
        for path in paths.into_iter().filter(|path| path.is_file()) {
            let hash =
                hash(&path).map_err(|source| CliError::Read { path: path.display().to_string(), source })?;
            self.0.push((path, Some(hash)));
        }
        Ok(())
    }

    /// Adds files that hold passwords, which are not read here.
    pub fn add_secret(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        self.0.extend(paths.into_iter().map(|path| (path, None)));
    }

    /// All that a user's files depend on beside his row.
    pub fn fingerprint(&self, args: &args::Build, old: Option<&Old>) -> [u8; 32] {
        let mut hash = Sha256::new();
        let common = &args.common;
        let words = format!(
            "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            common.clients,
            common.set,
            common.passwords,
            args.sheets,
            args.sheet_format,
            args.paper,
            args.date,
            args.languages,
            args.shard,
            args.password_letters,
            args.duplex,
            args.combined,
        );
        hash.update(words.as_bytes());
        for (path, content) in &self.0 {
            hash.update(path.as_os_str().as_encoded_bytes());
            hash.update([0]);
            hash.update(content.unwrap_or_default());
        }
        // with another OLD other users are built; where it lies does not matter
        if let Some(old) = old {
            hash.update("only-changed");
            hash.update(old.manifest());
        }
        hash.finalize().into()
    }
}

/// The SHA-256 of a file's bytes.
fn hash(path: &Path) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut block = vec![0; 64 * 1024];
    loop {
        match io::Read::read(&mut file, &mut block)? {
            0 => return Ok(hash.finalize().into()),
            n => hash.update(&block[..n]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// What a run writes about itself.
pub(super) struct Journal<'a> {
    pub args: &'a args::Build,
    pub begun: SystemTime,
    pub inputs: &'a Inputs,
    pub old: Option<&'a Old>,
    pub users: Seen,
    pub counts: Counts,
    /// `done`, `stopped`, `too-many-rejects`
    pub ended: &'static str,
}

impl Journal<'_> {
    /// Whether a path for it lies in OUT, where only the build's files are.
    pub fn is_inside(path: &Path, out: &Path) -> bool {
        overlap(path, out)
    }

    /// Writes it.
    pub fn write(&self, path: &Path) -> Result<(), CliError> {
        let time = |time: SystemTime| humantime::format_rfc3339_seconds(time).to_string();
        let input = |(path, hash): &(PathBuf, Option<[u8; 32]>)| json!({ "path": path.display().to_string(), "sha256": hash.as_ref().map(|hash| hex(hash)) });
        let mut inputs: Vec<Value> = self.inputs.0.iter().map(input).collect();
        let users = self.args.users.as_deref().unwrap_or(Path::new("")).display().to_string();
        inputs.push(json!({ "path": users, "sha256": self.users.sha256() }));
        let old = |old: &Old| json!({ "path": old.path().display().to_string(), "manifest_sha256": hex(old.manifest()) });
        let counts = self.counts;
        let told = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "begun": time(self.begun),
            "ended": time(SystemTime::now()),
            "result": self.ended,
            "out": self.args.out.display().to_string(),
            "inputs": inputs,
            "only_changed": self.old.map(old),
            "rows": counts.rows,
            "users": counts.users,
            "users_unchanged": counts.unchanged,
            "users_cast": counts.cast,
            "resumed": counts.resumed,
            "rejected": counts.rejected,
            "files": counts.files,
            "files_with_password": counts.secrets,
        });
        let text = serde_json::to_string_pretty(&told).unwrap_or_default() + "\n";
        Ok(sink::replace(path, text.as_bytes(), true)?)
    }
}
