//! Activations: the device slots of licenses.

pub(crate) mod telemetry;
pub(crate) mod validations;

use std::collections::BTreeMap;

use keywright_domain::{
    activation::{Activation, Deactivation, LastLease},
    ids::{InstanceId, LicenseId, TenantId},
    machine_hash::MachineHash,
    search,
    time::Timestamp,
};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    LastSeenUpdate, LicenseLookup, Store, StoreError, Tx,
    activations::telemetry::{decode_telemetry, push_telemetry},
    activations::validations::LatestValidations,
    query::{MAX_ROWS_PER_STATEMENT, QueryBuilder, RowReader},
};

impl Store {
    /// Looks up a license, the instance if it belongs to the license, and the tenant's revision.
    pub async fn lookup_license(
        &self,
        tenant_id: &TenantId,
        id: LicenseId,
        instance: Option<InstanceId>,
    ) -> Result<LicenseLookup, StoreError> {
        self.lookups().lookup(tenant_id, id, instance).await
    }

    /// Returns all activations of the license, active and deactivated, newest first.
    pub async fn list_activations(
        &self,
        tenant: &TenantId,
        id: LicenseId,
    ) -> Result<Vec<Activation>, StoreError> {
        let mut connection = self.acquire_reader().await?;
        // Read before the rows, so that an update between the two reads is not missed.
        let newest = LatestValidations::for_license(&mut connection, tenant, id).await?;
        let rows = sqlx::query(
            "SELECT number, tenant_id, license_id, id, machine_hash, request_id, device_name, created_at, last_validated_at,
             deactivated_at, deactivated_by, lease_status, lease_expires_at, free_tier_instance_id, app_version,
             sdk_version, sdk, platform, os_version, arch, cpu_cores, memory, trial_duration_days
             FROM activations WHERE tenant_id = $1 AND license_id = $2 ORDER BY created_at DESC, id DESC",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .fetch_all(&mut *connection)
        .await?;
        let read = |row| {
            let mut activation = decode_activation(row)?;
            let number = RowReader::new("activations", row).get_i64("number")?;
            newest.apply(number, &mut activation);
            Ok(activation)
        };
        rows.iter().map(read).collect()
    }
}

impl Tx<'_> {
    /// Returns the active instance that an earlier attempt of the same request created, at or after
    /// `since`. Matches only instances without a machine hash.
    pub async fn find_active_instance_by_request(
        &mut self,
        tenant: &TenantId,
        id: LicenseId,
        request_id: &str,
        since: Timestamp,
    ) -> Result<Option<InstanceId>, StoreError> {
        let row = sqlx::query(
            "SELECT id FROM activations
             WHERE tenant_id = $1 AND license_id = $2 AND request_id = $3 AND machine_hash IS NULL AND created_at >= $4
             AND deactivated_at IS NULL ORDER BY created_at LIMIT 1",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .bind(request_id)
        .bind(since.millis())
        .fetch_optional(&mut *self.connection)
        .await?;
        row.map(|row| RowReader::new("activations", &row).get_parsed("id"))
            .transpose()
    }

    /// Returns the active instance that each machine already has, keyed by license.
    pub async fn find_active_instances_by_machine(
        &mut self,
        tenant_id: &TenantId,
        machines: &[(LicenseId, &MachineHash)],
    ) -> Result<BTreeMap<LicenseId, InstanceId>, StoreError> {
        let mut held = BTreeMap::new();
        for machines in machines.chunks(MAX_ROWS_PER_STATEMENT) {
            let mut sql = QueryBuilder::new("WITH asked (license_id, machine_hash) AS (VALUES ");
            sql.push_rows(machines, |sql, (license, hash)| {
                sql.bind(license.to_string()).push(", ").bind(hash.as_str());
            });
            sql.push(
                ") SELECT a.license_id, a.id FROM asked JOIN activations a ON a.license_id = asked.license_id
                 AND CASE WHEN a.deactivated_at IS NULL THEN a.machine_hash END = asked.machine_hash WHERE a.tenant_id = ",
            )
            .bind(tenant_id.as_str());
            for row in &sql.fetch_all(&mut *self.connection).await? {
                let fields = RowReader::new("activations", row);
                held.insert(fields.get_parsed("license_id")?, fields.get_parsed("id")?);
            }
        }
        Ok(held)
    }

    /// Inserts activations. The caller must have taken their slots ([`Tx::take_slots`]). Fails
    /// with [`StoreError::Conflict`] if a machine already has an active instance of its license.
    pub async fn insert_activations(
        &mut self,
        activations: &[Activation],
    ) -> Result<(), StoreError> {
        for activation in activations {
            self.mark_license_detail_changed(&activation.tenant_id, activation.license_id);
        }
        insert_activations(self.connection, activations).await
    }

    /// Updates the device name and keyless install ID that a reactivating device sends. `None`
    /// keeps the stored value.
    pub async fn update_reactivated_instance(
        &mut self,
        tenant: &TenantId,
        license: LicenseId,
        instance_id: InstanceId,
        device_name: Option<&str>,
        free_tier_instance_id: Option<&str>,
    ) -> Result<(), StoreError> {
        self.mark_license_detail_changed(tenant, license);
        sqlx::query(
            "UPDATE activations SET device_name = COALESCE($4, device_name), folded_name = COALESCE($5, folded_name),
             free_tier_instance_id = COALESCE($6, free_tier_instance_id)
             WHERE tenant_id = $1 AND license_id = $2 AND id = $3",
        )
        .bind(tenant.as_str())
        .bind(license.to_string())
        .bind(instance_id.to_string())
        .bind(device_name)
        .bind(device_name.map(search::fold))
        .bind(free_tier_instance_id)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Records the latest lease and telemetry of a tenant's active instances, unless newer ones
    /// are already recorded.
    pub async fn update_last_seen(
        &mut self,
        tenant_id: &TenantId,
        updates: &[&LastSeenUpdate],
    ) -> Result<(), StoreError> {
        for update in updates {
            self.mark_license_detail_changed(tenant_id, update.license_id);
        }
        for rows in updates.chunks(MAX_ROWS_PER_STATEMENT) {
            let mut sql = QueryBuilder::new(
                "WITH seen (license_id, id, at, lease_status, lease_expires_at, app_version, sdk_version, sdk, platform,
                 os_version, arch, cpu_cores, memory, trial_duration_days) AS (VALUES ",
            );
            sql.push_rows(rows, |sql, update| push_last_seen(sql, update));
            sql.push(
                ") UPDATE activations SET last_validated_at = seen.at, lease_status = seen.lease_status,
                 lease_expires_at = seen.lease_expires_at,
                 app_version = COALESCE(seen.app_version, activations.app_version),
                 sdk_version = COALESCE(seen.sdk_version, activations.sdk_version),
                 sdk = COALESCE(seen.sdk, activations.sdk),
                 platform = COALESCE(seen.platform, activations.platform),
                 os_version = COALESCE(seen.os_version, activations.os_version),
                 arch = COALESCE(seen.arch, activations.arch),
                 cpu_cores = COALESCE(seen.cpu_cores, activations.cpu_cores),
                 memory = COALESCE(seen.memory, activations.memory),
                 trial_duration_days = COALESCE(seen.trial_duration_days, activations.trial_duration_days)
                 FROM seen WHERE activations.tenant_id = ",
            )
            .bind(tenant_id.as_str())
            .push(
                " AND activations.license_id = seen.license_id AND activations.id = seen.id
                 AND activations.deactivated_at IS NULL AND activations.last_validated_at <= seen.at",
            );
            sql.execute(&mut *self.connection).await?;
        }
        Ok(())
    }

    /// Sets the machine hash of an active instance that lacks a hash, unless another active
    /// instance of the license has the same hash.
    pub async fn set_missing_machine_hash(
        &mut self,
        tenant: &TenantId,
        license: LicenseId,
        instance_id: InstanceId,
        hash: &MachineHash,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE activations SET machine_hash = $4
             WHERE tenant_id = $1 AND license_id = $2 AND id = $3 AND deactivated_at IS NULL AND machine_hash IS NULL
             AND NOT EXISTS (SELECT 1 FROM activations other WHERE other.tenant_id = $1 AND other.license_id = $2
                 AND CASE WHEN other.deactivated_at IS NULL THEN other.machine_hash END = $4)",
        )
        .bind(tenant.as_str())
        .bind(license.to_string())
        .bind(instance_id.to_string())
        .bind(hash.as_str())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Returns an instance's device name and whether it is active, or `None` if the license has
    /// no such instance.
    pub async fn find_instance(
        &mut self,
        tenant: &TenantId,
        license: LicenseId,
        instance_id: InstanceId,
    ) -> Result<Option<(String, bool)>, StoreError> {
        let row = sqlx::query(
            "SELECT device_name, deactivated_at FROM activations WHERE tenant_id = $1 AND license_id = $2 AND id = $3",
        )
        .bind(tenant.as_str())
        .bind(license.to_string())
        .bind(instance_id.to_string())
        .fetch_optional(&mut *self.connection)
        .await?;
        row.map(|row| {
            let fields = RowReader::new("activations", &row);
            let deactivated_at = fields.get_optional_timestamp("deactivated_at")?;
            Ok((fields.get_string("device_name")?, deactivated_at.is_none()))
        })
        .transpose()
    }

    /// Deactivates an instance and returns whether it was active. The caller must then release
    /// its slot ([`Tx::release_slot`]).
    pub async fn deactivate_instance(
        &mut self,
        tenant: &TenantId,
        license: LicenseId,
        instance_id: InstanceId,
        deactivation: &Deactivation,
    ) -> Result<bool, StoreError> {
        self.mark_license_detail_changed(tenant, license);
        let done = sqlx::query(
            "UPDATE activations SET deactivated_at = $4, deactivated_by = $5
             WHERE tenant_id = $1 AND license_id = $2 AND id = $3 AND deactivated_at IS NULL",
        )
        .bind(tenant.as_str())
        .bind(license.to_string())
        .bind(instance_id.to_string())
        .bind(deactivation.at.millis())
        .bind(deactivation.by_operator.as_deref())
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

/// Inserts activations. Fails with [`StoreError::Conflict`] if a machine already has an active
/// instance of its license.
pub(crate) async fn insert_activations(
    connection: &mut AnyConnection,
    activations: &[Activation],
) -> Result<(), StoreError> {
    for rows in activations.chunks(MAX_ROWS_PER_STATEMENT) {
        let mut sql = QueryBuilder::new(
            "INSERT INTO activations (tenant_id, license_id, id, machine_hash, request_id, device_name, folded_name,
             created_at, last_validated_at, deactivated_at, deactivated_by, lease_status, lease_expires_at,
             free_tier_instance_id, app_version, sdk_version, sdk, platform, os_version, arch, cpu_cores, memory,
             trial_duration_days) VALUES ",
        );
        sql.push_rows(rows, push_activation);
        sql.execute(connection).await?;
    }
    Ok(())
}

fn push_activation(sql: &mut QueryBuilder, activation: &Activation) {
    let Activation {
        telemetry,
        deactivation: deactivated,
        last_lease,
        ..
    } = activation;
    let (ended_at, ended_by) = match deactivated {
        Some(deactivation) => (
            Some(deactivation.at.millis()),
            deactivation.by_operator.as_deref(),
        ),
        None => (None, None),
    };
    sql.bind(activation.tenant_id.as_str());
    sql.push(", ").bind(activation.license_id.to_string());
    sql.push(", ").bind(activation.instance_id.to_string());
    let machine_hash = activation.machine_hash.as_ref().map(MachineHash::as_str);
    sql.push(", ").bind(machine_hash);
    sql.push(", ").bind(activation.request_id.as_deref());
    sql.push(", ").bind(activation.device_name.as_str());
    sql.push(", ").bind(search::fold(&activation.device_name));
    sql.push(", ").bind(activation.created_at.millis());
    sql.push(", ").bind(activation.last_validated_at.millis());
    sql.push(", ").bind(ended_at);
    sql.push(", ").bind(ended_by);
    sql.push(", ").bind(last_lease.status.as_str());
    sql.push(", ").bind(last_lease.expires_at.millis());
    sql.push(", ")
        .bind(activation.free_tier_instance_id.as_deref());
    push_telemetry(sql, telemetry);
}

fn push_last_seen(sql: &mut QueryBuilder, update: &LastSeenUpdate) {
    let LastSeenUpdate {
        telemetry, lease, ..
    } = update;
    sql.bind(update.license_id.to_string()).push(", ");
    sql.bind(update.instance_id.to_string()).push(", ");
    sql.bind(update.seen_at.millis()).push(", ");
    sql.bind(lease.status.as_str()).push(", ");
    sql.bind(lease.expires_at.millis());
    push_telemetry(sql, telemetry);
}

fn decode_activation(row: &AnyRow) -> Result<Activation, StoreError> {
    let fields = RowReader::new("activations", row);
    let deactivated_at = fields.get_optional_timestamp("deactivated_at")?;
    let by_operator = fields.get_optional_string("deactivated_by")?;
    Ok(Activation {
        tenant_id: fields.get_parsed("tenant_id")?,
        license_id: fields.get_parsed("license_id")?,
        instance_id: fields.get_parsed("id")?,
        machine_hash: fields.get_optional_parsed("machine_hash")?,
        request_id: fields.get_optional_string("request_id")?,
        device_name: fields.get_string("device_name")?,
        created_at: fields.get_timestamp("created_at")?,
        last_validated_at: fields.get_timestamp("last_validated_at")?,
        deactivation: deactivated_at.map(|at| Deactivation { at, by_operator }),
        last_lease: LastLease {
            status: fields.get_enum(
                "lease_status",
                keywright_domain::lease::LeaseStatus::from_name,
            )?,
            expires_at: fields.get_timestamp("lease_expires_at")?,
        },
        free_tier_instance_id: fields.get_optional_string("free_tier_instance_id")?,
        telemetry: decode_telemetry(&fields)?,
    })
}
