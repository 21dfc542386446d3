//! Whether two paths are one place, or one lies in the other: what is written must not change what is read.

use std::path::{Component, Path, PathBuf};

/// Whether one of two paths is, or lies in, the other. A path that is not there yet is taken from the folder that is.
pub(super) fn overlap(one: &Path, other: &Path) -> bool {
    let (one, other) = (real(one), real(other));
    one.starts_with(&other) || other.starts_with(&one)
}

/// Whether two paths are one place.
pub(super) fn same(one: &Path, other: &Path) -> bool {
    real(one) == real(other)
}

/// A path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for folder in absolute.ancestors() {
        if let (Ok(real), Ok(rest)) = (folder.canonicalize(), absolute.strip_prefix(folder)) {
            return plain(&real.join(rest));
        }
    }
    plain(&absolute)
}

/// A path in which nothing goes up.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_through_links_and_before_it_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir(at("a")).unwrap();
        assert!(overlap(&at("a"), &at("b/../a")));
        assert!(overlap(&at("a"), &at("a/new/x")));
        assert!(overlap(&at("new/../new"), &at("new")));
        assert!(!overlap(&at("a"), &at("ab")));
        assert!(same(&at("a/new"), &at("b/../a/./new")) && !same(&at("a"), &at("a/new")));
        assert!(!overlap(&at("new.tar"), &at("new.tar.zst")));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_what_it_points_at() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir(at("a")).unwrap();
        std::os::unix::fs::symlink(at("a"), at("link")).unwrap();
        assert!(overlap(&at("a"), &at("link/new")));
    }
}
