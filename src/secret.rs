//! A secret is a type. It is never serialised, logged or shown in an error: `Debug` and `Display` print a marker.
//! Only `render` reveals it, into files that may hold it, and `format`/`build` compare it when a file is read back.
//! Here is also what looks like a secret in a text that is no such type yet.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// What stands in the place of a secret wherever one might be printed.
pub const MARKER: &str = "[secret]";

/// What is printed in the place of a word that may be a password.
pub const HIDDEN: &str = "********";

/// Words in the names of keys that hold passwords.
const WORDS: &[&str] = &[
    "pass",
    "secret",
    "pwd",
    "psw",
    "token",
    "kennwort",
    "senha",
    "contrase",
    "parola",
    "wachtwoord",
    "пароль",
    "パスワード",
    "パス",
    "暗証",
    "密码",
    "密碼",
];

/// Whether a key's name looks like a password's, also when it is misspelt or written in full-width letters.
#[must_use]
pub fn is_secret_key(key: &str) -> bool {
    let key = key.nfkc().collect::<String>().to_lowercase();
    matches!(key.as_str(), "pw" | "pin")
        || key.starts_with("pw_")
        || WORDS.iter().any(|w| key.contains(w))
        || key.len() >= 5 && strsim::damerau_levenshtein(&key, "password") <= 3
}

/// A text of a description as a sentence may show it: hidden when a word like `password` is followed by something that may be
/// one (`password:hunter2`, `pop3 password=x`), and when it names a user with a password (`tanaka:hunter2@mail.example.jp`).
#[must_use]
pub fn shown(text: &str) -> String {
    let followed = |(at, token): (usize, &str)| {
        let rest = &text[at + token.len()..];
        let apart = |c: char| ":=\"' \u{3000}：".contains(c);
        rest.starts_with(apart) && !rest.trim_start_matches(apart).is_empty()
    };
    let login = |word: &str| {
        let word = word.rsplit("//").next().unwrap_or(word);
        word.split_once('@')
            .is_some_and(|(before, _)| before.split_once(':').is_some_and(|(_, p)| !p.is_empty()))
    };
    let hidden =
        tokens(text).filter(|(_, t)| is_secret_key(t)).any(followed) || text.split_whitespace().any(login);
    if hidden { HIDDEN.to_owned() } else { text.to_owned() }
}

/// Words of a text with their offsets: runs of letters, digits and `_`.
pub fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c| !word(c))
        .filter(|t| !t.is_empty())
        .map(move |t| (t.as_ptr() as usize - text.as_ptr() as usize, t))
}

/// A mailbox password. Cleared from memory when dropped.
///
/// ```
/// let secret = mailprof::secret::Secret::new("hunter2".to_owned());
/// assert_eq!(format!("{secret} {secret:?}"), "[secret] [secret]");
/// assert!(secret.is("hunter2"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Whether the secret is this text: for reading back, without revealing.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.as_str() == text
    }

    /// Whether a character is one of the secret's.
    #[must_use]
    pub fn has(&self, character: char) -> bool {
        self.0.contains(character)
    }

    /// Whether a text quotes the secret, as it is or escaped as our formats and error messages do.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let xml = self.0.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let xml = Zeroizing::new(xml.replace('"', "&quot;").replace('\'', "&#39;"));
        let backslashed = Zeroizing::new(self.0.replace('\\', "\\\\").replace('"', "\\\""));
        [&self.0, &xml, &backslashed].iter().any(|form| text.contains(form.as_str()))
    }

    /// Takes it into a hash, from which nobody reads it again.
    pub fn mix_into(&self, hash: &mut impl sha2::Digest) {
        hash.update(self.0.as_bytes());
        hash.update([0]);
    }

    /// The text itself; every use outside `render` is a review finding.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MARKER)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MARKER)
    }
}
