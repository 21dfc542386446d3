//! Rows that are alike: the same columns filled, and nothing different in them but texts so ordinary that no check and no rule has
//! anything to say of them. What resolving one of them gave holds for the next, with its own texts in the place of the other's.
//!
//! What is ordinary is drawn narrowly: a row with anything else goes the whole way. Tests hold the short way against the whole one.

use std::fmt::Write;

use super::Row;
use crate::account::{Account, Fetched, Login, PasswordSource, value};
use crate::secret::Secret;

/// Longest ordinary text, in bytes.
const MOST: usize = 120;

/// A text of a user's own that an account holds as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Address,
    ProfileKey,
    Name,
    NameAscii,
    CustomerNumber,
    Postcode,
    RecipientName,
    RecipientLine(usize),
    /// whether of an incoming server, and which
    Username(bool, usize),
    Password(bool, usize),
}

impl Text {
    /// What a setting is; `None`: more than a text.
    fn of(setting: &str) -> Option<Self> {
        Some(match setting {
            "address" => Self::Address,
            "profile_key" => Self::ProfileKey,
            "name" => Self::Name,
            "name_ascii" => Self::NameAscii,
            "customer.number" => Self::CustomerNumber,
            "recipient.postcode" => Self::Postcode,
            "recipient.name" => Self::RecipientName,
            _ => {
                let (side, key) = setting.split_once('.')?;
                let (index, key) = key.split_once('.').unwrap_or(("0", key));
                match (side, key) {
                    ("recipient", index) if setting.starts_with("recipient.lines.") => {
                        Self::RecipientLine(index.parse().ok()?)
                    }
                    ("incoming" | "outgoing", "username") => {
                        Self::Username(side == "incoming", index.parse().ok()?)
                    }
                    ("incoming" | "outgoing", "password") => {
                        Self::Password(side == "incoming", index.parse().ok()?)
                    }
                    _ => return None,
                }
            }
        })
    }

    /// Whether nothing can be said of a text in its place.
    fn is_ordinary(self, text: &str, address: &str) -> bool {
        let signs = |signs: &'static str| move |c: char| c.is_ascii_alphanumeric() || signs.contains(c);
        let script = |c: char| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}' | '\u{3005}' | '\u{4e00}'..='\u{9fff}');
        let letter = |c: char| c.is_ascii_alphabetic() || script(c) || c == ' ';
        let apart = !text.starts_with(' ') && !text.ends_with(' ');
        let sound = match self {
            Self::Address => is_plain_address(text),
            Self::Username(..) => text == address || text.chars().all(signs("._-+")),
            // `same` means more than a text
            Self::Password(..) => text != "same" && text.bytes().all(|b| b.is_ascii_graphic()),
            Self::Name | Self::RecipientName => text.chars().all(letter) && apart,
            Self::NameAscii => text.chars().all(signs(" .-")) && apart,
            Self::ProfileKey | Self::CustomerNumber | Self::Postcode => text.chars().all(signs("-")),
            Self::RecipientLine(_) => {
                let line = |c: char| {
                    letter(c) || c.is_ascii_digit() || c == '-' || matches!(c, '\u{ff10}'..='\u{ff19}')
                };
                text.chars().all(line) && apart
            }
        };
        sound && !text.is_empty() && text.len() <= MOST
    }

    /// Puts a text in its place.
    fn put(self, text: &str, account: &mut Account, fetched: &mut Fetched) -> Option<()> {
        let owned = || text.to_owned();
        match self {
            Self::Address => account.address = Some(value::address(text).ok()?),
            Self::ProfileKey => account.profile_key = owned(),
            Self::Name => account.name = Some(owned()),
            Self::NameAscii => account.name_ascii = Some(owned()),
            Self::CustomerNumber => account.paper.customer_number = Some(owned()),
            Self::Postcode => account.paper.recipient.as_mut()?.postcode = Some(owned()),
            Self::RecipientName => account.paper.recipient.as_mut()?.name = Some(owned()),
            Self::RecipientLine(at) => *account.paper.recipient.as_mut()?.lines.get_mut(at)? = owned(),
            Self::Username(true, at) => account.incoming.get_mut(at)?.username = owned(),
            Self::Username(false, at) => account.outgoing.get_mut(at)?.username = owned(),
            Self::Password(incoming, at) => {
                let source = if incoming {
                    &mut account.incoming.get_mut(at)?.password
                } else {
                    &mut account.outgoing.get_mut(at)?.password
                };
                let secret = Secret::new(owned());
                *source = Some(PasswordSource::Written(secret.clone()));
                let all = if incoming { &mut fetched.incoming } else { &mut fetched.outgoing };
                if let Some(known @ Some(_)) = all.get_mut(at) {
                    *known = Some(secret);
                }
            }
        }
        Some(())
    }
}

/// An address in small letters, without anything that old or strict programs stumble over.
fn is_plain_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let sign = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-+".contains(&b);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    let host = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
    !local.is_empty() && local.len() <= 64 && local.bytes().all(sign) && !dots && domain.bytes().all(host)
}

