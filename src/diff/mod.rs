//! What changed: between two descriptions, setting by setting, and between two outputs, user by user and setting by setting. Nothing is
//! printed here, and no value of a password leaves this module: of one only that it changed.

mod accounts;
mod aside;
mod outputs;
mod wanted;

use std::collections::BTreeMap;

pub use accounts::settings;
pub use outputs::outputs;

use crate::secret::{HIDDEN, MARKER, is_secret_key, shown};

/// Whose files or settings changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// a user, by the address
    User(String),
    /// what is published for all of a domain
    Domain(String),
}

impl Owner {
    /// The address or the domain.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Domain(name) => name,
        }
    }
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// the new output alone has it
    Added,
    /// the old output alone has it
    Removed,
    /// both have it, otherwise
    Changed,
}

impl Change {
    /// Its word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }

    /// `None`: neither has it.
    fn of(old: bool, new: bool) -> Option<Self> {
        match (old, new) {
            (true, true) => Some(Self::Changed),
            (true, false) => Some(Self::Removed),
            (false, true) => Some(Self::Added),
            (false, false) => None,
        }
    }
}

/// A setting that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// its dotted name
    pub name: String,
    /// what it was; [`MARKER`] for a password
    pub old: Option<String>,
    /// what it is; [`MARKER`] for a password
    pub new: Option<String>,
}

impl Setting {
    /// `None`: it did not change.
    fn of(name: &str, old: Option<&str>, new: Option<&str>) -> Option<Self> {
        let told = |value: &str| match shown(value) {
            _ if is_secret(name) => MARKER.to_owned(),
            hidden if hidden == HIDDEN => MARKER.to_owned(),
            value => value,
        };
        (old != new).then(|| Self { name: name.to_owned(), old: old.map(told), new: new.map(told) })
    }

    /// Whether its values are not to be shown.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        [&self.old, &self.new].into_iter().flatten().any(|value| value == MARKER)
    }

    /// What became of it.
    #[must_use]
    pub fn change(&self) -> Change {
        Change::of(self.old.is_some(), self.new.is_some()).unwrap_or(Change::Changed)
    }
}

/// Whether a setting's value is, or may hold, a secret. Words about a password are none.
fn is_secret(name: &str) -> bool {
    // a code holds a whole account
    if name.starts_with("qr.") || name.starts_with("embedded.") {
        return true;
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    is_secret_key(last) && !last.starts_with("password_") && last != "passwords"
}

/// How a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileChange {
    /// it is new
    Added,
    /// it is gone
    Removed,
    /// it says another setting
    Settings,
    /// it says the same settings in other words, or looks otherwise
    Looks,
    /// its bytes are others, and what they say cannot be read
    Unread,
}

impl FileChange {
    /// Its word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Settings => "settings",
            Self::Looks => "looks",
            Self::Unread => "unread",
        }
    }
}

/// What changed for one user, or for a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// whose it is
    pub owner: Owner,
    /// what became of the owner
    pub change: Change,
    /// settings that changed, by name
    pub settings: Vec<Setting>,
    /// files that changed, by path
    pub files: Vec<(String, FileChange)>,
    /// what those of the new output say that the old one has too, secrets left out
    pub said: Settings,
}

/// How many of something came off how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// the new output alone has them
    pub added: u64,
    /// the old output alone has them
    pub removed: u64,
    /// they changed
    pub changed: u64,
    /// all their files are the same
    pub unchanged: u64,
}

impl Tally {
    /// Counts one more; `None`: nothing changed.
    pub fn count(&mut self, change: Option<Change>) {
        *match change {
            Some(Change::Added) => &mut self.added,
            Some(Change::Removed) => &mut self.removed,
            Some(Change::Changed) => &mut self.changed,
            None => &mut self.unchanged,
        } += 1;
    }
}

/// What was found, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// users
    pub users: Tally,
    /// domains with files of their own
    pub domains: Tally,
}

/// Settings by name, with their values: several are what one word of a file may mean.
pub type Settings = BTreeMap<String, Vec<String>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_password_only_that_it_changed_is_kept() {
        for (name, old, new) in [
            ("incoming.password", "hunter2", "hunter3"),
            ("outgoing.1.password", "hunter2", "hunter3"),
            ("qr.payload", "[\"hunter2\"]", "[\"hunter3\"]"),
            ("clients.x.token", "hunter2", "hunter3"),
            ("provider.webmail", "password: hunter2", "https://example.jp"),
        ] {
            let setting = Setting::of(name, Some(old), Some(new));
            assert!(setting.as_ref().is_some_and(Setting::is_hidden), "{name}");
            assert!(!format!("{setting:?}").contains("hunter"), "{name}");
        }
        assert_eq!(Setting::of("incoming.password", Some("hunter2"), Some("hunter2")), None);
        let kind = Setting::of("incoming.password_kind", Some("initial"), Some("mailbox"));
        assert!(kind.is_some_and(|kind| !kind.is_hidden()));
    }
}
