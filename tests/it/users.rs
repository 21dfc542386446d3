//! Rows of a users file: what their columns stand for, what is wrong with them, and the description of one row's user.

use mailprof::account::users::{Row, RowFormat, Rows, UsersFile};
use mailprof::account::{self, RawAccount};
use mailprof::finding::{Findings, Severity, Source, Sources};
use mailprof::library::Library;

const DESCRIPTION: &str = "\
domain: example.jp
incoming: { protocol: pop3, host: pop.example.jp, port: 995, security: tls, password: { column: 初期パスワード } }
outgoing: { host: smtp.example.jp, port: 465, security: tls }
users:
  encoding: windows-31j
  columns: { address: メールアドレス, name: 氏名, incoming.username: POPアカウント, customer.number: 会員番号 }
  fallback: { name: 氏名カナ }
  ignore: [備考]
";

const HEADER: &str = "メールアドレス,氏名,氏名カナ,POPアカウント,初期パスワード,会員番号,備考";

/// A description with its sources, and what was told of its users file.
struct Read {
    raw: RawAccount,
    sources: Sources,
    findings: Findings,
    rows: Vec<Row>,
}

impl Read {
    fn new(description: &str, bytes: &[u8], format: RowFormat) -> Self {
        let (mut sources, mut findings) = (Sources::new(), Findings::new());
        let library = Library::default();
        let raw =
            RawAccount::read(description.as_bytes(), "account.yaml", &library, &mut sources, &mut findings)
                .unwrap()
                .unwrap();
        let file = UsersFile::of(&raw, &mut Findings::new());
        let mut header = |text: String| sources.add(Source::new("users.csv", text));
        let rows = Rows::open(bytes, file, format, &mut header, &mut findings).unwrap();
        let rows = rows.into_iter().flatten().map(Result::unwrap).collect();
        Self { raw, sources, findings, rows }
    }

    fn told(&self) -> Vec<&str> {
        self.findings.iter().map(|f| f.code.as_str()).collect()
    }

    fn of_row(&self, at: usize) -> Vec<&str> {
        self.rows[at].findings.iter().map(|f| f.code.as_str()).collect()
    }
}

fn table(rows: &str) -> Read {
    let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(rows);
    assert!(!lost);
    Read::new(DESCRIPTION, &format_bytes(&bytes), RowFormat::Csv)
}

/// The header and rows in Windows-31J.
fn format_bytes(rows: &[u8]) -> Vec<u8> {
    let (header, _, _) = encoding_rs::SHIFT_JIS.encode(HEADER);
    [&header, b"\r\n".as_slice(), rows].concat()
}

#[test]
fn a_row_takes_the_place_of_what_the_description_says() {
    let mut read = table(
        "tanaka@example.jp,①㈱髙﨑～,タカサキ,tanaka01,\"p,\"\"w\",00123,x\r\nsato@example.jp,,サトウ,sato,pw,00124,\r\n",
    );
    assert_eq!(read.told(), Vec::<&str>::new());
    let first = &read.rows[0];
    assert_eq!(
        (first.line, first.value("name"), first.value("customer.number")),
        (2, Some("①㈱髙﨑～"), Some("00123"))
    );
    assert_eq!(first.value("incoming.password"), Some("p,\"w"));
    assert_eq!(read.rows[1].value("name"), Some("サトウ"), "the fallback stands in for an empty cell");
    let (source, hidden) = first.source("users.csv");
    let id = read.sources.add(source);
    read.sources.hide(id, hidden);
    let mut findings = Findings::new();
    let raw = read.raw.with_row(&read.rows[0].values(id), id, &mut findings);
    let account = account::resolve(&raw, &mut findings).account.unwrap();
    assert!(!findings.has_errors());
    assert_eq!(account.address.unwrap().as_str(), "tanaka@example.jp");
    assert_eq!(
        (account.name.as_deref(), account.incoming[0].username.as_str()),
        (Some("①㈱髙﨑～"), "tanaka01")
    );
    assert_eq!(
        (account.incoming[0].endpoint.host.ascii(), account.paper.customer_number.as_deref()),
        ("pop.example.jp", Some("00123"))
    );
    // what a report shows of the row
    let shown = read.sources.get(id).shown_line(2);
    assert!(shown.contains("tanaka01") && !shown.contains("\"w") && !shown.ends_with(",x"), "{shown}");
}

