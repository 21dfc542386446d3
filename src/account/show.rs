//! The resolved account as JSON, all defaults filled in, in the words and shape of the description; secrets are told, not shown.

use serde_json::{Map, Value, json};

use super::secrecy;
use super::{Account, Endpoint, Incoming, Leave, Login, Outgoing, PasswordSource, Provider, Sheets};
use crate::secret::MARKER;

/// The account as `mailprof show` prints it.
#[must_use]
pub fn account(account: &Account) -> Value {
    redacted(whole(account))
}

/// The same before what looks like a password at a wrong place is hidden: to be compared, not to be printed.
pub(crate) fn whole(account: &Account) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            out.insert(key.to_owned(), value);
        }
    };
    put("address", json!(account.address.as_ref().map(super::Address::as_str)));
    put("domain", json!(account.domain.ascii()));
    put("name", json!(account.name));
    put("name_ascii", json!(account.name_ascii));
    put("provider", provider(&account.provider));
    put("profile_key", json!(account.profile_key));
    let incoming: Vec<Value> = account.incoming.iter().map(self::incoming).collect();
    put("incoming", if incoming.is_empty() { json!("none") } else { json!(incoming) });
    put("outgoing", json!(account.outgoing.iter().map(outgoing).collect::<Vec<_>>()));
    put("mailbox_quota", json!(account.mailbox_quota));
    put("compose", json!(account.compose));
    put("recipient", json!(account.paper.recipient.as_ref().map(recipient)));
    put("customer", json!(account.paper.customer_number.as_ref().map(|n| json!({ "number": n }))));
    let window = |w: super::Window| json!({ "window": { "x_mm": w.x, "y_mm": w.y } });
    put("letter", json!(account.paper.window.map(window)));
    put("clients", options(account));
    put("build", build(account));
    Value::Object(out)
}

/// Passwords are told already; this is for one at a wrong place.
fn redacted(value: Value) -> Value {
    match value {
        Value::String(text) => json!(secrecy::shown(&text)),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, redacted(value))).collect(),
        other => other,
    }
}

fn present(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().filter(|(_, v)| !v.is_null()).collect()),
        other => other,
    }
}

fn password(source: Option<&PasswordSource>) -> Value {
    match source {
        None => Value::Null,
        Some(PasswordSource::Written(_)) => json!(MARKER),
        Some(PasswordSource::Env(name)) => json!({ "env": name }),
        Some(PasswordSource::File(path)) => json!({ "file": path }),
        Some(PasswordSource::Column(name)) => json!({ "column": name }),
    }
}

fn endpoint(endpoint: &Endpoint) -> Map<String, Value> {
    let access = endpoint.domestic_only.then_some("domestic-only");
    let value = json!({
        "host": endpoint.host.ascii(),
        "port": endpoint.port,
        "security": endpoint.security.word(),
        "tls_minimum": endpoint.tls_minimum,
        "access": access,
        "auth": endpoint.auth,
    });
    let Value::Object(map) = value else { return Map::new() };
    map
}

fn incoming(server: &Incoming) -> Value {
    let mut map = Map::new();
    map.insert("protocol".to_owned(), json!(server.protocol));
    map.extend(endpoint(&server.endpoint));
    map.insert("username".to_owned(), json!(server.username));
    map.insert("password".to_owned(), password(server.password.as_ref()));
    map.insert("password_kind".to_owned(), json!(server.password_kind));
    map.insert("password_url".to_owned(), json!(server.password_url));
    map.insert("password_change_url".to_owned(), json!(server.password_change_url));
    map.insert("password_valid_until".to_owned(), json!(server.password_valid_until));
    let leave = match server.leave {
        _ if server.protocol != "pop3" => Value::Null,
        Leave::No => json!(false),
        Leave::Forever => json!(true),
        Leave::Days(days) => json!({ "days": days }),
    };
    map.insert("leave_on_server".to_owned(), leave);
    present(Value::Object(map))
}

fn outgoing(server: &Outgoing) -> Value {
    let mut map = endpoint(&server.endpoint);
    map.insert("minutes".to_owned(), json!(server.minutes));
    map.insert("login".to_owned(), json!(server.login.word()));
    if server.login != Login::None {
        map.insert("username".to_owned(), json!(server.username));
    }
    let source = if server.password_same { json!("same") } else { password(server.password.as_ref()) };
    map.insert("password".to_owned(), source);
    present(Value::Object(map))
}

fn recipient(recipient: &super::Recipient) -> Value {
    present(json!({
        "postcode": recipient.postcode,
        "lines": recipient.lines,
        "name": recipient.name,
        "honorific": recipient.honorific,
    }))
}

fn provider(provider: &Provider) -> Value {
    let support = present(json!({
        "phone": provider.support_phone,
        "email": provider.support_email,
        "url": provider.support_url,
        "hours": provider.support_hours,
    }));
    present(json!({
        "id": provider.id,
        "name": provider.name,
        "short_name": provider.short_name,
        "domains": provider.domains.iter().map(super::Host::ascii).collect::<Vec<_>>(),
        "logo": provider.logo,
        "colour": provider.colour,
        "webmail": provider.webmail,
        "control_panel": provider.control_panel,
        "documentation": provider.documentation,
        "support": if support == json!({}) { Value::Null } else { support },
        "download_url": provider.download_url,
        "connection_login": provider.connection_login,
    }))
}

fn options(account: &Account) -> Value {
    let mut clients = Map::new();
    for option in &account.options {
        let client = clients.entry(option.client.clone()).or_insert_with(|| json!({}));
        let secret = secrecy::is_secret_key(&option.option);
        client[&option.option] = if secret { json!(MARKER) } else { json!(option.value) };
    }
    if clients.is_empty() { Value::Null } else { Value::Object(clients) }
}

fn build(account: &Account) -> Value {
    let sheets = match account.build.sheets.clone().unwrap_or_default() {
        Sheets::Clients => json!("clients"),
        Sheets::None => json!("none"),
        Sheets::Named(ids) => json!(ids),
    };
    json!({
        "clients": account.build.clients.clone().map_or(json!("all"), |ids| json!(ids)),
        "sheets": sheets,
        "languages": account.build.languages.clone().unwrap_or_else(|| vec!["ja".to_owned(), "en".to_owned()]),
        "passwords": account.build.passwords.unwrap_or_default().word(),
    })
}
