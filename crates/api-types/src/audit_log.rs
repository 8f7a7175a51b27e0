//! The audit log, as it is read: what may be asked of it, and what comes back.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, date};
use keywright_domain::{
    audit::{Action, Actor},
    ids::{AuditEntryId, LicenseId, OperatorId},
    license::NamedLicense,
    search::SearchTerm,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::page::{Count, Page, Position};

/// Most licenses that entries are looked up for at once: who means more means something else.
pub const MOST_LICENSES: u32 = 1_000;

/// What is asked of the audit log. By default every entry, the newest first, which is its one order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Which entries.
    pub filter: AuditFilter,
    /// Which page.
    pub position: Position<AuditEntryId>,
}

/// Which entries: those that fit all that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this action.
    pub action: Option<Action>,
    /// By these.
    pub by: Option<By>,
    /// About this license, the remint that it came from included.
    pub license: Option<LicenseId>,
    /// About licenses that the license list finds with this, unless those are more than [`MOST_LICENSES`].
    pub term: Option<SearchTerm>,
    /// Of this day or later.
    pub from: Option<Day>,
    /// Of this day or earlier.
    pub to: Option<Day>,
}

/// Who did something, as far as one can ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever used the command line.
    CommandLine,
    /// The server by itself.
    System,
    /// One operator, whatever they were called at the time.
    Operator(OperatorId),
}

/// The text names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither an operator's id, nor command_line or system")]
pub struct ByError;

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command_line"),
            Self::System => f.write_str("system"),
            Self::Operator(id) => id.fmt(f),
        }
    }
}

impl FromStr for By {
    type Err = ByError;

    fn from_str(text: &str) -> Result<Self, ByError> {
        match text {
            "command_line" => Ok(Self::CommandLine),
            "system" => Ok(Self::System),
            id => id.parse().map(Self::Operator).map_err(|_| ByError),
        }
    }
}

/// A day of the calendar, in UTC: `2026-06-10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

/// The text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written like 2026-06-10")]
pub struct DayError;

impl Day {
    /// Its first moment.
    pub fn begin(self) -> Timestamp {
        Timestamp::from_seconds(self.0.duration_since(date(1970, 1, 1)).as_secs())
    }

    /// The first moment after it.
    pub fn end(self) -> Timestamp {
        self.begin().plus_days(1)
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        // The calendar's own parser takes more: `20260610`, and times after the day.
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

/// One entry, by default with its details as pages show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry<Details = Vec<(String, String)>> {
    /// Its id.
    pub id: AuditEntryId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it, as they were called then.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// To which license, where it was one.
    pub license: Option<NamedLicense>,
    /// Of a remint: the license that took its place.
    pub successor: Option<NamedLicense>,
    /// What else there is to say: stable names and values.
    pub details: Details,
}

impl<Details> AuditEntry<Details> {
    /// Converts the details.
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
    /// What there is to say under that name.
    pub fn detail(&self, name: &str) -> Option<&str> {
        let mut details = self.details.iter();
        let found = details.find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// One page of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLog {
    /// The entries and their neighbours.
    pub page: Page<AuditEntry, AuditEntryId>,
    /// How many match.
    pub count: Count,
    /// Who can be asked for: every operator of the tenant, by their e-mail.
    pub operators: Vec<(OperatorId, String)>,
    /// The license that was asked for, where the tenant has it.
    pub license: Option<NamedLicense>,
    /// Whether what was searched for is on more than [`MOST_LICENSES`] licenses; then no entries were looked up.
    pub is_too_broad: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_from_midnight_to_midnight() {
        let day: Day = "2026-06-10".parse().unwrap();
        assert_eq!(day.to_string(), "2026-06-10");
        assert_eq!(day.begin().seconds(), 1_781_049_600);
        assert_eq!(day.end(), "2026-06-11".parse::<Day>().unwrap().begin());
        for nonsense in [
            "",
            "2026-02-30",
            "20260610",
            "2026-6-10",
            "2026-06-10T00:00",
            "10.06.2026",
            "-026-06-10",
            "2026-06-1😀",
        ] {
            assert_eq!(nonsense.parse::<Day>(), Err(DayError), "{nonsense}");
        }
    }

    #[test]
    fn the_last_day_of_the_calendar_ends_too() {
        let last: Day = "9999-12-31".parse().unwrap();
        assert!(last.begin() < last.end());
    }

    #[test]
    fn whom_one_asks_for_survives_a_url() {
        let operator = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        for by in [By::CommandLine, By::System, By::Operator(operator)] {
            assert_eq!(by.to_string().parse(), Ok(by));
        }
        assert_eq!("owner@acme.test".parse::<By>(), Err(ByError));
    }
}