#[test]
fn what_is_wrong_with_a_row_is_told_at_its_cell() {
    let mut read = table("tanaka@@example.jp,田中,,tanaka,pw,1,\r\n");
    let (source, _) = read.rows[0].source("users.csv");
    let id = read.sources.add(source);
    let mut findings = Findings::new();
    let _ = read.raw.with_row(&read.rows[0].values(id), id, &mut findings);
    let finding = findings.iter().find(|f| f.severity == Severity::Error).unwrap();
    let place = finding.place.unwrap();
    assert_eq!((finding.code.as_str(), place.start, place.end), ("bad-address", 0, 18));
    assert_eq!(read.sources.get(id).line_column(place.start), (2, 1));
}

#[test]
fn damage_is_told_row_by_row_and_the_others_are_read() {
    let rows = [
        ("a@example.jp,x,,a ,pw,1,", vec!["row-edge-blank"]),
        ("a@example.jp,x,,a,1.23457E+11,1,", vec!["row-spreadsheet"]),
        ("a@example.jp,x,,a,pw,#N/A,", vec!["row-spreadsheet"]),
        ("a@example.jp,x,,a,pw", vec!["row-uneven"]),
        ("a@example.jp,x,,a,pw,1,,", vec!["row-uneven"]),
        ("a@example.jp,=HYPERLINK(\"\"x\"\"),,a,pw,1,", Vec::new()),
        ("a@example.jp,\"x\"\"y\r\nz\",,a,pw,1,", Vec::new()),
        ("a@example.jp,x,,a,\"pw,1,", vec!["row-quote-open"]),
    ];
    let read = table(&rows.iter().map(|(row, _)| format!("{row}\r\n")).collect::<String>());
    assert_eq!(read.rows.len(), rows.len());
    for (at, (row, codes)) in rows.iter().enumerate() {
        assert_eq!(&read.of_row(at), codes, "{row}");
    }
    // bytes that Windows-31J does not have, and its user-defined characters
    let row = |name: &[u8]| [b"a@example.jp,".as_slice(), name, b",,a,pw,1,\r\n"].concat();
    let bytes = format_bytes(&[row(b"\x81\xad\xff"), row(b"\xf0\x40")].concat());
    let read = Read::new(DESCRIPTION, &bytes, RowFormat::Csv);
    assert_eq!((read.of_row(0), read.of_row(1)), (vec!["row-replacement"], vec!["row-gaiji"]));
}

