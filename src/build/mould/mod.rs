//! Many users' files from one that was rendered and read whole (law 5). While the first user's files are made, a trace records where each
//! of his values stands and what was asked about it ([`slot`]). For a user of the same shape, about whom every question has the same
//! answer, a file is the same text with his values in those places: it is cast, not rendered. What is cast is read: its fixed stretches
//! are those of the file that was read whole, byte for byte, and each value is decoded by the format and compared.
//!
//! Nothing else may differ: a mould gives what rendering gives, or nothing, and then the user's files are rendered.

mod body;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Artifact, Builder, Part};
use crate::account::{Account, Fetched, PasswordSource, RawAccount, placeholder};
use crate::finding::{Echo, Findings};
use crate::format::{self, Format};
use crate::library::LibraryError;
use crate::paths;
use crate::render::slot::{self, Guard, Slot, Stencil, Trace};
use crate::render::value;
use crate::secret::Secret;
use body::{Body, fill};

/// Shapes that moulds are kept for, and moulds of one shape: beyond, files are rendered.
const MOST_SHAPES: usize = 64;
const MOST_OF_SHAPE: usize = 24;

/// Bytes of stencils that are kept in all: files of many clients are large, and names of many widths make many moulds.
const MOST_BYTES: usize = 12 * 1024 * 1024;

/// Users of a shape that are rendered to try its moulds on.
const TRIALS: usize = 2;

/// The moulds of a run.
#[derive(Debug, Default)]
pub struct Moulds {
    shapes: Mutex<BTreeMap<String, Shape>>,
    /// of all stencils
    bytes: AtomicUsize,
    cast: AtomicUsize,
}

/// Accounts that differ in their users' own texts alone.
#[derive(Debug, Default)]
struct Shape {
    moulds: Vec<Arc<Mould>>,
    /// those that came to nothing
    failed: usize,
}

impl Moulds {
    /// A user's files from a mould that was tried, and what is to be told of them: the same as of the user whose files were the mould's.
    /// `None`: there is none that fits, and [`Moulds::make`] makes the files.
    #[must_use]
    pub fn cast(
        &self,
        shape: &str,
        account: &Account,
        fetched: &Fetched,
    ) -> Option<(Vec<Artifact>, Arc<Vec<Echo>>)> {
        let (known, _) = self.known(shape);
        let (mould, values) = fitting(&known, account, fetched)?;
        let artifacts = mould.cast(account, &values).filter(|_| !mould.is_on_trial())?;
        self.cast.fetch_add(1, Ordering::Relaxed);
        Some((artifacts, mould.findings.clone()))
    }

    /// How many users' files were cast.
    #[must_use]
    pub fn count(&self) -> usize {
        self.cast.load(Ordering::Relaxed)
    }

    /// Makes a user's files as [`Builder::part`] does, and a mould of them, or tries one.
    ///
    /// # Errors
    /// As [`Builder::part`].
    pub fn make(
        &self,
        builder: &Builder,
        shape: Option<&str>,
        account: &Account,
        raw: &RawAccount,
        fetched: &Fetched,
        findings: &mut Findings,
    ) -> Result<Vec<Artifact>, LibraryError> {
        let render = |findings: &mut Findings| builder.part(Part::User, account, raw, fetched, findings);
        let artifacts = render(findings)?;
        let Some(shape) = shape else { return Ok(artifacts) };
        let (known, room) = self.known(shape);
        match fitting(&known, account, fetched) {
            Some((mould, values)) if mould.is_on_trial() => {
                mould.tried(mould.cast(account, &values).as_ref() == Some(&artifacts));
            }
            None if room => {
                // once more to be followed: what cannot be may fail on the way
                let (traced, trace) = slot::trace(|| render(&mut Findings::new()));
                let trace = trace.filter(|_| traced.is_ok_and(|traced| traced == artifacts));
                let told = findings.iter().map(|finding| raw.echo(finding)).collect();
                let mould = trace.and_then(|trace| Mould::new(trace, account, &artifacts, told));
                // what it was made of must come out of it again
                let again = |m: &Mould| m.cast(account, &m.values(account, fetched)?);
                let mould = mould.filter(|m| again(m).as_ref() == Some(&artifacts));
                self.keep(shape.to_owned(), mould);
            }
            Some(_) | None => {}
        }
        Ok(artifacts)
    }

