//! Change set of one or more units of work, and its encoding as messages to other servers.

use std::collections::BTreeSet;

use keywright_api_types::subscription::Subject;
use keywright_domain::ids::{LicenseId, TenantId};

/// Maximum size of a message in bytes. PostgreSQL accepts less than 8,000.
const MESSAGE: usize = 7_900;

/// Maximum number of messages for a change set, enough for about 600 licenses. A larger one is
/// sent as [`EVERYTHING`].
const MESSAGES: usize = 8;

/// Body of a message after which everything counts as changed.
const EVERYTHING: &str = "*";

/// Subjects whose pages are out of date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Changed {
    These(BTreeSet<(TenantId, Subject)>),
    /// The changes are unknown.
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

    /// Adds a license and its row in the list.
    pub(crate) fn license_and_list(&mut self, tenant: &TenantId, license: LicenseId) {
        self.license(tenant, license);
        self.add(tenant.clone(), Subject::Licenses);
    }

    /// Adds a license whose change only its detail page shows.
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

    /// Encodes the changes as messages: `origin`, then the subjects (`acme?list` or
    /// `acme?license=<id>`), separated by spaces.
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

    /// Decodes a message into its origin and its changes. A message that can't be parsed, such as
    /// one from a newer version, means [`Changed::Everything`].
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
    fn messages_round_trip() {
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
    fn oversized_change_set_means_everything() {
        assert_eq!(licenses(1_000).messages("me"), ["me *"]);
        assert_eq!(Changed::Everything.messages("me"), ["me *"]);
        assert_eq!(licenses(1).and(Changed::Everything), Changed::Everything);
    }

    #[test]
    fn malformed_message_means_everything() {
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
