//! Keyless installs: devices that run an app without a license key.

use keywright_domain::{
    ids::{ProductId, TenantId},
    keyless::{KeylessInstall, KeylessState, LastBeacon},
    machine_hash::MachineHash,
    time::Timestamp,
};

#[cfg(feature = "testing")]
use crate::activations::telemetry::decode_telemetry;
use crate::{Store, StoreError, Tx, activations::telemetry::bind_telemetry, query::RowReader};

impl Store {
    /// Returns the last recorded beacon of a device ([`KeylessInstall::identity`]).
    pub async fn last_beacon(
        &self,
        tenant: &TenantId,
        product: &ProductId,
        device: &str,
    ) -> Result<Option<LastBeacon>, StoreError> {
        let row = sqlx::query(
            "SELECT state, last_seen_at FROM keyless_installs
             WHERE tenant_id = $1 AND product_id = $2 AND device = $3",
        )
        .bind(tenant.as_str())
        .bind(product.as_str())
        .bind(device)
        .fetch_optional(&mut *self.acquire_reader().await?)
        .await?;
        row.map(|row| {
            let fields = RowReader::new("keyless_installs", &row);
            Ok(LastBeacon {
                state: fields.get_enum("state", KeylessState::from_name)?,
                seen_at: fields.get_timestamp("last_seen_at")?,
            })
        })
        .transpose()
    }

    /// Returns the installs of a product, newest first.
    #[cfg(feature = "testing")]
    pub async fn list_keyless_installs(
        &self,
        tenant: &TenantId,
        product: &ProductId,
    ) -> Result<Vec<KeylessInstall>, StoreError> {
        let rows = sqlx::query(
            "SELECT tenant_id, product_id, instance_id, machine_hash, state, first_seen_at, last_seen_at, app_version,
             sdk_version, sdk, platform, os_version, arch, cpu_cores, memory, trial_duration_days
             FROM keyless_installs WHERE tenant_id = $1 AND product_id = $2 ORDER BY first_seen_at DESC, device",
        )
        .bind(tenant.as_str())
        .bind(product.as_str())
        .fetch_all(&mut *self.acquire_reader().await?)
        .await?;
        rows.iter()
            .map(|row| {
                let fields = RowReader::new("keyless_installs", row);
                Ok(KeylessInstall {
                    tenant_id: fields.get_parsed("tenant_id")?,
                    product_id: fields.get_parsed("product_id")?,
                    instance_id: fields.get_string("instance_id")?,
                    machine_hash: fields.get_optional_parsed("machine_hash")?,
                    state: fields.get_enum("state", KeylessState::from_name)?,
                    first_seen_at: fields.get_timestamp("first_seen_at")?,
                    last_seen_at: fields.get_timestamp("last_seen_at")?,
                    telemetry: decode_telemetry(&fields)?,
                })
            })
            .collect()
    }
}

impl Tx<'_> {
    /// Inserts or updates an install. An update keeps `first_seen_at` and the telemetry that the
    /// device does not send.
    pub async fn upsert_keyless_install(
        &mut self,
        install: &KeylessInstall,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO keyless_installs (tenant_id, product_id, device, instance_id, machine_hash, state,
             first_seen_at, last_seen_at, app_version, sdk_version, sdk, platform, os_version, arch, cpu_cores, memory,
             trial_duration_days)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
             ON CONFLICT (tenant_id, product_id, device) DO UPDATE SET instance_id = excluded.instance_id,
             state = excluded.state, last_seen_at = excluded.last_seen_at,
             app_version = COALESCE(excluded.app_version, keyless_installs.app_version),
             sdk_version = COALESCE(excluded.sdk_version, keyless_installs.sdk_version),
             sdk = COALESCE(excluded.sdk, keyless_installs.sdk),
             platform = COALESCE(excluded.platform, keyless_installs.platform),
             os_version = COALESCE(excluded.os_version, keyless_installs.os_version),
             arch = COALESCE(excluded.arch, keyless_installs.arch),
             cpu_cores = COALESCE(excluded.cpu_cores, keyless_installs.cpu_cores),
             memory = COALESCE(excluded.memory, keyless_installs.memory),
             trial_duration_days = COALESCE(excluded.trial_duration_days, keyless_installs.trial_duration_days)",
        )
        .bind(install.tenant_id.as_str())
        .bind(install.product_id.as_str())
        .bind(install.identity())
        .bind(&install.instance_id)
        .bind(install.machine_hash.as_ref().map(MachineHash::as_str))
        .bind(install.state.as_str())
        .bind(install.first_seen_at.millis())
        .bind(install.last_seen_at.millis());
        bind_telemetry(query, &install.telemetry)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    /// Deletes at most `most` installs, of any tenant, that were last seen before `seen_before`.
    /// Returns the number of deleted installs.
    pub async fn purge_keyless_installs(
        &mut self,
        seen_before: Timestamp,
        most: u32,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM keyless_installs WHERE (tenant_id, product_id, device) IN
             (SELECT tenant_id, product_id, device FROM keyless_installs WHERE last_seen_at < $1 LIMIT $2)",
        )
        .bind(seen_before.millis())
        .bind(i64::from(most))
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected())
    }
}
