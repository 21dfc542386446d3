//! Two resolved accounts, setting by setting, in the words of the description.

use std::path::Path;

use serde_json::Value;

use super::Setting;
use crate::account::{Account, PasswordSource, secrecy, show};
use crate::secret::Secret;

/// The settings in which two accounts differ: those of the old one in its order, then what the new one adds.
#[must_use]
pub fn settings(old: &Account, new: &Account) -> Vec<Setting> {
    let [old_values, new_values] = [old, new].map(flat);
    let find = |values: &[(String, String)], name: &str| {
        values.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
    };
    let added = new_values.iter().filter(|(name, _)| find(&old_values, name).is_none());
    let names = old_values.iter().chain(added).map(|(name, _)| name);
    let plain = names.filter_map(|name| {
        Setting::of(name, find(&old_values, name).as_deref(), find(&new_values, name).as_deref())
    });
    plain.chain(hidden(old, new)).collect()
}

/// The settings without those that are secrets.
fn flat(account: &Account) -> Vec<(String, String)> {
    let mut out = Vec::new();
    flatten("", &show::whole(account), &mut out);
    out.retain(|(name, _)| {
        let passwords = name.split('.').any(|part| part == "password");
        let option =
            name.rsplit('.').next().is_some_and(|last| name.starts_with("clients.") && is_secret(last));
        !passwords && !option
    });
    out
}

fn is_secret(option: &str) -> bool {
    secrecy::is_secret_key(option)
}

fn flatten(name: &str, value: &Value, out: &mut Vec<(String, String)>) {
    let below = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        Value::Object(map) if name.ends_with("leave_on_server") => {
            let parts: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            out.push((name.to_owned(), parts.join(", ")));
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| flatten(&below(key), value, out)),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (nth, item) in items.iter().enumerate() {
                // the first server is the one that has no number
                let below = if nth == 0 { name.to_owned() } else { below(&nth.to_string()) };
                flatten(&below, item, out);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(text).collect();
            out.push((name.to_owned(), items.join(", ")));
        }
        Value::Null => {}
        value => out.push((name.to_owned(), text(value))),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A secret, to be compared.
#[derive(PartialEq)]
enum Hidden<'a> {
    Written(&'a Secret),
    Variable(&'a str),
    File(&'a Path),
    Column(&'a str),
    /// `password: same`
    Same,
    Option(&'a str),
}

impl<'a> Hidden<'a> {
    fn of(source: &'a PasswordSource) -> Self {
        match source {
            PasswordSource::Written(secret) => Self::Written(secret),
            PasswordSource::Env(name) => Self::Variable(name),
            PasswordSource::File(path) => Self::File(path),
            PasswordSource::Column(name) => Self::Column(name),
        }
    }
}

fn secrets(account: &Account) -> Vec<(String, Hidden<'_>)> {
    let name = |side: &str, nth: usize| match nth {
        0 => format!("{side}.password"),
        nth => format!("{side}.{nth}.password"),
    };
    let mut out = Vec::new();
    for (nth, server) in account.incoming.iter().enumerate() {
        out.extend(server.password.as_ref().map(|source| (name("incoming", nth), Hidden::of(source))));
    }
    for (nth, server) in account.outgoing.iter().enumerate() {
        let source = server.password.as_ref().map(Hidden::of);
        let source = if server.password_same { Some(Hidden::Same) } else { source };
        out.extend(source.map(|source| (name("outgoing", nth), source)));
    }
    for option in account.options.iter().filter(|option| is_secret(&option.option)) {
        out.push((format!("clients.{}.{}", option.client, option.option), Hidden::Option(&option.value)));
    }
    out
}

/// Secrets that differ, without their values.
fn hidden(old: &Account, new: &Account) -> Vec<Setting> {
    let [old, new] = [old, new].map(secrets);
    let find = |of: &[(String, Hidden<'_>)], name: &str| of.iter().any(|(n, _)| n == name);
    let names = old.iter().chain(new.iter().filter(|(name, _)| !find(&old, name))).map(|(name, _)| name);
    let differ = |name: &&String| {
        let of = |all: &[(String, Hidden<'_>)]| all.iter().position(|(n, _)| n == *name);
        of(&old).map(|at| &old[at].1) != of(&new).map(|at| &new[at].1)
    };
    let setting = |name: &String| {
        let marked = |of| find(of, name).then(|| crate::secret::MARKER.to_owned());
        Setting { name: name.clone(), old: marked(&old), new: marked(&new) }
    };
    names.filter(differ).map(setting).collect()
}
