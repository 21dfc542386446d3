//! The shape of `profiles/languages/*.yaml`: the words of a language's sheets.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{LimitWords, Texts};

/// The words of a language's sheets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// `ja`, `en`, …
    pub id: String,
    /// its name in itself
    pub name: String,
    /// common names of settings
    pub settings: BTreeMap<String, SettingWords>,
    /// words for kinds of security
    pub security: Texts,
    /// words for protocols
    pub protocol: Texts,
    /// words for ways to log in
    pub auth: Texts,
    /// notes on the password's row
    pub password_notes: Texts,
    /// what happens to mail on the server: `true`, `false`, `days`
    pub leave: Texts,
    /// how letters are said on the telephone
    pub spelling: Spelling,
    /// what a PDF is set in
    pub fonts: Typefaces,
    /// "if it does not work", in order
    pub trouble: Vec<Trouble>,
    /// the words of the index page and the sheet of labels
    pub pages: serde_json::Value,
    /// the words of the letter with the password. Its texts see `provider`, `recipient`, `name`, `customer_number`, and nothing else
    pub letter: serde_json::Value,
    /// the words of the notice of what changed
    pub notice: serde_json::Value,
    /// what a sheet says where no limit of the client's profile has words
    pub limits: LimitLines,
    /// everything else that a sheet prints
    pub words: serde_json::Value,
}

/// The common name of a setting, and other names for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingWords {
    /// the common name
    pub title: String,
    /// other names
    #[serde(default)]
    pub also: String,
}

/// The spelling aid: how each letter, digit and sign is said on the telephone.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Spelling {
    /// between two
    pub join: String,
    /// before a capital letter's word
    pub capital: String,
    /// by the small letter, the digit or the sign; what is not in it stands for itself
    pub letters: BTreeMap<char, String>,
}

/// Families that a PDF is set in, the best first, and where to get one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typefaces {
    /// for text
    pub sans: Vec<String>,
    /// for values: 0 and O, 1, l and I look different
    pub mono: Vec<String>,
    /// for what differs from user to user, such as names: apart from `sans`, so that the subset of that is one for all users
    pub own: Vec<String>,
    /// the Debian package with the first of them
    pub package: String,
}

/// What a sheet says of limits that no profile words. Its texts see the view and, of `left_out`, `kept` and `left`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitLines {
    /// how a server is named: sees `server.protocol`, `.host` and `.port`
    pub server: String,
    /// between two servers
    pub comma: String,
    /// of several servers the client gets some
    pub left_out: LimitWords,
    /// the client cannot use the account
    pub untaken: LimitWords,
}

/// One thing to try when it does not work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// only then
    pub when: Option<String>,
    /// the text
    pub text: String,
}

/// Families that are there, the best first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Present {
    /// for text
    pub sans: Vec<String>,
    /// for values
    pub mono: Vec<String>,
    /// for what differs from user to user
    pub own: Vec<String>,
}

impl Typefaces {
    /// Those that are there: of each list the first, then that of `own`, then all others for characters that both lack.
    #[must_use]
    pub fn present(&self, families: &[String]) -> Present {
        let first = |wanted: &[String]| wanted.iter().find(|f| families.contains(f)).cloned();
        let present = |wanted: &[String]| {
            let mut list: Vec<String> = first(wanted).into_iter().chain(first(&self.own)).collect();
            let others = families.iter().filter(|f| !list.contains(f)).cloned().collect::<Vec<_>>();
            list.extend(others);
            list
        };
        Present { sans: present(&self.sans), mono: present(&self.mono), own: present(&self.own) }
    }
}
