//! What is known about clients, providers and languages, and how files look: built into the binary, overridden file by file by
//! folders of the user's. One lookup function; an override that cannot be read is an error, never a silent fall-back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;

use crate::account::Providers;
use crate::client::{Client, Language, Limit, Reading, Scope};
use crate::finding::{self, Source};
use crate::parallel;

static PROFILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/profiles");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Why a profile or a template could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// an override is there but cannot be read
    #[error("could not read {path}: {source}")]
    Read {
        /// which file
        path: PathBuf,
        /// why
        source: std::io::Error,
    },
    /// a profile does not parse
    #[error("{name} is no sound profile: {reason}")]
    Parse {
        /// which file
        name: String,
        /// why, with the line
        reason: String,
    },
    /// a file that another one names is not there
    #[error("{name} is named by {by}, but there is no such file")]
    Missing {
        /// which file
        name: String,
        /// who names it
        by: String,
    },
    /// a profile contradicts itself or another
    #[error("{name}: {reason}")]
    Unsound {
        /// which file
        name: String,
        /// why
        reason: String,
    },
}

/// Profiles and templates, built in and overridden.
#[derive(Debug, Default, Clone)]
pub struct Library {
    profiles: Option<PathBuf>,
    templates: Option<PathBuf>,
}

impl Library {
    /// With the user's own folders (`--profiles`, `--templates`).
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn new(profiles: Option<PathBuf>, templates: Option<PathBuf>) -> Result<Self, LibraryError> {
        for folder in [&profiles, &templates].into_iter().flatten() {
            std::fs::read_dir(folder)
                .map_err(|source| LibraryError::Read { path: folder.clone(), source })?;
        }
        Ok(Self { profiles, templates })
    }

