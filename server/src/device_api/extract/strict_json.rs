//! Strict JSON parsing: one object without duplicate field names, at any depth.
//!
//! Only strings and integers of the outermost object are parsed; other values are only checked
//! for syntax. An out-of-range number in an ignored field is therefore not an error.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Maximum nesting depth of arrays and objects, including the outermost object.
const MAX_DEPTH: usize = 128;

/// A field value. Only strings and integers are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    String(String),
    /// A 64-bit integer.
    Integer(i64),
    /// Any other value except null.
    Other,
}

/// Parses the fields of an object. Fields that are `null` are omitted. Returns `None` if the input
/// is not a JSON object, contains a duplicate field name or is nested too deeply.
pub fn parse_object(json: &str) -> Option<BTreeMap<String, Value>> {
    let fields = parse_members(json, 1)?;
    let value = |raw: &RawValue| match raw.get().as_bytes().first() {
        Some(b'"') => Some(Value::String(serde_json::from_str(raw.get()).ok()?)),
        Some(b'n') => None,
        _ => Some(serde_json::from_str(raw.get()).map_or(Value::Other, Value::Integer)),
    };
    let read = |(name, raw)| Some((name, value(raw)?));
    Some(fields.into_iter().filter_map(read).collect())
}

/// Parses the members of an object and checks all nested values. Each level is scanned again for
/// each level above it, which is acceptable because depth and body size are limited.
fn parse_members(json: &str, depth: usize) -> Option<BTreeMap<String, &RawValue>> {
    let Members(members) = serde_json::from_str(json).ok()?;
    members
        .values()
        .all(|raw| is_valid(raw, depth))
        .then_some(members)
}

fn is_valid(raw: &RawValue, depth: usize) -> bool {
    let json = raw.get();
    match json.as_bytes().first() {
        Some(b'{' | b'[') if depth >= MAX_DEPTH => false,
        Some(b'{') => parse_members(json, depth + 1).is_some(),
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(json)
            .is_ok_and(|items| items.iter().all(|item| is_valid(item, depth + 1))),
        _ => true,
    }
}

struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Self)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = BTreeMap<String, &'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = access.next_entry::<String, &RawValue>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate field name"));
            }
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_integers_are_parsed_and_nulls_are_omitted() {
        let found = parse_object(
            r#" {"a":"x\u00e9","b":7,"c":-7,"d":1.5,"e":1e999,"f":null,"g":true,"h":[1e999],"i":{"j":"x"}} "#,
        )
        .unwrap();
        let expected = [
            ("a", Value::String("xé".into())),
            ("b", Value::Integer(7)),
            ("c", Value::Integer(-7)),
            ("d", Value::Other),
            ("e", Value::Other),
            ("g", Value::Other),
            ("h", Value::Other),
            ("i", Value::Other),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(found, BTreeMap::from(expected));
    }

    #[test]
    fn invalid_objects_and_duplicate_field_names_are_rejected() {
        for json in [
            "",
            " ",
            "null",
            "7",
            "[]",
            "{",
            r#"{"a":1"#,
            r#"{"a":1}x"#,
            r#"{"a":01}"#,
            r#"{"a":1,}"#,
            "{a:1}",
            "{\"a\":\"\u{1}\"}",
            r#"{"a":"\x"}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":null,"a":"x"}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"a":2}}"#,
            r#"{"x":[[{"a":1,"a":1}]]}"#,
        ] {
            assert_eq!(parse_object(json), None, "{json}");
        }
    }

    #[test]
    fn nesting_is_limited_to_128_levels() {
        let arrays =
            |levels: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        let objects =
            |levels: usize| format!("{}1{}", r#"{"x":"#.repeat(levels), "}".repeat(levels));
        assert!(parse_object(&arrays(127)).is_some() && parse_object(&objects(128)).is_some());
        for deeper in [arrays(128), arrays(10_000), objects(129), objects(10_000)] {
            assert_eq!(parse_object(&deeper), None);
        }
    }
}
