//! Law 5: no file is delivered unread. What a file says of each setting is held
//! against the account: what the file carries must be said and agree, and what it says beyond that must agree too.

use super::expect::{Expected, Settings};
use super::read::{self, Difference, Refusal, Said};
use crate::account::{Account, placeholder, value};
use crate::client::Reading;
use crate::format::Format;
use crate::render::Engine;

/// Names in `carries` that stand for "as many servers as the view lists".
const ALL_SERVERS: [(&str, &str); 2] = [("incoming_servers", "incoming"), ("outgoing_servers", "outgoing")];

/// The account that files are held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check<'a> {
    pub(super) engine: &'a Engine,
    pub(super) account: &'a Account,
    /// whether the file is published for all users: then placeholders stay
    pub(super) domain: bool,
    pub(super) expected: &'a Settings,
}

impl Check<'_> {
    /// Holds a file against the account. Tells whether it holds a password.
    ///
    /// # Errors
    /// The first setting that is not said, or said wrongly.
    pub(super) fn file(
        &self,
        format: &Format,
        bytes: &[u8],
        reading: Option<&Reading>,
        carries: &[String],
    ) -> Result<bool, Refusal> {
        let said = read::file(self.engine, format, bytes, reading, self.expected);
        self.said(&said.map_err(|refusal| self.told(refusal))?, format.placeholders, carries)
    }

    /// Holds marked texts against the account.
    ///
    /// # Errors
    /// As [`Check::file`].
    #[cfg(feature = "pdf")]
    pub(super) fn marked(&self, texts: Vec<(String, String)>, carries: &[String]) -> Result<bool, Refusal> {
        let said = read::marked(texts).map_err(|refusal| self.told(refusal))?;
        self.said(&said, false, carries)
    }

    /// A difference within a file, with what the account has.
    fn told(&self, refusal: Refusal) -> Refusal {
        match refusal {
            Refusal::Differs(Difference { setting, said, .. }) => {
                Refusal::Differs(Difference::new(&setting, &[said], self.expected.get(&setting)))
            }
            other => other,
        }
    }

    /// Holds against the account what was read of a file.
    ///
    /// # Errors
    /// As [`Check::file`].
    pub(super) fn said(&self, said: &Said, placeholders: bool, carries: &[String]) -> Result<bool, Refusal> {
        for (setting, values) in said {
            if !self.agrees(setting, values, placeholders) {
                let difference = Difference::new(setting, values, self.expected.get(setting));
                return Err(Refusal::Differs(difference));
            }
        }
        self.carried(carries, said)?;
        Ok(said.keys().any(|setting| matches!(self.expected.get(setting), Some(Expected::Secret(_)))))
    }

    fn agrees(&self, setting: &str, values: &[String], placeholders: bool) -> bool {
        let kind = setting.rsplit('.').next().unwrap_or_default();
        match self.expected.get(setting) {
            Some(Expected::Secret(secret)) => values.iter().any(|v| secret.is(v)),
            Some(Expected::Text(expected)) => {
                values.iter().any(|v| self.same(kind, v, expected, placeholders))
            }
            // a password that was left out may stand as an empty field
            None => kind == "password" && values.iter().all(String::is_empty),
        }
    }

    fn same(&self, kind: &str, said: &str, expected: &str, placeholders: bool) -> bool {
        match kind {
            "host" => value::host(said).is_ok_and(|h| h.ascii() == expected),
            "web_host" => said.eq_ignore_ascii_case(expected),
            "address" => value::address(said).is_ok_and(|a| a.as_str() == expected),
            "username" => match (&self.account.address, placeholders && !self.domain) {
                (Some(address), true) => placeholder::expand(said, address) == expected,
                _ => said == expected,
            },
            _ => said == expected,
        }
    }

    /// What the file carries must be said, where the account has it.
    fn carried(&self, carries: &[String], said: &Said) -> Result<(), Refusal> {
        for setting in carries.iter().filter(|s| !ALL_SERVERS.iter().any(|(name, _)| name == s)) {
            if self.must_say(setting) && !said.contains_key(setting) {
                return Err(Refusal::Silent(setting.clone()));
            }
        }
        for (name, side) in ALL_SERVERS {
            let last = (1..).take_while(|n| self.expected.contains_key(&format!("{side}.{n}.host"))).last();
            let last = last.map(|n| format!("{side}.{n}.host"));
            if let Some(setting) = last.filter(|s| carries.iter().any(|c| c == name) && !said.contains_key(s))
            {
                return Err(Refusal::Silent(setting));
            }
        }
        Ok(())
    }

    /// A sending login that is the incoming one is said by `outgoing.login`; its name and password need no words of their own.
    fn must_say(&self, setting: &str) -> bool {
        let same = self.expected.get("outgoing.login") == Some(&Expected::Text("same".to_owned()));
        let repeated = matches!(setting, "outgoing.username" | "outgoing.password") && same;
        self.expected.contains_key(setting) && !repeated
    }
}
