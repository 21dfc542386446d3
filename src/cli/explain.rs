//! `mailprof explain`: what a code means.

use super::{CliError, args, print};
use crate::explain::Explainer;
use crate::finding::Catalogue;
use crate::library::Library;

pub(super) fn run(args: &args::Explain, library: &Library, words: &Catalogue) -> Result<u8, CliError> {
    let clients = library.clients()?;
    let explainer = Explainer::new(&clients, words);
    let Some(code) = args.code.as_deref() else {
        print(&explainer.all())?;
        return Ok(0);
    };
    match explainer.explain(code) {
        Some(explained) => print(&explained.page)?,
        None => {
            let near = explainer.near(code).unwrap_or("--all").to_owned();
            return Err(CliError::Usage(
                words.line("explain-unknown", &[("code", code.to_owned()), ("near", near)]),
            ));
        }
    }
    Ok(0)
}
