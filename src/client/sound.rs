//! What does not fit together in a client's profile, told before anything is built from it.

use super::{Changes, Client, Figure, LABELS_WORD, Language, Limit, SIX, Shown, Texts};

impl Client {
    /// Every text of it: what it is, and the languages that it is in.
    fn worded(&self) -> impl Iterator<Item = (String, Vec<&String>)> {
        fn each<'c>(
            what: &'c str,
            of: impl Iterator<Item = (&'c String, &'c Texts)> + 'c,
        ) -> impl Iterator<Item = (String, Vec<&'c String>)> {
            of.map(move |(name, texts)| (format!("{what} {name}"), texts.keys().collect()))
        }
        std::iter::once(("its name".to_owned(), self.names.keys().collect()))
            .chain(each("the label for", self.labels.iter()))
            .chain(each("the word for", self.security_words.iter()))
            .chain(each("the option", self.options.iter().map(|(name, o)| (name, &o.texts))))
            .chain(each("the code of", self.codes.iter().map(|c| (&c.payload, &c.texts))))
            .chain(each("the error about", self.errors.iter().map(|e| (&e.setting, &e.texts))))
            .chain(self.limits.iter().map(|l| (format!("the limit {}", l.code), l.words.keys().collect())))
            .chain(self.steps.iter().zip(1..).map(|(s, n)| (format!("step {n}"), s.texts.keys().collect())))
            .chain(self.errors.iter().filter_map(|e| worded("the code of an error", &e.code)))
            .chain(self.figures.figures.iter().flat_map(|(name, figure)| {
                let what = format!("the figure {name}");
                figure.words().into_iter().filter_map(move |shown| worded(&what, shown))
            }))
            .chain(self.changes.iter().flat_map(Changes::worded).map(|(what, t)| (what, t.keys().collect())))
            .chain(self.unverified.iter().map(|t| ("an unverified fact".to_owned(), t.keys().collect())))
    }

    /// A text that is not in both languages of the program, or is in one that nobody has: a misspelt key.
    fn half_worded(&self, languages: &[String]) -> Option<String> {
        self.worded()
            .find_map(|(what, keys)| ill_worded(&keys, languages).map(|reason| format!("{what} {reason}")))
    }

    /// What does not fit together in its own file: names and references.
    pub(crate) fn unsound(&self, file_name: &str, languages: &[String]) -> Option<String> {
        let file_names: Vec<&str> = self.files.iter().map(|f| f.name.as_str()).collect();
        if self.id != file_name {
            return Some(format!("its id is {}", self.id));
        }
        if self.id == LABELS_WORD {
            return Some("`--sheets` has another meaning for its id".to_owned());
        }
        if let Some(setting) = SIX.iter().find(|s| self.sheet && !self.labels.contains_key(**s)) {
            return Some(format!("it has no label for {setting}"));
        }
        if self.sheet
            && (self.steps.is_empty() || self.labels_source.is_none() || self.steps_source.is_none())
        {
            return Some("it has a sheet, but no steps or not where labels and steps were read".to_owned());
        }
        if self.changes.as_ref().is_some_and(|changes| !changes.is_sourced()) {
            return Some("`changes` needs a source, or `same_as` alone".to_owned());
        }
        if self.changes.as_ref().is_some_and(Changes::ends_on_the_way) {
            return Some("the last place of `changes` has no fields, so it leads nowhere".to_owned());
        }
        if let Some(file) = self.files.iter().find(|f| crate::format::find(&f.format).is_none()) {
            return Some(format!("there is no format {}", file.format));
        }
        if let Some(file) = self.files.iter().find(|f| f.paths.is_empty()) {
            return Some(format!("the file {} has no path", file.name));
        }
        if let Some(reason) = self.half_worded(languages) {
            return Some(reason);
        }
        if let Some(limit) = self.limits.iter().find(|l| !crate::account::schema::has(&l.at)) {
            return Some(format!(
                "the limit {} points at {}, which no description has",
                limit.code, limit.at
            ));
        }
        if let Some((name, _)) = self.options.iter().find(|(_, spec)| !spec.has_its_default()) {
            return Some(format!("the default of the option {name} is none of its choices"));
        }
        let limits = || self.limits.iter().flat_map(|l| &l.files);
        if let Some(file) = limits().find(|f| !file_names.contains(&f.as_str())) {
            return Some(format!("a limit names the file {file}, which it does not have"));
        }
        if let Some(code) = self.codes.iter().find(|c| !file_names.contains(&c.payload.as_str())) {
            return Some(format!("a code is of the file {}, which it does not have", code.payload));
        }
        let carried = self.files.iter().flat_map(|f| &f.carries).map(String::as_str);
        let drawn = self.figures.figures.values().flat_map(Figure::settings);
        let shown = self.steps.iter().flat_map(|s| &s.show).map(String::as_str).chain(drawn);
        let labelled = self.labels.keys().chain(self.errors.iter().map(|e| &e.setting)).map(String::as_str);
        let changed = self.changes.iter().flat_map(Changes::settings);
        let unknown = carried.chain(shown).chain(labelled).chain(changed).find(|s| !is_setting(s));
        unknown.map(|s| format!("there is no setting {s}"))
    }
}