    /// The moulds of a shape, and whether it may have more.
    fn known(&self, shape: &str) -> (Vec<Arc<Mould>>, bool) {
        let shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.bytes.load(Ordering::Relaxed) < MOST_BYTES;
        match shapes.get(shape) {
            Some(of) => (
                of.moulds.iter().filter(|m| m.is_sound()).cloned().collect(),
                room && of.moulds.len() + of.failed < MOST_OF_SHAPE,
            ),
            None => (Vec::new(), room && shapes.len() < MOST_SHAPES),
        }
    }

    fn keep(&self, shape: String, mould: Option<Mould>) {
        let mut shapes = self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        let of = shapes.entry(shape).or_default();
        match mould {
            Some(mould) => {
                self.bytes.fetch_add(mould.bytes(), Ordering::Relaxed);
                of.moulds.push(Arc::new(mould));
            }
            None => of.failed += 1,
        }
    }
}

/// All of an account but its user's own texts: what makes two users' files the same but for those. `None`: something of his may stand
/// where nothing is followed.
#[must_use]
pub fn shape(builder: &Builder, account: &Account, fetched: &Fetched) -> Option<String> {
    let address = account.address.as_ref()?;
    let endpoints = account.incoming.iter().map(|s| &s.endpoint);
    let mut endpoints = endpoints.chain(account.outgoing.iter().map(|s| &s.endpoint));
    // templates of the user's own may look at a value where no look is recorded; what spells a placeholder is looked at by readers; what is
    // in a PDF is not followed
    if builder.wishes.printing.formats.pdf
        || !builder.library.is_built_in()
        || address.as_str().contains('%')
        || endpoints.any(|e| placeholder::is_in(e.host.unicode()))
    {
        return None;
    }
    let own = String::new;
    let login = |username: &mut String| {
        *username = placeholder::pattern(username, Some(address)).unwrap_or_else(own);
    };
    let password = |source: &mut Option<PasswordSource>| {
        if source.is_some() {
            *source = Some(PasswordSource::Written(Secret::new(own())));
        }
    };
    let mut bare = account.clone();
    bare.address = None;
    bare.profile_key = own();
    bare.name = bare.name.map(|_| own());
    bare.name_ascii = bare.name_ascii.map(|_| own());
    bare.paper.customer_number = bare.paper.customer_number.map(|_| own());
    if let Some(recipient) = &mut bare.paper.recipient {
        for text in [&mut recipient.postcode, &mut recipient.name, &mut recipient.honorific] {
            *text = text.as_ref().map(|_| own());
        }
        recipient.lines.iter_mut().for_each(String::clear);
    }
    for server in &mut bare.incoming {
        login(&mut server.username);
        password(&mut server.password);
    }
    for server in &mut bare.outgoing {
        login(&mut server.username);
        password(&mut server.password);
    }
    let known = |all: &[Option<Secret>]| all.iter().map(Option::is_some).collect::<Vec<_>>();
    // all fields of it, also those that later versions add
    Some(format!("{bare:?} {:?} {:?}", known(&fetched.incoming), known(&fetched.outgoing)))
}

/// The first mould that fits a user, and his values in it.
fn fitting<'a>(
    known: &'a [Arc<Mould>],
    account: &'a Account,
    fetched: &'a Fetched,
) -> Option<(&'a Mould, Values<'a>)> {
    known.iter().find_map(|mould| {
        let values = mould.values(account, fetched)?;
        mould.fits(&values).then_some((&**mould, values))
    })
}

/// A user's values in the order of a mould's slots.
struct Values<'a> {
    slots: &'a [Slot],
    texts: Vec<Cow<'a, str>>,
}

impl Values<'_> {
    fn of(&self, slot: &Slot) -> &str {
        self.slots.binary_search(slot).map_or("", |at| &self.texts[at])
    }
}

/// A user's files as stencils.
#[derive(Debug)]
struct Mould {
    /// the values that they hold and that were asked about
    slots: Vec<Slot>,
    guards: Vec<Guard>,
    files: Vec<File>,
    findings: Arc<Vec<Echo>>,
    /// users who were rendered to try it; one whose files came out otherwise spoils it
    trials: Mutex<Trials>,
}

#[derive(Debug, Clone, Copy)]
struct Trials {
    left: usize,
    sound: bool,
}

/// One file as a stencil.
#[derive(Debug)]
struct File {
    like: Artifact,
    format: &'static Format,
    path: Stencil,
    body: Body,
}

