//! PDF sheets, by typst as a library (the feature `pdf`). A template in typst's language lays out data that it reads as JSON, so no value
//! is ever a part of its source. Nothing else can be read from it: no file, no package, no clock.
//!
//! Reading back: the texts between two marks (`metadata`) of the laid-out pages, and the QR codes among its pictures. A character
//! without a glyph is an error, as typst itself prints a box for it and says nothing.
//!
//! Only this folder knows typst, whose interface changes with each minor version.

mod binder;
mod fonts;
mod pages;

use std::sync::atomic::{AtomicUsize, Ordering};

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, pdf};

pub use binder::{Binder, BinderError};
pub use fonts::{FontError, Fonts};

/// After how many sheets typst is told to forget, and for how many such rounds what nobody needed is remembered. Forgetting looks
/// at all that is remembered, so it costs time; remembering takes memory.
const ROUND: usize = 4;
const REMEMBERED: usize = 1;

/// A sheet that was printed, and what its pages say.
#[derive(Debug)]
pub struct Printed {
    /// the file
    pub bytes: Vec<u8>,
    /// marked texts with the name of their setting, as [`super::Document::Marked`]
    pub marked: Vec<(String, String)>,
}

/// Why a sheet was not printed. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PressError {
    /// characters that no font has
    #[error("no font has the characters {0}")]
    NoGlyph(String),
    /// the template is at fault
    #[error("{0}")]
    Template(String),
}

/// What a template can read.
#[derive(Debug, Clone, Copy)]
struct Files {
    data: FileId,
    drawings: FileId,
    logo: FileId,
}

/// Prints sheets of a few templates with one set of fonts. Shared by threads.
#[derive(Debug)]
pub struct Press {
    library: LazyHash<Library>,
    fonts: Fonts,
    templates: Vec<(&'static str, Source)>,
    files: Files,
    logo: Bytes,
    printed: AtomicUsize,
}

impl Press {
    /// A press for templates with their names, and a picture that they find as `/logo`.
    ///
    /// # Errors
    /// Never today; typst's paths may refuse.
    pub fn new(
        templates: Vec<(&'static str, String)>,
        logo: Vec<u8>,
        fonts: Fonts,
    ) -> Result<Self, PressError> {
        let files =
            Files { data: file("/data.json")?, drawings: file("/drawings.json")?, logo: file("/logo")? };
        Ok(Self {
            library: LazyHash::new(Library::default()),
            fonts,
            templates: templates.into_iter().map(source).collect::<Result<_, _>>()?,
            files,
            logo: Bytes::new(logo),
            printed: AtomicUsize::new(0),
        })
    }

    /// Whether its picture can be printed as what it is (`png`, `svg`). Asked once, so that not each sheet tells it of its template.
    #[must_use]
    pub fn prints_logo(&self, format: &str) -> bool {
        let source = format!("#image(read(\"/logo\", encoding: none), format: \"{format}\", width: 50mm)");
        let Ok(id) = file("/logo.typ") else { return false };
        let alone = Source::new(id, source);
        let nothing = || Bytes::new([]);
        let job = Job { press: self, name: "logo.typ", main: &alone, data: nothing(), drawings: nothing() };
        job.print("").is_ok()
    }

    /// Its fonts.
    #[must_use]
    pub fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// Prints one sheet by a template's name with a title from its data and its drawings, both JSON.
    ///
    /// # Errors
    /// A fault of the template, or characters that no font has.
    pub fn print(
        &self,
        template: &str,
        title: &str,
        data: String,
        drawings: String,
    ) -> Result<Printed, PressError> {
        let (data, drawings) = (Bytes::from_string(data), Bytes::from_string(drawings));
        let known = self.templates.iter().find(|(name, _)| *name == template);
        let (name, main) = known.ok_or_else(|| PressError::Template(format!("there is no {template}")))?;
        let job = Job { press: self, name, main, data, drawings };
        let printed = job.print(title);
        if self.printed.fetch_add(1, Ordering::Relaxed) % ROUND == ROUND - 1 {
            comemo::evict(REMEMBERED);
        }
        printed
    }
}

/// A template that compiles under its own name.
fn source((name, text): (&'static str, String)) -> Result<(&'static str, Source), PressError> {
    Ok((name, Source::new(file(&format!("/{name}"))?, text)))
}

/// A file that a template sees.
fn file(name: &str) -> Result<FileId, PressError> {
    let path = VirtualPath::new(name).map_err(|_| PressError::Template("a path is not sound".to_owned()))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// One sheet in the making.
struct Job<'a> {
    press: &'a Press,
    name: &'a str,
    main: &'a Source,
    data: Bytes,
    drawings: Bytes,
}

impl Job<'_> {
    fn print(&self, title: &str) -> Result<Printed, PressError> {
        // a message may quote data: only what kind of fault it is, and where in the template
        let mut document = typst::compile::<PagedDocument>(self).output.map_err(|errors| {
            let lines = errors.iter().map(|e| self.line(e.span)).collect::<Vec<_>>().join(", ");
            PressError::Template(format!("{} does not compile for this sheet (line {lines})", self.name))
        })?;
        let read = pages::read(&document);
        if !read.missing.is_empty() {
            return Err(PressError::NoGlyph(read.missing.iter().collect()));
        }
        document.info_mut().title = Some(title.into());
        let options = PdfOptions {
            ident: Smart::Auto,
            creator: Smart::Custom(Some("mailprof".to_owned())),
            ..PdfOptions::default()
        };
        let bytes = pdf(&document, &options)
            .map_err(|_| PressError::Template("the pages could not be written as PDF".to_owned()))?;
        Ok(Printed { bytes, marked: read.marked })
    }

    fn line(&self, span: impl Into<typst::syntax::DiagSpan>) -> String {
        use typst::WorldExt;
        let at = self.range(span).and_then(|range| self.main.lines().byte_to_line(range.start));
        at.map_or_else(|| "?".to_owned(), |line| (line + 1).to_string())
    }
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.press.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let files = &self.press.files;
        let known =
            [(files.data, &self.data), (files.drawings, &self.drawings), (files.logo, &self.press.logo)];
        let found = known.into_iter().find(|(file, _)| *file == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
