//! Round-trip checks: parse, format and parse again.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

/// Parses a string and asserts that the value round-trips.
pub(crate) fn parse_and_round_trip<T: FromStr + Display + PartialEq + Debug>(
    text: &str,
) -> Option<T> {
    let read: T = text.parse().ok()?;
    let again = read.to_string().parse().ok();
    assert_eq!(again.as_ref(), Some(&read), "{text:?}");
    Some(read)
}

/// Parses a string and asserts that formatting returns the identical string.
pub(crate) fn parse_with_one_spelling<T: FromStr + Display + PartialEq + Debug>(
    text: &str,
) -> Option<T> {
    let read: T = parse_and_round_trip(text)?;
    assert_eq!(read.to_string(), text);
    Some(read)
}
