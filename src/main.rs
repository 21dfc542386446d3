//! The `mailprof` command.

fn main() -> std::process::ExitCode {
    mailprof::cli::main()
}
