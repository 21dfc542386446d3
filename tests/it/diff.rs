//! `mailprof diff`: two descriptions setting by setting, two outputs user by user.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::common::{Case, EASY, Ran};

const DOMAIN: &str = "\
domain: example.jp
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls, username: '%EMAILLOCALPART%' }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
users: { columns: { incoming.password: password } }
";

const USERS: &str = "address,name,password\na@example.jp,A,pw-a\nb@example.jp,B,pw-b\nc@example.jp,C,pw-c\n";

const ENDINGS: [&str; 4] = ["", ".tar", ".tar.zst", ".zip"];

/// A folder with outputs.
struct Outputs(tempfile::TempDir);

impl Outputs {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn build(&self, name: &str, description: &str, users: &str, args: &[&str]) -> PathBuf {
        let out = self.path(name);
        let text = out.display().to_string();
        let build = ["build", "account.yaml", "--users", "users.csv", "-o", &text, "--lang", "ja"];
        let few = ["--client", "dns,thunderbird,outlook-express,outlook", "--sheets", "generic"];
        let case = Case::new(description).file("users.csv", users).args(&build).args(&few);
        let ran = case.args(&["--passwords", "everywhere"]).args(args).run();
        assert_ne!(ran.code, 2, "{}", ran.stderr);
        out
    }
}

fn diff(old: &Path, new: &Path, args: &[&str]) -> Ran {
    let [old, new] = [old, new].map(|path| path.display().to_string());
    Case::new("").args(&["diff", &old, &new]).args(args).run()
}

