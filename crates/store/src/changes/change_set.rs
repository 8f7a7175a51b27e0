//! Change set of one or more units of work, and its encoding as messages to other servers.

use std::collections::BTreeSet;

use keywright_api_types::subscription::Subject;
use keywright_domain::ids::{LicenseId, TenantId};

/// Maximum size of a message in bytes. PostgreSQL accepts less than 8,000.
const MAX_MESSAGE_BYTES: usize = 7_900;

/// Maximum number of messages for a change set, enough for about 600 licenses. A larger change set
/// is sent as [`EVERYTHING_MARKER`].
const MAX_MESSAGES: usize = 8;

/// Message body that marks everything as changed.
const EVERYTHING_MARKER: &str = "*";

/// Subjects whose pages are out of date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChangeSet {
    Subjects(BTreeSet<(TenantId, Subject)>),
    /// The changes are unknown.
    Everything,
}

impl Default for ChangeSet {
    fn default() -> Self {
        Self::empty()
    }
}

impl ChangeSet {
    pub(crate) const fn empty() -> Self {
        Self::Subjects(BTreeSet::new())
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::empty()
    }

    /// Adds a license and its row in the list.
    pub(crate) fn add_license_and_list(&mut self, tenant_id: &TenantId, license_id: LicenseId) {
        self.add_license(tenant_id, license_id);
        self.add(tenant_id.clone(), Subject::Licenses);
    }

    /// Adds a license, but not its row in the list.
    pub(crate) fn add_license(&mut self, tenant_id: &TenantId, license_id: LicenseId) {
        self.add(tenant_id.clone(), Subject::License(license_id));
    }

    fn add(&mut self, tenant_id: TenantId, subject: Subject) {
        if let Self::Subjects(subjects) = self {
            subjects.insert((tenant_id, subject));
        }
    }

    pub(crate) fn merge(self, other: Self) -> Self {
        match (self, other) {
            (Self::Subjects(mut subjects), Self::Subjects(more)) => {
                subjects.extend(more);
                Self::Subjects(subjects)
            }
            _ => Self::Everything,
        }
    }

    /// Encodes the changes as messages: `origin`, then the subjects (`acme?list` or
    /// `acme?license=<id>`), separated by spaces.
    pub(crate) fn encode(&self, origin: &str) -> Vec<String> {
        let everything = vec![format!("{origin} {EVERYTHING_MARKER}")];
        let Self::Subjects(subjects) = self else {
            return everything;
        };
        let mut messages: Vec<String> = Vec::new();
        for (tenant, subject) in subjects {
            let word = format!(" {tenant}?{}", subject.to_query());
            let room = messages
                .last_mut()
                .filter(|last| last.len() + word.len() <= MAX_MESSAGE_BYTES);
            if let Some(last) = room {
                last.push_str(&word);
                continue;
            }
            if messages.len() == MAX_MESSAGES {
                return everything;
            }
            messages.push(format!("{origin}{word}"));
        }
        messages
    }

    /// Decodes a message into its origin and its changes. A message that can't be parsed, for
    /// example because a newer version sent it, means [`ChangeSet::Everything`].
    pub(crate) fn decode(message: &str) -> (&str, Self) {
        let (origin, words) = message
            .split_once(' ')
            .unwrap_or((message, EVERYTHING_MARKER));
        let subjects = words.split(' ').map(|word| {
            let (tenant, query) = word.split_once('?')?;
            Some((tenant.parse().ok()?, Subject::from_query(query)?))
        });
        let changed = subjects
            .collect::<Option<_>>()
            .map_or(Self::Everything, Self::Subjects);
        (origin, changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(slug: &str) -> TenantId {
        slug.parse().unwrap()
    }

    fn licenses(count: u32) -> ChangeSet {
        let mut changed = ChangeSet::empty();
        for number in 0..count {
            changed.add_license_and_list(&tenant("acme"), format!("{number:064}").parse().unwrap());
        }
        changed
    }

    #[test]
    fn messages_round_trip() {
        for count in [1, 2, 100, 500] {
            let changed = licenses(count);
            let messages = changed.encode("me");
            let mut read = ChangeSet::empty();
            for message in &messages {
                assert!(message.len() < 8_000, "{}", message.len());
                let (origin, part) = ChangeSet::decode(message);
                assert_eq!(origin, "me");
                read = read.merge(part);
            }
            assert_eq!(read, changed);
        }
        assert!(ChangeSet::empty().encode("me").is_empty());
    }

    #[test]
    fn oversized_change_set_means_everything() {
        assert_eq!(licenses(1_000).encode("me"), ["me *"]);
        assert_eq!(ChangeSet::Everything.encode("me"), ["me *"]);
        assert_eq!(
            licenses(1).merge(ChangeSet::Everything),
            ChangeSet::Everything
        );
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
                ChangeSet::decode(message).1,
                ChangeSet::Everything,
                "{message}"
            );
        }
    }
}
