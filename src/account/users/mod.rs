//! The users file of a mass build: rows of a table or JSON Lines, one user each, as the customer database gives them. Read as a stream,
//! each row laid over the description and checked like one.

mod alike;
mod cells;
mod columns;
mod json;
mod rejects;
mod row;
mod rows;
mod table;
mod text;

pub use alike::{Alike, kind};
pub use columns::{Columns, OF_REJECTS, RowFormat, UsersFile};
pub use rejects::Rejects;
pub(crate) use rejects::record;
pub use row::Value;
pub use rows::{Row, Rows};

/// How a cell begins that a spreadsheet would take for a formula or for a text in its own way.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\'', '\t', '\r'];

/// Why the cells of a record cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// a quote is opened and never closed
    Unclosed,
    /// more bytes or cells than a record may have
    TooLong,
    /// more or fewer cells than columns
    Uneven,
    /// no JSON object
    NotJson,
}
