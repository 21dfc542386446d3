//! `mailprof build --only-changed`: only users whose files are not as an earlier build made them, and the same files of these as ever.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::common::tree;

const DOMAIN: &str = "\
domain: example.jp
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls, username: '%EMAILLOCALPART%' }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
users: { columns: { incoming.password: password } }
";

/// The servers are the rows' own, so that another in the description changes what the domain publishes and nothing of a user.
const USERS: &str = "\
address,name,password,incoming.host,outgoing.host
same@example.jp,A,pw-a,pop.example.jp,smtp.example.jp
login@example.jp,B,pw-b,pop.example.jp,smtp.example.jp
gone@example.jp,C,pw-c,pop.example.jp,smtp.example.jp
moved@example.jp,D,pw-d,pop.example.jp,smtp.example.jp
";

const NOW: &str = "\
address,name,password,incoming.host,outgoing.host
moved@example.jp,D,pw-d,pop.example.jp,smtp.example.jp
new@example.jp,E,pw-e,pop.example.jp,smtp.example.jp
login@example.jp,B,pw-x,pop.example.jp,smtp.example.jp
same@example.jp,A,pw-a,pop.example.jp,smtp.example.jp
";

/// Quick to build.
const FEW: [&str; 4] = ["--client", "dns,thunderbird,outlook-express", "--sheets", "none"];

/// A folder with a description, users files and outputs.
struct Nights(tempfile::TempDir);

