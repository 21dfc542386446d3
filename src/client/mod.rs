//! What is known about mail clients, as data: their words, what they take, their files, limits and steps. `docs/clients.md`
//! explains every key. No client is named in Rust; nothing here renders or decides.

mod options;
mod profile;

pub use options::{Options, options, unknown_client};
pub use profile::*;
