//! What holds of every query and cursor from outside, said once: the tests ask it of many texts, the fuzz targets of many more.
//!
//! Each function takes a text that anybody may send, and panics where a promise is broken.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

use keywright_api_types::{
    audit_log::{By, Day},
    license_list::Sort,
    page::{Mark, Position},
    subscription::Subject,
};
use keywright_domain::ids::{AuditEntryId, LicenseId};

use super::round_trip::{survives, written_one_way};

/// A text may be a place in a list, an order, or what a page is to be told of. What is none is refused; what somebody made
/// up is one that could have been, written in nothing but digits, hyphens and a tilde.
pub(crate) fn cursor(text: &str) {
    mark::<LicenseId>(text);
    mark::<AuditEntryId>(text);
    if let Some(sort) = Sort::from_name(text) {
        assert_eq!(sort.name(), text);
    }
    if let Some(subject) = Subject::from_query(text) {
        assert_eq!(subject.query(), text);
    }
}

fn mark<Id: FromStr + Display + Copy + PartialEq + Debug>(text: &str) {
    let (after, before) = (Some(text), Some(text));
    let Some(mark) = survives::<Mark<Id>>(text) else {
        assert_eq!(Position::<Id>::from_params(after, before), Position::Start);
        return;
    };
    let is_plain = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'~');
    assert!(mark.to_string().bytes().all(is_plain), "{mark}");
    assert_eq!(Position::from_params(after, None), Position::After(mark));
    assert_eq!(Position::from_params(None, before), Position::Before(mark));
}

/// A text may be part of an audit log query: what is accepted is read back the same.
pub(crate) fn audit_filter(text: &str) {
    survives::<By>(text);
    if let Some(day) = written_one_way::<Day>(text) {
        assert!(day.begin() < day.end(), "{text}");
    }
}
