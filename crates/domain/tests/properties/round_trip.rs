//! Round-trip checks: parse, format and parse again.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

/// Parses a text and asserts that the value survives a round trip.
pub(crate) fn survives<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<T> {
    let read: T = text.parse().ok()?;
    let again = read.to_string().parse().ok();
    assert_eq!(again.as_ref(), Some(&read), "{text:?}");
    Some(read)
}

/// Parses a text and asserts that formatting returns the identical text.
pub(crate) fn written_one_way<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<T> {
    let read: T = survives(text)?;
    assert_eq!(read.to_string(), text);
    Some(read)
}
