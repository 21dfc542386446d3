//! The reference of all clients as Markdown: `docs/clients.md`. Everything in it is the profiles'; nothing is written by hand.

use std::fmt::Write;

use super::{
    ChangePlace, Changes, Client, FileSpec, HoldsSecret, Limit, OptionDefault, Scope, Servers, Status, Takes,
    TakesSide,
};

/// The whole page.
#[must_use]
pub fn markdown(clients: &[Client]) -> String {
    let mut out = "# The mail clients\n\n\
        Made from `profiles/` by `mailprof clients --format markdown`; change the profiles, not this page. `adding-a-client.md` explains \
        them. *Certain* means: documented where the source says. *Not verified* means: likely, and told as such to users.\n\n"
        .to_owned();
    out += &table(
        ["Client", "Id", "Runs on", "Status", "Files"],
        clients.iter().map(|c| {
            let names = c.files.iter().map(|f| format!("`{}`", f.format)).collect::<Vec<_>>();
            let mut formats: Vec<String> = Vec::new();
            names.into_iter().for_each(|n| {
                if !formats.contains(&n) {
                    formats.push(n)
                }
            });
            let formats = if formats.is_empty() { "sheet".to_owned() } else { formats.join(", ") };
            let status = if c.lifecycle.status == Status::Ended { "ended" } else { "current" };
            [
                format!("[{}](#{})", name(c), anchor(&name(c))),
                format!("`{}`", c.id),
                c.platforms.join(", "),
                status.to_owned(),
                formats,
            ]
        }),
    );
    let common: Vec<&Limit> =
        clients.iter().find(|c| c.sheet).into_iter().flat_map(|c| &c.limits).filter(|l| l.common).collect();
    if !common.is_empty() {
        out += "\n## Limits of any client\n\n";
        out += &limits(&common);
    }
    clients.iter().for_each(|client| out += &one(client));
    out
}

fn name(client: &Client) -> String {
    Client::text(&client.names, "en").to_owned()
}

/// The anchor that Markdown gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn one(client: &Client) -> String {
    let japanese = Client::text(&client.names, "ja");
    let mut out = format!("\n## {}\n\n`{}`", name(client), client.id);
    if japanese != name(client) {
        let _ = write!(out, " · {japanese}");
    }
    if !client.platforms.is_empty() {
        let _ = write!(out, " · {}", client.platforms.join(", "));
    }
    out += "\n\n";
    out += &lifecycle(client);
    let mut section = |title: &str, body: String| {
        if !body.is_empty() {
            let _ = write!(out, "\n### {title}\n\n{body}");
        }
    };
    let suffixed = |title: &str| format!("{title} ({})", client.id);
    section(&suffixed("Labels"), labels(client));
    section(&suffixed("What it takes"), client.takes.as_ref().map(takes).unwrap_or_default());
    section(&suffixed("Files"), client.files.iter().map(file).collect());
    section(&suffixed("Options"), options(client));
    let own: Vec<&Limit> = client.limits.iter().filter(|l| !l.common).collect();
    section(&suffixed("What is lost"), if own.is_empty() { String::new() } else { limits(&own) });
    section(&suffixed("Steps on its sheet"), steps(client));
    section(
        &suffixed("Where settings are changed"),
        client.changes.as_ref().map(changes).unwrap_or_default(),
    );
    section(&suffixed("Error numbers"), errors(client));
    let unverified = client.unverified.iter().map(|t| format!("- {}\n", cell(Client::text(t, "en"))));
    section(&suffixed("Not verified"), unverified.collect());
    out
}

fn lifecycle(client: &Client) -> String {
    let life = &client.lifecycle;
    let Some(ended) = &life.ended else { return "Current.\n".to_owned() };
    let source = life.source.as_deref().map(|s| format!(" Source: {s}.")).unwrap_or_default();
    let instead: Vec<String> = life.instead.iter().map(|id| format!("`{id}`")).collect();
    format!("Ended on {ended}; use {} instead.{source}\n", instead.join(", "))
}

fn certainty(unverified: bool) -> &'static str {
    if unverified { "not verified" } else { "certain" }
}

fn sourced(source: &str, unverified: bool) -> String {
    format!("\nSource: {} · {}\n", source.trim().trim_end_matches('.'), certainty(unverified))
}

fn labels(client: &Client) -> String {
    let Some(source) = &client.labels_source else { return String::new() };
    let row = |(setting, texts): (&String, &super::Texts)| {
        [format!("`{setting}`"), cell(Client::text(texts, "en")), cell(Client::text(texts, "ja"))]
    };
    table(["Setting", "English", "Japanese"], client.labels.iter().map(row))
        + &sourced(source, client.labels_unverified)
}

fn takes(takes: &Takes) -> String {
    let servers = |side: &TakesSide| match side.servers {
        Servers::One => "the first that fits",
        Servers::EachProtocol => "one of each protocol",
        Servers::All => "all, in order",
    };
    let row = |name: &str, side: &TakesSide| {
        let protocols = if side.protocols.is_empty() { "SMTP".to_owned() } else { side.protocols.join(", ") };
        [name.to_owned(), protocols, side.security.join(", "), side.auth.join(", "), servers(side).to_owned()]
    };
    let rows = [row("incoming", &takes.incoming), row("outgoing", &takes.outgoing)];
    let mut out =
        table(["", "Protocols", "Security", "Authentication", "Of several servers"], rows.into_iter());
    if takes.charset != "unicode" {
        let _ = write!(out, "\nA display name is written in {}.\n", takes.charset);
    }
    if let Some(tls) = takes.tls_maximum {
        let _ = write!(out, "\nIt speaks TLS {tls:.1} at most.\n");
    }
    out + &sourced(&takes.source, takes.unverified)
}

