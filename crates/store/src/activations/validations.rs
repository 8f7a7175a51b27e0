//! The newest validate of each activation, beside its row.
//!
//! A row of an activation is long, and with many licenses each validate is of another page of the file: written in place, it would
//! cost a page to the log and one to the file. So what most validates note, when it was and which lease came of it, stands in a
//! narrow table of its own, many to a page. On PostgreSQL it is written there at once. On SQLite it is put down in the order in which
//! it comes, and many are put into the table together, in its order, so that each of its pages is written once for several of them.

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

/// What the database calls an activation where it is to be short.
pub(crate) type ActivationNumber = i64;

/// That a device asked for a lease, and was given one.
#[derive(Debug, Clone)]
pub(crate) struct Validation {
    pub(crate) tenant: TenantId,
    pub(crate) license: LicenseId,
    pub(crate) at: Timestamp,
    pub(crate) lease: LastLease,
}

/// The oldest rows of SQLite's log of validates.
#[derive(Debug)]
pub(crate) struct LogSegment {
    /// How many.
    rows: i64,
    /// The first row that is none of them.
    end: i64,
    /// Whether there are no others.
    pub(crate) is_whole_log: bool,
    /// Whose they are: from the lowest number to the highest.
    numbers: Range<ActivationNumber>,
}

/// Those of them that are about activations with such numbers.
#[derive(Debug)]
pub(crate) struct SegmentPart {
    end: i64,
    numbers: Range<ActivationNumber>,
}

impl LogSegment {
    /// Parts with about so many rows each if those are spread evenly. Together they have every row.
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
    /// Notes validates, each activation's newest.
    pub(crate) async fn record_validations(
        &mut self,
        validations: &BTreeMap<ActivationNumber, Validation>,
    ) -> Result<(), StoreError> {
        for validation in validations.values() {
            self.announce_detail(&validation.tenant, validation.license);
        }
        // In the order of their numbers: servers that write the same rows lock them in the same order.
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

    /// SQLite: the oldest rows of the log, at most so many.
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

    /// SQLite: puts this part of the log into the table, and takes it out of the log.
    pub(crate) async fn compact(&mut self, part: SegmentPart) -> Result<(), StoreError> {
        let SegmentPart { end, numbers } = part;
        // Of rows that are one group SQLite takes the other columns from the one that has the greatest.
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

/// The newest validates of a license's activations that are not in their rows.
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

    /// Puts it into an activation that was read afterwards.
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