#[test]
fn columns_that_mean_nothing_are_told_before_any_row() {
    let with = |users: &str, header: &str| {
        let description = format!(
            "{}{users}",
            DESCRIPTION.split("users:").next().unwrap().replace("{ column: 初期パスワード }", "x")
        );
        let read = Read::new(&description, format!("{header}\na\n").as_bytes(), RowFormat::Csv);
        read.told().into_iter().filter(|c| c.starts_with("users")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(with("", "address,incoming.username"), Vec::<String>::new());
    assert_eq!(with("", "adress"), ["users-column-unknown-near", "users-without-address"]);
    assert_eq!(with("", "address,memo"), ["users-column-unknown"]);
    assert_eq!(with("users: { ignore: rest }\n", "address,memo"), Vec::<String>::new());
    assert_eq!(with("", "address,address"), ["users-column-twice"]);
    assert_eq!(with("users: { columns: { name: 氏名 } }\n", "address"), ["users-column-missing"]);
    assert_eq!(
        with("users: { columns: { nmae: 氏名 } }\n", "address,氏名"),
        ["users-no-setting", "users-column-unknown"]
    );
    assert_eq!(
        with("users: { columns: { provider.name: 氏名 } }\n", "address,氏名"),
        ["users-no-column", "users-column-unknown"]
    );
    assert_eq!(with("users: { encoding: utf-9 }\n", "address"), ["users-encoding"]);
    let empty = Read::new(DESCRIPTION, b"", RowFormat::Csv);
    assert_eq!(empty.told(), ["users-empty"]);
}

/// A blank is missing behind the colon: the password is a part of the key.
#[test]
fn a_password_in_the_place_of_a_setting_is_not_shown() {
    let users =
        "users:\n  columns:\n    'incoming.password:hunter2': x\n    'provider.password=hunter2': x\n";
    let description = format!("{}{users}", DESCRIPTION.split("users:").next().unwrap());
    let ran = super::common::Case::new(&description).args(&["check", "account.yaml"]).run();
    assert!(ran.code == 1 && ran.stderr.contains("users-no-setting"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

/// What an earlier run rejected is read again, without the apostrophes that kept a spreadsheet from taking cells for formulas.
#[test]
fn rejected_rows_are_rows_again() {
    let description = DESCRIPTION.split("users:").next().unwrap().replace("{ column: 初期パスワード }", "x");
    let rows =
        "line,code,message,address,name\n2,bad-address,\"a, b\",a@example.jp,'=1+1\n3,x,y,b@example.jp,'O\n";
    let read = Read::new(&description, rows.as_bytes(), RowFormat::Csv);
    assert_eq!(read.told(), Vec::<&str>::new());
    let names: Vec<Option<&str>> = read.rows.iter().map(|r| r.value("name")).collect();
    assert_eq!(names, [Some("=1+1"), Some("'O")]);
    // in any other file an apostrophe is the user's own
    let read = Read::new(&description, b"address,name\na@example.jp,'=1+1\n", RowFormat::Csv);
    assert_eq!(read.rows[0].value("name"), Some("'=1+1"));
}

#[test]
fn json_lines_are_rows_too() {
    let lines = "{\"メールアドレス\":\"a@example.jp\",\"POPアカウント\":\"a\",\"初期パスワード\":\"p\"}\n\n\
        {\"メールアドレス\":\"b@example.jp\",\"incoming\":{\"host\":\"pop2.example.jp\"},\"build\":{\"languages\":[\"en\"]},\"氏名カナ\":null}\n\
        [1]\n{\"メールアドレス\":\"c@example.jp\",\"memo\":1}\n";
    let read =
        Read::new(&DESCRIPTION.replace("windows-31j", "utf-8"), lines.as_bytes(), RowFormat::JsonLines);
    let codes: Vec<Vec<&str>> = (0..read.rows.len()).map(|at| read.of_row(at)).collect();
    assert_eq!(codes, [vec![], vec![], vec!["row-not-json"], vec!["users-column-unknown"]]);
    assert_eq!(read.rows.iter().map(|r| r.line).collect::<Vec<_>>(), [1, 3, 4, 5]);
    assert_eq!(read.rows[1].value("incoming.host"), Some("pop2.example.jp"));
    assert_eq!(read.rows[1].value("build.languages.0"), Some("en"));
}

/// A row may speak of a second server, and of no server that nothing is known of.
#[test]
fn a_rows_servers_are_those_of_the_description_and_one_more() {
    let told = |header: &str, row: &str| {
        let description =
            DESCRIPTION.split("users:").next().unwrap().replace(", password: { column: 初期パスワード }", "");
        let mut read = Read::new(&description, format!("{header}\n{row}\n").as_bytes(), RowFormat::Csv);
        let (source, _) = read.rows[0].source("users.csv");
        let id = read.sources.add(source);
        let mut findings = Findings::new();
        let raw = read.raw.with_row(&read.rows[0].values(id), id, &mut findings);
        let account = account::resolve(&raw, &mut findings).account;
        let codes: Vec<String> =
            findings.iter().filter(|f| f.severity == Severity::Error).map(|f| f.code.clone()).collect();
        (codes, account.map(|a| a.incoming.len()))
    };
    let second = "incoming.1.protocol,incoming.1.host,incoming.1.port,incoming.1.security";
    assert_eq!(
        told(&format!("address,{second}"), "a@example.jp,imap,imap.example.jp,993,tls"),
        (vec![], Some(2))
    );
    assert_eq!(told("address,incoming.host", "a@example.jp,pop9.example.jp"), (vec![], Some(1)));
    assert_eq!(told("address,incoming.5.host", "a@example.jp,x.example.jp").0, ["users-no-server"]);
}
