//! The JSON of a request: one object, no field of which is named twice, at any depth.
//!
//! Texts and whole numbers of the outermost object are read; the rest is checked and left alone. So a number that no
//! machine can hold, in a field that refuses nothing, refuses nothing.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// How deep arrays and objects may be nested, the outermost object included.
const MOST_DEPTH: usize = 128;

/// What a field holds, as far as any endpoint looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number of 64 bits.
    Integer(i64),
    /// Anything else but null.
    Other,
}

/// The fields of an object; `null` is absence. `None` where the text is no JSON object, names a field twice or is nested
/// too deep.
pub fn object(json: &str) -> Option<BTreeMap<String, Value>> {
    let fields = members(json, 1)?;
    let value = |raw: &RawValue| match raw.get().as_bytes().first() {
        Some(b'"') => Some(Value::Text(serde_json::from_str(raw.get()).ok()?)),
        Some(b'n') => None,
        _ => Some(serde_json::from_str(raw.get()).map_or(Value::Other, Value::Integer)),
    };
    let read = |(name, raw)| Some((name, value(raw)?));
    Some(fields.into_iter().filter_map(read).collect())
}

/// The members of the object that `json` is, all that is nested in them checked. Each level is scanned once more for
/// each level above it: what may be nested is bounded, and so is a request.
fn members(json: &str, depth: usize) -> Option<BTreeMap<String, &RawValue>> {
    let Members(members) = serde_json::from_str(json).ok()?;
    members
        .values()
        .all(|raw| is_sound(raw, depth))
        .then_some(members)
}

fn is_sound(raw: &RawValue, depth: usize) -> bool {
    let json = raw.get();
    match json.as_bytes().first() {
        Some(b'{' | b'[') if depth >= MOST_DEPTH => false,
        Some(b'{') => members(json, depth + 1).is_some(),
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(json)
            .is_ok_and(|items| items.iter().all(|item| is_sound(item, depth + 1))),
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
                return Err(A::Error::custom("a field is named twice"));
            }
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_whole_numbers_are_read_and_null_is_absence() {
        let found = object(
            r#" {"a":"x\u00e9","b":7,"c":-7,"d":1.5,"e":1e999,"f":null,"g":true,"h":[1e999],"i":{"j":"x"}} "#,
        )
        .unwrap();
        let expected = [
            ("a", Value::Text("xé".into())),
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
    fn what_is_no_object_or_names_a_field_twice_is_refused() {
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
            assert_eq!(object(json), None, "{json}");
        }
    }

    #[test]
    fn a_hundred_and_twenty_eight_levels_are_the_most() {
        let arrays =
            |levels: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        let objects =
            |levels: usize| format!("{}1{}", r#"{"x":"#.repeat(levels), "}".repeat(levels));
        assert!(object(&arrays(127)).is_some() && object(&objects(128)).is_some());
        for deeper in [arrays(128), arrays(10_000), objects(129), objects(10_000)] {
            assert_eq!(object(&deeper), None);
        }
    }
}
