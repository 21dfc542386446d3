//! Pages that belong to no client: a user's index of everything that was made for him, and the sheet `labels`, which tells what each
//! client calls the six settings.

use minijinja::{Value, context};

use super::sheet::{self, Teller};
use super::{Artifact, Builder, Job, Outcome, Outcomes, Part, Wishes, expect, letter, readback};
use crate::account::{Account, Fetched, RawAccount, Sheets};
use crate::client::{Client, LABELS_WORD, Language, SIX, Scope};
use crate::finding::{self, Finding, Findings};
use crate::render::{Purpose, RenderError, slot, view};

/// Templates of the two.
const INDEX: &str = "sheet/index.html.j2";
const LABELS: &str = "sheet/labels.html.j2";

/// An artifact as the index lists it.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    client: String,
    path: String,
    sheet: bool,
    secret: bool,
}

impl Listed {
    /// Of a user's own artifact.
    pub(super) fn of(artifact: &Artifact) -> Option<Self> {
        let client = artifact.client.clone().filter(|_| artifact.scope == "user")?;
        let (path, secret) = (artifact.path.clone(), artifact.secret);
        Some(Self { client, path, sheet: artifact.file.is_none(), secret })
    }

    /// Whether it is a sheet as PDF.
    fn is_printed(&self) -> bool {
        self.sheet && self.path.ends_with(".pdf")
    }

    /// Its path below the user's folder, where the index lies.
    fn below<'p>(&'p self, folder: &str) -> &'p str {
        self.path.strip_prefix(folder).map_or(&self.path, |rest| rest.trim_start_matches('/'))
    }
}

/// What the pages are made from.
#[derive(Clone, Copy)]
pub(super) struct Pages<'a> {
    pub(super) builder: &'a Builder,
    pub(super) account: &'a Account,
    pub(super) raw: &'a RawAccount,
    pub(super) fetched: &'a Fetched,
}

