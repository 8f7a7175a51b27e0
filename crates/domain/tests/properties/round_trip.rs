//! Texts that are read, written and read again.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

/// What a text is read as, which is the same once it was written and read again.
pub(crate) fn survives<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<T> {
    let read: T = text.parse().ok()?;
    let again = read.to_string().parse().ok();
    assert_eq!(again.as_ref(), Some(&read), "{text:?}");
    Some(read)
}

/// The same of what has one spelling.
pub(crate) fn written_one_way<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<T> {
    let read: T = survives(text)?;
    assert_eq!(read.to_string(), text);
    Some(read)
}