struct Ran {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

impl Nights {
    /// `users.csv` as it was, `now.csv` as it is.
    fn new() -> Self {
        let nights = Self(tempfile::tempdir().unwrap());
        for (name, text) in [("account.yaml", DOMAIN), ("users.csv", USERS), ("now.csv", NOW)] {
            nights.write(name, text);
        }
        nights
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), text).unwrap();
    }

    fn command(&self, words: &[&str]) -> Ran {
        self.behind(&[], words)
    }

    /// The same behind another program.
    fn behind(&self, before: &[&str], words: &[&str]) -> Ran {
        let words = [before, &[env!("CARGO_BIN_EXE_mailprof")], words].concat();
        let mut command = Command::new(words[0]);
        let output = command.current_dir(self.0.path()).env_clear().args(&words[1..]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        Ran { code: output.status.code(), stdout: output.stdout, stderr }
    }

    fn build(&self, users: &str, out: &str, args: &[&str]) -> Ran {
        let words = ["build", "account.yaml", "--users", users, "-o", out, "--passwords", "everywhere"];
        self.command(&[&words, &FEW[..], args].concat())
    }

    /// A build that is to go well.
    fn built(&self, users: &str, out: &str, args: &[&str]) -> String {
        let ran = self.build(users, out, args);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stderr
    }

    fn refused(&self, out: &str, args: &[&str], word: &str) {
        let ran = self.build("now.csv", out, args);
        assert_eq!(ran.code, Some(2), "{out} {args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }

    /// Whom `diff` calls added or changed.
    fn differing(&self, old: &str, new: &str) -> BTreeSet<String> {
        let ran = self.command(&["diff", old, new, "--format", "json"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let lines = String::from_utf8(ran.stdout).unwrap();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let told = lines.filter(|line| line["change"] == "added" || line["change"] == "changed");
        told.map(|line| line["address"].as_str().or(line["domain"].as_str()).unwrap().to_owned()).collect()
    }

    fn files(&self, out: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = tree(&self.at(out));
        files.remove("manifest.jsonl").unwrap();
        files
    }

    /// Whose files a folder has: users by address, a domain by its name.
    fn owners(&self, out: &str) -> BTreeSet<String> {
        let manifest = std::fs::read_to_string(self.at(out).join("manifest.jsonl")).unwrap();
        let lines = manifest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let owner = |line: Value| {
            let folder = line["path"].as_str().unwrap().split('/').next().unwrap().to_owned();
            line["address"].as_str().map_or(folder, str::to_owned)
        };
        lines.map(owner).collect()
    }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Whatever holds OLD, and whether the domain's files changed or not.
#[test]
fn those_are_built_whom_diff_calls_added_or_changed() {
    let nights = Nights::new();
    let users = ["login@example.jp", "new@example.jp"];
    let old = ["old", "old.tar.zst"];
    old.iter().for_each(|old| drop(nights.built("users.csv", old, &[])));
    for (server, domain) in [("smtp.example.jp", None), ("mail.example.jp", Some("example.jp"))] {
        nights.write("account.yaml", &DOMAIN.replace("smtp.example.jp", server));
        let expected: BTreeSet<String> = users.iter().copied().chain(domain).map(str::to_owned).collect();
        nights.built("now.csv", "full", &[]);
        assert_eq!(nights.differing("old", "full"), expected);
        let own = |path: &str| users.iter().any(|user| path.starts_with(&format!("example.jp/{user}/")));
        let mut full = nights.files("full");
        full.retain(|path, _| own(path) || domain.is_some() && !path.contains('@'));
        for old in old {
            let told = nights.built("now.csv", "changed", &["--only-changed", old, "--messages", "en"]);
            assert_eq!((nights.owners("changed"), nights.files("changed")), (expected.clone(), full.clone()));
            let left_out = format!("as their files have not changed since {old}: 2\n");
            assert!(told.contains("users: 2, files: ") && told.contains(&left_out), "{told}");
        }
    }
}

#[test]
fn a_file_that_is_added_or_removed_is_a_change() {
    let nights = Nights::new();
    let users = set(&["same@example.jp", "login@example.jp", "gone@example.jp", "moved@example.jp"]);
    let more = ["--client", "apple-mail"];
    nights.built("users.csv", "few", &[]);
    nights.built("users.csv", "many", &more);
    nights.built("users.csv", "out", &[&["--only-changed", "few"], &more[..]].concat());
    assert_eq!(nights.owners("out"), users);
    nights.built("users.csv", "out", &["--only-changed", "many"]);
    assert_eq!(nights.owners("out"), users);
}

/// A password that no file holds is no change; on a letter it is one.
#[test]
fn a_password_counts_where_it_is_delivered() {
    let nights = Nights::new();
    nights.write("now.csv", &USERS.replace("pw-b", "pw-x").replace("pw-c", "pw-y"));
    let numbered = |name: &str| {
        let text = std::fs::read_to_string(nights.at(name)).unwrap();
        let number = |(n, line): (usize, &str)| match n {
            0 => format!("{line},customer.number\n"),
            n => format!("{line},C{n}\n"),
        };
        nights.write(name, &text.lines().enumerate().map(number).collect::<String>());
    };
    ["users.csv", "now.csv"].into_iter().for_each(numbered);
    let omit = ["--passwords", "omit"];
    for (args, expected) in [
        (&omit[..], set(&[])),
        (&[&omit[..], &["--password-letters"]].concat(), set(&["login@example.jp", "gone@example.jp"])),
    ] {
        let build = |users, out, more: &[&str]| {
            let words = ["build", "account.yaml", "--users", users, "-o", out];
            let ran = nights.command(&[&words, &FEW[..], args, more].concat());
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        };
        build("users.csv", "old", &[]);
        build("now.csv", "changed", &["--only-changed", "old"]);
        assert_eq!(nights.owners("changed"), expected);
    }
}

#[test]
fn nobody_changed() {
    let nights = Nights::new();
    nights.built("users.csv", "old.zip", &[]);
    let old = ["--only-changed", "old.zip", "--journal", "journal.json", "--messages", "ja"];
    let told = nights.built("users.csv", "out", &old);
    assert!(told.contains("old.zip から変更のない 4 名分は作成していません\n"), "{told}");
    assert_eq!(tree(&nights.at("out")), BTreeMap::from([("manifest.jsonl".to_owned(), Vec::new())]));
    let journal = std::fs::read(nights.at("journal.json")).unwrap();
    let journal: Value = serde_json::from_slice(&journal).unwrap();
    assert_eq!((&journal["users"], &journal["users_unchanged"]), (&0.into(), &4.into()));
    assert_eq!(journal["only_changed"]["path"], "old.zip");
    nights.built("users.csv", "out.tar", &old[..2]);
    assert_eq!(nights.differing("out", "out.tar"), set(&[]));
    let stream = nights.build("users.csv", "-", &["--only-changed", "old.zip", "--rejects", "rejects.csv"]);
    assert_eq!(stream.code, Some(0), "{}", stream.stderr);
    assert_eq!(stream.stdout, std::fs::read(nights.at("out.tar")).unwrap());
}

#[test]
fn the_number_of_threads_and_the_parts_do_not_matter() {
    let nights = Nights::new();
    let users = |changed: &str| {
        let password = |n: usize| if n.is_multiple_of(7) { changed } else { "same" };
        let row = |n| format!("user{n:03}@example.jp,User {n},pw-{n}-{}\n", password(n));
        format!("address,name,password\n{}", (0..60).map(row).collect::<String>())
    };
    nights.write("users.csv", &users("former"));
    nights.write("now.csv", &users("latter"));
    nights.built("users.csv", "old.tar", &[]);
    let old = ["--only-changed", "old.tar"];
    nights.built("now.csv", "changed", &old);
    let all = nights.files("changed");
    assert_eq!(nights.owners("changed").len(), 9);
    let mut parts = BTreeMap::new();
    for part in ["1/2", "2/2"] {
        nights.built("now.csv", "part", &[&old[..], &["--shard", part]].concat());
        parts.extend(nights.files("part"));
    }
    assert_eq!(parts, all);
    if Path::new("/usr/bin/taskset").exists() {
        let build = ["build", "account.yaml", "--users", "now.csv", "-o", "one", "--passwords", "everywhere"];
        let ran = nights.behind(&["/usr/bin/taskset", "-c", "0"], &[&build, &FEW[..], &old].concat());
        assert_eq!((ran.code, nights.files("one")), (Some(0), all), "{}", ran.stderr);
    }
}

/// The first row of an address counts, though it is left out.
#[test]
fn a_second_row_of_somebody_who_is_left_out_is_a_duplicate() {
    let nights = Nights::new();
    nights.built("users.csv", "old", &[]);
    nights.write("now.csv", &format!("{USERS}same@example.jp,A,other,pop.example.jp,smtp.example.jp\n"));
    let ran = nights.build("now.csv", "out", &["--only-changed", "old", "--max-rejects", "1"]);
    assert_eq!((ran.code, nights.owners("out")), (Some(1), set(&[])), "{}", ran.stderr);
    let rejects = std::fs::read_to_string(nights.at("out.rejects.csv")).unwrap();
    assert!(rejects.contains("row-duplicate"), "{rejects}");
}

/// What a run of another OLD built may be what this one leaves out.
#[test]
fn a_run_with_another_old_does_not_take_over_what_was_built() {
    let nights = Nights::new();
    nights.write("none.csv", USERS.lines().next().unwrap());
    nights.built("none.csv", "empty", &[]);
    nights.built("users.csv", "full.tar", &[]);
    nights.write("bad.csv", &format!("{NOW}no address,x,y,z,z\n"));
    let resumed = |old: &str, args: &[&str]| {
        let args = [&["--only-changed", old, "--resume", "--messages", "en"], args].concat();
        nights.build("bad.csv", "out", &args)
    };
    // a row too many that is bad leaves a run that did not finish
    assert_eq!(resumed("empty", &["--max-rejects", "0"]).code, Some(2));
    std::fs::rename(nights.at("empty"), nights.at("elsewhere")).unwrap();
    let again = resumed("elsewhere", &["--max-rejects", "0"]);
    assert!(again.code == Some(2) && again.stderr.contains("by an earlier run: 4\n"), "{}", again.stderr);
    let ran = resumed("full.tar", &["--max-rejects", "1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(!ran.stderr.contains("by an earlier run"), "{}", ran.stderr);
    assert_eq!(nights.owners("out"), set(&["login@example.jp", "new@example.jp"]));
}

#[test]
fn what_is_written_lies_apart_from_old() {
    let nights = Nights::new();
    for old in ["old", "old.tar.zst"] {
        nights.built("users.csv", old, &[]);
        let bytes = || {
            std::fs::read(nights.at(old))
                .ok()
                .map_or_else(|| tree(&nights.at(old)), |b| [(String::new(), b)].into())
        };
        let before = bytes();
        nights.refused(old, &["--only-changed", old], "name another place");
        nights.refused("out", &["--only-changed", old, "--journal", old], "--journal");
        nights.refused("out", &["--only-changed", old, "--rejects", &format!("./{old}")], "--rejects");
        assert_eq!(bytes(), before);
    }
    nights.refused("old/new", &["--only-changed", "old"], "-o old/new");
    std::fs::create_dir(nights.at("above")).unwrap();
    std::fs::rename(nights.at("old"), nights.at("above/old")).unwrap();
    nights.refused("above", &["--only-changed", "above/old"], "-o above");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(nights.at("above/old"), nights.at("link")).unwrap();
        nights.refused("link", &["--only-changed", "above/old"], "-o link");
        nights.refused("above/old", &["--only-changed", "link"], "-o above/old");
        nights.built("now.csv", "out", &["--only-changed", "link"]);
    }
    assert!(!nights.at("above/old/new").exists());
}

#[test]
fn what_is_no_output_of_a_build_is_refused() {
    let nights = Nights::new();
    nights.refused("out", &["--only-changed", "account.yaml"], "account.yaml is not what a build made");
    std::fs::create_dir(nights.at("empty")).unwrap();
    nights.refused("out", &["--only-changed", "empty"], "has no manifest.jsonl");
    nights.write("empty/.journal.mailprof-tmp", "");
    nights.refused("out", &["--only-changed", "empty"], "did not finish");
    assert!(!nights.at("out").exists() && !nights.at("out.rejects.csv").exists());
    let ran = nights.command(&["build", "account.yaml", "--only-changed", "empty"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("--users"), "{}", ran.stderr);
}
