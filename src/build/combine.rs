//! The PDF sheets of several users as one file: the number of each user's row at the foot of his pages, a bookmark where he begins.

use super::Builder;
use crate::format::pdf::{Binder, BinderError, PressError};

/// The template of what is printed at the foot.
pub(super) const FOOT: &str = "sheet/foot.typ";

/// One user's part of a file.
#[derive(Debug)]
pub struct Section<'a> {
    /// the bookmark
    pub title: String,
    /// the number of his row
    pub line: u64,
    /// his PDFs
    pub files: Vec<&'a [u8]>,
}

/// A file of several users' sheets.
#[derive(Debug)]
pub struct Combined {
    /// the file
    pub bytes: Vec<u8>,
    /// how many pages each user has
    pub pages: Vec<usize>,
}

/// Why there is no such file.
#[derive(Debug, thiserror::Error)]
pub enum CombineError {
    /// the feet were not printed
    #[error(transparent)]
    Press(#[from] PressError),
    /// the files were not put together
    #[error(transparent)]
    Binder(#[from] BinderError),
    /// the template of the feet is at fault
    #[error("{FOOT} does not print the numbers of the rows")]
    Feet,
}

impl Builder {
    /// Puts users' sheets into one file, in this order.
    ///
    /// # Errors
    /// A template that prints no numbers of rows, a PDF that cannot be read.
    pub fn combined(&self, users: &[Section<'_>]) -> Result<Combined, CombineError> {
        let mut binder = Binder::default();
        let add = |user: &Section<'_>| binder.add(&user.title, &user.files);
        let pages = users.iter().map(add).collect::<Result<_, _>>()?;
        let bytes = binder.finish(&self.feet(users)?)?;
        Ok(Combined { bytes, pages })
    }

    /// A page with each user's number, read back as sheets are.
    fn feet(&self, users: &[Section<'_>]) -> Result<Vec<u8>, CombineError> {
        let press = self.press.as_ref().ok_or(CombineError::Feet)?;
        let present = self.languages.first().map(|language| language.fonts.present(press.fonts().families()));
        let font = present.map(|fonts| fonts.mono).unwrap_or_default();
        let rows: Vec<String> = users.iter().map(|user| user.line.to_string()).collect();
        let data =
            serde_json::json!({ "paper": self.wishes.printing.paper.word(), "font": font, "rows": &rows });
        let printed = press.print(FOOT, "", data.to_string(), "{}".to_owned())?;
        let marked = printed.marked.into_iter().filter(|(name, _)| name == "row").map(|(_, text)| text);
        if marked.eq(rows) { Ok(printed.bytes) } else { Err(CombineError::Feet) }
    }
}
