//! `mailprof diff --sheets`: a notice for each user whose settings changed, on its way into OUT.

use std::collections::BTreeSet;
use std::path::Path;

use crate::account::{Account, Address, RawAccount, Sheets, value};
use crate::build::{Altered, Builder, Printing, SheetFormats};
use crate::cli::args::{self, Common, ReportFormat};
use crate::cli::description::{self, Description};
use crate::cli::logo::logo;
use crate::cli::{CliError, Report, Tongue};
use crate::diff::{Difference, Owner, Setting};
use crate::finding::{Findings, Source, Tally};
use crate::library::Library;
use crate::parallel;
use crate::sink::{Opening, Sink, Target};

/// Users whose notices are made at once, on all cores.
const BATCH: usize = 256;

/// Makes notices and writes them.
pub(super) struct Notices {
    builder: Builder,
    /// whose provider stands on them, and whose languages they are in
    account: Account,
    raw: RawAccount,
    sink: Sink,
    out: String,
    /// those whose notices are still to be made
    waiting: Vec<Altering>,
    /// what went wrong, told once a kind
    tally: Tally,
    /// users and domains that got one
    written: usize,
    /// those whose changes nobody types
    without: usize,
    files: usize,
}

/// A user or a domain, and what changed.
struct Altering {
    account: Account,
    altered: Vec<Altered>,
}

/// What the notices of a run depend on beside what changed.
pub(super) fn common(args: &args::Diff, account: &Path) -> Common {
    Common {
        account: account.to_owned(),
        clients: args.notices.clients.clone(),
        set: Vec::new(),
        passwords: None,
        deny: None,
    }
}

impl Notices {
    /// `None`: none are asked for, or findings say why there can be none.
    pub fn open(
        args: &args::Diff,
        out: &Path,
        description: Description,
        library: &Library,
        report: &mut Report,
    ) -> Result<Option<Self>, CliError> {
        let path = args.notices.account.as_deref().unwrap_or(&args.new);
        let common = common(args, path);
        let printing = Printing {
            date: args.notices.date.clone(),
            paper: args.notices.paper.into(),
            formats: SheetFormats { html: true, pdf: false },
            logo: logo(&description, library, &common, report),
            ..Printing::default()
        };
        let mut wishes = description::flagged(&common, description.wishes.clone());
        wishes.sheets = Some(Sheets::Clients);
        if !args.notices.languages.is_empty() {
            wishes.languages = Some(args.notices.languages.clone());
        }
        let Description { raw, account, .. } = description;
        let builder = description::builder(library, &raw, wishes, &common, printing, &mut report.findings)?;
        let Some(account) = account.filter(|_| !report.findings.has_errors()) else { return Ok(None) };
        // what changed for one user is his alone
        let sink = Sink::open(&Target::of(out), &Opening { private: true, ..Opening::default() })?;
        let out = out.display().to_string();
        let tally = Tally::new(report.sources.next());
        let waiting = Vec::new();
        let none = 0;
        Ok(Some(Self {
            builder,
            account,
            raw,
            sink,
            out,
            waiting,
            tally,
            written: none,
            without: none,
            files: none,
        }))
    }

    /// The notice of the account that the description is of.
    pub fn account(&mut self, settings: &[Setting]) -> Result<(), CliError> {
        self.put(self.account.clone(), settings)
    }

    /// The notice of a user or a domain of an output, with the settings that the output says: those of the description are everybody's.
    pub fn owner(&mut self, found: &Difference) -> Result<(), CliError> {
        let account = match &found.owner {
            Owner::User(address) => value::address(address).ok().map(|a| self.account.of_user(a)),
            Owner::Domain(domain) => value::domain(domain).ok().map(|d| self.account.of_domain(d)),
        };
        let account = account.map(|account| account.saying(&found.said));
        account.map_or(Ok(()), |account| self.put(account, &found.settings))
    }

    fn put(&mut self, account: Account, settings: &[Setting]) -> Result<(), CliError> {
        self.waiting.push(Altering { account, altered: settings.iter().map(altered).collect() });
        if self.waiting.len() < BATCH { Ok(()) } else { self.make() }
    }

    /// Makes the notices of those who wait.
    fn make(&mut self) -> Result<(), CliError> {
        let waiting = std::mem::take(&mut self.waiting);
        let (builder, raw, packer) = (&self.builder, &self.raw, self.sink.packer());
        let made = parallel::map(&waiting, |Altering { account, altered }| {
            let mut told = Findings::new();
            let notices = builder.notices(account, raw, altered, &mut told);
            let count = notices.len();
            packer.pack(notices).map(|pack| (count, pack, told))
        });
        for (made, Altering { account, .. }) in made.into_iter().zip(&waiting) {
            let (count, pack, told) = made?;
            match count {
                // it failed, and that is told
                0 if told.iter().next().is_some() => {}
                0 => self.without += 1,
                _ => self.written += 1,
            }
            self.files += count;
            let address = account.address.as_ref().map(Address::as_str);
            // of each language the same
            let mut kinds = BTreeSet::new();
            for finding in told.iter().filter(|f| kinds.insert((&f.code, &f.client))) {
                self.tally.add(finding, address, || (Source::new("", ""), Vec::new()));
            }
            self.sink.put(pack, None)?;
        }
        Ok(())
    }

    /// Puts them in place and tells how many there are. The exit code.
    pub fn finish(mut self, report: &mut Report, library: &Library, tongue: &Tongue) -> Result<u8, CliError> {
        self.make()?;
        self.tally.tell(&mut report.sources, &mut report.findings);
        report.files = self.files;
        let files = self.sink.finish()?;
        let told = [
            ("files", files.to_string()),
            ("written", self.written.to_string()),
            ("without", self.without.to_string()),
            ("out", self.out),
        ];
        let last = tongue.words.line("wrote-notices", &told) + "\n";
        report.finish(ReportFormat::Text, library, tongue, false, &last)
    }
}

fn altered(setting: &Setting) -> Altered {
    Altered {
        setting: setting.name.clone(),
        old: setting.old.clone(),
        new: setting.new.clone(),
        hidden: setting.is_hidden(),
    }
}
