//! The hot path of a mass build: `cargo bench --bench cast`. One user's five files rendered and read whole, the same cast from a mould, and
//! a row resolved the whole and the short way.

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailprof::account::users::{Alike, Row, RowFormat, Rows, UsersFile, kind};
use mailprof::account::{self, Account, Environment, Fetched, Passwords, RawAccount, Sheets};
use mailprof::build::{Builder, Moulds, Part, Printing, Wishes, shape};
use mailprof::finding::{Findings, Source, SourceId, Sources};
use mailprof::library::Library;

const DESCRIPTION: &str = "\
domain: example.jp
provider: { id: jp.example, name: サンプルネット, webmail: 'https://webmail.example.jp/' }
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
";

/// Passwords stand in the rows.
struct Nothing;

impl Environment for Nothing {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
    fn file(&self, _: &Path) -> Option<String> {
        None
    }
    fn has_file(&self, _: &Path) -> bool {
        false
    }
}

struct Case {
    raw: RawAccount,
    builder: Builder,
    rows: Vec<Row>,
    id: SourceId,
}

impl Case {
    fn new() -> Self {
        let (library, mut sources, mut findings) = (Library::default(), Sources::new(), Findings::new());
        let raw =
            RawAccount::read(DESCRIPTION.as_bytes(), "account.yaml", &library, &mut sources, &mut findings);
        let raw = raw.ok().flatten().unwrap_or_else(|| panic!("a description"));
        let wishes = Wishes {
            clients: Some(["thunderbird", "apple-mail", "outlook-express"].map(str::to_owned).to_vec()),
            sheets: Sheets::Named(vec!["generic".to_owned()]),
            languages: vec!["ja".to_owned()],
            passwords: Passwords::Omit,
            printing: Printing::default(),
        };
        let builder = Builder::new(&library, &raw, Vec::new(), wishes, &mut findings);
        let text: String = (0..4).map(|n| format!("user{n}@example.jp,田中 太郎,u{n}\n")).collect();
        let text = format!("address,name,incoming.username\n{text}");
        let file = UsersFile::of(&raw, &mut findings);
        let mut header = |text: String| sources.add(Source::new("users.csv", text));
        let rows = Rows::open(text.as_bytes(), file, RowFormat::Csv, &mut header, &mut findings);
        let rows = rows.ok().flatten().into_iter().flatten().filter_map(Result::ok).collect();
        let id = sources.add(Source::new("users.csv", ""));
        Self { raw, builder: builder.unwrap_or_else(|e| panic!("{e}")), rows, id }
    }

    fn account(&self, row: &Row) -> (RawAccount, Account, Fetched) {
        let mut findings = Findings::new();
        let raw = self.raw.with_row(&row.values(self.id), self.id, &mut findings);
        let account = account::resolve(&raw, &mut findings).account.unwrap_or_else(|| panic!("an account"));
        let fetched = account.fetch_passwords(false, &raw, &Nothing, &mut findings);
        (raw, account, fetched)
    }
}

fn cast(criterion: &mut Criterion) {
    let case = Case::new();
    let moulds = Moulds::default();
    for row in &case.rows {
        let (raw, account, fetched) = case.account(row);
        let shape = shape(&case.builder, &account, &fetched);
        let made =
            moulds.make(&case.builder, shape.as_deref(), &account, &raw, &fetched, &mut Findings::new());
        assert_eq!(made.map(|files| files.len()).ok(), Some(5));
    }
    let (raw, account, fetched) = case.account(&case.rows[1]);
    let shape = shape(&case.builder, &account, &fetched).unwrap_or_default();
    let mut group = criterion.benchmark_group("five files of a user");
    group.throughput(Throughput::Elements(5));
    group.bench_function("rendered and read whole", |b| {
        b.iter(|| case.builder.part(Part::User, &account, &raw, &fetched, &mut Findings::new()));
    });
    group.bench_function("cast", |b| {
        b.iter(|| moulds.cast(&shape, &account, &fetched).unwrap_or_else(|| panic!("no mould fits")));
    });
    group.finish();
}

fn rows(criterion: &mut Criterion) {
    let case = Case::new();
    let row = &case.rows[1];
    let (_, account, fetched) = case.account(&case.rows[0]);
    let alike = Alike::new(&case.rows[0], &account, &fetched);
    let mut group = criterion.benchmark_group("a row resolved");
    group.bench_function("the whole way", |b| b.iter(|| case.account(row)));
    group.bench_function("the short way", |b| b.iter(|| (kind(row), alike.account(row))));
    group.finish();
}

criterion_group!(benches, cast, rows);
criterion_main!(benches);
