//! Latest validation of each activation, stored outside its row.
//!
//! Rows of `activations` are wide, and with many licenses each validation touches a different
//! page: updating the row would write one page to the WAL and one to the database file. Most
//! validations change only a time and a lease. These go to the narrow table `validations`, which
//! holds many rows per page. PostgreSQL writes to that table directly. SQLite appends to
//! `validations_log`, and the compactor merges the log into the table in key order, so that each
//! page is written once for many rows.

use std::{collections::BTreeMap, ops::Range};

use keywright_domain::{
    activation::{Activation, LastLease},
    ids::{LicenseId, TenantId},
    lease::LeaseStatus,
    time::Timestamp,
};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    Engine, StoreError, Tx,
    query::{Fields, ROWS_IN_A_STATEMENT, Sql},
};

/// Surrogate key of an activation, for tables in which the full key would be too wide.
pub(crate) type ActivationNumber = i64;

/// Time of a validation, and the lease that it issued.
#[derive(Debug, Clone)]
pub(crate) struct Validation {
    pub(crate) tenant: TenantId,
    pub(crate) license: LicenseId,
    pub(crate) at: Timestamp,
    pub(crate) lease: LastLease,
}

/// The oldest rows of SQLite's validation log.
#[derive(Debug)]
pub(crate) struct LogSegment {
    rows: i64,
    /// First row id after the segment.
    end: i64,
    pub(crate) is_whole_log: bool,
    /// Range of the activation numbers in the segment.
    numbers: Range<ActivationNumber>,
}

/// The rows of a segment whose activation numbers are in `numbers`.
#[derive(Debug)]
pub(crate) struct SegmentPart {
    end: i64,
    numbers: Range<ActivationNumber>,
}

impl LogSegment {
    /// Splits the segment into parts of about `rows` rows each, assuming evenly distributed
    /// numbers. Every row belongs to exactly one part.
    pub(crate) fn parts(&self, rows: i64) -> impl Iterator<Item = SegmentPart> + use<> {
        let Self { end, .. } = *self;
        let Range {
            start: first,
            end: last,
        } = self.numbers;
        let parts = self.rows / rows + 1;
        let step = (last - first) / parts + 1;
        (0..parts).map(move |part| SegmentPart {
            end,
            numbers: first + part * step..first + (part + 1) * step,
        })
    }
}

impl Tx<'_> {
    /// Records the latest validation of each activation.
    pub(crate) async fn record_validations(
        &mut self,
        validations: &BTreeMap<ActivationNumber, Validation>,
    ) -> Result<(), StoreError> {
        for validation in validations.values() {
            self.announce_detail(&validation.tenant, validation.license);
        }
        // Sorted by number, so that servers that write the same rows lock them in the same order.
        let rows: Vec<_> = validations.iter().collect();
        for rows in rows.chunks(ROWS_IN_A_STATEMENT) {
            let mut sql = Sql::new(match self.engine {
                Engine::Sqlite => "INSERT INTO validations_log",
                Engine::Postgres => "INSERT INTO validations",
            });
            sql.push(" (activation_number, at, lease_status, lease_expires_at) VALUES ");
            sql.rows(rows, |sql, (number, validation)| {
                let Validation { at, lease, .. } = validation;
                sql.bind(**number).push(", ").bind(at.millis()).push(", ");
                sql.bind(lease.status.as_str()).push(", ");
                sql.bind(lease.expires_at.millis());
            });
            if self.engine == Engine::Postgres {
                sql.push(UNLESS_NEWER);
            }
            sql.execute(&mut *self.connection).await?;
        }
        Ok(())
    }

    /// SQLite: returns the oldest rows of the log, at most `most`.
    pub(crate) async fn oldest_log_segment(&mut self, most: i64) -> Result<LogSegment, StoreError> {
        let row = sqlx::query(
            "WITH head (first_row) AS (SELECT MIN(rowid) FROM validations_log)
             SELECT COUNT(*) AS rows, COALESCE(MIN(first_row), 0) AS first_row,
             COALESCE((SELECT MAX(rowid) FROM validations_log), 0) AS last_row,
             COALESCE(MIN(activation_number), 0) AS first_number, COALESCE(MAX(activation_number), 0) AS last_number
             FROM head JOIN validations_log v ON v.rowid >= first_row AND v.rowid < first_row + $1",
        )
        .bind(most)
        .fetch_one(&mut *self.connection)
        .await?;
        let fields = Fields::new("validations_log", &row);
        let end = fields.number("first_row")? + most;
        Ok(LogSegment {
            rows: fields.number("rows")?,
            end,
            is_whole_log: fields.number("last_row")? < end,
            numbers: fields.number("first_number")?..fields.number("last_number")? + 1,
        })
    }

    /// SQLite: moves the rows of a part from the log to `validations`.
    pub(crate) async fn compact(&mut self, part: SegmentPart) -> Result<(), StoreError> {
        let SegmentPart { end, numbers } = part;
        // SQLite takes the bare columns from the row with the greatest `at` of each group.
        let mut sql = Sql::new(
            "INSERT INTO validations (activation_number, at, lease_status, lease_expires_at)
             SELECT activation_number, MAX(at), lease_status, lease_expires_at FROM validations_log
             WHERE rowid < ",
        );
        sql.bind(end).push(" AND activation_number >= ");
        sql.bind(numbers.start).push(" AND activation_number < ");
        sql.bind(numbers.end).push(" GROUP BY activation_number");
        sql.push(UNLESS_NEWER);
        sql.execute(&mut *self.connection).await?;
        sqlx::query(
            "DELETE FROM validations_log WHERE rowid < $1 AND activation_number >= $2 AND activation_number < $3",
        )
        .bind(end)
        .bind(numbers.start)
        .bind(numbers.end)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}

