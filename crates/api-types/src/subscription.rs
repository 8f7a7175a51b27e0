//! What an open page can ask to be told of.

use keywright_domain::ids::LicenseId;

/// What a page shows, and so what makes it old when it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The list of the tenant's licenses.
    Licenses,
    /// One license with its devices and what happened to it.
    License(LicenseId),
}

/// The query that names the list.
const LIST: &str = "list";

/// What stands before the id of a license.
const LICENSE: &str = "license=";

impl Subject {
    /// The query string that names it: `list` or `license=<id>`.
    pub fn query(self) -> String {
        match self {
            Self::Licenses => LIST.to_owned(),
            Self::License(id) => format!("{LICENSE}{id}"),
        }
    }

    /// What [`Subject::query`] named; nothing else is one.
    pub fn from_query(query: &str) -> Option<Self> {
        if query == LIST {
            return Some(Self::Licenses);
        }
        let id = query.strip_prefix(LICENSE)?;
        id.parse().ok().map(Self::License)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_side_writes_the_other_reads() {
        let id: LicenseId = "0a".repeat(32).parse().unwrap();
        for (subject, query) in [
            (Subject::Licenses, "list".to_owned()),
            (Subject::License(id), format!("license={}", "0a".repeat(32))),
        ] {
            assert_eq!(subject.query(), query);
            assert_eq!(Subject::from_query(&query), Some(subject));
        }
    }

    #[test]
    fn nothing_else_is_a_subject() {
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