fn text(old: &Path, new: &Path) -> String {
    let ran = diff(old, new, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    ran.stdout
}

fn json(old: &Path, new: &Path) -> Vec<Value> {
    let ran = diff(old, new, &["--format", "json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn refused(old: &Path, new: &Path, word: &str) {
    let ran = diff(old, new, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
}

/// Two descriptions in files.
fn descriptions(old: &str, new: &str, args: &[&str]) -> Ran {
    let case = Case::new(old).file("new.yaml", new);
    case.args(&["diff", "account.yaml", "new.yaml"]).args(args).run()
}

#[test]
fn descriptions_differ_setting_by_setting() {
    let new = EASY
        .replace("pop.example.jp", "mail.example.jp")
        .replace("name: Taro Tanaka\n", "compose: html\n")
        .replace("username: tanaka", "username: tanaka, leave_on_server: { days: 7 }")
        .replace("MAIL_PASSWORD", "OTHER");
    let ran = descriptions(EASY, &new, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(
        ran.stdout,
        "- name: Taro Tanaka\n\
         incoming.host: pop.example.jp -> mail.example.jp\n\
         incoming.leave_on_server: days: 14 -> days: 7\n\
         compose: plain -> html\n\
         incoming.password: changed\n\
         settings that differ: 5\n"
    );
    let same = descriptions(EASY, EASY, &[]);
    assert_eq!((same.code, same.stdout.as_str()), (0, "settings that differ: 0\n"));
    let ja = descriptions(EASY, &new, &["--messages", "ja"]);
    assert!(ja.stdout.contains("incoming.password: 変更あり\n"), "{}", ja.stdout);
    let lines = descriptions(EASY, &new, &["--format", "json"]).stdout;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["address"], &lines[0]["change"]), (&"tanaka@example.jp".into(), &"changed".into()));
    let host =
        serde_json::json!({ "setting": "incoming.host", "old": "pop.example.jp", "new": "mail.example.jp" });
    assert_eq!(lines[0]["settings"][1], host);
    assert_eq!((&lines[1]["changed"], &lines[1]["unchanged"]), (&1.into(), &0.into()));
}

#[test]
fn passwords_of_descriptions_are_compared_and_not_shown() {
    let with = |password: &str| EASY.replace("{ env: MAIL_PASSWORD }", password);
    let ran = |old: &str, new: &str| {
        let text = descriptions(&with(old), &with(new), &[]);
        let json = descriptions(&with(old), &with(new), &["--format", "json"]);
        let all = [text.stdout.clone(), text.stderr, json.stdout, json.stderr].concat();
        assert!(!all.contains("hunter") && text.code == 0 && json.code == 0, "{all}");
        text.stdout
    };
    assert_eq!(ran("hunter2", "hunter3"), "incoming.password: changed\nsettings that differ: 1\n");
    assert_eq!(ran("hunter2", "hunter2"), "settings that differ: 0\n");
    let none = EASY.replace(", password: { env: MAIL_PASSWORD }", "");
    let removed = descriptions(&with("hunter2"), &none, &[]).stdout;
    assert_eq!(removed, "- incoming.password: [secret]\nsettings that differ: 1\n");
}

#[test]
fn a_description_with_an_error_exits_1_and_prints_nothing() {
    let ran = descriptions(EASY, &EASY.replace("protocol: pop3", "protocol: pop4"), &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("new.yaml:3") && !ran.stderr.contains("note["), "{}", ran.stderr);
}

#[test]
fn what_is_not_of_one_kind_is_not_compared() {
    let outputs = Outputs::new();
    let out = outputs.build("out", DOMAIN, USERS, &[]);
    let description = outputs.path("a.yaml");
    std::fs::write(&description, EASY).unwrap();
    refused(&out, &description, "a.yaml");
    refused(&description, &outputs.path("nowhere"), "could not read");
    std::fs::create_dir(outputs.path("empty")).unwrap();
    refused(&out, &outputs.path("empty"), "has no manifest.jsonl");
    std::fs::write(out.join(".journal.mailprof-tmp"), "").unwrap();
    refused(&out, &out, "did not finish");
}

/// Every kind of output against every other: the same, whatever holds them.
#[test]
fn users_are_added_removed_and_changed() {
    let outputs = Outputs::new();
    let users = USERS.replace("b@example.jp,B,pw-b\n", "d@example.jp,D,pw-d\n").replace("pw-c", "pw-x");
    let new = DOMAIN.replace("smtp.example.jp", "mail.example.jp");
    let old = ENDINGS.map(|end| outputs.build(&format!("old{end}"), DOMAIN, USERS, &[]));
    let new = ENDINGS.map(|end| outputs.build(&format!("new{end}"), &new, &users, &[]));
    let expected = text(&old[0], &new[0]);
    let blocks = "\
~ example.jp
    outgoing.host: smtp.example.jp -> mail.example.jp
~ a@example.jp
    outgoing.host: smtp.example.jp -> mail.example.jp
- b@example.jp
~ c@example.jp
    incoming.password: changed
    outgoing.host: smtp.example.jp -> mail.example.jp
+ d@example.jp
domains added: 0, removed: 0, changed: 1, the same: 0
users added: 1, removed: 1, changed: 2, the same: 0
";
    assert_eq!(expected.replace("    outgoing.password: changed\n", ""), blocks);
    let lines = json(&old[0], &new[0]);
    for (at, old) in old.iter().enumerate() {
        for new in &new[at..] {
            assert_eq!(text(old, new), expected, "{} {}", old.display(), new.display());
            assert_eq!(json(old, new), lines);
        }
        assert_eq!(
            text(old, &outputs.path("old.zip")).lines().last(),
            Some("users added: 0, removed: 0, changed: 0, the same: 3")
        );
    }
    let all = serde_json::to_string(&lines).unwrap();
    assert!(!all.contains("pw-") && !expected.contains("pw-"), "{all}");
    assert_eq!(lines[0]["domain"], "example.jp");
    let keys: Vec<&String> = lines[1].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["address", "change", "settings", "files"]);
    let iaf = serde_json::json!({ "path": "example.jp/a@example.jp/a@example.jp.iaf", "change": "settings" });
    assert!(lines[1]["files"].as_array().unwrap().contains(&iaf), "{}", lines[1]);
    assert_eq!(lines[3]["settings"][0]["new"], "[secret]");
    assert_eq!(
        lines[5],
        serde_json::json!({ "added": 1, "removed": 1, "changed": 2, "unchanged": 0,
            "domains": { "added": 0, "removed": 0, "changed": 1, "unchanged": 0 } })
    );
}

#[test]
fn other_words_are_looks_and_other_files_are_told() {
    let outputs = Outputs::new();
    let old = outputs.build("old", DOMAIN, USERS, &[]);
    let dated = outputs.build("dated.tar", DOMAIN, USERS, &["--date", "2026-04-01"]);
    let told = text(&old, &dated);
    assert!(
        told.starts_with("~ a@example.jp\n    looks changed: generic.ja.html\n~ b@example.jp\n"),
        "{told}"
    );
    assert!(told.contains("domains added: 0, removed: 0, changed: 0, the same: 1\n"), "{told}");
    let more = outputs.build("more", DOMAIN, USERS, &["--client", "apple-mail"]);
    assert!(text(&old, &more).contains("    file added: a@example.jp.mobileconfig\n"));
    assert!(text(&more, &old).contains("    file removed: a@example.jp.mobileconfig\n"));
}

/// A file that is not as its manifest says is not taken for what it was.
#[test]
fn a_file_that_cannot_be_read_back_is_told_as_changed() {
    let outputs = Outputs::new();
    let old = outputs.build("old", DOMAIN, USERS, &[]);
    let new = outputs.build("new", &DOMAIN.replace("smtp.", "mail."), USERS, &[]);
    for damage in ["gone", "other"] {
        let file = new.join("example.jp/a@example.jp/a@example.jp.prf");
        if damage == "gone" {
            std::fs::remove_file(file).unwrap()
        } else {
            std::fs::write(file, damage).unwrap()
        }
        let told = text(&old, &new);
        assert!(told.contains("    changed, and cannot be read: a@example.jp.prf\n"), "{told}");
    }
}

fn entry(path: &str, bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let sha: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    let length = bytes.len();
    format!(
        r#"{{"path":"{path}","client":"generic","format":"html","scope":"user","address":"a@example.jp","sha256":"{sha}","bytes":{length},"secret":false}}"#
    ) + "\n"
}

fn tar(path: &Path, members: &[(&str, &[u8])]) {
    let mut tar = tar::Builder::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, *bytes).unwrap();
    }
    tar.into_inner().unwrap();
}

