//! Two outputs, user by user. Their manifests tell which files differ; those are read back once, in the order in which each output has
//! them, and what they say is set aside; then the manifests are read again beside it. So a million users need no more memory than ten.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::path::Path;

use super::aside::{Aside, Recall, Veil};
use super::wanted::Wanted;
use super::{Change, Counts, Difference, FileChange, Owner, Setting, Settings, is_secret};
use crate::account::{placeholder, value};
use crate::build::Reader;
use crate::delivered::{Delivered, Entries};
use crate::parallel;
use crate::sink::{Entry, OutputError};

/// Files of one owner that are looked at together: more than any build makes for one.
const TOGETHER: usize = 4096;

/// Files that are read at once.
const BATCH: usize = 256;

/// Bytes that these come to, when the last is a usual one.
const BATCH_BYTES: usize = 4 << 20;

/// Compares two outputs and hands over what changed: first the domains, then the users, each in the order of their paths.
///
/// # Errors
/// An output cannot be read, or is none that a build wrote; what `tell` says.
pub fn outputs<E: From<OutputError>>(
    old: &Delivered,
    new: &Delivered,
    reader: &Reader,
    tell: &mut dyn FnMut(Difference) -> Result<(), E>,
) -> Result<Counts, E> {
    let both = [old, new];
    let wanted = wanted(both, reader)?;
    let veil = Veil::default();
    let [old_said, new_said] = both.map(|side| Said::of(side, reader, wanted.as_ref(), &veil));
    let (old_said, new_said) = (old_said?, new_said?);
    let mut counts = Counts::default();
    for (of_domain, said) in
        [(true, [old_said.of_domains, new_said.of_domains]), (false, [old_said.of_users, new_said.of_users])]
    {
        let tally = if of_domain { &mut counts.domains } else { &mut counts.users };
        let mut side = Side { reader, said };
        let pairs =
            Pairs::new(both)?.filter(|pair| pair.as_ref().map_or(true, |p| p.is_domains() == of_domain));
        for group in Groups(pairs.peekable()) {
            let difference = side.difference(group?)?;
            tally.count(difference.as_ref().map(|d| d.change));
            difference.map_or(Ok(()), &mut *tell)?;
        }
    }
    Ok(counts)
}

/// The lines of both manifests for one path.
struct Pair {
    old: Option<Entry>,
    new: Option<Entry>,
}

impl Pair {
    fn entry(&self) -> Option<&Entry> {
        self.new.as_ref().or(self.old.as_ref())
    }

    fn is_domains(&self) -> bool {
        self.entry().is_some_and(|entry| entry.address.is_none())
    }

    fn owner(&self) -> Option<Owner> {
        let entry = self.entry()?;
        let folder = || entry.path.split('/').next().unwrap_or_default().to_owned();
        Some(entry.address.clone().map_or_else(|| Owner::Domain(folder()), Owner::User))
    }

    /// Both lines, when they tell of different bytes.
    fn differing(&self) -> Option<(&Entry, &Entry)> {
        self.old.as_ref().zip(self.new.as_ref()).filter(|(old, new)| old.sha256 != new.sha256)
    }
}

/// Two sorted manifests as one stream.
struct Pairs<'d> {
    old: Peekable<Entries<'d>>,
    new: Peekable<Entries<'d>>,
}

impl<'d> Pairs<'d> {
    fn new([old, new]: [&'d Delivered; 2]) -> Result<Self, OutputError> {
        Ok(Self { old: old.entries()?.peekable(), new: new.entries()?.peekable() })
    }
}

impl Iterator for Pairs<'_> {
    type Item = Result<Pair, OutputError>;

    fn next(&mut self) -> Option<Self::Item> {
        // an error is taken at once, as if its path were the smallest
        let path = |next: Option<&Result<Entry, OutputError>>| match next {
            Some(Ok(entry)) => Some(Some(entry.path.clone())),
            Some(Err(_)) => Some(None),
            None => None,
        };
        let (old, new) = (path(self.old.peek()), path(self.new.peek()));
        let (take_old, take_new) = match (&old, &new) {
            (Some(old), Some(new)) => (old <= new, new <= old),
            (old, new) => (old.is_some(), new.is_some()),
        };
        let old = if take_old { self.old.next().transpose() } else { Ok(None) };
        let new = if take_new { self.new.next().transpose() } else { Ok(None) };
        match (old, new) {
            (Err(error), _) | (_, Err(error)) => Some(Err(error)),
            (Ok(None), Ok(None)) => None,
            (Ok(old), Ok(new)) => Some(Ok(Pair { old, new })),
        }
    }
}

/// The pairs of one owner, who is behind another in both manifests alike.
struct Group {
    owner: Owner,
    pairs: Vec<Pair>,
}