/// What two rows have in common that are alike. `None`: something in the row may be told.
#[must_use]
pub fn kind(row: &Row) -> Option<String> {
    if !row.findings.is_empty() {
        return None;
    }
    let address = row.value("address")?;
    let (local, domain) = address.split_once('@')?;
    let mut kind = format!("{domain}\n");
    for (setting, text) in row.settings() {
        let Some(own) = Text::of(setting) else {
            // it decides more than a text: all alike have the very same
            let _ = writeln!(kind, "{setting}={}:{text}", text.len());
            continue;
        };
        if !own.is_ordinary(text, address) {
            return None;
        }
        // what YAML would take for a number or a flag is looked at in another way, and a login may derive from the address
        let bare = text.parse::<u64>().is_ok() || matches!(text, "true" | "false");
        let derived = match own {
            Text::Username(..) => u8::from(text == local) + 2 * u8::from(text == address),
            _ => 0,
        };
        let _ = writeln!(kind, "{setting} {bare} {derived}");
    }
    Some(kind)
}

/// An account that rows of one kind have, but for their texts.
#[derive(Debug)]
pub struct Alike {
    account: Account,
    fetched: Fetched,
    /// outgoing servers whose login is that of an incoming one
    shared: Vec<(usize, usize)>,
    /// whether the address identifies the profile
    by_address: bool,
}

impl Alike {
    /// From what the first of them gave.
    #[must_use]
    pub fn new(row: &Row, account: &Account, fetched: &Fetched) -> Self {
        let incoming = |username: &String| account.incoming.iter().position(|i| i.username == *username);
        let outgoing = account.outgoing.iter().enumerate().filter(|(_, o)| o.login == Login::Same);
        Self {
            shared: outgoing.filter_map(|(at, o)| Some((at, incoming(&o.username)?))).collect(),
            by_address: row.value("profile_key").is_none()
                && account.address.as_ref().is_some_and(|a| a.as_str() == account.profile_key),
            account: account.clone(),
            fetched: fetched.clone(),
        }
    }

    /// The account of another one, with its passwords.
    #[must_use]
    pub fn account(&self, row: &Row) -> Option<(Account, Fetched)> {
        let (mut account, mut fetched) = (self.account.clone(), self.fetched.clone());
        for (setting, text) in row.settings() {
            if let Some(own) = Text::of(setting) {
                own.put(text, &mut account, &mut fetched)?;
            }
        }
        if self.by_address {
            account.address.as_ref()?.as_str().clone_into(&mut account.profile_key);
        }
        for (outgoing, incoming) in &self.shared {
            account.outgoing[*outgoing].username = account.incoming[*incoming].username.clone();
        }
        Some((account, fetched))
    }

    /// Whether the short way gives for a row what the whole way gave: all of the account, and the passwords.
    #[must_use]
    pub fn gives(&self, row: &Row, account: &Account, fetched: &Fetched) -> bool {
        self.account(row).is_some_and(|(own, passwords)| {
            // Debug shows all of an account but its secrets, which `fetched` holds where they count
            passwords == *fetched && format!("{own:?}") == format!("{account:?}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_told_is_not_ordinary() {
        let address = "tanaka@example.jp";
        for (own, good, bad) in [
            (
                Text::Address,
                vec!["a.b+c_d-1@example.jp"],
                vec![
                    "A@example.jp",
                    "a..b@example.jp",
                    ".a@x.jp",
                    "a@b@c",
                    "a%b@x.jp",
                    "田@x.jp",
                    "@x.jp",
                    "a@例え.jp",
                ],
            ),
            (
                Text::Username(true, 0),
                vec!["tanaka", address, "0001"],
                vec!["%EMAILADDRESS%", "a b", "x@example.jp", "ａ", "", " a"],
            ),
            (Text::Password(true, 0), vec!["a&<\"'\\%"], vec!["same", "a b", "パス", "", "a\u{0}"]),
            (
                Text::Name,
                vec!["田中 太郎", "Taro Tanaka", "佐々木 ひろ"],
                vec!["㈱", "①", "ﾀﾅｶ", "a@b", "a,b", " a", "a\u{3000}", "\u{e000}", "a1"],
            ),
            (Text::CustomerNumber, vec!["000-12"], vec!["a b", "１"]),
        ] {
            for text in good {
                assert!(own.is_ordinary(text, address), "{own:?} {text:?}");
            }
            for text in bad {
                assert!(!own.is_ordinary(text, address), "{own:?} {text:?}");
            }
        }
        assert!(!Text::Name.is_ordinary(&"a".repeat(MOST + 1), address));
    }

    #[test]
    fn settings_are_texts_or_more() {
        assert_eq!(Text::of("incoming.1.username"), Some(Text::Username(true, 1)));
        assert_eq!(Text::of("outgoing.password"), Some(Text::Password(false, 0)));
        assert_eq!(Text::of("recipient.lines.1"), Some(Text::RecipientLine(1)));
        for more in [
            "incoming.host",
            "incoming.1.port",
            "build.languages",
            "recipient.honorific",
            "letter.window",
            "x",
        ] {
            assert_eq!(Text::of(more), None, "{more}");
        }
    }
}
