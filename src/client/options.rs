//! What a description says of a client's options, held against what its profile declares.

use std::collections::BTreeMap;

use super::{Client, OptionDefault, OptionKind, OptionSpec};
use crate::account::ClientOption;
use crate::account::check::closest;
use crate::finding::{self, Finding, Findings};

/// Options of one client: name to value. `bool` is `true` or `false`.
pub type Options = BTreeMap<String, String>;

/// The options of every client: defaults, overridden by what is stated, later statements over earlier ones.
pub fn options(
    clients: &[Client],
    stated: &[ClientOption],
    findings: &mut Findings,
) -> BTreeMap<String, Options> {
    let mut all: BTreeMap<String, Options> = clients.iter().map(|c| (c.id.clone(), defaults(c))).collect();
    for option in stated {
        match check(clients, option) {
            Ok(()) => {
                all.entry(option.client.clone())
                    .or_default()
                    .insert(option.option.clone(), option.value.clone());
            }
            Err(finding) => findings.push(match option.place {
                Some(place) => finding.at(place),
                None => finding,
            }),
        }
    }
    all
}

fn defaults(client: &Client) -> Options {
    let text = |spec: &OptionSpec| match &spec.default {
        OptionDefault::Bool(flag) => flag.to_string(),
        OptionDefault::Text(text) => text.clone(),
    };
    client.options.iter().map(|(name, spec)| (name.clone(), text(spec))).collect()
}

fn check(clients: &[Client], option: &ClientOption) -> Result<(), Finding> {
    let Some(client) = clients.iter().find(|c| c.id == option.client) else {
        return Err(unknown_client(&option.client, clients));
    };
    let Some(spec) = client.options.get(&option.option) else {
        let known: Vec<&str> = client.options.keys().map(String::as_str).collect();
        let finding =
            Finding::new(&finding::UNKNOWN_OPTION).arg("client", &client.id).arg("value", &option.option);
        return Err(finding.arg("known", if known.is_empty() { "-".to_owned() } else { known.join(", ") }));
    };
    let known = match spec.kind {
        OptionKind::Bool => vec!["true".to_owned(), "false".to_owned()],
        OptionKind::Choice => spec.choices.clone(),
        OptionKind::Text => return Ok(()),
    };
    if known.contains(&option.value) {
        return Ok(());
    }
    let name = format!("{}.{}", option.client, option.option);
    Err(Finding::new(&finding::BAD_OPTION)
        .arg("option", name)
        .arg("value", &option.value)
        .arg("known", known.join(", ")))
}

/// The finding about a client that nobody knows.
#[must_use]
pub fn unknown_client(id: &str, clients: &[Client]) -> Finding {
    let ids: Vec<&str> = clients.iter().map(|c| c.id.as_str()).collect();
    let near = closest(id, ids.iter().copied());
    let code = if near.is_some() { &finding::UNKNOWN_CLIENT_NEAR } else { &finding::UNKNOWN_CLIENT };
    Finding::new(code).arg("value", id).arg("known", ids.join(", ")).arg("near", near.unwrap_or_default())
}
