//! A secret is a type. It is never serialised, logged or shown in an error: `Debug` and `Display` print a marker.
//! Only `render` reveals it, into files that may hold it, and `format`/`build` compare it when a file is read back.

use std::fmt;

use zeroize::Zeroizing;

/// What stands in the place of a secret wherever one might be printed.
pub const MARKER: &str = "[secret]";

/// A mailbox password. Cleared from memory when dropped.
///
/// ```
/// let secret = mailprof::secret::Secret::new("hunter2".to_owned());
/// assert_eq!(format!("{secret} {secret:?}"), "[secret] [secret]");
/// assert!(secret.is("hunter2"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Whether the secret is this text: for reading back, without revealing.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.as_str() == text
    }

    /// Whether a text quotes the secret, as it is or escaped as our formats and error messages do.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let xml = self.0.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let xml = Zeroizing::new(xml.replace('"', "&quot;").replace('\'', "&#39;"));
        let backslashed = Zeroizing::new(self.0.replace('\\', "\\\\").replace('"', "\\\""));
        [&self.0, &xml, &backslashed].iter().any(|form| text.contains(form.as_str()))
    }

    /// The text itself; every use outside `render` is a review finding.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MARKER)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MARKER)
    }
}
