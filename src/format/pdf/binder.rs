//! Several PDFs as one, for the printing of many: their pages in order, what they share (fonts above all) once, a bookmark for each, and
//! something at the foot of all pages of one. Only what is printed is taken over: no tags, no links.
//!
//! Only this file knows lopdf.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary, text_string};
use sha2::{Digest, Sha256};

/// How deep objects of a page may lie in each other: those of ours do not reach ten.
const DEEPEST: usize = 64;

/// Why PDFs could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum BinderError {
    /// it is no PDF that can be read, or the object is missing
    #[error("a PDF could not be read: {0}")]
    Read(#[from] lopdf::Error),
    /// the file
    #[error("a PDF could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// what was put together was read, and is not what was put in
    #[error("the file that was put together does not read as its parts do")]
    Differs,
    /// objects that hold each other, or too deep
    #[error("a page's objects lie in each other without end")]
    TooDeep,
}

/// Puts PDFs together.
#[derive(Debug)]
pub struct Binder {
    document: Document,
    /// objects by what they are
    known: BTreeMap<[u8; 32], ObjectId>,
    /// of each section its title and its pages
    sections: Vec<(String, Vec<Page>)>,
}

/// A page as it was in its file: drawn as a whole.
#[derive(Debug)]
struct Page {
    drawn: ObjectId,
    area: Object,
}

impl Default for Binder {
    fn default() -> Self {
        Self { document: Document::with_version("1.7"), known: BTreeMap::new(), sections: Vec::new() }
    }
}

