//! Properties of every parser of external queries and cursors, shared by the property tests and
//! the fuzz targets.
//!
//! Each function takes an arbitrary string and panics if a property is violated.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

use keywright_api_types::{
    audit_log::{ActorFilter, Day},
    license_list::Sort,
    page::{Cursor, PageRequest},
    subscription::Subject,
};
use keywright_domain::ids::{AuditEntryId, LicenseId};

use super::round_trip::{parse_and_round_trip, parse_with_one_spelling};

/// An accepted cursor, sort order or live-update subject round-trips. A cursor contains only hex
/// digits, hyphens and a tilde.
pub(crate) fn cursor(text: &str) {
    mark::<LicenseId>(text);
    mark::<AuditEntryId>(text);
    if let Some(sort) = Sort::from_name(text) {
        assert_eq!(sort.name(), text);
    }
    if let Some(subject) = Subject::from_query(text) {
        assert_eq!(subject.to_query(), text);
    }
}

fn mark<Id: FromStr + Display + Copy + PartialEq + Debug>(text: &str) {
    let (after, before) = (Some(text), Some(text));
    let Some(mark) = parse_and_round_trip::<Cursor<Id>>(text) else {
        assert_eq!(
            PageRequest::<Id>::from_params(after, before),
            PageRequest::First
        );
        return;
    };
    let is_plain = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'~');
    assert!(mark.to_string().bytes().all(is_plain), "{mark}");
    assert_eq!(
        PageRequest::from_params(after, None),
        PageRequest::After(mark)
    );
    assert_eq!(
        PageRequest::from_params(None, before),
        PageRequest::Before(mark)
    );
}

/// An accepted audit filter round-trips.
pub(crate) fn audit_filter(text: &str) {
    parse_and_round_trip::<ActorFilter>(text);
    if let Some(day) = parse_with_one_spelling::<Day>(text) {
        assert!(day.start() < day.end(), "{text}");
    }
}