impl Pages<'_> {
    /// All that are asked for.
    pub(super) fn make(
        &self,
        part: Part,
        listed: &[Listed],
        outcomes: &[Outcome],
        findings: &mut Findings,
    ) -> Vec<Artifact> {
        let mut pages = Vec::new();
        let Wishes { sheets, printing, .. } = &self.builder.wishes;
        let listed: Vec<Listed> =
            listed.iter().filter(|l| !(printing.combined && l.is_printed())).cloned().collect();
        let listed = listed.as_slice();
        if *sheets == Sheets::Clients && part.has(Scope::User) && listed.iter().any(|l| l.sheet) {
            pages.extend(
                self.builder
                    .languages
                    .iter()
                    .map(|l| self.page(l, INDEX, "index", |t| self.index(t, listed, outcomes))),
            );
        }
        let labels = matches!(sheets, Sheets::Named(ids) if ids.iter().any(|id| id == LABELS_WORD));
        if labels && part.has(Scope::Domain) {
            let domain = self.account.of_domain(self.account.domain.clone());
            let all = Pages { account: &domain, ..*self };
            pages.extend(
                self.builder.languages.iter().map(|l| all.page(l, LABELS, LABELS_WORD, |t| all.labels(t))),
            );
        }
        if printing.letters && self.account.address.is_some() && part.has(Scope::User) {
            pages.extend(letter::all(self));
        }
        let keep = |page: Result<Artifact, Box<Finding>>| page.map_err(|f| findings.push(*f)).ok();
        pages.into_iter().filter_map(keep).collect()
    }

    fn page(
        &self,
        language: &Language,
        template: &str,
        name: &str,
        own: impl FnOnce(&Teller<'_>) -> Result<Value, RenderError>,
    ) -> Result<Artifact, Box<Finding>> {
        let job = self.job(&self.builder.nobody);
        let user = self.account.address.is_some();
        let view = view(&job.subject(&job.selection, false), Purpose::Condition);
        let scope = if user { Scope::User } else { Scope::Domain };
        let path = format!("{}/{name}.{}.html", job.folder(scope), language.id);
        let teller = Teller { job: &job, engine: &self.builder.engine, language, view: &view };
        let failed = |e: RenderError| Box::new(job.failed(&finding::TEMPLATE_FAILED, &path, e));
        let common = if user { sheet::common(&teller) } else { sheet::of_all(&teller) }.map_err(failed)?;
        let own = own(&teller).map_err(failed)?;
        let view = minijinja::value::merge_maps([own, common, view.clone()]);
        let made = job.make(template, "html", &view, &path)?;
        let expected = expect::Settings::new();
        let engine = &self.builder.engine;
        let check = readback::Check { engine, account: self.account, domain: !user, expected: &expected };
        let said = check.file(made.format, &made.bytes, None, &[]);
        let made = job.judged(made, said, &path)?;
        let artifact = job.artifact(path, None, made);
        let (scope, address) = if user { ("user", artifact.address.clone()) } else { ("domain", None) };
        Ok(Artifact { client: None, scope, address, ..artifact })
    }

    pub(super) fn job<'j>(&'j self, client: &'j Client) -> Job<'j> {
        Job::new(self.builder, self.account, self.raw, self.fetched, client)
    }

    /// Each client's sheets and files, in the order of the clients.
    fn index(
        &self,
        teller: &Teller<'_>,
        listed: &[Listed],
        outcomes: &[Outcome],
    ) -> Result<Value, RenderError> {
        let language = &teller.language.id;
        let folder = teller.job.folder(Scope::User);
        let one = |l: &&Listed| context! { name => slot::path(l.below(&folder)), secret => l.secret };
        let row = |client: &Client| {
            let of = |sheet: bool| listed.iter().filter(move |l| l.client == client.id && l.sheet == sheet);
            let start = format!("{}.{language}.", client.id);
            let in_language = |l: &&Listed| l.below(&folder).starts_with(&start);
            let sheets: Vec<Value> = of(true).filter(in_language).map(|l| one(&l)).collect();
            let files: Vec<Value> = of(false).map(|l| one(&l)).collect();
            let name = Client::text(&client.names, language).to_owned();
            let refused = |o: &Outcome| o.client == client.id && o.result == Outcomes::Impossible;
            let refused = outcomes.iter().any(refused);
            (!sheets.is_empty() || !files.is_empty()).then(|| {
                context! { name, platforms => &client.platforms, sheets, files, refused }
            })
        };
        let rows: Vec<Value> = self.builder.clients.iter().filter_map(row).collect();
        let words = &teller.language;
        let languages = self.builder.languages.iter().filter(|l| l.id != words.id);
        let others: Vec<Value> = languages.map(|l| context! { id => &l.id, name => &l.name }).collect();
        Ok(context! { rows => rows, others => others })
    }

    /// What every known client calls the six.
    fn labels(&self, teller: &Teller<'_>) -> Result<Value, RenderError> {
        let language = &teller.language.id;
        let with = self.builder.clients.iter().filter(|c| c.sheet).chain(&self.builder.labelled);
        let mut rows = Vec::new();
        for client in with {
            let job = self.job(client);
            let view = view(&job.subject(&job.selection, false), Purpose::Condition);
            let label = |setting: &str| match client.labels.get(setting) {
                Some(texts) => self.builder.engine.text(Client::text(texts, language), &view),
                None => Ok(String::new()),
            };
            let labels = SIX.iter().map(|s| label(s)).collect::<Result<Vec<_>, _>>()?;
            let name = Client::text(&client.names, language);
            rows.push(context! { name => name, labels => labels, unverified => client.labels_unverified });
        }
        let titles = SIX.iter().map(|s| teller.title(s)).collect::<Result<Vec<_>, _>>()?;
        Ok(context! { rows => rows, titles => titles })
    }
}
