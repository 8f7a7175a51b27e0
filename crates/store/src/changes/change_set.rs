//! What one or more units of work changed, and how one server writes it to the others.

use std::collections::BTreeSet;

use keywright_api_types::subscription::Subject;
use keywright_domain::ids::{LicenseId, TenantId};

/// Bytes of a message; PostgreSQL takes less than 8,000.
const MESSAGE: usize = 7_900;

/// Messages that are sent at once: some 600 licenses. What is longer says that everything changed.
const MESSAGES: usize = 8;

/// The one word of a message after which everything may have changed.
const EVERYTHING: &str = "*";

/// Whose pages are old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Changed {
    These(BTreeSet<(TenantId, Subject)>),
    /// Nobody knows what exactly.
    Everything,
}

impl Default for Changed {
    fn default() -> Self {
        Self::nothing()
    }
}

impl Changed {
    pub(crate) const fn nothing() -> Self {
        Self::These(BTreeSet::new())
    }

    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::nothing()
    }

    /// A license, and with it its row in the list.
    pub(crate) fn license_and_list(&mut self, tenant: &TenantId, license: LicenseId) {
        self.license(tenant, license);
        self.add(tenant.clone(), Subject::Licenses);
    }

    /// What only the license's own page shows.
    pub(crate) fn license(&mut self, tenant: &TenantId, license: LicenseId) {
        self.add(tenant.clone(), Subject::License(license));
    }

    fn add(&mut self, tenant: TenantId, subject: Subject) {
        if let Self::These(subjects) = self {
            subjects.insert((tenant, subject));
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::These(mut subjects), Self::These(more)) => {
                subjects.extend(more);
                Self::These(subjects)
            }
            _ => Self::Everything,
        }
    }

    /// As messages in the name of `origin`: it, and then the subjects, `acme?list` or `acme?license=<id>`, with blanks
    /// between them.
    pub(crate) fn messages(&self, origin: &str) -> Vec<String> {
        let everything = vec![format!("{origin} {EVERYTHING}")];
        let Self::These(subjects) = self else {
            return everything;
        };
        let mut messages: Vec<String> = Vec::new();
        for (tenant, subject) in subjects {
            let word = format!(" {tenant}?{}", subject.query());
            let room = messages
                .last_mut()
                .filter(|last| last.len() + word.len() <= MESSAGE);
            if let Some(last) = room {
                last.push_str(&word);
                continue;
            }
            if messages.len() == MESSAGES {
                return everything;
            }
            messages.push(format!("{origin}{word}"));
        }
        messages
    }

    /// Reads a message: who sent it, and what changed. What is not understood, as from a newer version, may mean anything,
    /// so it means everything.
    pub(crate) fn from_message(message: &str) -> (&str, Self) {
        let (origin, words) = message.split_once(' ').unwrap_or((message, EVERYTHING));
        let subjects = words.split(' ').map(|word| {
            let (tenant, query) = word.split_once('?')?;
            Some((tenant.parse().ok()?, Subject::from_query(query)?))
        });
        let changed = subjects
            .collect::<Option<_>>()
            .map_or(Self::Everything, Self::These);
        (origin, changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(slug: &str) -> TenantId {
        slug.parse().unwrap()
    }

    fn licenses(count: u32) -> Changed {
        let mut changed = Changed::nothing();
        for number in 0..count {
            changed.license_and_list(&tenant("acme"), format!("{number:064}").parse().unwrap());
        }
        changed
    }

    #[test]
    fn what_one_server_writes_another_reads() {
        for count in [1, 2, 100, 500] {
            let changed = licenses(count);
            let messages = changed.messages("me");
            let mut read = Changed::nothing();
            for message in &messages {
                assert!(message.len() < 8_000, "{}", message.len());
                let (origin, part) = Changed::from_message(message);
                assert_eq!(origin, "me");
                read = read.and(part);
            }
            assert_eq!(read, changed);
        }
        assert!(Changed::nothing().messages("me").is_empty());
    }

    #[test]
    fn what_is_too_long_to_say_is_everything() {
        assert_eq!(licenses(1_000).messages("me"), ["me *"]);
        assert_eq!(Changed::Everything.messages("me"), ["me *"]);
        assert_eq!(licenses(1).and(Changed::Everything), Changed::Everything);
    }

    #[test]
    fn what_is_not_understood_is_everything() {
        let id = "0".repeat(64);
        for message in [
            "",
            "me",
            "me ",
            "me *",
            "me acme",
            "me acme?",
            "me acme?lists",
            "me A?list",
            "me acme?list ",
            "me  acme?list",
            "me acme?license=1",
            "me acme?list indie?operators",
            &format!("me acme?list,acme?license={id}"),
        ] {
            assert_eq!(
                Changed::from_message(message).1,
                Changed::Everything,
                "{message}"
            );
        }
    }
}
