//! The shape of `profiles/readings/*.yaml`: where each setting stands in a decoded file.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Where each setting stands in a decoded file: expressions, see `docs/adding-a-client.md`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// evaluated first, in order of their names' appearance
    #[serde(default, rename = "let")]
    pub lets: Lets,
    /// settings of the account
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// incoming servers
    pub incoming: Option<ServerReading>,
    /// outgoing servers
    pub outgoing: Option<ServerReading>,
}

/// Names and expressions in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Lets(pub Vec<(String, String)>);

impl<'de> Deserialize<'de> for Lets {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> serde::de::Visitor<'de> for InOrder {
            type Value = Lets;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a mapping of names to expressions")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Lets, A::Error> {
                let mut lets = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    lets.push(entry);
                }
                Ok(Lets(lets))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Where the settings of servers stand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerReading {
    /// an expression that yields the list of servers
    pub each: String,
    /// a setting that tells which server it is, where the file's order tells nothing
    pub by: Option<String>,
    /// settings of the one at hand, `server`
    pub settings: BTreeMap<String, String>,
}
