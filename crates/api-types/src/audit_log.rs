//! Audit log queries and their results.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, date};
use keywright_domain::{
    audit::{Action, Actor},
    ids::{AuditEntryId, LicenseId, OperatorId},
    license::LicenseRef,
    search::SearchTerm,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::page::{Count, Page, PageRequest};

/// Maximum number of licenses that a search term may match. Broader searches return no entries.
pub const MAX_LICENSES: u32 = 1_000;

/// A query of the audit log. The default is every entry; the order is always newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    pub filter: AuditFilter,
    pub page: PageRequest<AuditEntryId>,
}

/// Filter for entries. All given conditions must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Entries with this action.
    pub action: Option<Action>,
    /// Entries by this actor.
    pub actor: Option<ActorFilter>,
    /// Entries about this license, including the remint that created it.
    pub license_id: Option<LicenseId>,
    /// Entries about licenses that match this term in the license list, if at most
    /// [`MAX_LICENSES`] do.
    pub term: Option<SearchTerm>,
    /// Entries on or after this day.
    pub from: Option<Day>,
    /// Entries on or before this day.
    pub to: Option<Day>,
}

/// An actor to filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorFilter {
    /// Anyone on the command line.
    CommandLine,
    /// The server, acting automatically.
    System,
    /// One operator, under any name they had.
    Operator(OperatorId),
}

/// The string is not a valid actor filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an operator ID, command_line or system")]
pub struct ActorFilterError;

impl fmt::Display for ActorFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command_line"),
            Self::System => f.write_str("system"),
            Self::Operator(id) => id.fmt(f),
        }
    }
}

impl FromStr for ActorFilter {
    type Err = ActorFilterError;

    fn from_str(text: &str) -> Result<Self, ActorFilterError> {
        match text {
            "command_line" => Ok(Self::CommandLine),
            "system" => Ok(Self::System),
            id => id.parse().map(Self::Operator).map_err(|_| ActorFilterError),
        }
    }
}

/// A calendar day in UTC, such as `2026-06-10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

/// The string is not a valid day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("enter a date such as 2026-06-10")]
pub struct DayError;

impl Day {
    /// Returns the first instant of the day.
    pub fn start(self) -> Timestamp {
        Timestamp::from_seconds(self.0.duration_since(date(1970, 1, 1)).as_secs())
    }

    /// Returns the first instant after the day.
    pub fn end(self) -> Timestamp {
        self.start().plus_days(1)
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        // `jiff` also accepts other formats, such as `20260610` and a date followed by a time.
        let is_plain = text.len() == 10 && text.as_bytes().get(4) == Some(&b'-');
        let day = is_plain.then(|| text.parse()).ok_or(DayError)?;
        day.map(Self).map_err(|_| DayError)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An audit log entry. By default, its details are name-value pairs for display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry<Details = Vec<(String, String)>> {
    pub id: AuditEntryId,
    pub at: Timestamp,
    /// The actor, with their name at that time.
    pub actor: Actor,
    pub action: Action,
    /// The license concerned, if any.
    pub license: Option<LicenseRef>,
    /// For a remint, the new license.
    pub successor: Option<LicenseRef>,
    /// Further details, as stable names and values.
    pub details: Details,
}

impl<Details> AuditEntry<Details> {
    /// Returns the entry with `convert` applied to its details.
    pub fn map_details<T>(self, convert: impl FnOnce(Details) -> T) -> AuditEntry<T> {
        AuditEntry {
            id: self.id,
            at: self.at,
            actor: self.actor,
            action: self.action,
            license: self.license,
            successor: self.successor,
            details: convert(self.details),
        }
    }
}

impl AuditEntry {
    /// Returns the value of the detail with this name, or `None` if the entry lacks it.
    pub fn detail(&self, name: &str) -> Option<&str> {
        let mut details = self.details.iter();
        let found = details.find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// One page of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLog {
    /// The entries, with cursors to the adjacent pages.
    pub page: Page<AuditEntry, AuditEntryId>,
    /// Number of matching entries.
    pub count: Count,
    /// Every operator of the tenant with their email address, as filter options.
    pub operators: Vec<(OperatorId, String)>,
    /// The license filtered by, if it belongs to the tenant.
    pub license: Option<LicenseRef>,
    /// Whether the term matches more than [`MAX_LICENSES`] licenses, so that no entries were
    /// read.
    pub is_too_broad: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_spans_midnight_to_midnight() {
        let day: Day = "2026-06-10".parse().unwrap();
        assert_eq!(day.to_string(), "2026-06-10");
        assert_eq!(day.start().seconds(), 1_781_049_600);
        assert_eq!(day.end(), "2026-06-11".parse::<Day>().unwrap().start());
        for invalid in [
            "",
            "2026-02-30",
            "20260610",
            "2026-6-10",
            "2026-06-10T00:00",
            "10.06.2026",
            "-026-06-10",
            "2026-06-1😀",
        ] {
            assert_eq!(invalid.parse::<Day>(), Err(DayError), "{invalid}");
        }
    }

    #[test]
    fn last_day_of_the_calendar_has_an_end() {
        let last: Day = "9999-12-31".parse().unwrap();
        assert!(last.start() < last.end());
    }

    #[test]
    fn actor_filter_round_trips() {
        let operator = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        for by in [
            ActorFilter::CommandLine,
            ActorFilter::System,
            ActorFilter::Operator(operator),
        ] {
            assert_eq!(by.to_string().parse(), Ok(by));
        }
        assert_eq!(
            "owner@acme.test".parse::<ActorFilter>(),
            Err(ActorFilterError)
        );
    }
}