impl Language {
    /// What a sheet would miss in a catalogue of the user's own, beside a whole one.
    pub(crate) fn unsound(&self, file_name: &str, whole: &Self) -> Option<String> {
        if self.id != file_name {
            return Some(format!("its id is {}", self.id));
        }
        let trees = [
            ("words", &self.words, &whole.words),
            ("pages", &self.pages, &whole.pages),
            ("notice", &self.notice, &whole.notice),
        ];
        let missing = trees.into_iter().find_map(|(name, own, whole)| {
            let mut keys = whole.as_object().into_iter().flat_map(|m| m.keys());
            keys.find(|key| own.get(key.as_str()).is_none()).map(|key| format!("{name}.{key}"))
        });
        let setting = || {
            let missing = whole.settings.keys().find(|key| !self.settings.contains_key(*key))?;
            Some(format!("settings.{missing}"))
        };
        missing.or_else(setting).map(|key| format!("{key} is missing"))
    }
}

/// The languages of what is shown, when it is words.
fn worded<'c>(what: &str, shown: &'c Shown) -> Option<(String, Vec<&'c String>)> {
    match shown {
        Shown::Same(_) => None,
        Shown::Words(texts) => Some((what.to_owned(), texts.keys().collect())),
    }
}

/// What is wrong with the languages of a text.
fn ill_worded(keys: &[&String], languages: &[String]) -> Option<String> {
    if let Some(key) = keys.iter().find(|key| !languages.contains(key)) {
        return Some(format!("has {key}, which is neither a key nor a language"));
    }
    let whole = ["en", "ja"].iter().all(|l| keys.iter().any(|key| key == l));
    (!whole).then(|| "needs words in en and ja".to_owned())
}

impl Limit {
    /// What does not fit in it, whosever limit it is.
    pub(crate) fn ill_worded(&self, languages: &[String]) -> Option<String> {
        let keys: Vec<&String> = self.words.keys().collect();
        ill_worded(&keys, languages).map(|reason| format!("the limit {} {reason}", self.code))
    }
}

/// Settings of a server, below `incoming.` and `outgoing.`.
const OF_SERVER: &[&str] =
    &["protocol", "host", "port", "security", "auth", "username", "password", "leave_on_server", "login"];

/// Whether a name is a setting's: what `carries`, `show` and labels speak of.
fn is_setting(name: &str) -> bool {
    let server = name.strip_prefix("incoming.").or_else(|| name.strip_prefix("outgoing."));
    let own = ["address", "domain", "name", "incoming_servers", "outgoing_servers"];
    let digest = name.starts_with("embedded.") && name.ends_with(".sha256");
    digest || own.contains(&name) || server.is_some_and(|s| OF_SERVER.contains(&s))
}
