//! What does not fit together in a client's profile, told before anything is built from it.

use super::{Client, Figure, LABELS_WORD, SIX, Texts};

impl Client {
    /// A text that a reader of one of the two languages would miss.
    fn half_worded(&self) -> Option<String> {
        let whole = |texts: &Texts| ["en", "ja"].iter().all(|l| texts.contains_key(*l));
        let labels = self.labels.iter().map(|(name, texts)| (format!("the label for {name}"), texts));
        let security =
            self.security_words.iter().map(|(name, texts)| (format!("the word for {name}"), texts));
        let facts = self.unverified.iter().map(|texts| ("an unverified fact".to_owned(), texts));
        let all =
            std::iter::once(("its name".to_owned(), &self.names)).chain(labels).chain(security).chain(facts);
        all.into_iter().find(|(_, texts)| !whole(texts)).map(|(name, _)| name)
    }

    /// What does not fit together in its own file: names and references.
    pub(crate) fn unsound(&self, file_name: &str) -> Option<String> {
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
        if let Some(file) = self.files.iter().find(|f| crate::format::find(&f.format).is_none()) {
            return Some(format!("there is no format {}", file.format));
        }
        if let Some(file) = self.files.iter().find(|f| f.paths.is_empty()) {
            return Some(format!("the file {} has no path", file.name));
        }
        if let Some(name) = self.half_worded() {
            return Some(format!("{name} needs words in en and ja"));
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
        let unknown = carried.chain(shown).chain(labelled).find(|s| !is_setting(s));
        unknown.map(|s| format!("there is no setting {s}"))
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
