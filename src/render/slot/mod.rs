//! What a template makes of one user's values, followed so that it need not be rendered anew for the next user: a trace of where each
//! value stands in each file, and of every question that anything asked about a value on the way. For a user about whom all the
//! questions have the same answers, the file is the same text with his values in those places.
//!
//! While a trace is on, a view holds each of the user's values as an object that the engine can print and nothing else: what looks at
//! it in a way that cannot be recorded ends the trace, and each file is rendered for each user. Tests hold what is cast against what is
//! rendered, and the templates of ours against the one look that the engine keeps to itself (a value on the right of `==`).

mod held;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

use minijinja::Value;

use super::RenderError;
use super::functions::{self, Question};
use crate::format::Escape;
use crate::secret::Secret;

use held::marked;
pub use held::{Held, Rope, is_wider, joined, path, same, trimmed, width};
pub(super) use held::{Stretch, mark, one_line, secret, stretches, text, url_encoded, value};

/// One of a user's own values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// the mail address, its domain in ASCII
    Address,
    /// the mail address as people read it
    AddressUnicode,
    /// what stands before `@`
    LocalPart,
    /// the display name
    FullName,
    /// the display name in ASCII
    NameAscii,
    /// the address as a part of a path
    Stem,
    /// what identifies the profile
    ProfileHash,
    /// an identifier of a payload
    Uuid(String),
    /// what the provider knows the customer by
    CustomerNumber,
    /// of the postal address: `postcode`, `name`, `honorific`
    Recipient(&'static str),
    /// a line of the postal address
    RecipientLine(usize),
    /// a login: whether of an incoming server, which one, and whether as all users of the domain share it
    Username {
        /// or an outgoing one
        incoming: bool,
        /// its place in the account
        index: usize,
        /// placeholders unexpanded
        pattern: bool,
    },
    /// a password: whether of an incoming server, and which one
    Password {
        /// or an outgoing one
        incoming: bool,
        /// its place in the account
        index: usize,
    },
}

/// What is printed of a value.
#[derive(Debug, Clone)]
pub enum Op {
    /// all of it
    Whole,
    /// its first characters
    Start(usize),
    /// one of its pieces of so many columns
    Piece(usize, usize),
    /// one of its lines of so many columns
    Line(usize, usize),
    /// as it is said on the telephone, by a language's spelling
    Spelled(Value),
    /// as a part of a URL
    UrlEncoded,
}

/// A value, or something made of it.
#[derive(Debug, Clone)]
pub struct Part {
    /// which value
    pub slot: Slot,
    /// what of it
    pub op: Op,
}

impl Part {
    /// What it is of a user whose value is `text`.
    #[must_use]
    pub fn of<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        Some(match &self.op {
            Op::Whole => Cow::Borrowed(text),
            Op::Start(n) => Cow::Borrowed(functions::start(text, *n)),
            Op::Piece(columns, at) => Cow::Owned(functions::pieces(text, *columns).into_iter().nth(*at)?),
            Op::Line(columns, at) => Cow::Owned(functions::lines(text, *columns).into_iter().nth(*at)?),
            Op::UrlEncoded => Cow::Owned(functions::url_encoded(text).ok()?),
            Op::Spelled(spelling) => Cow::Owned(functions::spelled(text, spelling).ok()?),
        })
    }
}

/// A question about values that was asked while a trace was on, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// about one value
    Asked(Slot, Question, Option<usize>),
    /// whether one is this text
    Is(Slot, String, bool),
    /// whether two are the same
    Same(Slot, Slot, bool),
    /// whether several, and so many columns beside them, are wider than so many columns
    Wider(Vec<Slot>, usize, usize, bool),
}

/// A text with a user's values in it.
#[derive(Debug, Clone, Default)]
pub struct Stencil {
    /// the stretches around the values: one more than there are values
    pub fixed: Vec<String>,
    /// what stands between them
    pub holes: Vec<Part>,
}

/// What was recorded while one user's files were made.
#[derive(Debug, Default)]
pub struct Trace {
    /// the questions
    pub guards: Vec<Guard>,
    /// the texts of files, by their paths
    pub files: BTreeMap<String, Stencil>,
    /// the paths below the user's folder, by themselves
    pub paths: BTreeMap<String, Stencil>,
    /// the same with their marks
    ropes: BTreeMap<String, String>,
    marks: Vec<(Part, Content)>,
    /// the value that the engine looked at and has not compared yet
    looked_at: Option<usize>,
    refused: bool,
}

#[derive(Debug, Clone)]
enum Content {
    Text(String),
    Secret(Secret),
}

impl Content {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Secret(secret) => secret.reveal(),
        }
    }
}

thread_local! {
    static TRACE: RefCell<Option<Trace>> = const { RefCell::new(None) };
}

/// Noncharacters (Unicode, section 23.7): what a text holds between them is the number of a mark.
const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// Records what `work` does with a user's values. `None`: something looked at one in a way that cannot be recorded.
pub fn trace<T>(work: impl FnOnce() -> T) -> (T, Option<Trace>) {
    TRACE.set(Some(Trace::default()));
    let done = work();
    (done, TRACE.take().filter(|trace| !trace.refused && trace.looked_at.is_none()))
}

/// Does something beside the trace: what it makes is of one user.
pub fn untraced<T>(work: impl FnOnce() -> T) -> T {
    let trace = TRACE.take();
    let done = work();
    TRACE.set(trace);
    done
}

/// Ends the trace: nothing of it can be used.
pub fn refuse() {
    with(|trace| trace.refused = true);
}

fn with<T>(record: impl FnOnce(&mut Trace) -> T) -> Option<T> {
    TRACE.with_borrow_mut(|trace| trace.as_mut().map(record))
}

fn is_on() -> bool {
    TRACE.with_borrow(Option::is_some)
}

fn guard(guard: Guard) {
    with(|trace| {
        if !trace.guards.contains(&guard) {
            trace.guards.push(guard);
        }
    });
}

/// Which text a trace is of.
#[derive(Debug, Clone, Copy)]
pub enum Kind<'p> {
    /// of the file under this path
    File(&'p str),
    /// a path
    Path,
}

/// A text with its values in the place of the marks, written as its format writes them. What it is made of is recorded.
///
/// # Errors
/// A value that the format cannot hold.
pub fn settled(raw: String, kind: Kind<'_>, escape: Option<Escape>) -> Result<String, RenderError> {
    if !is_on() {
        return Ok(raw);
    }
    let mut stencil = Stencil::default();
    let mut plain = String::with_capacity(raw.len());
    for stretch in stretches(&raw) {
        match stretch {
            Stretch::Fixed(text) => {
                plain.push_str(text);
                stencil.fixed.push(text.to_owned());
            }
            Stretch::Mark(number) => {
                let Some((part, content)) = marked(number) else {
                    refuse();
                    continue;
                };
                write(&mut plain, content.text(), escape)?;
                stencil.holes.push(part);
            }
        }
    }
    with(|trace| match kind {
        Kind::File(path) => drop(trace.files.insert(path.to_owned(), stencil)),
        Kind::Path => {
            trace.ropes.insert(plain.clone(), raw);
            trace.paths.insert(plain.clone(), stencil);
        }
    });
    Ok(plain)
}

/// Writes a value as a format does.
pub(super) fn write(out: &mut String, text: &str, escape: Option<Escape>) -> Result<(), RenderError> {
    match escape {
        Some(escape) => escape(out, text).map_err(|e| RenderError::new(e.0)),
        None => {
            out.push_str(text);
            Ok(())
        }
    }
}
