//! Subjects of live updates that an open page can subscribe to.

use keywright_domain::ids::LicenseId;

/// The data that a page displays. A change to it makes the page stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The tenant's license list.
    Licenses,
    /// One license with its devices and activity.
    License(LicenseId),
}

/// Query string of the license list.
const LICENSE_LIST_QUERY: &str = "list";

/// Prefix of a license's query string, before its ID.
const LICENSE_QUERY_PREFIX: &str = "license=";

impl Subject {
    /// Returns the query string of the subject: `list` or `license=<id>`.
    pub fn to_query(self) -> String {
        match self {
            Self::Licenses => LICENSE_LIST_QUERY.to_owned(),
            Self::License(id) => format!("{LICENSE_QUERY_PREFIX}{id}"),
        }
    }

    /// Parses the output of [`Subject::to_query`]. Returns `None` for any other string.
    pub fn from_query(query: &str) -> Option<Self> {
        if query == LICENSE_LIST_QUERY {
            return Some(Self::Licenses);
        }
        let id = query.strip_prefix(LICENSE_QUERY_PREFIX)?;
        id.parse().ok().map(Self::License)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subject_round_trips_through_its_query() {
        let id: LicenseId = "0a".repeat(32).parse().unwrap();
        for (subject, query) in [
            (Subject::Licenses, "list".to_owned()),
            (Subject::License(id), format!("license={}", "0a".repeat(32))),
        ] {
            assert_eq!(subject.to_query(), query);
            assert_eq!(Subject::from_query(&query), Some(subject));
        }
    }

    #[test]
    fn invalid_queries_are_rejected() {
        let id = "0a".repeat(32);
        for query in [
            String::new(),
            "list=".into(),
            "List".into(),
            "list&".into(),
            "license".into(),
            "license=".into(),
            format!("license={}", &id[1..]),
            format!("license={}", id.to_uppercase()),
            format!("license={id}&list"),
            format!("license=%30{}", &id[1..]),
            format!("?license={id}"),
        ] {
            assert_eq!(Subject::from_query(&query), None, "{query}");
        }
    }
}
