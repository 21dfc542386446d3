//! `mailprof build --users`: one description, many users. Rows are read, built on all cores and written in the order of the input, with
//! as much memory for a million as for a thousand; rows that cannot be built go to a file of rejects.

mod changed;
mod combined;
mod input;
mod inputs;
mod keyed;
mod kinds;
mod limit;
mod one;
mod opened;
mod progress;
mod rejects;
mod run;
mod seen;
mod shard;
mod stop;
mod summary;
mod wanted;

use std::path::Path;
use std::time::SystemTime;

pub(super) use changed::lies_apart;
pub(super) use limit::MostRejects;
pub(super) use shard::Shard;

use super::apart::same;
use super::args::BuildFormat;
use super::build::is_stream;
use super::{CliError, Report, Tongue, args};
use crate::library::Library;
use changed::Old;
use inputs::{Inputs, Journal};
use opened::Opened;
use progress::Progress;
use run::{Counts, Ended, Run};
use seen::Seen;
use summary::{Ending, told};

/// What is written must not take the place of what is read; rejects that are given back are written anew.
fn spares_inputs(args: &args::Build, users: &Path, tongue: &Tongue) -> Result<(), CliError> {
    let read = [args.common.account.as_path(), users];
    let out = Some(&args.out).filter(|out| !is_stream(out));
    let written = [("-o", out), ("--journal", args.journal.as_ref()), ("--rejects", args.rejects.as_ref())];
    for (flag, path) in written {
        let given_back = |input: &Path| flag == "--rejects" && rejects::is_ours(input);
        let input = path.and_then(|path| read.into_iter().find(|input| same(path, input)));
        if let Some(input) = input.filter(|input| !given_back(input)) {
            let told = [("flag", flag.to_owned()), ("path", input.display().to_string())];
            return Err(CliError::Usage(tongue.words.line("input-overwritten", &told)));
        }
    }
    Ok(())
}

/// Builds for every row of a users file.
pub(super) fn run(
    args: &args::Build,
    users: &Path,
    library: &Library,
    tongue: &Tongue,
) -> Result<u8, CliError> {
    let begun = SystemTime::now();
    if let Some(journal) = args.journal.as_ref().filter(|path| Journal::is_inside(path, &args.out)) {
        let words = format!("--journal {}: it lies in OUT; name a file elsewhere", journal.display());
        return Err(CliError::Usage(words));
    }
    spares_inputs(args, users, tongue)?;
    let mut report = Report { aside: is_stream(&args.out), ..Report::default() };
    let words = tongue.words;
    let deny = args.common.deny.is_some();
    let mut inputs = Inputs::of(args, library)?;
    let Some(mut opened) = Opened::new(args, users, library, &mut report)? else {
        let last = words.line("wrote-nothing", &[]) + "\n";
        return report.finish(args.format.into(), library, tongue, deny, &last);
    };
    let old = args.only_changed.as_deref().map(|path| Old::open(path, words)).transpose()?;
    let old = old.as_ref();
    let rejects = opened.rejects(args)?;
    let path = rejects.path().display().to_string();
    let seen = opened.seen.clone();
    // a program reads what goes to standard error then
    let quiet = args.quiet || report.aside && args.format == BuildFormat::Json;
    let progress = Progress::new(words, seen.clone(), quiet);
    let (counts, run) = (Counts::default(), inputs.fingerprint(args, old));
    // the run's own hash takes them in by what they hold, where that is used
    inputs.add(opened.logo(args, library, &report))?;
    inputs.add_secret(opened.password_files(args));
    let mut run = Run { args, words, run, old, counts, seen: Seen::new(), rejects, progress };
    stop::listen();
    let ended = run.build(&mut opened, library, &mut report);
    run.progress.end();
    let counts = run.counts;
    if let Err(Ended::Failed(error)) = ended {
        return Err(error);
    }
    let ending = Ending::of(&ended, args);
    run.rejects.finish(users, ended.is_ok())?;
    if let Some(path) = &args.journal {
        Journal { args, begun, inputs: &inputs, old, users: seen, counts, ended: ending.result }
            .write(path)?;
    }
    (report.files, report.users) = (counts.files, counts.users);
    let told = told(args, &counts, path);
    let last: String = ending.lines(args, &counts).map(|name| words.line(name, &told) + "\n").collect();
    let code = report.finish(args.format.into(), library, tongue, deny, &last)?;
    if ended.is_ok() { Ok(code) } else { Err(CliError::Usage(words.line(ending.line, &told))) }
}
