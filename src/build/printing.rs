//! How sheets are printed: what the command line says of paper, beside what the description says of the build.

/// How sheets are printed.
#[derive(Debug, Clone, Default)]
pub struct Printing {
    /// the date that they print: there is no clock in a file
    pub date: Option<String>,
    /// on which paper
    pub paper: Paper,
    /// in which formats
    pub formats: SheetFormats,
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
