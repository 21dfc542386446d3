//! The provider's logo: found beside the file that names it, before anything is built.

use std::path::{Path, PathBuf};

use super::Report;
use super::args::Common;
use super::description::Description;
use super::outside::bytes;
use crate::account::RawAccount;
use crate::build::Logo;
use crate::finding::{self, Finding};
use crate::library::Library;

/// Where the logo lies that the description, or the provider's profile that it uses, names. `None`: none is named, or it is no file.
pub(super) fn path(
    description: &Description,
    library: &Library,
    common: &Common,
    report: &Report,
) -> Option<PathBuf> {
    let raw = &description.raw;
    let path = raw.text("provider.logo").filter(|path| !path.contains("://"))?;
    // a profile of the user's own lies in his folder
    let elsewhere = raw.place_of("provider.logo").filter(|p| !raw.is_own(*p));
    let profile = elsewhere.and_then(|p| library.own_profile(report.sources.get(p.source).name()));
    let beside = profile.as_ref().unwrap_or(&common.account).parent().unwrap_or(Path::new(""));
    Some(beside.join(path))
}

/// That logo. One that cannot be used becomes a finding.
pub(super) fn logo(
    description: &Description,
    library: &Library,
    common: &Common,
    report: &mut Report,
) -> Option<Logo> {
    let raw = &description.raw;
    raw.text("provider.logo")?;
    let Some(path) = path(description, library, common, report) else {
        report.findings.push(unusable(raw, "a sheet fetches nothing, so it cannot be a web address"));
        return None;
    };
    let read = bytes(&path, Logo::MOST + 1);
    match read.map_err(|e| e.to_string()).and_then(|bytes| Logo::new(bytes).map_err(|e| e.0)) {
        Ok(logo) => Some(logo),
        Err(reason) => {
            report.findings.push(unusable(raw, reason));
            None
        }
    }
}

/// Tells that the logo cannot be used.
pub(super) fn unusable(raw: &RawAccount, reason: impl ToString) -> Finding {
    let path = raw.text("provider.logo").unwrap_or_default();
    let finding = Finding::new(&finding::LOGO_UNUSABLE).arg("path", path).arg("reason", reason);
    finding.at(raw.place_of("provider.logo"))
}
