//! The fonts of a PDF: files that were named, or the system's best of a list of families.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fontdb::{Database, FaceInfo, Source, Style};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// Why a font could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// the file cannot be opened
    #[error("could not read the font {path}: {source}")]
    Read {
        /// which
        path: PathBuf,
        /// why
        source: std::io::Error,
    },
    /// the file is no font
    #[error("{0} is no font file (TrueType or OpenType)")]
    NoFont(PathBuf),
}

/// Fonts and what is known of them.
#[derive(Debug)]
pub struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    families: Vec<String>,
}

impl Fonts {
    /// From files: their families in the order of the files.
    ///
    /// # Errors
    /// A file that cannot be read or is no font.
    pub fn of_files(files: &[PathBuf]) -> Result<Self, FontError> {
        let mut fonts = Vec::new();
        for path in files {
            let before = fonts.len();
            fonts.extend(Font::iter(bytes(path)?));
            if fonts.len() == before {
                return Err(FontError::NoFont(path.clone()));
            }
        }
        Ok(Self::new(fonts))
    }

    /// The system's, of these families; the regular and the bold face of each.
    ///
    /// # Errors
    /// A font file that was found and cannot be read.
    pub fn of_system(families: &[&str]) -> Result<Self, FontError> {
        let mut database = Database::new();
        database.load_system_fonts();
        let mut files: BTreeMap<PathBuf, Bytes> = BTreeMap::new();
        let mut fonts = Vec::new();
        for family in families {
            for face in faces(&database, family) {
                let Source::File(path) = &face.source else { continue };
                if !files.contains_key(path) {
                    files.insert(path.clone(), bytes(path)?);
                }
                fonts.extend(Font::new(files[path].clone(), face.index));
            }
        }
        Ok(Self::new(fonts))
    }

    fn new(fonts: Vec<Font>) -> Self {
        let mut families: Vec<String> = Vec::new();
        for font in &fonts {
            let family = &font.info().family;
            if !families.iter().any(|f| f == family) {
                families.push(family.to_string());
            }
        }
        Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, families }
    }

    /// The families that are there, in order.
    #[must_use]
    pub fn families(&self) -> &[String] {
        &self.families
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(super) fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }
}

/// The regular and the bold face of a family.
fn faces<'d>(database: &'d Database, family: &str) -> impl Iterator<Item = &'d FaceInfo> {
    let named =
        move |face: &&FaceInfo| face.families.iter().any(|(name, _)| name.eq_ignore_ascii_case(family));
    let family: Vec<&FaceInfo> =
        database.faces().filter(|f| f.style == Style::Normal).filter(named).collect();
    [400, 700].into_iter().filter_map(move |weight| family.iter().copied().find(|f| f.weight.0 == weight))
}

fn bytes(path: &Path) -> Result<Bytes, FontError> {
    let read = |source| FontError::Read { path: path.to_owned(), source };
    std::fs::read(path).map(Bytes::new).map_err(read)
}