struct Groups<P: Iterator>(Peekable<P>);

impl<P: Iterator<Item = Result<Pair, OutputError>>> Iterator for Groups<P> {
    type Item = Result<Group, OutputError>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = match self.0.next()? {
            Ok(pair) => pair,
            Err(error) => return Some(Err(error)),
        };
        let owner = first.owner()?;
        let mut pairs = vec![first];
        let same = |pair: &Result<Pair, _>| pair.as_ref().is_ok_and(|p| p.owner().as_ref() == Some(&owner));
        while pairs.len() < TOGETHER {
            match self.0.next_if(same) {
                Some(Ok(pair)) => pairs.push(pair),
                Some(Err(error)) => return Some(Err(error)),
                None => break,
            }
        }
        Some(Ok(Group { owner, pairs }))
    }
}

/// A file that is to be read: its path, how, and whether it is a domain's.
type File<'p> = (&'p str, usize, bool);

/// The files whose bytes differ. `None`: there are none, so no output need be read.
fn wanted(both: [&Delivered; 2], reader: &Reader) -> Result<Option<Wanted>, OutputError> {
    let mut wanted = None;
    for pair in Pairs::new(both)? {
        let pair = pair?;
        let domain = pair.is_domains();
        for entry in pair.differing().into_iter().flat_map(|(old, new)| [old, new]) {
            if let Some(way) = way(reader, entry) {
                let file: File<'_> = (&entry.path, way, domain);
                wanted.get_or_insert_with(Wanted::new).insert(&file);
            }
        }
    }
    Ok(wanted)
}

fn way(reader: &Reader, entry: &Entry) -> Option<usize> {
    reader.way(entry.client.as_deref(), &entry.format, &entry.path)
}

/// All that a file of this path may be wanted as.
fn files<'p>(reader: &Reader, path: &'p str) -> Vec<File<'p>> {
    reader.ways(path).flat_map(|way| [(path, way, true), (path, way, false)]).collect()
}

/// What the files of one output say that differ.
struct Said {
    of_domains: Recall,
    of_users: Recall,
}

impl Said {
    fn of(
        side: &Delivered,
        reader: &Reader,
        wanted: Option<&Wanted>,
        veil: &Veil,
    ) -> Result<Self, OutputError> {
        let (of_domains, of_users) = (Aside::new(), Aside::new());
        let mut asides = Asides { reader, wanted, veil, of_domains, of_users, batch: Vec::new(), bytes: 0 };
        if wanted.is_some() {
            let is_wanted = |path: &str| is_wanted(reader, wanted, path).next().is_some();
            side.files(&is_wanted, &mut |path, bytes| asides.take(path, bytes))?;
            asides.read()?;
        }
        let (of_domains, of_users) = (asides.of_domains.sorted(), asides.of_users.sorted());
        Ok(Self { of_domains: of_domains.map_err(sorting())?, of_users: of_users.map_err(sorting())? })
    }
}

fn sorting() -> impl FnOnce(std::io::Error) -> OutputError {
    OutputError::read(Path::new("what is set aside"))
}

/// What a file of this path is wanted as.
fn is_wanted<'p>(reader: &Reader, wanted: Option<&Wanted>, path: &'p str) -> impl Iterator<Item = File<'p>> {
    files(reader, path).into_iter().filter(move |file| wanted.is_some_and(|wanted| wanted.has(file)))
}

/// Takes files and reads them, some at a time on all cores.
struct Asides<'a> {
    reader: &'a Reader,
    wanted: Option<&'a Wanted>,
    veil: &'a Veil,
    of_domains: Aside,
    of_users: Aside,
    batch: Vec<(String, Vec<u8>)>,
    /// how long its files are together
    bytes: usize,
}

impl Asides<'_> {
    fn take(&mut self, path: &str, bytes: &[u8]) -> Result<(), OutputError> {
        self.batch.push((path.to_owned(), bytes.to_owned()));
        self.bytes += bytes.len();
        if self.batch.len() < BATCH && self.bytes < BATCH_BYTES { Ok(()) } else { self.read() }
    }

    fn read(&mut self) -> Result<(), OutputError> {
        let (reader, wanted) = (self.reader, self.wanted);
        let batch = std::mem::take(&mut self.batch);
        self.bytes = 0;
        let said = |(path, bytes): &(String, Vec<u8>)| {
            let read = |(_, way, domain)| (way, domain, reader.read(way, bytes).ok());
            is_wanted(reader, wanted, path).map(read).collect::<Vec<_>>()
        };
        for ((path, bytes), ways) in batch.iter().zip(parallel::map(&batch, said)) {
            for (way, domain, said) in ways {
                let aside = if domain { &mut self.of_domains } else { &mut self.of_users };
                aside.put((path, way), bytes, said, self.veil).map_err(sorting())?;
            }
        }
        Ok(())
    }
}

