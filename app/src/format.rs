//! Formats dates, counts and other values for people. Pure functions: the current time and the time
//! zone are arguments.

use jiff::{Timestamp as Instant, civil, tz::Offset};
use keywright_api_types::{
    license_list::{Sort, SortBy},
    page::Count,
};
use keywright_domain::{
    license::Status,
    plan::{Feature, Plan},
    role::Role,
    time::{DAY_MILLIS, Timestamp},
};

const MINUTE_MILLIS: i64 = 60_000;
const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;
/// Times closer to now than this are shown relative to now; other times, as dates.
const RELATIVE_WITHIN_MILLIS: i64 = 7 * DAY_MILLIS;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A UTC offset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Zone {
    minutes_east: i32,
}

impl Zone {
    pub const UTC: Self = Self { minutes_east: 0 };

    /// Creates an offset in minutes east of UTC. Offsets west of UTC are negative.
    pub const fn from_minutes_east(minutes_east: i32) -> Self {
        Self { minutes_east }
    }

    /// Returns a name such as `UTC`, `UTC+2` or `UTC−3:30`.
    fn name(self) -> String {
        let sign = if self.minutes_east < 0 { '−' } else { '+' };
        let (hours, minutes) = (self.minutes_east.abs() / 60, self.minutes_east.abs() % 60);
        match (hours, minutes) {
            (0, 0) => "UTC".to_owned(),
            (_, 0) => format!("UTC{sign}{hours}"),
            _ => format!("UTC{sign}{hours}:{minutes:02}"),
        }
    }
}

/// Formats as ISO 8601, for machines: `2026-06-10T13:54:00Z`.
pub fn iso(at: Timestamp) -> String {
    let local = local(at, Zone::UTC);
    let (year, month, day) = (local.year(), local.month(), local.day());
    format!("{year:04}-{month:02}-{day:02}T{}Z", clock(local))
}

/// Formats the date: `10 Jun 2027`.
pub fn date(at: Timestamp, zone: Zone) -> String {
    civil_date(local(at, zone))
}

/// Formats with weekday, seconds and zone: `Wed 10 Jun 2026, 13:54:00 UTC`.
pub fn full(at: Timestamp, zone: Zone) -> String {
    let local = local(at, zone);
    let weekday = nth(&WEEKDAYS, local.weekday().to_monday_zero_offset());
    format!(
        "{weekday} {}, {} {}",
        civil_date(local),
        clock(local),
        zone.name()
    )
}

/// Formats to the second, for columns that name the zone elsewhere: `10 Jun 2026, 13:54:00`.
pub fn to_second(at: Timestamp, zone: Zone) -> String {
    let local = local(at, zone);
    format!("{}, {}", civil_date(local), clock(local))
}

/// Formats a nearby time to the minute: `17 Jun, 14:35`.
pub fn to_minute(at: Timestamp, zone: Zone) -> String {
    let local = local(at, zone);
    let month = nth(&MONTHS, local.month() - 1);
    format!("{} {month}, {}", local.day(), hours_and_minutes(local))
}

/// Formats to the minute, with weekday, year and zone: `Wed 17 Jun 2026, 14:35 UTC`.
pub fn full_to_minute(at: Timestamp, zone: Zone) -> String {
    let local = local(at, zone);
    let weekday = nth(&WEEKDAYS, local.weekday().to_monday_zero_offset());
    let (date, time) = (civil_date(local), hours_and_minutes(local));
    format!("{weekday} {date}, {time} {}", zone.name())
}

/// Formats the remaining time in its two largest units: `in 6 d 23 h`, `in 5 h 12 min`, `in 3 min`.
/// Returns `None` for a past time.
pub fn time_left(at: Timestamp, now: Timestamp) -> Option<String> {
    let millis = at.millis().saturating_sub(now.millis());
    if millis <= 0 {
        return None;
    }
    let (days, hours) = (millis / DAY_MILLIS, millis % DAY_MILLIS / HOUR_MILLIS);
    let minutes = millis % HOUR_MILLIS / MINUTE_MILLIS;
    Some(match (days, hours, minutes) {
        (0, 0, 0) => "in under 1 min".to_owned(),
        (0, 0, _) => format!("in {minutes} min"),
        (0, _, 0) => format!("in {hours} h"),
        (0, _, _) => format!("in {hours} h {minutes} min"),
        (_, 0, _) => format!("in {days} d"),
        _ => format!("in {days} d {hours} h"),
    })
}