const UNLESS_NEWER: &str = " ON CONFLICT (activation_number) DO UPDATE SET at = excluded.at,
    lease_status = excluded.lease_status, lease_expires_at = excluded.lease_expires_at WHERE validations.at <= excluded.at";

/// Latest validations of a license's activations, from `validations` and the log.
#[derive(Default)]
pub(crate) struct LatestValidations(BTreeMap<ActivationNumber, (Timestamp, LastLease)>);

impl LatestValidations {
    pub(crate) async fn of_license(
        connection: &mut AnyConnection,
        engine: Engine,
        tenant: &TenantId,
        license: LicenseId,
    ) -> Result<Self, StoreError> {
        let mut sql =
            Sql::new("WITH own (number) AS (SELECT number FROM activations WHERE tenant_id = ");
        sql.bind(tenant.as_str()).push(" AND license_id = ");
        sql.bind(license.to_string()).push(
            ") SELECT activation_number, at, lease_status, lease_expires_at FROM validations
             WHERE activation_number IN (SELECT number FROM own)",
        );
        if engine == Engine::Sqlite {
            sql.push(
                " UNION ALL SELECT activation_number, at, lease_status, lease_expires_at FROM validations_log
                 WHERE activation_number IN (SELECT number FROM own)",
            );
        }
        let mut latest = Self::default();
        for row in &sql.fetch_all(connection).await? {
            latest.merge_row(row)?;
        }
        Ok(latest)
    }

    fn merge_row(&mut self, row: &AnyRow) -> Result<(), StoreError> {
        let fields = Fields::new("validations", row);
        let lease = LastLease {
            status: fields.named("lease_status", LeaseStatus::from_name)?,
            expires_at: fields.time("lease_expires_at")?,
        };
        let found = (fields.time("at")?, lease);
        let number = fields.number("activation_number")?;
        let newest = self.0.entry(number).or_insert(found);
        if newest.0 <= found.0 {
            *newest = found;
        }
        Ok(())
    }

    /// Applies the validation to an activation that was read afterwards.
    pub(crate) fn apply(&self, number: ActivationNumber, activation: &mut Activation) {
        if let Some((at, lease)) = self.0.get(&number)
            && *at >= activation.last_validated_at
        {
            activation.last_validated_at = *at;
            activation.last_lease = *lease;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_in_exactly_one_part() {
        for (rows, first, end, at_once) in [
            (1, 7, 8, 10),
            (100, 1, 101, 10),
            (3, 0, 1_000, 1),
            (5, 9, 12, 2),
        ] {
            let head = LogSegment {
                rows,
                end: 99,
                is_whole_log: true,
                numbers: first..end,
            };
            let parts: Vec<_> = head.parts(at_once).collect();
            for number in first..end {
                let holds = |part: &&SegmentPart| part.numbers.contains(&number) && part.end == 99;
                let holders = parts.iter().filter(holds).count();
                assert_eq!(holders, 1, "{number} of {head:?} in {parts:?}");
            }
        }
    }
}