/// Domains, or users.
struct Side<'r> {
    reader: &'r Reader,
    said: [Recall; 2],
}

impl Side<'_> {
    /// What changed for an owner; `None`: nothing.
    fn difference(&mut self, group: Group) -> Result<Option<Difference>, OutputError> {
        let has = |side: fn(&Pair) -> bool| group.pairs.iter().any(side);
        let change = Change::of(has(|pair| pair.old.is_some()), has(|pair| pair.new.is_some()));
        let change = change.unwrap_or(Change::Changed);
        let (mut settings, mut files) = (Found::default(), Vec::new());
        for pair in &group.pairs {
            let how = match (&pair.old, &pair.new) {
                (Some(_), None) => Some(FileChange::Removed),
                (None, _) => Some(FileChange::Added),
                (Some(_), Some(_)) => self.changed(pair, &group.owner, &mut settings)?,
            };
            files.extend(pair.entry().zip(how).map(|(entry, how)| (entry.path.clone(), how)));
        }
        if files.is_empty() {
            return Ok(None);
        }
        let Found { settings, said } = settings;
        let settings = settings.into_values().map(|(_, setting)| setting).collect();
        Ok(Some(Difference { owner: group.owner, change, settings, files, said }))
    }

    /// How a file changed that both outputs have; `None`: not at all.
    fn changed(
        &mut self,
        pair: &Pair,
        owner: &Owner,
        settings: &mut Found,
    ) -> Result<Option<FileChange>, OutputError> {
        let Some((old, new)) = pair.differing() else { return Ok(None) };
        let [old_said, new_said] = &mut self.said;
        let (Some(old), Some(new)) =
            (said(self.reader, old_said, old, owner)?, said(self.reader, new_said, new, owner)?)
        else {
            return Ok(Some(FileChange::Unread));
        };
        Ok(Some(if settings.add(&old, &new) { FileChange::Settings } else { FileChange::Looks }))
    }
}

/// What a file said when it was read. A user's placeholders stand for what is his.
fn said(
    reader: &Reader,
    recall: &mut Recall,
    entry: &Entry,
    owner: &Owner,
) -> Result<Option<Settings>, OutputError> {
    let Some(way) = way(reader, entry) else { return Ok(None) };
    let said = recall.of((&entry.path, way), &entry.sha256);
    let mut said = said.map_err(OutputError::read(Path::new(&entry.path)))?;
    if let (Owner::User(address), true) = (owner, reader.has_placeholders(way)) {
        let address = value::address(address).ok();
        let names = said.iter_mut().flatten().filter(|(name, _)| name.ends_with(".username"));
        for (value, address) in names.flat_map(|(_, values)| values).zip(address.iter().cycle()) {
            *value = placeholder::expand(value, address);
        }
    }
    Ok(said)
}

/// Settings that changed, as the file tells them that says it most exactly: in some formats one word stands for several values.
#[derive(Default)]
struct Found {
    settings: BTreeMap<String, (usize, Setting)>,
    /// what the new files say, changed or not
    said: Settings,
}

impl Found {
    /// Adds what two files of one path say; whether any setting changed.
    fn add(&mut self, old: &Settings, new: &Settings) -> bool {
        let mut any = false;
        for (name, values) in new.iter().filter(|(name, _)| !is_secret(name)) {
            match self.said.get(name) {
                Some(other) if other.len() <= values.len() => {}
                _ => drop(self.said.insert(name.clone(), values.clone())),
            }
        }
        let told = |name: &&String| !name.starts_with("embedded.");
        let added = new.keys().filter(|name| !old.contains_key(*name));
        for name in old.keys().chain(added).filter(told) {
            let (old, new) = (old.get(name), new.get(name));
            let text = |values: &Vec<String>| values.join(" / ");
            let (was, is) = (old.map(text), new.map(text));
            if let Some(setting) = Setting::of(name, was.as_deref(), is.as_deref()) {
                any = true;
                self.keep(setting, [old, new].into_iter().flatten().map(Vec::len).sum());
            }
        }
        any
    }

    fn keep(&mut self, setting: Setting, values: usize) {
        // one that was there and is there says more than one that a file just tells or leaves out
        let rank = values + if setting.change() == Change::Changed { 0 } else { 1000 };
        match self.settings.get(&setting.name) {
            Some((other, _)) if *other <= rank => {}
            _ => drop(self.settings.insert(setting.name.clone(), (rank, setting))),
        }
    }
}
