//! The description's JSON Schema (draft 2020-12), for editors that check and complete while one types: the table of keys
//! ([`super::schema`]) with the words of `keys.yaml`. What only the parser can see (a port written `0587`, a key twice) it cannot say.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::schema::{DESCRIPTION, Key, Shape};
use super::value::MAX_TEXT;

/// What is told of a key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    en: String,
    ja: String,
    default: Option<Value>,
    #[serde(default)]
    examples: Vec<Value>,
}

/// The schema with descriptions in a language.
///
/// # Panics
/// Never: the words are built in, and a test reads them.
#[must_use]
#[allow(clippy::expect_used)]
pub fn schema(language: &str) -> Value {
    let about: BTreeMap<String, About> =
        serde_yaml::from_str(include_str!("keys.yaml")).expect("the words of keys parse");
    let writer = Writer { about, language };
    let Shape::Map(keys) = &DESCRIPTION else { return Value::Null };
    let mut schema = writer.map(keys, "");
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("mailprof"));
    let address = json!({ "anyOf": [{ "required": ["address"] }, { "required": ["domain"] }] });
    // a provider's profile brings servers along
    let servers =
        json!({ "anyOf": [{ "required": ["incoming", "outgoing"] }, { "required": ["provider"] }] });
    schema.insert("allOf".to_owned(), json!([address, servers]));
    schema.sort_keys();
    // what it is comes first
    let mut out = Map::new();
    for key in ["$schema", "title"] {
        out.extend(schema.remove_entry(key));
    }
    out.extend(schema);
    Value::Object(out)
}

struct Writer<'w> {
    about: BTreeMap<String, About>,
    language: &'w str,
}

impl Writer<'_> {
    fn map(&self, keys: &[Key], path: &str) -> Map<String, Value> {
        let mut properties = Map::new();
        for key in keys {
            let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
            properties.insert(key.name.to_owned(), self.key(key, &path));
        }
        let required: Vec<&str> = keys.iter().filter(|k| k.required).map(|k| k.name).collect();
        let mut out =
            object(json!({ "type": "object", "additionalProperties": false, "properties": properties }));
        if path.ends_with(".password") {
            // a password has one source
            out.extend([("minProperties".to_owned(), json!(1)), ("maxProperties".to_owned(), json!(1))]);
        }
        if !required.is_empty() {
            out.insert("required".to_owned(), json!(required));
        }
        out
    }

    fn key(&self, key: &Key, path: &str) -> Value {
        let mut schema = self.shape(&key.shape, path);
        if let Some(about) = self.about.get(path) {
            let text = if self.language == "ja" { &about.ja } else { &about.en };
            schema.insert("description".to_owned(), json!(text));
            schema.extend(about.default.clone().map(|default| ("default".to_owned(), default)));
            if !about.examples.is_empty() {
                schema.insert("examples".to_owned(), json!(about.examples));
            }
        }
        Value::Object(schema)
    }

    fn shape(&self, shape: &Shape, path: &str) -> Map<String, Value> {
        let value = match shape {
            Shape::Map(keys) => return self.map(keys, path),
            Shape::Free(value) => {
                json!({ "type": "object", "additionalProperties": self.shape(value, path) })
            }
            Shape::List(item) => json!({ "type": "array", "minItems": 1, "items": self.shape(item, path) }),
            Shape::OneOrMany(one) => {
                let one = self.shape(one, path);
                json!({ "anyOf": [one, { "type": "array", "minItems": 1, "maxItems": 16, "items": one }] })
            }
            Shape::Either(shapes) => {
                json!({ "anyOf": shapes.iter().map(|s| self.shape(s, path)).collect::<Vec<_>>() })
            }
            Shape::Word(words) => {
                // a version of TLS may stand without quotes
                let numbers = words.iter().filter_map(|w| w.parse::<f64>().ok()).map(Value::from);
                let words: Vec<Value> = words.iter().map(|w| json!(w)).chain(numbers).collect();
                json!({ "enum": words })
            }
            Shape::Flag => json!({ "type": "boolean" }),
            Shape::Port => json!({ "type": "integer", "minimum": 1, "maximum": 65535 }),
            Shape::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            // sizes may be bare numbers of bytes
            Shape::Size => json!({ "type": ["string", "integer"], "pattern": SIZE, "minimum": 1 }),
            // what YAML reads as a number or a flag is a text here, as it is for people
            Shape::Text | Shape::Login => {
                json!({ "type": ["string", "number", "boolean"], "minLength": 1, "maxLength": MAX_TEXT })
            }
            Shape::Secret => {
                json!({ "type": ["string", "number", "boolean"], "minLength": 1, "maxLength": MAX_TEXT, "writeOnly": true })
            }
            Shape::Variable => json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" }),
            Shape::Host => json!({ "type": "string", "pattern": HOST }),
            Shape::Domain => json!({ "type": "string", "pattern": DOMAIN }),
            Shape::Address => json!({ "type": "string", "pattern": ADDRESS }),
            Shape::Url => json!({ "type": "string", "pattern": URL }),
            Shape::Date => json!({ "type": "string", "pattern": DATE }),
            Shape::Colour => json!({ "type": "string", "pattern": "^#[0-9A-Fa-f]{6}$" }),
            Shape::Id => {
                json!({ "type": "string", "pattern": "^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$", "maxLength": 200 })
            }
        };
        object(value)
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

const SIZE: &str = "^[0-9]+\\s*([KMGTkmgt]?[Bb]|[KMGTkmgt]([Ii][Bb])?)?$";
/// Names and addresses as the parser takes them, but for what only a resolver of international names can tell.
const HOST: &str = "^[^\\s/@_“”‘’「」『』\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}\u{ff01}-\u{ff5e}\u{3000}]+$";
const DOMAIN: &str = "^[^\\s/@_:%“”‘’「」『』\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}\u{ff01}-\u{ff5e}\u{3000}]+$";
const ADDRESS: &str = "^[^\\s()<>\\[\\]:;,\\\\\"@“”‘’「」『』\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}\u{ff01}-\u{ff5e}\u{3000}]{1,64}@[^\\s/@_:%\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}\u{ff01}-\u{ff5e}\u{3000}]+$";
const URL: &str = "^https?://[^\\s<>\"'`\\\\]+$";
const DATE: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(shape: &Shape, path: &str, out: &mut Vec<String>) {
        match shape {
            Shape::Map(keys) => {
                for key in *keys {
                    let path =
                        if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
                    out.push(path.clone());
                    paths(&key.shape, &path, out);
                }
            }
            Shape::Free(inner) | Shape::List(inner) | Shape::OneOrMany(inner) => paths(inner, path, out),
            Shape::Either(shapes) => shapes.iter().for_each(|s| paths(s, path, out)),
            _ => {}
        }
    }

    #[test]
    #[allow(clippy::unwrap_used)]
    fn every_key_has_words_and_no_words_are_left_over() {
        let about: BTreeMap<String, About> = serde_yaml::from_str(include_str!("keys.yaml")).unwrap();
        let mut known = Vec::new();
        paths(&DESCRIPTION, "", &mut known);
        let mut known: Vec<&str> = known.iter().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        assert_eq!(about.keys().map(String::as_str).collect::<Vec<_>>(), known);
        assert!(about.values().all(|a| !a.en.is_empty() && !a.ja.is_empty()));
        let without: Vec<&String> =
            about.iter().filter(|(_, a)| a.examples.is_empty()).map(|(k, _)| k).collect();
        assert!(without.is_empty(), "no example: {without:?}");
    }
}
