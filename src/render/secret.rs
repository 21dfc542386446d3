//! A secret as templates hold it: an object that prints a marker wherever the engine itself prints it (filters, `~`, debug
//! text). Only the formatter, which knows the file's format, asks for the text.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Object, ObjectRepr};

use crate::secret::{MARKER, Secret};

/// A secret in a view.
#[derive(Debug)]
pub struct HeldSecret(Secret);

impl HeldSecret {
    /// As a value of the engine.
    #[must_use]
    pub fn value(secret: &Secret) -> Value {
        Value::from_object(Self(secret.clone()))
    }

    pub(super) fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// The secret that a value holds.
    #[must_use]
    pub fn of(value: &Value) -> Option<&Self> {
        value.downcast_object_ref::<Self>()
    }
}

impl Object for HeldSecret {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MARKER)
    }
}
