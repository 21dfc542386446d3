//! A placeholder that is not closed or is misspelt stays in the login as it is: a lone `%` is a character.

use super::Subject;
use crate::account::{check, placeholder};
use crate::finding::{Edit, Findings, UNCLOSED_PLACEHOLDER};

const NAMES: [&str; 3] = [placeholder::ADDRESS, placeholder::LOCAL_PART, placeholder::DOMAIN];

pub(super) fn check(subject: &Subject, findings: &mut Findings) {
    for server in &subject.draft.servers {
        let setting = server.name("username");
        let Some(login) = subject.raw.text(&setting) else { continue };
        if let Some((at, token, mended)) = broken(login) {
            let finding =
                subject.on(&UNCLOSED_PLACEHOLDER, &setting).arg("value", token).arg("mended", mended);
            let whole = format!("{}{mended}{}", &login[..at], &login[at + token.len()..]);
            findings.push(finding.fix(edit(subject, &setting, &whole)));
        }
    }
}

fn edit(subject: &Subject, setting: &str, whole: &str) -> Option<Edit> {
    subject.raw.edit(setting, crate::account::yaml_text(whole))
}

/// The first piece of a login that was meant as a placeholder: where, what stands there, what was meant.
fn broken(login: &str) -> Option<(usize, &str, &'static str)> {
    let mut at = 0;
    while let Some(next) = login[at..].find('%') {
        at += next;
        let rest = &login[at..];
        if let Some(name) = NAMES.iter().find(|n| rest.starts_with(**n)) {
            at += name.len();
            continue;
        }
        let word = rest[1..].find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(rest.len() - 1);
        let closed = rest[1 + word..].starts_with('%');
        let token = &rest[..1 + word + usize::from(closed)];
        let ends = closed || matches!(rest[1 + word..].chars().next(), None | Some('@'));
        if let Some(name) = meant(&rest[1..=word]).filter(|_| ends) {
            return Some((at, token, name));
        }
        at += 1;
    }
    None
}

fn meant(word: &str) -> Option<&'static str> {
    let spelt = word.to_ascii_uppercase().replace('_', "");
    let bare = |name: &'static str| name.trim_matches('%');
    let near =
        check::closest(&spelt.to_lowercase(), ["emailaddress", "emaillocalpart", "emaildomain"].into_iter());
    near.filter(|_| spelt.starts_with("EMAIL"))
        .and_then(|near| NAMES.into_iter().find(|n| bare(n).eq_ignore_ascii_case(near)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        assert_eq!(broken("%EMAILADDRESS"), Some((0, "%EMAILADDRESS", placeholder::ADDRESS)));
        assert_eq!(broken("x-%EMAILLOCALPART@a"), Some((2, "%EMAILLOCALPART", placeholder::LOCAL_PART)));
        assert_eq!(broken("%emailaddress%"), Some((0, "%emailaddress%", placeholder::ADDRESS)));
        assert_eq!(broken("%EMAIL_ADRESS%"), Some((0, "%EMAIL_ADRESS%", placeholder::ADDRESS)));
        assert_eq!(broken("%EMAILLOCALPART%%EMAILDOMAIN"), Some((16, "%EMAILDOMAIN", placeholder::DOMAIN)));
        for fine in [
            "%EMAILADDRESS%",
            "user%domain",
            "%EMAILLOCALPART%%EMAILDOMAIN%",
            "100%",
            "%",
            "",
            "a%maildomain",
            "a%emaildomain.example",
        ] {
            assert_eq!(broken(fine), None, "{fine}");
        }
    }
}