impl Binder {
    /// Adds files as one section with a bookmark. Tells how many pages it has.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn add(&mut self, title: &str, files: &[&[u8]]) -> Result<usize, BinderError> {
        let mut pages = Vec::new();
        for file in files {
            pages.extend(self.pages(file)?);
        }
        let count = pages.len();
        self.sections.push((title.to_owned(), pages));
        Ok(count)
    }

    /// The file. `feet`: a PDF with a page for each section, which is laid over the section's pages.
    ///
    /// # Errors
    /// `feet` cannot be read or has another number of pages; what was put together does not read as it should.
    pub fn finish(mut self, feet: &[u8]) -> Result<Vec<u8>, BinderError> {
        let feet = self.pages(feet)?;
        if feet.len() != self.sections.len() {
            return Err(BinderError::Differs);
        }
        let tree = self.document.new_object_id();
        let content = self.document.add_object(Stream::new(Dictionary::new(), b"/Page Do /Foot Do".to_vec()));
        let (mut pages, mut marks) = (Vec::new(), Vec::new());
        for ((title, section), foot) in std::mem::take(&mut self.sections).into_iter().zip(&feet) {
            let first = pages.len();
            for page in section {
                let drawn = dictionary! { "Page" => page.drawn, "Foot" => foot.drawn };
                let object = dictionary! {
                    "Type" => "Page", "Parent" => tree, "MediaBox" => page.area, "Contents" => content,
                    "Resources" => dictionary! { "XObject" => drawn },
                };
                pages.push((self.document.add_object(object), page.drawn));
            }
            marks.extend(pages.get(first).map(|(page, _)| (title, *page)));
        }
        let kids: Vec<Object> = pages.iter().map(|(page, _)| (*page).into()).collect();
        let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
        self.document
            .objects
            .insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
        let outlines = self.bookmarks(&marks);
        let catalog = dictionary! { "Type" => "Catalog", "Pages" => tree, "Outlines" => outlines, "PageMode" => "UseOutlines" };
        let catalog = self.document.add_object(catalog);
        self.document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        self.document.save_to(&mut bytes)?;
        let drawn: Vec<ObjectId> = pages.into_iter().map(|(_, drawn)| drawn).collect();
        if self.reads_as(&bytes, &drawn)? { Ok(bytes) } else { Err(BinderError::Differs) }
    }

    /// Bookmarks to pages, all of one level.
    fn bookmarks(&mut self, marks: &[(String, ObjectId)]) -> ObjectId {
        let root = self.document.new_object_id();
        let ids: Vec<ObjectId> = marks.iter().map(|_| self.document.new_object_id()).collect();
        for (at, (title, page)) in marks.iter().enumerate() {
            let to: Vec<Object> = vec![(*page).into(), "Fit".into()];
            let mut item = dictionary! { "Title" => text_string(title), "Parent" => root, "Dest" => to };
            let beside = [("Prev", at.checked_sub(1)), ("Next", Some(at + 1))];
            for (name, id) in beside.into_iter().filter_map(|(name, at)| Some((name, *ids.get(at?)?))) {
                item.set(name, id);
            }
            self.document.objects.insert(ids[at], item.into());
        }
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        let mut list = dictionary! { "Type" => "Outlines", "Count" => count };
        for (name, id) in [("First", ids.first()), ("Last", ids.last())] {
            if let Some(id) = id {
                list.set(name, *id);
            }
        }
        self.document.objects.insert(root, list.into());
        root
    }

    /// Law 5: each page of the file draws what was taken from its part, byte for byte.
    fn reads_as(&self, bytes: &[u8], drawn: &[ObjectId]) -> Result<bool, BinderError> {
        let read = Document::load_mem(bytes)?;
        let pages = read.get_pages();
        if pages.len() != drawn.len() {
            return Ok(false);
        }
        for (page, expected) in pages.values().zip(drawn) {
            let resources = read.get_dictionary(*page)?.get(b"Resources")?.as_dict()?;
            let id = resources.get(b"XObject")?.as_dict()?.get(b"Page")?.as_reference()?;
            let expected = self.document.get_object(*expected)?.as_stream()?;
            if read.get_object(id)?.as_stream()?.content != expected.content {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The pages of a file, each taken over as a drawing (a form XObject: ISO 32000-1, 8.10).
    fn pages(&mut self, bytes: &[u8]) -> Result<Vec<Page>, BinderError> {
        let from = Document::load_mem(bytes)?;
        let mut taken = Taken { from: &from, ids: BTreeMap::new(), depth: 0 };
        from.get_pages().values().map(|page| self.page(&mut taken, *page)).collect()
    }

    fn page(&mut self, taken: &mut Taken<'_>, id: ObjectId) -> Result<Page, BinderError> {
        let from = taken.from;
        let page = from.get_dictionary(id)?;
        let area = page.get_deref(b"MediaBox", from)?.clone();
        let mut form = dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => area.clone() };
        for key in ["Resources", "Group"] {
            if let Ok(object) = page.get_deref(key.as_bytes(), from) {
                form.set(key, self.copied(taken, object)?);
            }
        }
        let content = match from.get_page_contents(id).as_slice() {
            [one] => {
                let stream = from.get_object(*one)?.as_stream()?;
                for key in ["Filter", "DecodeParms"] {
                    if let Ok(object) = stream.dict.get_deref(key.as_bytes(), from) {
                        form.set(key, object.clone());
                    }
                }
                stream.content.clone()
            }
            _ => from.get_page_content(id),
        };
        Ok(Page { drawn: self.kept(Stream::new(form, content).into()), area })
    }

    /// An object with all that it refers to.
    fn copied(&mut self, taken: &mut Taken<'_>, object: &Object) -> Result<Object, BinderError> {
        Ok(match object {
            Object::Reference(id) => self.taken(taken, *id)?.into(),
            Object::Array(items) => {
                Object::Array(items.iter().map(|item| self.copied(taken, item)).collect::<Result<_, _>>()?)
            }
            Object::Dictionary(dictionary) => self.dictionary(taken, dictionary)?.into(),
            Object::Stream(stream) => {
                Stream::new(self.dictionary(taken, &stream.dict)?, stream.content.clone()).into()
            }
            plain => plain.clone(),
        })
    }

    fn dictionary(&mut self, taken: &mut Taken<'_>, from: &Dictionary) -> Result<Dictionary, BinderError> {
        let mut dictionary = Dictionary::new();
        // where a page stood among the tags, which stay behind
        for (key, object) in from.iter().filter(|(key, _)| !key.starts_with(b"StructParent")) {
            dictionary.set(key.clone(), self.copied(taken, object)?);
        }
        Ok(dictionary)
    }

    fn taken(&mut self, taken: &mut Taken<'_>, id: ObjectId) -> Result<ObjectId, BinderError> {
        if let Some(known) = taken.ids.get(&id) {
            return Ok(*known);
        }
        if taken.depth == DEEPEST {
            return Err(BinderError::TooDeep);
        }
        taken.depth += 1;
        let object = self.copied(taken, taken.from.get_object(id)?)?;
        taken.depth -= 1;
        let kept = self.kept(object);
        taken.ids.insert(id, kept);
        Ok(kept)
    }

    /// An object's id: of one that is the same as an earlier one, that one's.
    fn kept(&mut self, object: Object) -> ObjectId {
        let mut hash = Sha256::new();
        feed(&mut hash, &object);
        let document = &mut self.document;
        *self.known.entry(hash.finalize().into()).or_insert_with(|| document.add_object(object))
    }
}

/// What was taken over of one file.
struct Taken<'d> {
    from: &'d Document,
    ids: BTreeMap<ObjectId, ObjectId>,
    depth: usize,
}

/// All that an object is: those it refers to were taken over before, so that their ids say what they are.
fn feed(hash: &mut Sha256, object: &Object) {
    let mut text = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    match object {
        Object::Name(name) => text(b'/', name),
        Object::String(string, _) => text(b'(', string),
        Object::Array(items) => {
            text(b'[', &(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| feed(hash, item));
        }
        Object::Dictionary(dictionary) => feed_all(hash, dictionary),
        Object::Stream(stream) => {
            text(b's', &stream.content);
            feed_all(hash, &stream.dict);
        }
        plain => text(b' ', format!("{plain:?}").as_bytes()),
    }
}

fn feed_all(hash: &mut Sha256, dictionary: &Dictionary) {
    hash.update((dictionary.len() as u64).to_le_bytes());
    for (key, object) in dictionary.iter() {
        hash.update((key.len() as u64).to_le_bytes());
        hash.update(key);
        feed(hash, object);
    }
}
