//! `mailprof schema`: the JSON Schema of descriptions.

use super::{CliError, print};
use crate::account::json_schema;
use crate::finding::Catalogue;

pub(super) fn run(words: &Catalogue) -> Result<u8, CliError> {
    print(&text(words))?;
    Ok(0)
}

/// The schema as a file holds it.
pub(super) fn text(words: &Catalogue) -> String {
    format!("{:#}\n", json_schema::schema(words.language().id()))
}
