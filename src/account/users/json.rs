//! JSON Lines: one object a line (jsonlines.org). An object inside an object makes dotted names, a list numbered ones.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// Objects in objects that a row may have.
const DEEPEST: usize = 4;

/// The values of a line by their dotted names, in its order; `null` is no value. `None`: it is no JSON object, or has a name twice.
pub(super) fn values(line: &str) -> Option<Vec<(String, String)>> {
    let Members(members) = serde_json::from_str(line).ok()?;
    let mut values: Vec<(String, String)> = Vec::new();
    for (name, value) in members {
        flatten(name, value, 0, &mut values)?;
    }
    let mut names: Vec<&String> = values.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.is_sorted_by(|a, b| a < b).then_some(values)
}

fn flatten(name: String, value: Value, depth: usize, values: &mut Vec<(String, String)>) -> Option<()> {
    match value {
        Value::Null => {}
        Value::Bool(flag) => values.push((name, flag.to_string())),
        // as it stands there: a number is no text, and what is beyond 64 bits is not what it was
        Value::Number(number) if number.is_f64() => return None,
        Value::Number(number) => values.push((name, number.to_string())),
        Value::String(text) => values.push((name, text)),
        Value::Array(items) if depth < DEEPEST => {
            for (index, item) in items.into_iter().enumerate() {
                flatten(format!("{name}.{index}"), item, depth + 1, values)?;
            }
        }
        Value::Object(members) if depth < DEEPEST => {
            for (key, value) in members {
                flatten(format!("{name}.{key}"), value, depth + 1, values)?;
            }
        }
        Value::Array(_) | Value::Object(_) => return None,
    }
    Some(())
}

/// The members of an object, doubles too.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_make_dotted_names_and_lists_numbered_ones() {
        let line = r#"{"address":"a@example.jp","incoming":{"port":995,"host":"x"},"build":{"languages":["ja","en"]},"name":null,"t":true}"#;
        let all: Vec<String> =
            values(line).unwrap_or_default().into_iter().map(|(n, v)| format!("{n}={v}")).collect();
        assert_eq!(
            all.join(" "),
            "address=a@example.jp incoming.port=995 incoming.host=x build.languages.0=ja build.languages.1=en t=true"
        );
    }

    #[test]
    fn what_is_no_plain_object_is_refused() {
        for bad in [
            "",
            "[]",
            "\"a\"",
            "{\"a\":1",
            "{\"a\":1}{",
            r#"{"a":1,"a":2}"#,
            r#"{"a.b":1,"a":{"b":2}}"#,
            r#"{"a":1.23457E+11}"#,
            r#"{"a":123456789012345678901234567890}"#,
            r#"{"a":[[[[[1]]]]]}"#,
        ] {
            assert_eq!(values(bad), None, "{bad}");
        }
    }
}
