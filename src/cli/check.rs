//! `mailprof check`: everything that `build` would find, files read back included; nothing is written but what `--fix` mends.

use super::description::Description;
use super::logo::logo;
use super::outside::Outside;
use super::{CliError, Report, Tongue, args, description, fix};
use crate::build::{Builder, Printing};
use crate::library::Library;
use crate::lint::{self, Judged};

pub(super) fn run(args: &args::Check, library: &Library, tongue: &Tongue) -> Result<u8, CliError> {
    description::typed(library, &args.common, &[], &[], tongue.words)?;
    if args.fix {
        fix::run(&args.common, library, tongue)?;
    }
    let mut report = Report::default();
    check(args, library, &mut report)?;
    report.finish(args.format, library, tongue, args.common.deny.is_some(), "")
}

fn check(args: &args::Check, library: &Library, report: &mut Report) -> Result<(), CliError> {
    let flags = |wishes| description::flagged(&args.common, wishes);
    let Some(description) = description::load(&args.common.account, library, &flags, report)? else {
        return Ok(());
    };
    let printing =
        Printing { logo: logo(&description, library, &args.common, report), ..Printing::default() };
    let (raw, wishes) = (&description.raw, description.wishes.clone());
    let builder = description::builder(library, raw, wishes, &args.common, printing, &mut report.findings)?;
    let whole = try_all(args, &description, &builder, report)?;
    // what a client that was left out would have told cannot be missed
    let flags = &args.common;
    let judged = match whole && flags.passwords.is_none() {
        true if flags.clients.is_empty() && flags.set.is_empty() => Judged::All,
        true => Judged::Rules,
        false => Judged::None,
    };
    lint::accept(&description.raw, Some(&builder.limit_codes()), judged, &mut report.findings);
    Ok(())
}

/// Makes every file and reads it back. Whether it came to that.
fn try_all(
    args: &args::Check,
    description: &Description,
    builder: &Builder,
    report: &mut Report,
) -> Result<bool, CliError> {
    let Some(account) = description.account.as_ref().filter(|_| !report.findings.has_errors()) else {
        return Ok(false);
    };
    let (raw, outside) = (&description.raw, Outside::of(&args.common.account));
    let needed = builder.needs_passwords(account);
    let fetched = account.fetch_passwords(needed, raw, &outside, &mut report.findings);
    builder.run::<CliError>(account, raw, &fetched, &mut report.findings, &mut |_| Ok(()))?;
    report.users = usize::from(account.address.is_some());
    Ok(true)
}
