//! Builds links with a query string.

use std::fmt::Display;

use keywright_api_types::{license_list::LicenseFilter, page::PageRequest};

/// A path with a growing query string.
pub(super) struct Link(String);

impl Link {
    pub(super) fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }

    pub(super) fn filter(&mut self, filter: &LicenseFilter) {
        if let Some(term) = &filter.term {
            self.add("q", term.as_str());
        }
        if let Some(status) = filter.status {
            self.add("status", status.as_str());
        }
        if let Some(product) = &filter.product_id {
            self.add("product", product.as_str());
        }
    }

    pub(super) fn position<Id: Display>(&mut self, position: &PageRequest<Id>) {
        match position {
            PageRequest::First => {}
            PageRequest::After(cursor) => self.add("after", &cursor.to_string()),
            PageRequest::Before(cursor) => self.add("before", &cursor.to_string()),
        }
    }

    pub(super) fn add(&mut self, name: &str, value: &str) {
        let before = if self.0.contains('?') { '&' } else { '?' };
        self.0.push(before);
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    self.0.push(char::from(byte));
                }
                _ => {
                    self.0.push('%');
                    for digit in [byte >> 4, byte & 15] {
                        let digit = char::from_digit(digit.into(), 16).unwrap_or_default();
                        self.0.push(digit.to_ascii_uppercase());
                    }
                }
            }
        }
    }
}