impl Mould {
    /// `None`: a file was not followed.
    fn new(mut trace: Trace, account: &Account, artifacts: &[Artifact], findings: Vec<Echo>) -> Option<Self> {
        let folder = folder(account)?;
        let mut files = Vec::new();
        for artifact in artifacts {
            let below = artifact.path.strip_prefix(&folder)?;
            let path = match &artifact.file {
                Some(_) => trace.paths.get(below)?.clone(),
                // of a sheet or a page, the same for all users
                None => Stencil { fixed: vec![below.to_owned()], holes: Vec::new() },
            };
            let text = trace.files.remove(&artifact.path)?;
            let like =
                Artifact { path: String::new(), address: None, bytes: Vec::new().into(), ..artifact.clone() };
            let format = format::find(artifact.format)?;
            files.push(File { like, format, path, body: Body::new(text, format)? });
        }
        let asked = trace.guards.iter().flat_map(Guard::slots).cloned();
        let held =
            files.iter().flat_map(|f| f.path.holes.iter().chain(f.body.holes())).map(|h| h.slot.clone());
        let mut slots: Vec<Slot> = asked.chain(held).collect();
        slots.sort();
        slots.dedup();
        let trials = Mutex::new(Trials { left: TRIALS, sound: true });
        Some(Self { slots, guards: trace.guards, files, findings: Arc::new(findings), trials })
    }

    /// What it costs to keep.
    fn bytes(&self) -> usize {
        self.files.iter().map(|file| file.body.size()).sum()
    }

    fn trials(&self) -> Trials {
        *self.trials.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_sound(&self) -> bool {
        self.trials().sound
    }

    fn is_on_trial(&self) -> bool {
        self.trials().left > 0
    }

    fn tried(&self, same: bool) {
        let mut trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        trials.left = trials.left.saturating_sub(1);
        trials.sound &= same;
    }

    /// A user's values.
    fn values<'a>(&'a self, account: &'a Account, fetched: &'a Fetched) -> Option<Values<'a>> {
        let mut texts = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            texts.push(value(slot, account, fetched)?);
        }
        Some(Values { slots: &self.slots, texts })
    }

    /// Whether every question has the same answer for this user.
    fn fits(&self, values: &Values<'_>) -> bool {
        self.guards.iter().all(|guard| guard.holds(&|slot| values.of(slot)))
    }

    /// The user's files, each read. `None`: something in them is not as it should be.
    fn cast(&self, account: &Account, values: &Values<'_>) -> Option<Vec<Artifact>> {
        let of = |slot: &Slot| values.of(slot);
        let folder = folder(account)?;
        let address = account.address.as_ref().map(|a| a.as_str().to_owned());
        let one = |file: &File| {
            let path = fill(folder.clone(), &file.path, &of, None)?;
            let tame = path[folder.len()..].split('/').all(|part| part != ".." && paths::is_safe(part));
            let bytes = file.body.content(file.format, &of).filter(|_| tame)?;
            Some(Artifact {
                path,
                address: file.like.address_of(address.as_ref()),
                bytes,
                ..file.like.clone()
            })
        };
        self.files.iter().map(one).collect()
    }
}

impl Artifact {
    fn address_of(&self, address: Option<&String>) -> Option<String> {
        address.filter(|_| self.scope == "user").cloned()
    }
}

/// A user's folder, with the `/` behind it.
fn folder(account: &Account) -> Option<String> {
    let address = paths::part(account.address.as_ref()?.as_str());
    Some(format!("{}/{address}/", paths::part(account.domain.ascii())))
}

impl Guard {
    /// The values that it is about.
    fn slots(&self) -> Vec<&Slot> {
        match self {
            Self::Asked(slot, ..) | Self::Is(slot, ..) => vec![slot],
            Self::Same(a, b, _) => vec![a, b],
            Self::Wider(slots, ..) => slots.iter().collect(),
        }
    }

    /// Whether it has the same answer for other values.
    fn holds<'v>(&self, of: &impl Fn(&Slot) -> &'v str) -> bool {
        match self {
            Self::Asked(slot, question, answer) => question.answer(of(slot)) == *answer,
            Self::Is(slot, text, is) => (of(slot) == text) == *is,
            Self::Same(a, b, same) => (of(a) == of(b)) == *same,
            Self::Wider(slots, beside, most, wider) => {
                let own: usize = slots.iter().map(|slot| slot::width(of(slot))).sum();
                (own + beside > *most) == *wider
            }
        }
    }
}
