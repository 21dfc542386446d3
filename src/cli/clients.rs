//! `mailprof clients`: what is known about clients.

use std::fmt::Write;

use super::{CliError, args, print};
use crate::client::{Client, OptionDefault, Scope, Status, markdown, named, unknown_client};
use crate::finding::Catalogue;
use crate::library::Library;

pub(super) fn run(args: &args::Clients, library: &Library, words: &Catalogue) -> Result<u8, CliError> {
    let clients = library.clients()?;
    let language = words.language().id();
    let page = match &args.id {
        None if args.format == args::PageFormat::Markdown => markdown(&clients),
        None => list(&clients, language),
        Some(id) => match clients.iter().find(|c| c.id == *id) {
            Some(client) if args.format == args::PageFormat::Markdown => {
                markdown(std::slice::from_ref(client))
            }
            Some(client) => one(client, words),
            None => {
                let worded = words.word(&unknown_client(id, &clients));
                return Err(CliError::Usage(format!(
                    "{} ({})",
                    worded.message,
                    worded.help.unwrap_or_default()
                )));
            }
        },
    };
    print(&page)?;
    Ok(0)
}

fn list(clients: &[Client], language: &str) -> String {
    let width = clients.iter().map(|c| c.id.len()).max().unwrap_or_default();
    let line = |c: &Client| {
        let ended = if c.lifecycle.status == Status::Ended { " †" } else { "" };
        format!("{:width$}  {}{ended} ({})\n", c.id, Client::text(&c.names, language), c.platforms.join(", "))
    };
    clients.iter().map(line).collect()
}

fn one(client: &Client, words: &Catalogue) -> String {
    let language = words.language().id();
    let mut out = list(std::slice::from_ref(client), language);
    let mut section = |name: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = write!(out, "\n{}\n{}", words.line(name, &[]), lines.concat());
        }
    };
    section("clients-lifecycle", lifecycle(client, words));
    section("clients-files", files(client));
    section("clients-options", options(client, language));
    section("clients-limits", limits(client, words));
    out
}

fn lifecycle(client: &Client, words: &Catalogue) -> Vec<String> {
    let Some(ended) = &client.lifecycle.ended else { return Vec::new() };
    let args = [("ended", ended.clone()), ("instead", client.lifecycle.instead.join(", "))];
    vec![words.line("clients-since", &args)]
}

fn files(client: &Client) -> Vec<String> {
    let line = |path: &String, format: &str, scope| {
        let folder = if scope == Scope::User { "<domain>/<address>" } else { "<domain>" };
        format!("  {folder}/{} ({format})\n", named(path))
    };
    client.files.iter().flat_map(|f| f.paths.iter().map(|p| line(p, &f.format, f.scope))).collect()
}

fn options(client: &Client, language: &str) -> Vec<String> {
    let line = |(name, spec): (&String, &crate::client::OptionSpec)| {
        let default = match &spec.default {
            OptionDefault::Bool(flag) => flag.to_string(),
            OptionDefault::Text(text) => text.clone(),
        };
        let choices =
            if spec.choices.is_empty() { String::new() } else { format!(" ({})", spec.choices.join(", ")) };
        let about = Client::text(&spec.texts, language);
        format!("  {}.{name}={default}{choices}\n      {about}\n", client.id)
    };
    client.options.iter().map(line).collect()
}

fn limits(client: &Client, words: &Catalogue) -> Vec<String> {
    let line = |l: &crate::client::Limit| {
        let text = l.words(words.language().id());
        let unverified = if l.unverified { words.line("unverified", &[]) } else { String::new() };
        format!(
            "  {}[{}]{unverified}: {}\n      {}\n",
            words.severity(l.severity),
            l.code,
            named(&text.lost),
            named(&text.advice)
        )
    };
    client.limits.iter().map(line).collect()
}