/// Formats a past time relative to now: `just now`, `38 min ago`, `6 d ago`. Future times are also
/// `just now`. Returns `None` at seven days or more, when a date is clearer.
pub fn time_since(at: Timestamp, now: Timestamp) -> Option<String> {
    let passed = now.millis().saturating_sub(at.millis());
    match passed {
        ..MINUTE_MILLIS => Some("just now".to_owned()),
        MINUTE_MILLIS..RELATIVE_WITHIN_MILLIS => Some(format!("{} ago", largest_unit(passed))),
        _ => None,
    }
}

/// Formats a future time relative to now: `in 5 d`, `in 3 h`. Returns `None` for a past time, and
/// at seven days or more, when a date is clearer.
pub fn time_until(at: Timestamp, now: Timestamp) -> Option<String> {
    let left = at.millis().saturating_sub(now.millis());
    match left {
        1..MINUTE_MILLIS => Some("in under 1 min".to_owned()),
        MINUTE_MILLIS..RELATIVE_WITHIN_MILLIS => Some(format!("in {}", largest_unit(left))),
        _ => None,
    }
}

/// Formats a count: `118`, `more than 10,000`.
pub fn count(count: Count) -> String {
    match count {
        Count::Exact(exact) => number(exact),
        Count::MoreThan(limit) => format!("more than {}", number(limit)),
    }
}

/// Explains why a tenant on this plan can't export licenses.
pub fn export_requirement(plan: Plan) -> String {
    let needed = Plan::minimum_for(Feature::CsvExport);
    let (needed, has) = (plan_name(needed), plan_name(plan));
    format!("CSV export requires the {needed} plan. You're on {has}.")
}

pub const fn plan_name(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "Free",
        Plan::Starter => "Starter",
        Plan::Pro => "Pro",
        Plan::Enterprise => "Enterprise",
    }
}

pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Support => "Support",
        Role::Admin => "Admin",
        Role::Owner => "Owner",
    }
}

pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "Active",
        Status::Expired => "Expired",
        Status::Reminted => "Reminted",
        Status::Revoked => "Revoked",
    }
}

/// Describes the order of a list: `newest first`.
pub const fn sort_order(sort: Sort) -> &'static str {
    match (sort.by, sort.descending) {
        (SortBy::Created, true) => "newest first",
        (SortBy::Created, false) => "oldest first",
        (SortBy::Expires, true) => "latest expiry first",
        (SortBy::Expires, false) => "earliest expiry first",
        (SortBy::Activations, true) => "most activations first",
        (SortBy::Activations, false) => "fewest activations first",
    }
}

/// Formats with thousands separators: `41,200`.
pub fn number(value: u32) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats a duration of up to a week in its largest whole unit: minutes, hours or days.
fn largest_unit(millis: i64) -> String {
    match millis {
        ..HOUR_MILLIS => format!("{} min", millis / MINUTE_MILLIS),
        HOUR_MILLIS..DAY_MILLIS => format!("{} h", millis / HOUR_MILLIS),
        _ => format!("{} d", millis / DAY_MILLIS),
    }
}

/// Converts to local date and time. Times outside the calendar (years −9999 to 9999) are clamped.
fn local(at: Timestamp, zone: Zone) -> civil::DateTime {
    let offset = Offset::from_seconds(zone.minutes_east.saturating_mul(60)).unwrap_or(Offset::UTC);
    let clamped = if at.millis() < 0 {
        Instant::MIN
    } else {
        Instant::MAX
    };
    offset.to_datetime(Instant::from_millisecond(at.millis()).unwrap_or(clamped))
}

fn civil_date(local: civil::DateTime) -> String {
    let month = nth(&MONTHS, local.month() - 1);
    format!("{} {month} {}", local.day(), local.year())
}

fn hours_and_minutes(local: civil::DateTime) -> String {
    format!("{:02}:{:02}", local.hour(), local.minute())
}

fn clock(local: civil::DateTime) -> String {
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    format!("{hour:02}:{minute:02}:{second:02}")
}

