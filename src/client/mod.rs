//! What is known about mail clients, as data: their words, what they take, their files, limits and steps; and languages of sheets.
//! `docs/adding-a-client.md` explains every key. No client is named in Rust; nothing here renders or decides.

mod changes;
mod figure;
mod language;
mod options;
mod page;
mod profile;
mod reading;
mod sound;
mod texts;

pub use changes::{ChangeField, ChangePlace, Changes};
pub use figure::*;
pub use language::{Language, LimitLines, SettingWords, Spelling, Trouble, Typefaces};
pub use options::{Options, options, unknown_client};
pub use page::{markdown, named};
pub use profile::*;
pub use reading::{Lets, Reading, ServerReading};
pub use texts::{Shown, Texts};
