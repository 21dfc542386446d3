//! `mailprof merge`: parts of a build for many users become what one run makes.

use std::path::Path;

use super::common::{Case, Ran, tree};

const DOMAIN: &str = "\
domain: example.jp
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls, username: '%EMAILLOCALPART%' }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
users: { columns: { incoming.password: password } }
";

const USERS: &str =
    "address,password\na@example.jp,pw-a\nb@example.jp,pw-b\nc@example.jp,pw-c\nd@example.jp,pw-d\n";

fn build(out: &Path, passwords: &str, args: &[&str]) -> Ran {
    let out = out.display().to_string();
    let build = ["build", "account.yaml", "--users", "users.csv", "-o", &out];
    let few = ["--client", "dns,thunderbird,outlook-express", "--sheets", "generic", "--lang", "ja"];
    let case = Case::new(DOMAIN).file("users.csv", USERS).args(&build).args(&few);
    case.args(&["--passwords", passwords]).args(args).run()
}

fn merge(out: &Path, parts: &[&Path]) -> Ran {
    let parts: Vec<String> = parts.iter().map(|p| p.display().to_string()).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Case::new("").args(&["merge", "-o", &out.display().to_string()]).args(&parts).run()
}

#[test]
fn parts_are_joined_into_what_one_run_makes() {
    let dir = tempfile::tempdir().unwrap();
    let [whole, one, two, out] = ["whole", "one", "two", "out"].map(|name| dir.path().join(name));
    assert_eq!(build(&whole, "everywhere", &[]).code, 0);
    for (part, shard) in [(&one, "1/2"), (&two, "2/2")] {
        assert_eq!(build(part, "everywhere", &["--shard", shard]).code, 0);
        assert!(tree(part).len() > 1);
    }
    let ran = merge(&out, &[&one, &two]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let files = tree(&whole).len() - 1;
    assert!(ran.stderr.contains(&format!(": {files}, joined from parts: 2")), "{}", ran.stderr);
    assert_eq!(tree(&out), tree(&whole));
    let again = merge(&out, &[&two, &one]);
    assert_eq!((again.code, tree(&out)), (0, tree(&whole)), "{}", again.stderr);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let secret = out.join("example.jp/a@example.jp/a@example.jp.iaf");
        assert_eq!((mode(&out), mode(&secret)), (0o700, 0o600));
    }
}

#[test]
fn what_cannot_be_joined_exits_2_and_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let [one, two, out] = ["one", "two", "out"].map(|name| dir.path().join(name));
    assert_eq!(build(&one, "everywhere", &["--shard", "1/2"]).code, 0);
    // the same user in two parts: one of them was built with other passwords
    assert_eq!(build(&two, "omit", &["--shard", "1/2"]).code, 0);
    let refused = |parts: &[&Path], words: &[&str]| {
        let ran = merge(&out, parts);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        for word in words {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
        assert!(!out.exists());
    };
    let [first, second] = [&one, &two].map(|part| part.display().to_string());
    refused(&[&one, &two], &[&first, &second, "nothing was merged"]);
    refused(&[&one, &one], &["twice"]);
    std::fs::write(two.join(".journal.mailprof-tmp"), "{}\n").unwrap();
    refused(&[&one, &two], &[&second, "did not finish"]);
    std::fs::remove_file(two.join(".journal.mailprof-tmp")).unwrap();
    std::fs::remove_file(two.join("manifest.jsonl")).unwrap();
    refused(&[&one, &two], &[&second, "has no manifest.jsonl"]);
    let archive = merge(Path::new("out.tar"), &[&one]);
    assert!(archive.code == 2 && archive.stderr.contains("makes a folder"), "{}", archive.stderr);
    let file = std::fs::read_dir(one.join("example.jp")).unwrap().flatten().find(|e| e.path().is_file());
    std::fs::write(file.unwrap().path(), "other").unwrap();
    let ran = merge(&out, &[&one]);
    assert!(ran.code == 2 && ran.stderr.contains("is not there as its manifest says"), "{}", ran.stderr);
    assert!(!out.join("manifest.jsonl").exists());
}
