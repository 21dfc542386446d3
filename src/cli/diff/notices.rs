//! `mailprof diff --sheets`: a notice for each user whose settings changed, on its way into OUT.

use std::path::Path;

use crate::account::{Account, RawAccount, Sheets, value};
use crate::build::{Altered, Builder, Printing, SheetFormats};
use crate::cli::args::{self, Common, ReportFormat};
use crate::cli::description::{self, Description};
use crate::cli::logo::logo;
use crate::cli::{CliError, Report, Tongue};
use crate::diff::{Owner, Setting};
use crate::library::Library;
use crate::sink::{Opening, Sink, Target};

/// Makes notices and writes them.
pub(super) struct Notices {
    builder: Builder,
    /// whose provider stands on them, and whose languages they are in
    account: Account,
    raw: RawAccount,
    sink: Sink,
    out: String,
    /// users and domains that got one
    written: usize,
    /// those whose changes nobody types
    without: usize,
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
        Ok(Some(Self { builder, account, raw, sink, out, written: 0, without: 0 }))
    }

    /// The notice of the account that the description is of.
    pub fn account(&mut self, settings: &[Setting], report: &mut Report) -> Result<(), CliError> {
        let account = self.account.clone();
        self.put(&account, settings, report)
    }

    /// The notice of a user or a domain of an output.
    pub fn owner(
        &mut self,
        owner: &Owner,
        settings: &[Setting],
        report: &mut Report,
    ) -> Result<(), CliError> {
        let account = match owner {
            Owner::User(address) => value::address(address).ok().map(|a| self.account.of_user(a)),
            Owner::Domain(domain) => value::domain(domain).ok().map(|d| self.account.of_domain(d)),
        };
        account.map_or(Ok(()), |account| self.put(&account, settings, report))
    }

    fn put(&mut self, account: &Account, settings: &[Setting], report: &mut Report) -> Result<(), CliError> {
        let altered: Vec<Altered> = settings.iter().map(altered).collect();
        let told = report.findings.iter().count();
        let notices = self.builder.notices(account, &self.raw, &altered, &mut report.findings);
        match notices.is_empty() {
            false => self.written += 1,
            true if report.findings.iter().count() == told => self.without += 1,
            // it failed, and that is told
            true => {}
        }
        report.files += notices.len();
        Ok(self.sink.put(self.sink.packer().pack(notices)?, None)?)
    }

    /// Puts them in place and tells how many there are. The exit code.
    pub fn finish(self, report: &mut Report, library: &Library, tongue: &Tongue) -> Result<u8, CliError> {
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