#[test]
fn a_hostile_output_is_refused_and_leaves_nothing_behind() {
    let outputs = Outputs::new();
    let old = outputs.build("old", DOMAIN, USERS, &[]);
    let victim = outputs.path("x");
    for path in ["../x", "/etc/x", "a/../../x", "manifest.jsonl", "a\\u0000b", "a\\nb"] {
        let manifest = entry(path, b"1");
        let folder = outputs.path("folder");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("manifest.jsonl"), &manifest).unwrap();
        refused(&old, &folder, "line 1 of its manifest");
        let archive = outputs.path("a.tar");
        tar(&archive, &[("../x", b"1"), ("manifest.jsonl", manifest.as_bytes())]);
        refused(&archive, &old, "line 1 of its manifest");
    }
    // names of members that lead outside are members like any other: nothing is unpacked
    let archive = outputs.path("b.tar");
    tar(&archive, &[("../x", b"1"), ("/x", b"1"), ("manifest.jsonl", b"")]);
    assert!(text(&archive, &old).ends_with("users added: 3, removed: 0, changed: 0, the same: 0\n"));
    assert!(!victim.exists());
    tar(&archive, &[("x", b"1")]);
    refused(&old, &archive, "has no manifest.jsonl");
    let folder = outputs.path("twice");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("manifest.jsonl"), entry("b", b"") + &entry("a", b"")).unwrap();
    refused(&old, &folder, "line 2 of its manifest");
}

/// Words of a manifest that move a terminal are shown as what they are.
#[test]
fn a_hostile_address_does_not_move_the_terminal() {
    let outputs = Outputs::new();
    let [old, new] = ["old", "new"].map(|name| outputs.path(name));
    for folder in [&old, &new] {
        std::fs::create_dir(folder).unwrap();
    }
    std::fs::write(old.join("manifest.jsonl"), "").unwrap();
    let line = entry("d/a/x.html", b"").replace("a@example.jp", "a\\u001b[2J\\n+ b");
    std::fs::write(new.join("manifest.jsonl"), line).unwrap();
    assert!(text(&old, &new).starts_with("+ a\u{fffd}[2J\u{fffd}+ b\n"));
}

#[test]
fn broken_archives_exit_2() {
    let outputs = Outputs::new();
    let old = outputs.build("old", DOMAIN, USERS, &[]);
    for end in &ENDINGS[1..] {
        let path = outputs.build(&format!("new{end}"), DOMAIN, USERS, &[]);
        let bytes = std::fs::read(&path).unwrap();
        for length in [bytes.len() / 2, bytes.len() - 2000.min(bytes.len() / 4)] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let ran = diff(&old, &path, &[]);
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{end} {length} {}", ran.stderr);
        }
    }
}

/// A member that unpacks to more than may be in memory is told as one that cannot be read.
#[test]
fn a_bomb_is_not_unpacked() {
    let outputs = Outputs::new();
    let large = vec![b' '; (64 << 20) + 1];
    let name = "d/a/x.html";
    let archive = |path: &Path, bytes: &[u8]| {
        let plain = outputs.path("plain.tar");
        tar(&plain, &[(name, bytes), ("manifest.jsonl", entry(name, bytes).as_bytes())]);
        std::fs::write(path, zstd::encode_all(std::fs::File::open(plain).unwrap(), 1).unwrap()).unwrap();
    };
    let [old, new] = ["old.tar.zst", "new.tar.zst"].map(|name| outputs.path(name));
    archive(&old, b"<p>x</p>");
    archive(&new, &large);
    let told = text(&old, &new);
    assert!(told.starts_with("~ a@example.jp\n    changed, and cannot be read: x.html\n"), "{told}");
}
