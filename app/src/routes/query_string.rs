//! Parses query strings.

/// Names and values, decoded once. The router's own map decodes values twice: a search for `%41`
/// would list licenses that contain `A`, but export licenses that contain `%41`.
pub(super) struct QueryString(Vec<(String, String)>);

impl QueryString {
    /// Parses the part of a URL after the `?`. Invalid UTF-8 becomes U+FFFD.
    pub(super) fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// Returns the last value with that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter().rev();
        let found = pairs.find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once() {
        for (query, value) in [
            ("q=a", Some("a")),
            ("q=%2541", Some("%41")),
            ("q=50%25", Some("50%")),
            ("q=50%", Some("50%")),
            ("q=a+b%2Bc", Some("a b+c")),
            ("%71=%E5%B1%B1%FF", Some("山\u{FFFD}")),
            ("q=1&x=2&q=3", Some("3")),
            ("q", Some("")),
            ("", None),
            ("?q=a", None),
        ] {
            assert_eq!(QueryString::parse(query).get("q"), value, "{query}");
        }
    }
}
