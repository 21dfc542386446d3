//! Limits of a client over an account. They are data; here they are evaluated and become findings.

use minijinja::{Value, context};

use super::{Job, choice};
use crate::account::Account;
use crate::client::{self, Client, FileSpec, Limit};
use crate::finding::{self, Catalogue, Finding, Language, OwnWords, Place, Severity};
use crate::render::{Engine, RenderError, Selection};

/// A limit that an account meets.
#[derive(Debug, Clone)]
pub enum Met<'a> {
    /// one of the client's profile
    Stated(&'a Limit),
    /// one whose condition could not be evaluated: nothing is written, since it might have refused
    Undecided {
        /// its code
        limit: &'a str,
        /// why not
        reason: String,
    },
    /// what the profile's `takes` leaves out though no limit of the profile says it
    Untaken {
        /// the setting
        setting: String,
        /// what the account has
        value: String,
        /// what the client takes
        known: String,
    },
    /// servers of the account that the client does not get
    LeftOut {
        /// `incoming` or `outgoing`
        setting: &'static str,
        /// those that it gets, as people name them
        kept: Vec<Server>,
        /// those that it does not
        left: Vec<Server>,
    },
}

/// A server as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `IMAP`, `POP3`, `SMTP`
    pub protocol: String,
    /// in the letters of its language
    pub host: String,
    /// its port
    pub port: u16,
}

impl Server {
    fn plain(&self) -> String {
        format!("{} {}:{}", self.protocol, self.host, self.port)
    }
}

/// All limits that the view meets.
pub(super) fn met<'a>(
    engine: &Engine,
    client: &'a Client,
    account: &Account,
    selection: &Selection,
    view: &Value,
) -> Vec<Met<'a>> {
    let mut met = Vec::new();
    for limit in &client.limits {
        match engine.condition(&limit.when).and_then(|c| c.holds(view)) {
            Ok(true) => met.push(Met::Stated(limit)),
            Ok(false) => {}
            Err(error) => met.push(Met::Undecided { limit: &limit.code, reason: error.to_string() }),
        }
    }
    if !met.iter().any(Met::stops_all) {
        met.extend(untaken(client, account, selection));
    }
    drop_moot(&mut met);
    met
}

/// A limit of files that are not written anyway says nothing.
fn drop_moot(met: &mut Vec<Met<'_>>) {
    let refusing: Vec<Met<'_>> = met.iter().filter(|m| m.severity() == Severity::Error).cloned().collect();
    let refused = |file: &String| refusing.iter().any(|m| m.concerns(file));
    met.retain(|m| match m {
        Met::Stated(limit) if limit.severity != Severity::Error => {
            limit.files.is_empty() || !limit.files.iter().all(refused)
        }
        _ => true,
    });
}

fn untaken<'a>(client: &Client, account: &Account, selection: &Selection) -> Option<Met<'a>> {
    let takes = client.takes.as_ref()?;
    let incoming = selection.incoming.first().map(|(i, _)| &account.incoming[*i]);
    let outgoing = selection.outgoing.first().map(|(i, _)| &account.outgoing[*i]);
    let incoming = incoming
        .and_then(|s| choice::untaken(&takes.incoming, Some(&s.protocol), &s.endpoint))
        .map(|u| ("incoming", u));
    let outgoing = || {
        outgoing.and_then(|s| choice::untaken(&takes.outgoing, None, &s.endpoint)).map(|u| ("outgoing", u))
    };
    let (side, (setting, value, known)) = incoming.or_else(outgoing)?;
    Some(Met::Untaken { setting: format!("{side}.{setting}"), value, known: known.join(", ") })
}