    /// Whether nothing of it is the user's own.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.profiles.is_none() && self.templates.is_none()
    }

    /// The user's own files, by path.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn own_files(&self) -> Result<Vec<PathBuf>, LibraryError> {
        let mut files = Vec::new();
        for folder in [&self.profiles, &self.templates].into_iter().flatten() {
            below(folder, &mut files)?;
        }
        files.sort();
        Ok(files)
    }

    /// A template's text by its name below `templates/`. `None`: there is none.
    ///
    /// # Errors
    /// An override that cannot be read.
    pub fn template(&self, name: &str) -> Result<Option<String>, LibraryError> {
        lookup(self.templates.as_deref(), &TEMPLATES, name)
    }

    /// All clients, by id.
    ///
    /// # Errors
    /// A profile that cannot be read, does not parse, or is unsound.
    pub fn clients(&self) -> Result<Vec<Client>, LibraryError> {
        let languages = self.names("languages")?;
        let one = |id: &String| {
            let mut client: Client = self.named(&format!("clients/{id}.yaml"), "clients")?;
            let figures = format!("figures/{id}.yaml");
            if self.profile(&figures)?.is_some() {
                client.figures = self.named(&figures, "figures")?;
            }
            match client.unsound(id, &languages) {
                Some(reason) => Err(LibraryError::Unsound { name: format!("clients/{id}.yaml"), reason }),
                None => Ok(client),
            }
        };
        let clients: Vec<Client> =
            parallel::map(&self.names("clients")?, one).into_iter().collect::<Result<_, _>>()?;
        let common = self.common_limits()?;
        distinct_codes(&clients, &common)?;
        successors(&clients)?;
        changeable(&clients)?;
        drawn(&clients)?;
        embeddable(&clients)?;
        Ok(clients.into_iter().map(|c| with_common(c, &common)).collect())
    }

    /// Clients of which nothing but the words for the six settings is known: `profiles/labels/`.
    ///
    /// # Errors
    /// As [`Library::clients`].
    pub fn labelled(&self) -> Result<Vec<Client>, LibraryError> {
        let languages = self.names("languages")?;
        let one = |id: &String| {
            let name = format!("labels/{id}.yaml");
            let client = Client { sheet: false, ..self.named::<Client>(&name, "labels")? };
            let missing = crate::client::SIX.iter().find(|s| !client.labels.contains_key(**s));
            let missing = missing.map(|s| format!("it has no label for {s}"));
            match missing.or_else(|| client.unsound(id, &languages)) {
                Some(reason) => Err(LibraryError::Unsound { name, reason }),
                None => Ok(client),
            }
        };
        parallel::map(&self.names("labels")?, one).into_iter().collect()
    }

    /// Limits that hold for any client.
    fn common_limits(&self) -> Result<Vec<Limit>, LibraryError> {
        let languages = self.names("languages")?;
        let one = |name: String| {
            let name = format!("limits/{name}.yaml");
            let limits = self.named::<Vec<Limit>>(&name, "limits")?;
            match limits.iter().find_map(|l| l.ill_worded(&languages)) {
                Some(reason) => Err(LibraryError::Unsound { name, reason }),
                None => Ok(limits),
            }
        };
        let lists = self.names("limits")?.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
        Ok(lists.into_iter().flatten().map(|limit| Limit { common: true, ..limit }).collect())
    }

    /// A reading by its name.
    ///
    /// # Errors
    /// Not there, unreadable, does not parse.
    pub fn reading(&self, name: &str, by: &str) -> Result<Reading, LibraryError> {
        self.named(&format!("readings/{name}.yaml"), by)
    }

    /// The words of a language's sheets. `None`: there are none.
    ///
    /// # Errors
    /// Unreadable, does not parse.
    pub fn language(&self, id: &str) -> Result<Option<Language>, LibraryError> {
        if !self.names("languages")?.contains(&id.to_owned()) {
            return Ok(None);
        }
        let name = format!("languages/{id}.yaml");
        let language: Language = self.named(&name, "the description")?;
        if self.own_profile(&name).is_some() {
            let built_in: Language = Self::default().named("languages/en.yaml", "languages")?;
            if let Some(reason) = language.unsound(id, &built_in) {
                return Err(LibraryError::Unsound { name, reason });
            }
        }
        Ok(Some(language))
    }

    /// Ids of the profiles in a folder (`clients`, `providers`, `languages`), sorted.
    ///
    /// # Errors
    /// An override folder that cannot be listed.
    pub fn names(&self, folder: &str) -> Result<Vec<String>, LibraryError> {
        let mut names: Vec<String> = PROFILES
            .get_dir(folder)
            .into_iter()
            .flat_map(Dir::files)
            .filter_map(|f| stem(f.path()))
            .collect();
        if let Some(dir) = self.profiles.as_ref().map(|d| d.join(folder)).filter(|d| d.is_dir()) {
            let read = |source| LibraryError::Read { path: dir.clone(), source };
            for entry in std::fs::read_dir(&dir).map_err(read)? {
                names.extend(stem(&entry.map_err(read)?.path()));
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Folders of the user's own in which nothing overrides or adds anything: a wrong level, a misspelt name.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn unused(&self, clients: &[Client]) -> Result<Vec<PathBuf>, LibraryError> {
        let mut unused = Vec::new();
        if let Some(dir) = &self.profiles {
            let mut used = Vec::new();
            for folder in ["clients", "figures", "labels", "languages", "limits", "providers", "readings"] {
                used.extend(self.names(folder)?.into_iter().map(|id| format!("{folder}/{id}.yaml")));
            }
            if !used.iter().any(|name| dir.join(name).is_file()) {
                unused.push(dir.clone());
            }
        }
        if let Some(dir) = &self.templates {
            let built_in =
                TEMPLATES.dirs().flat_map(Dir::files).map(|f| f.path().to_string_lossy().into_owned());
            let named = clients.iter().flat_map(|c| c.files.iter().map(|f| f.template.clone()));
            if !built_in.chain(named).any(|name| dir.join(name).is_file()) {
                unused.push(dir.clone());
            }
        }
        Ok(unused)
    }

    /// Where the user's own profile of a name lies. `None`: it is a built-in one, or none.
    #[must_use]
    pub fn own_profile(&self, name: &str) -> Option<PathBuf> {
        self.profiles.as_ref().map(|dir| dir.join(name)).filter(|path| path.is_file())
    }

    fn named<T: DeserializeOwned>(&self, name: &str, by: &str) -> Result<T, LibraryError> {
        let text = self
            .profile(name)?
            .ok_or_else(|| LibraryError::Missing { name: name.to_owned(), by: by.to_owned() })?;
        serde_yaml::from_str(&text).map_err(|e| LibraryError::Parse {
            name: name.to_owned(),
            reason: e.without_snippet().to_string(),
        })
    }

    fn profile(&self, name: &str) -> Result<Option<String>, LibraryError> {
        lookup(self.profiles.as_deref(), &PROFILES, name)
    }
}

impl Providers for Library {
    fn provider(&self, id: &str) -> Result<Option<Source>, String> {
        let safe = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if id.is_empty() || !id.chars().all(safe) || id.contains("..") {
            return Ok(None);
        }
        let name = format!("providers/{id}.yaml");
        let text = self.profile(&name).map_err(|e| e.to_string())?;
        Ok(text.map(|text| Source::new(name, text)))
    }

    fn ids(&self) -> Vec<String> {
        self.names("providers").unwrap_or_default()
    }

    fn mentioning(&self, words: &[String]) -> Result<Vec<(String, Source)>, String> {
        let mut found = Vec::new();
        for id in self.names("providers").map_err(|e| e.to_string())? {
            let source = self.provider(&id)?;
            found.extend(source.filter(|s| words.iter().any(|w| s.text().contains(w))).map(|s| (id, s)));
        }
        Ok(found)
    }
}

fn unsound(client: &Client, reason: String) -> LibraryError {
    LibraryError::Unsound { name: format!("clients/{}.yaml", client.id), reason }
}

/// Whose places to change settings each client has.
fn changeable(clients: &[Client]) -> Result<(), LibraryError> {
    let has_own = |id: &String| {
        let own = |client: &&Client| client.changes.as_ref().is_some_and(|c| c.same_as.is_none());
        clients.iter().filter(own).any(|client| client.id == *id)
    };
    for client in clients {
        let same_as = client.changes.as_ref().and_then(|changes| changes.same_as.as_ref());
        if let Some(id) = same_as.filter(|id| !has_own(id)) {
            let reason = format!("its `changes` are those of {id}, which has none of its own");
            return Err(unsound(client, reason));
        }
    }
    Ok(())
}

/// A client that has ended names others that are there.
fn successors(clients: &[Client]) -> Result<(), LibraryError> {
    for client in clients {
        if let Some(id) = client.lifecycle.instead.iter().find(|id| !clients.iter().any(|c| c.id == **id)) {
            return Err(unsound(
                client,
                format!("it names {id} as its successor, and there is no such client"),
            ));
        }
    }
    Ok(())
}

/// A step's figure is there.
fn drawn(clients: &[Client]) -> Result<(), LibraryError> {
    for client in clients {
        for name in client.steps.iter().filter_map(|s| s.figure.as_deref()) {
            let (id, figure) = client.qualified(name);
            if !clients.iter().any(|c| c.id == id && c.figures.figures.contains_key(figure)) {
                return Err(unsound(client, format!("there is no figure {name} in profiles/figures")));
            }
        }
    }
    Ok(())
}

/// A code means one thing.
fn distinct_codes(clients: &[Client], common: &[Limit]) -> Result<(), LibraryError> {
    let program = finding::ALL.iter().map(|c| (c.id, "the program".to_owned()));
    let mut codes: BTreeMap<&str, String> = program.collect();
    codes.extend(common.iter().map(|limit| (limit.code.as_str(), "profiles/limits".to_owned())));
    for (client, limit) in clients.iter().flat_map(|c| c.limits.iter().map(move |l| (c, l))) {
        if let Some(other) = codes.insert(&limit.code, format!("{}.yaml", client.id)) {
            return Err(unsound(client, format!("the code {} is also one of {other}", limit.code)));
        }
    }
    Ok(())
}

/// What a file embeds must be there and embed nothing itself; what is published for all embeds nothing of one.
fn embeddable(clients: &[Client]) -> Result<(), LibraryError> {
    let find = |client: &str, file: &str| clients.iter().find(|c| c.id == client)?.file(file);
    for (client, file) in clients.iter().flat_map(|c| c.files.iter().map(move |f| (c, f))) {
        for name in file.embeds.values() {
            let (other, embedded) = client.qualified(name);
            let fits = find(other, embedded)
                .is_some_and(|f| f.embeds.is_empty() && (file.scope == Scope::User || f.scope == file.scope));
            if !fits {
                return Err(unsound(client, format!("the file {} cannot embed {name}", file.name)));
            }
        }
    }
    Ok(())
}

/// A client's own limits, then those that hold for any that people use.
fn with_common(mut client: Client, common: &[Limit]) -> Client {
    if client.sheet {
        client.limits.extend(common.iter().cloned());
    }
    client
}

/// The files below a folder; links are not followed.
fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), LibraryError> {
    let read = |source| LibraryError::Read { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        match entry.file_type().map_err(read)? {
            kind if kind.is_dir() => below(&entry.path(), files)?,
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    Ok(())
}

fn stem(path: &Path) -> Option<String> {
    let yaml = path.extension().is_some_and(|e| e == "yaml");
    path.file_stem().filter(|_| yaml).map(|s| s.to_string_lossy().into_owned())
}

fn lookup(overrides: Option<&Path>, built_in: &Dir<'_>, name: &str) -> Result<Option<String>, LibraryError> {
    if let Some(path) = overrides.map(|dir| dir.join(name)) {
        match std::fs::read_to_string(&path) {
            Ok(text) => return Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(LibraryError::Read { path, source }),
        }
    }
    Ok(built_in.get_file(name).and_then(include_dir::File::contents_utf8).map(str::to_owned))
}
