//! Reads files that a build delivered some time ago, when all that is known of one is a line of its manifest.

use super::expect;
use super::read::{self, Said};
use crate::client::{Client, FileSpec, Reading, Scope};
use crate::format::{self, Format};
use crate::library::{Library, LibraryError};
use crate::render::Engine;

/// Knows how the files of all clients of a library are read.
#[derive(Debug)]
pub struct Reader {
    engine: Engine,
    ways: Vec<Way>,
}

/// How files of one kind are read.
#[derive(Debug)]
struct Way {
    /// `None`: whatever client a sheet is for
    client: Option<String>,
    format: &'static Format,
    scope: Scope,
    /// what such a file's path ends with
    ends: Vec<String>,
    reading: Option<Reading>,
}

/// The format of sheets that can be read from their bytes alone.
const SHEET: &str = "html";

impl Reader {
    /// A reader of a library's clients.
    ///
    /// # Errors
    /// A profile that cannot be read.
    pub fn new(library: &Library) -> Result<Self, LibraryError> {
        let mut ways = Vec::new();
        for client in library.clients()? {
            for file in &client.files {
                ways.extend(way(library, &client, file)?);
            }
        }
        let ends = vec![format!(".{SHEET}")];
        let sheet = |format| Way { client: None, format, scope: Scope::User, ends, reading: None };
        ways.extend(format::find(SHEET).map(sheet));
        Ok(Self { engine: Engine::new(library), ways })
    }

    /// How a file is read that a manifest names. `None`: it cannot be.
    #[must_use]
    pub fn way(&self, client: Option<&str>, format: &str, path: &str) -> Option<usize> {
        let fits = |way: &Way| way.format.name == format && way.client.as_deref() == client;
        let of_client = self.ways.iter().enumerate().filter(|(_, way)| fits(way));
        let longest = of_client.filter_map(|(at, way)| Some((way.end(path)?, at))).max();
        let sheet = || self.ways.iter().position(|way| way.client.is_none() && way.format.name == format);
        longest.map(|(_, at)| at).or_else(sheet)
    }

    /// The ways in which a file of this path may have to be read, whatever a manifest says of it.
    pub fn ways(&self, path: &str) -> impl Iterator<Item = usize> {
        let fits = |(at, way): (usize, &Way)| way.end(path).map(|_| at);
        self.ways.iter().enumerate().filter_map(fits)
    }

    /// Whether a user's name may stand in such files as a placeholder.
    #[must_use]
    pub fn has_placeholders(&self, way: usize) -> bool {
        self.ways.get(way).is_some_and(|way| way.format.placeholders && way.scope == Scope::User)
    }

    /// What a file says, as [`super::Builder::read`] tells it.
    ///
    /// # Errors
    /// As there, without a word of the file.
    pub fn read(&self, way: usize, bytes: &[u8]) -> Result<Said, Unreadable> {
        let way = self.ways.get(way).ok_or(Unreadable)?;
        let nothing = expect::Settings::new();
        read::file(&self.engine, way.format, bytes, way.reading.as_ref(), &nothing).map_err(|_| Unreadable)
    }
}

/// A file that is not of its format, or whose reading fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file cannot be read")]
pub struct Unreadable;

fn way(library: &Library, client: &Client, file: &FileSpec) -> Result<Option<Way>, LibraryError> {
    let Some(format) = format::find(&file.format) else { return Ok(None) };
    let reading = library.reading(file.reading.as_deref().unwrap_or(&file.format), &file.template)?;
    Ok(Some(Way {
        client: Some(client.id.clone()),
        format,
        scope: file.scope,
        ends: file.paths.iter().map(|path| end(path)).collect(),
        reading: Some(reading),
    }))
}

/// What the paths end with that a template gives: all behind its last expression.
fn end(path: &str) -> String {
    match path.rfind("}}").max(path.rfind("%}")) {
        Some(at) => path[at + 2..].to_owned(),
        None => format!("/{path}"),
    }
}

impl Way {
    /// How much of a path's end is that of such a file. `None`: it is another's.
    fn end(&self, path: &str) -> Option<usize> {
        self.ends.iter().filter(|end| path.ends_with(end.as_str())).map(String::len).max()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_manifests_line_tells_how_its_file_is_read() {
        let reader = Reader::new(&Library::default()).unwrap();
        let user = |name: &str| format!("example.jp/a@example.jp/{name}");
        for (client, format, path) in [
            ("outlook-express", "reg", user("a.reg")),
            ("outlook", "reg", user("a-import.reg")),
            ("outlook", "reg", user("a-undo.reg")),
            ("outlook-autodiscover", "reg", user("a-autodiscover-undo.reg")),
            ("outlook-autodiscover", "autodiscover", user("autodiscover.xml")),
            ("outlook-autodiscover", "autodiscover", "example.jp/autodiscover/autodiscover.xml".into()),
            ("thunderbird", "autoconfig", user("isp/example.jp.xml")),
            ("thunderbird", "autoconfig", "example.jp/mail/config-v1.1.xml".into()),
            ("generic", "html", user("generic.ja.html")),
        ] {
            let at = reader.way(Some(client), format, &path).unwrap();
            assert!(reader.ways(&path).any(|way| way == at), "{path}");
            let domain = !path.contains('@');
            assert_eq!(reader.ways[at].scope == Scope::Domain, domain, "{path}");
        }
        let undo = reader.way(Some("outlook-autodiscover"), "reg", &user("a-autodiscover-undo.reg"));
        let set = reader.way(Some("outlook-autodiscover"), "reg", &user("a-autodiscover.reg"));
        assert_ne!(undo, set);
        assert_eq!(reader.way(Some("nobody"), "reg", &user("a.reg")), None);
        assert_eq!(reader.way(Some("generic"), "pdf", &user("generic.ja.pdf")), None);
    }
}