impl Met<'_> {
    /// How bad it is for a client that somebody named.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::Stated(limit) => limit.severity,
            Self::LeftOut { .. } => Severity::Note,
            Self::Undecided { .. } | Self::Untaken { .. } => Severity::Error,
        }
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Stated(limit) => &limit.code,
            Self::Undecided { .. } => finding::LIMIT_FAILED.id,
            Self::Untaken { .. } => finding::CLIENT_CANNOT_USE.id,
            Self::LeftOut { .. } => finding::SERVERS_LEFT_OUT.id,
        }
    }

    /// Whether it concerns a file of the client's.
    #[must_use]
    pub fn concerns(&self, file: &str) -> bool {
        match self {
            Self::Stated(limit) => limit.files.is_empty() || limit.files.iter().any(|f| f == file),
            Self::Undecided { .. } | Self::Untaken { .. } | Self::LeftOut { .. } => true,
        }
    }

    /// Whether it costs something: a warning or an error, or a note that tells why one of these files was not made.
    pub(super) fn loses(&self, missing: &[&FileSpec]) -> bool {
        let tells = |limit: &Limit| missing.iter().any(|f| limit.files.contains(&f.name));
        self.severity() > Severity::Note || matches!(self, Self::Stated(limit) if tells(limit))
    }

    /// Whether it keeps every file of the client from being written.
    #[must_use]
    pub fn stops_all(&self) -> bool {
        let all = match self {
            Self::Stated(limit) => limit.files.is_empty(),
            Self::Undecided { .. } | Self::Untaken { .. } | Self::LeftOut { .. } => true,
        };
        all && self.severity() == Severity::Error
    }

    fn setting(&self) -> &str {
        match self {
            Self::Stated(limit) => &limit.at,
            Self::Untaken { setting, .. } => setting,
            Self::LeftOut { setting, .. } => setting,
            Self::Undecided { .. } => "",
        }
    }

    /// What is lost and what to do about it, for the reader of a sheet.
    pub(super) fn told(
        &self,
        job: &Job<'_>,
        view: &Value,
        language: &client::Language,
    ) -> Result<(Value, Value), RenderError> {
        let text = |source: &String, view: &Value| job.builder.engine.text_value(source, view);
        let listed = |servers: &[Server]| {
            let one = |s: &Server| {
                let server = context! { protocol => &s.protocol, host => &s.host, port => s.port };
                job.builder.engine.text(&language.limits.server, &context! { server, ..view.clone() })
            };
            servers.iter().map(one).collect::<Result<Vec<_>, _>>().map(|all| all.join(&language.limits.comma))
        };
        let (words, view) = match self {
            Self::Stated(limit) => (limit.words(&language.id), view.clone()),
            Self::LeftOut { kept, left, .. } => {
                let (kept, left) = (listed(kept)?, listed(left)?);
                (&language.limits.left_out, context! { kept, left, ..view.clone() })
            }
            Self::Undecided { .. } | Self::Untaken { .. } => (&language.limits.untaken, view.clone()),
        };
        Ok((text(&words.lost, &view)?, text(words.reader.as_ref().unwrap_or(&words.advice), &view)?))
    }

    /// The finding of what no limit of the profile says.
    fn unstated(&self, job: &Job<'_>) -> Finding {
        let finding = match self {
            Self::Undecided { limit, reason } => {
                Finding::new(&finding::LIMIT_FAILED).arg("limit", limit).arg("reason", reason)
            }
            Self::Untaken { setting, value, known } => {
                let finding = Finding::new(&finding::CLIENT_CANNOT_USE);
                finding.arg("setting", setting).arg("value", value).arg("known", known)
            }
            Self::LeftOut { kept, left, .. } => {
                let finding = Finding::new(&finding::SERVERS_LEFT_OUT);
                let plain =
                    |servers: &[Server]| servers.iter().map(Server::plain).collect::<Vec<_>>().join(", ");
                finding.arg("kept", plain(kept)).arg("left", plain(left))
            }
            Self::Stated(_) => Finding::new(&finding::CLIENT_CANNOT_USE),
        };
        finding.client(&job.client.id)
    }

    /// Where its setting stands, at the server that was chosen.
    fn place(&self, job: &Job<'_>) -> Option<Place> {
        let setting = self.setting();
        let (side, rest) = setting.split_once('.').unwrap_or((setting, ""));
        let chosen = match side {
            "incoming" => job.selection.incoming.first(),
            "outgoing" => job.selection.outgoing.first(),
            _ => None,
        };
        match chosen.filter(|_| !rest.is_empty()) {
            Some((index, _)) => job.raw.place_of(&format!("{side}.{index}.{rest}")),
            None => job.raw.place_of(setting),
        }
    }

    /// As a finding. For a client that nobody named it is a note whose text says what was not written or lost.
    pub(super) fn finding(&self, job: &Job<'_>, view: &Value, named: bool) -> Finding {
        let mut finding = match self {
            Self::Stated(limit) => match stated(limit, job, view, named) {
                Ok(finding) => finding,
                Err(error) => return job.failed(&finding::TEMPLATE_FAILED, &limit.code, error),
            },
            Self::Undecided { .. } => return self.unstated(job),
            Self::Untaken { .. } | Self::LeftOut { .. } => self.unstated(job),
        };
        finding.severity = if named { self.severity() } else { Severity::Note };
        finding.address = job.account.address.as_ref().map(|a| a.as_str().to_owned());
        finding.at(self.place(job))
    }
}

fn stated(limit: &Limit, job: &Job<'_>, view: &Value, named: bool) -> Result<Finding, RenderError> {
    let mut own = OwnWords::default();
    let files = job.client.files.iter().filter(|f| limit.files.contains(&f.name));
    let path = |path: &String| job.builder.engine.text(path, view).unwrap_or_else(|_| client::named(path));
    let files: Vec<String> = files.flat_map(|f| &f.paths).map(path).collect();
    let files = files.join(", ");
    for language in [Language::En, Language::Ja] {
        let told = limit.words(language.id());
        let lost = job.builder.engine.text(&told.lost, view)?;
        let advice = job.builder.engine.text(&told.advice, view)?;
        let words = Catalogue::of(language);
        let mut message = match limit.severity {
            Severity::Error if job.client.files.is_empty() => {
                words.line("limit-not-possible", &[("lost", lost)])
            }
            Severity::Error if limit.files.is_empty() => words.line("limit-not-written", &[("lost", lost)]),
            Severity::Error => {
                words.line("limit-file-not-written", &[("lost", lost), ("files", files.clone())])
            }
            Severity::Warning if !named => words.line("limit-lost", &[("lost", lost)]),
            _ => lost,
        };
        if limit.unverified {
            message = format!("{message} {}", words.line("unverified", &[]));
        }
        own.message.insert(language.id().to_owned(), message);
        own.help.insert(language.id().to_owned(), advice);
    }
    let mut finding = Finding::new(&finding::CLIENT_CANNOT_USE).client(&job.client.id);
    finding.code.clone_from(&limit.code);
    finding.own = Some(Box::new(own));
    Ok(finding)
}
