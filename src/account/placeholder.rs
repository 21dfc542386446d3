//! The placeholders of autoconfig (`%EMAILADDRESS%` and its kin): expanded for one user, put back for what all users share.
//! Source: Thunderbird's AccountConfig.replaceVariables; draft-ietf-mailmaint-autoconfig.

use super::Address;

/// The whole address.
pub const ADDRESS: &str = "%EMAILADDRESS%";
/// What stands before `@`.
pub const LOCAL_PART: &str = "%EMAILLOCALPART%";
/// The domain.
pub const DOMAIN: &str = "%EMAILDOMAIN%";

/// Replaces every placeholder, all at once: an address that spells a placeholder itself is not replaced again.
///
/// ```
/// use mailprof::account::{placeholder, value};
/// let address = value::address("tanaka@example.jp")?;
/// assert_eq!(placeholder::expand("%EMAILLOCALPART%.example", &address), "tanaka.example");
/// # Ok::<(), value::Problem>(())
/// ```
#[must_use]
pub fn expand(text: &str, address: &Address) -> String {
    let names =
        [(ADDRESS, address.as_str()), (LOCAL_PART, address.local()), (DOMAIN, address.domain().ascii())];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (name, value) = names.iter().find(|(n, _)| rest.starts_with(n)).copied().unwrap_or(("%", "%"));
        out.push_str(value);
        rest = &rest[name.len()..];
    }
    out + rest
}

/// Whether a text holds a placeholder, so that it means something else for every user.
#[must_use]
pub fn is_in(text: &str) -> bool {
    [ADDRESS, LOCAL_PART].iter().any(|p| text.contains(p))
}

/// A login as all users of the domain share it: with placeholders, when it is the address or its local part.
/// `None`: it is one user's own.
#[must_use]
pub fn pattern(username: &str, address: Option<&Address>) -> Option<String> {
    if is_in(username) {
        return Some(username.to_owned());
    }
    let address = address?;
    if username == address.as_str() || username == address.unicode() {
        return Some(ADDRESS.to_owned());
    }
    (username == address.local()).then(|| LOCAL_PART.to_owned())
}
