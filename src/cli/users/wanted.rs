//! What is to be built for whom: flags win over the description, and a row may have wishes of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::account::users::Row;
use crate::account::{BuildWishes, RawAccount};
use crate::build::{Builder, Printing};
use crate::cli::CliError;
use crate::cli::args;
use crate::cli::build::{apart, flagged};
use crate::cli::description;
use crate::finding::Findings;
use crate::library::Library;

/// Different wishes that builders are kept for: languages and clients come in few combinations.
const MOST_BUILDERS: usize = 16;

/// Wishes of the run.
pub(super) struct Wanted<'a> {
    pub args: &'a args::Build,
    pub library: &'a Library,
    pub printing: Printing,
    /// of the description itself
    pub all: BuildWishes,
    builders: Mutex<BTreeMap<String, Arc<Builder>>>,
}

impl<'a> Wanted<'a> {
    pub fn new(args: &'a args::Build, library: &'a Library, printing: Printing, all: BuildWishes) -> Self {
        Self { args, library, printing, all, builders: Mutex::default() }
    }

    /// Whether a row says itself what is to be built.
    pub fn differs(row: &Row) -> bool {
        row.has("build.") || row.has("clients.")
    }

    /// A row's wishes.
    pub fn wishes(&self, raw: &RawAccount, row: &Row) -> BuildWishes {
        if Self::differs(row) { flagged(self.args, raw.wishes()) } else { self.all.clone() }
    }

    /// A builder for a row with wishes of its own.
    pub fn builder(&self, raw: &RawAccount, findings: &mut Findings) -> Result<Arc<Builder>, CliError> {
        let wishes = flagged(self.args, raw.wishes());
        apart(self.args, &wishes)?;
        let options = raw.options().into_iter().map(|o| (o.client, o.option, o.value)).collect::<Vec<_>>();
        let key = format!("{wishes:?} {options:?}");
        let known = || self.builders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(builder) = known().get(&key) {
            return Ok(builder.clone());
        }
        let builder = description::builder(
            self.library,
            raw,
            wishes,
            &self.args.common,
            self.printing.clone(),
            findings,
        )?;
        let builder = Arc::new(super::super::build::pressed(self.args, builder)?);
        if !findings.has_errors() && known().len() < MOST_BUILDERS {
            known().insert(key, builder.clone());
        }
        Ok(builder)
    }
}
