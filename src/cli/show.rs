//! `mailprof show`: the resolved account as JSON.

use super::args::ReportFormat;
use super::{CliError, Report, Tongue, args, description, print};
use crate::account::show;
use crate::library::Library;
use crate::lint::{self, Judged};

pub(super) fn run(args: &args::Show, library: &Library, tongue: &Tongue) -> Result<u8, CliError> {
    let mut report = Report::default();
    let loaded = description::load(&args.account, library, &|wishes| wishes, &mut report)?;
    if let Some(description) = loaded {
        lint::accept(&description.raw, None, Judged::None, &mut report.findings);
        if let Some(account) = description.account {
            print(&format!("{:#}\n", show::account(&account)))?;
        }
    }
    report.finish(ReportFormat::Text, library, tongue, false, "")
}
