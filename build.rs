//! Rebuild when a profile, a template or a message catalogue is added: `include_dir!` notices only changed files.
fn main() {
    for folder in ["profiles", "templates", "src/finding/messages"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
