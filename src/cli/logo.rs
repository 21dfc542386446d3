//! The provider's logo: found beside the file that names it, before anything is built.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Report;
use super::args::Common;
use super::description::Description;
use crate::build::Logo;
use crate::finding::{self, Finding};
use crate::library::Library;

/// The logo that the description, or the provider's profile that it uses, names. One that cannot be used becomes a finding.
pub(super) fn logo(
    description: &Description,
    library: &Library,
    common: &Common,
    report: &mut Report,
) -> Option<Logo> {
    let path = description.account.as_ref()?.provider.logo.as_deref()?;
    let place = description.raw.place_of("provider.logo");
    // a profile of the user's own lies in his folder
    let profile = place.and_then(|p| library.own_profile(report.sources.get(p.source).name()));
    let beside = profile.as_ref().unwrap_or(&common.account).parent().unwrap_or(Path::new(""));
    let read = read(&beside.join(path));
    match read.map_err(|e| e.to_string()).and_then(|bytes| Logo::new(bytes).map_err(|e| e.0)) {
        Ok(logo) => Some(logo),
        Err(reason) => {
            let finding = Finding::new(&finding::LOGO_UNUSABLE).arg("path", path).arg("reason", reason);
            report.findings.push(finding.at(place));
            None
        }
    }
}

/// One byte more than a logo may have, so that it is told.
fn read(path: &PathBuf) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(Logo::MOST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