fn nth(names: &[&'static str], index: i8) -> &'static str {
    usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wed 10 Jun 2026, 14:32:08 UTC.
    const NOW: Timestamp = Timestamp::from_seconds(1_781_101_928);

    fn before(millis: i64) -> Timestamp {
        NOW.plus_millis(-millis)
    }

    #[test]
    fn times_are_formatted_in_utc() {
        assert_eq!(iso(NOW), "2026-06-10T14:32:08Z");
        assert_eq!(date(NOW, Zone::UTC), "10 Jun 2026");
        assert_eq!(full(NOW, Zone::UTC), "Wed 10 Jun 2026, 14:32:08 UTC");
        assert_eq!(iso(Timestamp::from_millis(-1)), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn times_are_formatted_in_the_viewers_zone() {
        let zone = Zone::from_minutes_east;
        for (minutes_east, text) in [
            (120, "Wed 10 Jun 2026, 16:32:08 UTC+2"),
            (330, "Wed 10 Jun 2026, 20:02:08 UTC+5:30"),
            (600, "Thu 11 Jun 2026, 00:32:08 UTC+10"),
            (-150, "Wed 10 Jun 2026, 12:02:08 UTC−2:30"),
        ] {
            assert_eq!(full(NOW, zone(minutes_east)), text);
        }
        assert_eq!(date(NOW, zone(600)), "11 Jun 2026");
    }

    #[test]
    fn times_outside_the_calendar_are_clamped() {
        assert_eq!(
            date(Timestamp::from_millis(i64::MAX), Zone::UTC),
            "30 Dec 9999"
        );
        assert!(date(Timestamp::from_millis(i64::MIN), Zone::UTC).starts_with("2 Jan"));
        assert_eq!(date(NOW, Zone::from_minutes_east(i32::MAX)), "10 Jun 2026");
    }

    #[test]
    fn times_of_the_past_week_are_relative() {
        for (millis, text) in [
            (-5_000, Some("just now")),
            (0, Some("just now")),
            (59_999, Some("just now")),
            (60_000, Some("1 min ago")),
            (38 * MINUTE_MILLIS + 59_999, Some("38 min ago")),
            (HOUR_MILLIS, Some("1 h ago")),
            (DAY_MILLIS - 1, Some("23 h ago")),
            (DAY_MILLIS, Some("1 d ago")),
            (7 * DAY_MILLIS - 1, Some("6 d ago")),
            (7 * DAY_MILLIS, None),
        ] {
            assert_eq!(time_since(before(millis), NOW).as_deref(), text, "{millis}");
        }
    }

    #[test]
    fn times_of_the_next_week_are_relative() {
        for (millis, text) in [
            (-1, None),
            (0, None),
            (1, Some("in under 1 min")),
            (12 * MINUTE_MILLIS, Some("in 12 min")),
            (3 * HOUR_MILLIS, Some("in 3 h")),
            (6 * DAY_MILLIS - 1, Some("in 5 d")),
            (7 * DAY_MILLIS - 1, Some("in 6 d")),
            (7 * DAY_MILLIS, None),
        ] {
            assert_eq!(
                time_until(NOW.plus_millis(millis), NOW).as_deref(),
                text,
                "{millis}"
            );
        }
    }

    #[test]
    fn remaining_time_has_two_units() {
        for (millis, text) in [
            (-1, None),
            (0, None),
            (1, Some("in under 1 min")),
            (3 * MINUTE_MILLIS, Some("in 3 min")),
            (5 * HOUR_MILLIS, Some("in 5 h")),
            (5 * HOUR_MILLIS + 12 * MINUTE_MILLIS, Some("in 5 h 12 min")),
            (7 * DAY_MILLIS - 1, Some("in 6 d 23 h")),
            (7 * DAY_MILLIS + MINUTE_MILLIS, Some("in 7 d")),
        ] {
            assert_eq!(
                time_left(NOW.plus_millis(millis), NOW).as_deref(),
                text,
                "{millis}"
            );
        }
        assert_eq!(to_minute(NOW, Zone::UTC), "10 Jun, 14:32");
        let zone = Zone::from_minutes_east(120);
        assert_eq!(full_to_minute(NOW, zone), "Wed 10 Jun 2026, 16:32 UTC+2");
    }

    #[test]
    fn numbers_have_thousands_separators() {
        for (value, text) in [
            (0, "0"),
            (118, "118"),
            (1_000, "1,000"),
            (41_200, "41,200"),
            (4_294_967_295, "4,294,967,295"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn capped_count_reads_more_than() {
        assert_eq!(count(Count::Exact(118)), "118");
        assert_eq!(count(Count::MoreThan(10_000)), "more than 10,000");
    }
}
