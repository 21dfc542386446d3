//! How sheets are printed: what the command line says of paper, beside what the description says of the build.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::format::{FormatError, Picture};

/// How sheets are printed.
#[derive(Debug, Clone, Default)]
pub struct Printing {
    /// the date that they print: there is no clock in a file
    pub date: Option<String>,
    /// on which paper
    pub paper: Paper,
    /// in which formats
    pub formats: SheetFormats,
    /// at the head
    pub logo: Option<Logo>,
    /// whether each user's password is printed on a letter of its own, which is posted apart
    pub letters: bool,
    /// whether PDFs have an even number of pages, so that each begins on a leaf of its own when both sides are printed
    pub duplex: bool,
    /// whether PDFs are for one file of many users: then they are listed nowhere by themselves
    pub combined: bool,
}

/// The provider's logo.
#[derive(Debug, Clone)]
pub struct Logo {
    #[cfg(feature = "pdf")]
    pub(super) bytes: Vec<u8>,
    #[cfg(feature = "pdf")]
    pub(super) kind: Picture,
    /// as a page holds it: a URL of the scheme `data` (RFC 2397)
    pub(super) url: String,
}

impl Logo {
    /// The picture as a data URL: all that sheets hold of it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Largest logo, in bytes. It is in every HTML sheet.
    pub const MOST: u64 = 256 * 1024;

    /// A logo from a picture's bytes.
    ///
    /// # Errors
    /// As [`Picture::of`]; more than [`Logo::MOST`] bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Self, FormatError> {
        if bytes.len() as u64 > Self::MOST {
            return Err(FormatError::new(format!("it has more than {} KiB", Self::MOST / 1024)));
        }
        let kind = Picture::of(&bytes)?;
        let url = format!("data:{};base64,{}", kind.media_type(), BASE64_STANDARD.encode(&bytes));
        Ok(Self {
            #[cfg(feature = "pdf")]
            bytes,
            #[cfg(feature = "pdf")]
            kind,
            url,
        })
    }
}

/// Formats of sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SheetFormats {
    /// for browsers
    pub html: bool,
    /// ready to print; needs the feature `pdf`
    pub pdf: bool,
}

impl Default for SheetFormats {
    fn default() -> Self {
        Self { html: true, pdf: false }
    }
}

/// A size of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 mm by 297 mm (ISO 216)
    #[default]
    A4,
    /// 8.5 in by 11 in
    Letter,
}

impl Paper {
    /// As style sheets call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::A4 => "A4",
            Self::Letter => "letter",
        }
    }
}
