//! `mailprof show`: the resolved account as JSON.

use super::args::ReportFormat;
use super::{CliError, Report, args, description, print};
use crate::account::show;
use crate::finding::Catalogue;
use crate::library::Library;

pub(super) fn run(args: &args::Show, library: &Library, words: &Catalogue) -> Result<u8, CliError> {
    let mut report = Report::default();
    let loaded = description::load(&args.account, library, &mut report)?;
    if let Some(account) = loaded.and_then(|d| d.account) {
        print(&format!("{:#}\n", show::account(&account)))?;
    }
    report.finish(ReportFormat::Text, words, false, "")
}
