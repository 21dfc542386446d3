//! How fast sheets are printed: `cargo bench --profile pdf --features pdf --bench sheets -- [SHEETS] [CLIENT] [FORMAT]` (1000, generic, pdf).
//! Each sheet is another user's: address, name, login and password differ. Prints sheets a second on all cores and the peak memory.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use mailprof::account::{Environment, Passwords, RawAccount, Sheets, resolve};
use mailprof::build::{Builder, Printing, SheetFormats, Wishes};
use mailprof::finding::{Findings, Sources};
use mailprof::library::Library;

#[cfg(feature = "pdf")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Passwords are in the descriptions themselves.
struct Nothing;

impl Environment for Nothing {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
    fn file(&self, _: &std::path::Path) -> Option<String> {
        None
    }
    fn has_file(&self, _: &std::path::Path) -> bool {
        false
    }
}

/// The description of one user.
fn description(user: usize) -> String {
    let families = ["田中", "佐藤", "鈴木", "高橋", "伊藤", "渡辺", "山本", "中村", "小林", "加藤"];
    let given = ["太郎", "花子", "一郎", "美咲", "健太", "陽子", "大輔", "直美", "翔", "恵子", "誠"];
    let name = format!("{} {}", families[user % families.len()], given[user % given.len()]);
    format!(
        "address: user{user:06}@example.jp\nname: {name}\nname_ascii: User {user}\nprovider:\n  name: サンプルネット\n  webmail: https://webmail.example.jp/\n  \
         support: {{ phone: 0120-000-000, email: support@example.jp }}\nincoming: {{ protocol: pop3, host: pop.example.jp, port: 995, security: tls, \
         username: u{user:06}, password: pw{user:06}x }}\noutgoing: {{ host: smtp.example.jp, port: 465, security: tls }}\n"
    )
}

fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let sheets: usize = words.first().and_then(|w| w.parse().ok()).unwrap_or(1000);
    let client = words.get(1).map_or("generic", String::as_str);
    let pdf = words.get(2).is_none_or(|w| w == "pdf");
    let wishes = Wishes {
        clients: Some(Vec::new()),
        sheets: Sheets::Named(vec![client.to_owned()]),
        languages: vec!["ja".to_owned()],
        passwords: Passwords::Sheets,
        printing: Printing { formats: SheetFormats { html: !pdf, pdf }, ..Printing::default() },
    };
    let library = Library::default();
    let raw = |user: usize| {
        let (mut sources, mut findings) = (Sources::new(), Findings::new());
        RawAccount::read(description(user).as_bytes(), "user.yaml", &library, &mut sources, &mut findings)
    };
    let Ok(Some(first)) = raw(0) else { return ExitCode::FAILURE };
    let Ok(builder) = Builder::new(&library, &first, Vec::new(), wishes, &mut Findings::new()) else {
        return ExitCode::FAILURE;
    };
    #[cfg(feature = "pdf")]
    let Ok(builder) = builder.with_press(&[]) else { return ExitCode::FAILURE };
    let (next, made, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        loop {
            let user = next.fetch_add(1, Ordering::Relaxed);
            if user >= sheets {
                return;
            }
            let mut findings = Findings::new();
            let Ok(Some(raw)) = raw(user) else { continue };
            let Some(account) = resolve(&raw, &mut findings).account else { continue };
            let fetched = account.fetch_passwords(true, &raw, &Nothing, &mut findings);
            let counted = builder.run(&account, &raw, &fetched, &mut findings, &mut |artifact| {
                made.fetch_add(1, Ordering::Relaxed);
                bytes.fetch_add(artifact.bytes.len(), Ordering::Relaxed);
                Ok::<(), mailprof::library::LibraryError>(())
            });
            if counted.is_err() {
                return;
            }
        }
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let (seconds, made) = (start.elapsed().as_secs_f64(), made.into_inner());
    #[allow(clippy::print_stdout, clippy::cast_precision_loss)]
    {
        println!(
            "{made} sheets ({client}) in {seconds:.2} s: {:.0} a second, {:.1} kB each, peak {} MiB",
            made as f64 / seconds,
            bytes.into_inner() as f64 / 1000.0 / made.max(1) as f64,
            peak_kib().unwrap_or_default() / 1024
        );
    }
    if made == sheets { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
