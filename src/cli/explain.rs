//! `mailprof explain`: what a code means.

use super::{CliError, args, print};
use crate::explain::Explainer;
use crate::finding::Catalogue;
use crate::library::Library;

/// Characters of what was typed that are repeated.
const MOST_SHOWN: usize = 80;

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
            let near = explainer.near(code).map(str::to_owned);
            let mentioning = if near.is_some() { Vec::new() } else { explainer.mentioning(code) };
            if mentioning.is_empty() {
                let shown: String = code.chars().take(MOST_SHOWN).collect();
                let name = if near.is_some() { "explain-near" } else { "explain-unknown" };
                let args = [("code", shown), ("near", near.unwrap_or_default())];
                return Err(CliError::Usage(words.line(name, &args)));
            }
            print(&format!("{}\n\n{}", words.line("explain-mentioned", &[]), mentioning.concat()))?;
        }
    }
    Ok(0)
}
