//! Lone surrogates: JSON can encode half of a UTF-16 pair (`"\ud83d"`), which a Rust string
//! cannot represent. Some clients truncate device names in the middle of an emoji.

use std::borrow::Cow;

const REPLACEMENT: &str = "fffd";

/// Replaces each escaped lone surrogate with the escape of U+FFFD.
pub fn replace_lone(json: &str) -> Cow<'_, str> {
    let mut fixed = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(offset) = json[at..].find('\\') {
        let escape = at + offset;
        at = match parse_unit(json, escape) {
            Some(0xD800..=0xDBFF) if is_low_surrogate(json, escape + 6) => escape + 12,
            Some(0xD800..=0xDFFF) => {
                fixed.push_str(&json[copied..escape + 2]);
                fixed.push_str(REPLACEMENT);
                copied = escape + 6;
                copied
            }
            Some(_) => escape + 6,
            None => next_boundary(json, escape + 1),
        };
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    fixed.push_str(&json[copied..]);
    Cow::Owned(fixed)
}

/// Returns the UTF-16 code unit that `\uXXXX` at `escape` encodes.
fn parse_unit(json: &str, escape: usize) -> Option<u16> {
    let digits = json.get(escape..escape + 6)?.strip_prefix("\\u")?;
    digits
        .bytes()
        .all(|digit| digit.is_ascii_hexdigit())
        .then(|| u16::from_str_radix(digits, 16).ok())?
}

fn is_low_surrogate(json: &str, escape: usize) -> bool {
    matches!(parse_unit(json, escape), Some(0xDC00..=0xDFFF))
}

/// Returns the index after the escaped character.
fn next_boundary(json: &str, escaped: usize) -> usize {
    json[escaped..]
        .chars()
        .next()
        .map_or(json.len(), |symbol| escaped + symbol.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lone_surrogates_are_replaced() {
        for (json, fixed) in [
            (r#""plain""#, r#""plain""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\ude00x""#, r#""\ufffdx""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ud83d\n""#, r#""\ufffd\n""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
            (r#""\u00e9\uD83D""#, r#""\u00e9\ufffd""#),
            (r#""\ud8""#, r#""\ud8""#),
            (r#""\é\"#, r#""\é\"#),
            ("\\", "\\"),
        ] {
            assert_eq!(replace_lone(json), fixed, "{json}");
        }
    }

    #[test]
    fn output_is_valid_json() {
        let text: String = serde_json::from_str(&replace_lone(r#""a\ud800b\udc00c😀""#)).unwrap();
        assert_eq!(text, "a\u{FFFD}b\u{FFFD}c😀");
    }
}
