//! The README tells the truth: its table of clients is that of the profiles, its tree is what the command makes.
//! `MAILPROF_BLESS=1 cargo test readme` writes the table and the tree anew.

use mailprof::client::{Client, Scope, Status};
use mailprof::library::Library;

use super::common::{Case, root};

fn part<'t>(readme: &'t str, name: &str) -> (usize, usize, &'t str) {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = readme.find(&open).unwrap_or_else(|| panic!("README.md has no {open}")) + open.len();
    let end = readme[start..].find(&close).unwrap() + start;
    (start, end, &readme[start..end])
}

fn holds(name: &str, expected: &str) {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (start, end, got) = part(&readme, name);
    if std::env::var_os("MAILPROF_BLESS").is_some() {
        std::fs::write(path, format!("{}{expected}{}", &readme[..start], &readme[end..])).unwrap();
        return;
    }
    assert_eq!(got, expected, "README.md, {name}: is not current");
}

fn row(client: &Client) -> String {
    let files: Vec<String> = client
        .files
        .iter()
        .map(|f| {
            let path = f.paths[0].replace("{{ stem }}", "…").replace("{{ domain }}", "…");
            let path = path.replace("{{ '{' }}{{ uuid.oeaccount }}{{ '}' }}", "{…}");
            if f.scope == Scope::Domain { format!("`{path}` (for the domain)") } else { format!("`{path}`") }
        })
        .collect();
    let ended = if client.lifecycle.status == Status::Ended { " (ended)" } else { "" };
    let files = if files.is_empty() { "sheet only".to_owned() } else { files.join(", ") };
    format!("| `{}` | {}{ended} | {files} |\n", client.id, Client::text(&client.names, "en"))
}

#[test]
fn blocks_of_the_readme_are_current() {
    let clients = Library::default().clients().unwrap();
    let rows: String = clients.iter().map(row).collect();
    holds("clients", &format!("| Client | | Files |\n|---|---|---|\n{rows}"));
    let yaml = std::fs::read(root().join("profiles/accounts/pop3.yaml")).unwrap();
    let ran = Case::new(yaml).args(&["build", "account.yaml"]).run();
    let (sheets, files): (Vec<String>, Vec<String>) =
        ran.tree("out").into_keys().map(|p| format!("out/{p}\n")).partition(|p| p.ends_with(".html\n"));
    let folder = sheets[0].rsplit_once('/').unwrap().0;
    let line = format!("{folder}/<client>.<language>.html   {} sheets\n", sheets.len());
    let tree = files.concat() + &line;
    holds("tree", &format!("```text\n{tree}```\n"));
    let yaml = std::fs::read_to_string(root().join("profiles/accounts/minimal.yaml")).unwrap();
    holds("yaml", &format!("```yaml\n{yaml}```\n"));
}

/// The first two commands of the README do all the set-up: one runs the main job, one runs the tests.
#[test]
fn the_first_two_commands() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let commands: Vec<&str> =
        readme.split("```sh\n").skip(1).map(|b| b.split("\n```").next().unwrap()).collect();
    assert_eq!(commands[0], "cargo run --release --locked -- build profiles/accounts/pop3.yaml");
    assert_eq!(commands[1], "cargo test --locked");
    for link in
        readme.split("](").skip(1).filter_map(|l| l.split(')').next()).filter(|l| !l.starts_with("http"))
    {
        assert!(root().join(link).exists(), "README.md: {link} is not there");
    }
}
