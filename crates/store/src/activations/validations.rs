//! Latest validation of each activation, stored outside its row.
//!
//! Rows of `activations` are wide, and each validation updates a different row. A validation
//! without new telemetry changes only a time and a lease. These go to the narrow table
//! `validations`, which holds about 100 rows per page.

use std::collections::BTreeMap;

use keywright_domain::{
    activation::{Activation, LastLease},
    ids::{LicenseId, TenantId},
    lease::LeaseStatus,
    time::Timestamp,
};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    StoreError, Tx,
    query::{MAX_ROWS_PER_STATEMENT, QueryBuilder, RowReader},
};

/// Surrogate key of an activation, for tables in which the full key would be too wide.
pub(crate) type ActivationNumber = i64;

/// Time of a validation, and the lease that it issued.
#[derive(Debug, Clone)]
pub(crate) struct Validation {
    pub(crate) tenant_id: TenantId,
    pub(crate) license_id: LicenseId,
    pub(crate) validated_at: Timestamp,
    pub(crate) lease: LastLease,
}

impl Tx<'_> {
    /// Records the latest validation of each activation.
    pub(crate) async fn record_validations(
        &mut self,
        validations: &BTreeMap<ActivationNumber, Validation>,
    ) -> Result<(), StoreError> {
        for validation in validations.values() {
            self.mark_license_detail_changed(&validation.tenant_id, validation.license_id);
        }
        // Sorted by number, so that servers that write the same rows lock them in the same order.
        let rows: Vec<_> = validations.iter().collect();
        for rows in rows.chunks(MAX_ROWS_PER_STATEMENT) {
            let mut sql = QueryBuilder::new(
                "INSERT INTO validations (activation_number, at, lease_status, lease_expires_at) VALUES ",
            );
            sql.push_rows(rows, |sql, (number, validation)| {
                let Validation {
                    validated_at: at,
                    lease,
                    ..
                } = validation;
                sql.bind(**number).push(", ").bind(at.millis()).push(", ");
                sql.bind(lease.status.as_str()).push(", ");
                sql.bind(lease.expires_at.millis());
            });
            sql.push(ON_CONFLICT_KEEP_NEWER);
            sql.execute(&mut *self.connection).await?;
        }
        Ok(())
    }
}

const ON_CONFLICT_KEEP_NEWER: &str = " ON CONFLICT (activation_number) DO UPDATE SET at = excluded.at,
    lease_status = excluded.lease_status, lease_expires_at = excluded.lease_expires_at WHERE validations.at <= excluded.at";

/// Latest validations of a license's activations.
#[derive(Default)]
pub(crate) struct LatestValidations(BTreeMap<ActivationNumber, (Timestamp, LastLease)>);

impl LatestValidations {
    pub(crate) async fn for_license(
        connection: &mut AnyConnection,
        tenant: &TenantId,
        license: LicenseId,
    ) -> Result<Self, StoreError> {
        let mut sql = QueryBuilder::new(
            "WITH own (number) AS (SELECT number FROM activations WHERE tenant_id = ",
        );
        sql.bind(tenant.as_str()).push(" AND license_id = ");
        sql.bind(license.to_string()).push(
            ") SELECT activation_number, at, lease_status, lease_expires_at FROM validations
             WHERE activation_number IN (SELECT number FROM own)",
        );
        let mut latest = Self::default();
        for row in &sql.fetch_all(connection).await? {
            latest.merge_row(row)?;
        }
        Ok(latest)
    }

    fn merge_row(&mut self, row: &AnyRow) -> Result<(), StoreError> {
        let fields = RowReader::new("validations", row);
        let lease = LastLease {
            status: fields.get_enum("lease_status", LeaseStatus::from_name)?,
            expires_at: fields.get_timestamp("lease_expires_at")?,
        };
        let found = (fields.get_timestamp("at")?, lease);
        let number = fields.get_i64("activation_number")?;
        let newest = self.0.entry(number).or_insert(found);
        if newest.0 <= found.0 {
            *newest = found;
        }
        Ok(())
    }

    /// Updates an activation with its latest validation. The activation must have been read after
    /// `self`.
    pub(crate) fn apply(&self, number: ActivationNumber, activation: &mut Activation) {
        if let Some((at, lease)) = self.0.get(&number)
            && *at >= activation.last_validated_at
        {
            activation.last_validated_at = *at;
            activation.last_lease = *lease;
        }
    }
}
