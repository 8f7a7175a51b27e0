//! Properties of every parser of external queries and cursors, shared by the property tests and
//! the fuzz targets.
//!
//! Each function takes arbitrary text and panics if a property is violated.

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

/// A text is a cursor, a sort order or a live-update subject, or it is rejected. An accepted
/// cursor round-trips and contains only hex digits, hyphens and a tilde.
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

/// An accepted audit filter round-trips.
pub(crate) fn audit_filter(text: &str) {
    survives::<By>(text);
    if let Some(day) = written_one_way::<Day>(text) {
        assert!(day.begin() < day.end(), "{text}");
    }
}