fn file(file: &FileSpec) -> String {
    let folder = if file.scope == Scope::User { "<domain>/<address>" } else { "<domain>" };
    let paths: Vec<String> = file.paths.iter().map(|p| format!("`{folder}/{}`", named(p))).collect();
    let mut out = format!("- **{}** ({}): {}\n", file.name, file.format, paths.join(", "));
    let carried: Vec<String> = file.carries.iter().map(|s| format!("`{s}`")).collect();
    let carried = if carried.is_empty() { "no setting".to_owned() } else { carried.join(", ") };
    let _ = writeln!(out, "  - carries {carried}");
    if file.secret == HoldsSecret::May {
        out +=
            "  - holds the password with `passwords: everywhere`, and is then readable by its owner alone\n";
    }
    if let Some(when) = &file.when {
        let _ = writeln!(out, "  - only when `{when}`");
    }
    let _ = writeln!(out, "  - source: {} · {}", cell(file.source.trim()), certainty(file.unverified));
    out
}

fn options(client: &Client) -> String {
    let row = |(name, spec): (&String, &super::OptionSpec)| {
        let default = match &spec.default {
            OptionDefault::Bool(flag) => flag.to_string(),
            OptionDefault::Text(text) => text.clone(),
        };
        let choices = if spec.choices.is_empty() {
            String::new()
        } else {
            format!(" (of {})", spec.choices.join(", "))
        };
        [format!("`{name}`"), format!("`{default}`{choices}"), cell(Client::text(&spec.texts, "en"))]
    };
    if client.options.is_empty() {
        return String::new();
    }
    table(["Option", "Default", "What it does"], client.options.iter().map(row))
}

fn limits(limits: &[&Limit]) -> String {
    let row = |l: &&Limit| {
        let files =
            if l.files.is_empty() { String::new() } else { format!(" (files: {})", l.files.join(", ")) };
        [
            format!("`{}`", l.code),
            format!("{}{files}", l.severity.word()),
            format!("{} {}", cell(&named(&l.words("en").lost)), cell(&named(&l.words("en").advice))),
            cell(&l.source),
            certainty(l.unverified).to_owned(),
        ]
    };
    table(["Code", "Severity", "What is lost, what to do", "Source", "Certainty"], limits.iter().map(row))
}

fn steps(client: &Client) -> String {
    let Some(source) = &client.steps_source else { return String::new() };
    let figures = if client.codes.is_empty() { "" } else { ", and a QR code" };
    let count = client.steps.len();
    let mut out = format!("{count} steps, of which each sheet has those that fit the account{figures}.\n")
        + &sourced(source, client.steps_unverified);
    if !client.figures.figures.is_empty() {
        let names: Vec<String> = client.figures.figures.keys().map(|name| format!("`{name}`")).collect();
        let _ = write!(out, "\nDrawn dialogs: {}.\n", names.join(", "));
        out += &sourced(&client.figures.source, client.figures.unverified);
    }
    out
}

fn changes(changes: &Changes) -> String {
    let place = |place: &ChangePlace| {
        let settings: Vec<String> = place.fields.keys().map(|setting| format!("`{setting}`")).collect();
        let settings =
            if settings.is_empty() { String::new() } else { format!(" ({})", settings.join(", ")) };
        format!("- {}{settings}\n", cell(Client::text(&place.texts, "en")))
    };
    if let Some(id) = &changes.same_as {
        return format!("As of `{id}`.\n");
    }
    changes.places.iter().map(place).collect::<String>() + &sourced(&changes.source, changes.unverified)
}

fn errors(client: &Client) -> String {
    let row = |e: &super::ErrorNumber| {
        [
            cell(e.code.text("en")),
            format!("`{}`", e.setting),
            cell(&named(Client::text(&e.texts, "en"))),
            cell(&e.source),
        ]
    };
    if client.errors.is_empty() {
        return String::new();
    }
    table(["It shows", "Look at", "Meaning", "Source"], client.errors.iter().map(row))
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut out = line(&head.map(str::to_owned)) + &"|---".repeat(N) + "|\n";
    rows.for_each(|row| out += &line(&row));
    out
}

/// A text as a cell of a table or an item of a list.
fn cell(text: &str) -> String {
    named(text).split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "&lt;")
}

/// A text with its places for values named: `{{ outgoing.port }}` becomes `<outgoing.port>`; of a condition both ways are told,
/// with a stroke between them.
#[must_use]
pub fn named(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (open, close, shown) =
            if rest.starts_with("{{") { ("{{", "}}", true) } else { ("{%", "%}", false) };
        let Some(end) = rest.find(close).filter(|_| rest.starts_with(open)) else { break };
        let inside = rest[2..end].trim_matches(['-', ' ']);
        if shown {
            out += &place(inside);
        } else if inside.starts_with("el") {
            out += " / ";
        }
        rest = &rest[end + 2..];
    }
    out + rest
}

/// A place for a value by its name; a literal is itself.
fn place(expression: &str) -> String {
    let literal = expression.strip_prefix('\'').and_then(|e| e.strip_suffix('\''));
    let name = expression.split('|').next().unwrap_or(expression).trim();
    literal.filter(|l| !l.contains('\'')).map_or_else(|| format!("<{name}>"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_cells() {
        assert_eq!(
            cell("a {{ outgoing.port }}\n  b | c{% if x %}!{% endif %}"),
            "a &lt;outgoing.port> b \\| c!"
        );
        assert_eq!(named("a { b"), "a { b");
        assert_eq!(named("x{{ '{' }}{{ n | float }}"), "x{<n>");
        assert_eq!(named("{% if a %}b{% else %}c{% endif %}"), "b / c");
        assert_eq!(anchor("Outlook (classic) by Autodiscover"), "outlook-classic-by-autodiscover");
    }
}
