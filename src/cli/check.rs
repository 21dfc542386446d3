//! `mailprof check`: everything that `build` would find, files read back included; nothing is written.

use super::description::Description;
use super::outside::Outside;
use super::{CliError, Report, args, description};
use crate::finding::Catalogue;
use crate::library::Library;

pub(super) fn run(args: &args::Check, library: &Library, words: &Catalogue) -> Result<u8, CliError> {
    description::typed(library, &args.common, &[], &[], words)?;
    let mut report = Report::default();
    check(args, library, &mut report)?;
    report.finish(args.common.format, words, args.common.deny.is_some(), "")
}

fn check(args: &args::Check, library: &Library, report: &mut Report) -> Result<(), CliError> {
    let Some(Description { raw, account }) = description::load(&args.common.account, library, report)? else {
        return Ok(());
    };
    let wishes = description::wishes(&args.common, &raw);
    let builder = description::builder(library, &raw, &args.common, wishes, report)?;
    let Some(account) = account.filter(|_| !report.findings.has_errors()) else { return Ok(()) };
    let outside = Outside::of(&args.common.account);
    let needed = builder.needs_passwords(&account);
    let fetched = account.fetch_passwords(needed, &raw, &outside, &mut report.findings);
    builder.run::<CliError>(&account, &raw, &fetched, &mut report.findings, &mut |_| Ok(()))?;
    report.users = usize::from(account.address.is_some());
    report.findings.accept(&raw.allowed());
    Ok(())
}
