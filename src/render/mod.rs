//! The only user of the template engine. Templates and expressions over the view become text; nothing is written, nothing read
//! but templates. Escaping is chosen by file format. A secret is revealed by the formatter alone.

mod engine;
mod functions;
mod secret;
pub mod slot;
mod view;

pub use engine::{Engine, Expression, RenderError, TEXT};
pub use functions::Question;
pub use secret::HeldSecret;
pub use view::{Embedded, Purpose, Selection, Subject, carried_name, filled, value, view};
