//! Builders that every test uses: a run of the command, and a build through the library.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use mailprof::account::{self, Account, Environment, Passwords, RawAccount, Sheets};
use mailprof::build::{Artifact, Builder, Outcome, Printing, Wishes};
use mailprof::finding::{Catalogue, Findings, Language, Severity, Sources, text};
use mailprof::library::{Library, LibraryError};
use mailprof::lint::{self, Subject};

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// DESIGN's smallest description.
pub const MINIMAL: &str = "\
address: tanaka@example.jp
incoming: { protocol: pop3, host: mail.example.jp, username: tanaka, password: { env: MAIL_PASSWORD } }
outgoing: { host: mail.example.jp, port: 587 }
";

/// A description that every client can serve.
pub const EASY: &str = "\
address: tanaka@example.jp
name: Taro Tanaka
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls, username: tanaka, password: { env: MAIL_PASSWORD } }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
";

/// One run of the command in a folder of its own.
pub struct Case {
    dir: tempfile::TempDir,
    args: Vec<String>,
    envs: Vec<(String, String)>,
    memory: Option<u64>,
}

pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    dir: tempfile::TempDir,
}

impl Case {
    /// A folder that holds `account.yaml`.
    pub fn new(yaml: impl AsRef<[u8]>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("account.yaml"), yaml).unwrap();
        Self { dir, args: Vec::new(), envs: Vec::new(), memory: None }
    }

    pub fn args(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(|a| (*a).to_owned()));
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.envs.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// With no more address space than so many KiB, where the system can bound it.
    pub fn memory(mut self, kib: u64) -> Self {
        self.memory = Some(kib);
        self
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn run(self) -> Ran {
        let program = env!("CARGO_BIN_EXE_mailprof");
        let mut command = match self.memory.filter(|_| cfg!(target_os = "linux")) {
            Some(kib) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", &format!("ulimit -v {kib} && exec \"$0\" \"$@\""), program]);
                shell
            }
            None => Command::new(program),
        };
        command.current_dir(self.dir.path()).args(&self.args).env_clear().envs(self.envs);
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            dir: self.dir,
        }
    }
}

impl Ran {
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn tree(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        tree(&self.dir.path().join(folder))
    }
}

/// Every file below a folder with its bytes.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(at: &Path, root: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(at).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, root, out);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                out.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(folder, folder, &mut out);
    out
}

/// An environment of one variable.
pub struct Fixed(pub &'static str);

impl Environment for Fixed {
    fn variable(&self, name: &str) -> Option<String> {
        (name.ends_with("_PASSWORD") && !self.0.is_empty()).then(|| self.0.to_owned())
    }
    fn file(&self, _: &Path) -> Option<String> {
        None
    }
    fn has_file(&self, _: &Path) -> bool {
        false
    }
}

/// What a build through the library gave.
pub struct Built {
    pub account: Option<Account>,
    pub builder: Option<Builder>,
    pub outcomes: Vec<Outcome>,
    pub artifacts: Vec<Artifact>,
    pub findings: Findings,
    pub sources: Sources,
}

impl Built {
    /// Codes of findings of at least a severity, in order.
    pub fn codes(&self, least: Severity) -> Vec<&str> {
        self.findings.iter().filter(|f| f.severity >= least).map(|f| f.code.as_str()).collect()
    }

    pub fn report(&self) -> String {
        text::report(self.findings.iter(), &self.sources, Catalogue::of(Language::En), false)
    }

    pub fn get(&self, end: &str) -> &Artifact {
        let found = self.artifacts.iter().find(|a| a.path.ends_with(end));
        found.unwrap_or_else(|| panic!("no {end} among the artifacts:\n{}", self.report()))
    }

    pub fn text(&self, end: &str) -> String {
        decode(&self.get(end).bytes)
    }
}

/// Bytes of any of our formats as text, for messages and for looking into.
pub fn decode(bytes: &[u8]) -> String {
    if let Some(body) = bytes.strip_prefix(&[0xff, 0xfe]) {
        let units: Vec<u16> = body.chunks(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
        return String::from_utf16(&units).unwrap();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned(),
    }
}

/// Whether a file holds a text anywhere, also scrambled or in a QR code.
pub fn holds(format: &str, bytes: &[u8], text: &str) -> bool {
    let format = mailprof::format::find(format).unwrap();
    let document = format!("{:?}", (format.decode)(bytes).unwrap());
    decode(bytes).contains(text) || document.contains(text)
}

/// A build through the library: no process, no files.
pub struct Build {
    yaml: String,
    library: Library,
    wishes: Wishes,
    environment: Fixed,
}

impl Build {
    pub fn new(yaml: impl Into<String>) -> Self {
        let wishes = Wishes { languages: vec!["ja".into(), "en".into()], ..Wishes::default() };
        Self { yaml: yaml.into(), library: Library::default(), wishes, environment: Fixed("") }
    }

    pub fn client(mut self, id: &str) -> Self {
        self.wishes.clients.get_or_insert_default().push(id.to_owned());
        self
    }

    pub fn languages(mut self, ids: &[&str]) -> Self {
        self.wishes.languages = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    pub fn without_sheets(mut self) -> Self {
        self.wishes.sheets = mailprof::account::Sheets::None;
        self
    }

    pub fn sheets(mut self, sheets: Sheets) -> Self {
        self.wishes.sheets = sheets;
        self
    }

    pub fn printing(mut self, printing: Printing) -> Self {
        self.wishes.printing = printing;
        self
    }

    pub fn passwords(mut self, passwords: Passwords, password: &'static str) -> Self {
        self.wishes.passwords = passwords;
        self.environment = Fixed(password);
        self
    }

    pub fn overrides(mut self, profiles: Option<&Path>, templates: Option<&Path>) -> Self {
        self.library = Library::new(profiles.map(Into::into), templates.map(Into::into)).unwrap();
        self
    }

    pub fn run(self) -> Built {
        let mut built = Built {
            account: None,
            builder: None,
            outcomes: Vec::new(),
            artifacts: Vec::new(),
            findings: Findings::new(),
            sources: Sources::new(),
        };
        if let Some((account, raw)) = self.load(&mut built) {
            self.build(&account, &raw, &mut built);
            built.account = Some(account);
        }
        built
    }

    fn load(&self, built: &mut Built) -> Option<(Account, RawAccount)> {
        let (sources, findings) = (&mut built.sources, &mut built.findings);
        let raw = RawAccount::read(self.yaml.as_bytes(), "account.yaml", &self.library, sources, findings)
            .unwrap()?;
        let resolved = account::resolve(&raw, findings);
        let wishes = raw.wishes();
        lint::run(&Subject { raw: &raw, draft: &resolved.draft, wishes: &wishes }, findings);
        Some((resolved.account?, raw))
    }

    fn build(&self, account: &Account, raw: &RawAccount, built: &mut Built) {
        let findings = &mut built.findings;
        let builder = Builder::new(&self.library, raw, Vec::new(), self.wishes.clone(), findings).unwrap();
        if findings.has_errors() {
            return;
        }
        let needed = builder.needs_passwords(account);
        let fetched = account.fetch_passwords(needed, raw, &self.environment, findings);
        let artifacts = &mut built.artifacts;
        let mut sink = |artifact| {
            artifacts.push(artifact);
            Ok::<(), LibraryError>(())
        };
        built.outcomes = builder.run(account, raw, &fetched, findings, &mut sink).unwrap();
        built.builder = Some(builder);
    }
}
