//! Activations: the device slots of licenses.

use keywright_domain::{
    activation::{Activation, Deactivation, LastLease},
    ids::{InstanceId, LicenseId, TenantId},
    license::License,
    machine::MachineHash,
    time::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    Engine, Store, StoreError, Touch, Tx,
    licenses::license,
    row::Fields,
    sql::Sql,
    telemetry::{telemetry, with_telemetry},
};

/// What a device's look for its license found.
#[derive(Debug, Clone)]
pub struct Looked {
    /// That of the tenant's [`DeviceTenant`](crate::DeviceTenant) at that moment; none where there is no such tenant.
    pub revision: Option<i64>,
    /// The license, if there is one.
    pub found: Option<DeviceLicense>,
}

/// A license as one of its devices sees it.
#[derive(Debug, Clone)]
pub struct DeviceLicense {
    /// The license.
    pub license: License,
    /// Whether the instance that was asked for is this license's and holds its slot; `None` where it is not its own.
    pub instance_active: Option<bool>,
    /// Whether that instance is known without a machine hash.
    pub lacks_hash: bool,
}

/// How a device that asks for a slot may be known already.
#[derive(Debug, Clone, Copy)]
pub struct Seat<'a> {
    /// By its machine.
    pub machine_hash: Option<&'a MachineHash>,
    /// By the request, if it is repeated: its id, and since when a repeat counts as one.
    pub request: Option<(&'a str, Timestamp)>,
}

impl Store {
    /// A license, whether `instance` is one of its devices, and the tenant's revision: one read, for it is what every validate
    /// does.
    pub async fn look_for_license(
        &self,
        tenant: &TenantId,
        id: LicenseId,
        instance: Option<InstanceId>,
    ) -> Result<Looked, StoreError> {
        let row = sqlx::query(
            "SELECT r.revision, l.tenant_id, l.id, l.product_id, l.key_type_id, l.display_key, l.state, l.created_at,
             l.expires_at, l.activation_limit, l.active_count, l.entitlements, l.fallback, l.customer_name,
             l.customer_email, l.predecessor_id, l.successor_id,
             CASE WHEN a.id IS NULL THEN NULL WHEN a.deactivated_at IS NULL THEN 1 ELSE 0 END AS instance_active,
             CASE WHEN a.machine_hash IS NULL THEN 1 ELSE 0 END AS lacks_hash
             FROM tenant_revisions r
             LEFT JOIN licenses l ON l.tenant_id = r.tenant_id AND l.id = $2
             LEFT JOIN activations a ON a.tenant_id = r.tenant_id AND a.license_id = $2 AND a.id = $3
             WHERE r.tenant_id = $1",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .bind(instance.map(|instance| instance.to_string()))
        .fetch_optional(&mut *self.read().await?)
        .await?;
        let Some(row) = row else {
            return Ok(Looked {
                revision: None,
                found: None,
            });
        };
        let fields = Fields::new("licenses", &row);
        let found = match fields.optional_text("id")? {
            None => None,
            Some(_) => Some(DeviceLicense {
                license: license(&fields)?,
                instance_active: fields.optional_flag("instance_active")?,
                lacks_hash: fields.flag("lacks_hash")?,
            }),
        };
        Ok(Looked {
            revision: Some(fields.number("revision")?),
            found,
        })
    }

    /// Every device that the license knows, active and past, the newest first.
    pub async fn activations(
        &self,
        tenant: &TenantId,
        id: LicenseId,
    ) -> Result<Vec<Activation>, StoreError> {
        let rows = sqlx::query(
            "SELECT tenant_id, license_id, id, machine_hash, request_id, device_name, created_at, last_validated_at,
             deactivated_at, deactivated_by, lease_status, lease_expires_at, free_tier_instance_id, app_version,
             sdk_version, sdk, platform, os_version, arch, cpu_cores, memory, trial_duration_days
             FROM activations WHERE tenant_id = $1 AND license_id = $2 ORDER BY created_at DESC, id DESC",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .fetch_all(&mut *self.read().await?)
        .await?;
        rows.iter().map(activation).collect()
    }
}

impl Tx<'_> {
    /// The active instance that a device holds already, by its machine or, failing that, by its repeated request.
    pub async fn held_instance(
        &mut self,
        tenant: &TenantId,
        id: LicenseId,
        seat: Seat<'_>,
    ) -> Result<Option<InstanceId>, StoreError> {
        let query = match (seat.machine_hash, seat.request) {
            (Some(hash), _) => sqlx::query(
                "SELECT id FROM activations
                 WHERE tenant_id = $1 AND license_id = $2 AND machine_hash = $3 AND deactivated_at IS NULL",
            )
            .bind(tenant.as_str().to_owned())
            .bind(id.to_string())
            .bind(hash.as_str().to_owned()),
            (None, Some((request_id, since))) => sqlx::query(
                "SELECT id FROM activations
                 WHERE tenant_id = $1 AND license_id = $2 AND request_id = $3 AND created_at >= $4
                 AND deactivated_at IS NULL ORDER BY created_at LIMIT 1",
            )
            .bind(tenant.as_str().to_owned())
            .bind(id.to_string())
            .bind(request_id.to_owned())
            .bind(since.millis()),
            (None, None) => return Ok(None),
        };
        let row = query.fetch_optional(&mut *self.connection).await?;
        row.map(|row| Fields::new("activations", &row).parsed("id"))
            .transpose()
    }

    /// Adds an activation. Its slot must have been taken ([`Tx::take_slot`]); a machine that holds one already is a
    /// conflict.
    pub async fn insert_activation(&mut self, activation: &Activation) -> Result<(), StoreError> {
        self.announce_detail(&activation.tenant, activation.license);
        let Activation {
            telemetry,
            deactivated,
            last_lease,
            ..
        } = activation;
        let query = sqlx::query(
            "INSERT INTO activations (tenant_id, license_id, id, machine_hash, request_id, device_name, created_at,
             last_validated_at, deactivated_at, deactivated_by, lease_status, lease_expires_at, free_tier_instance_id,
             app_version, sdk_version, sdk, platform, os_version, arch, cpu_cores, memory, trial_duration_days)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
        )
        .bind(activation.tenant.as_str())
        .bind(activation.license.to_string())
        .bind(activation.instance.to_string())
        .bind(activation.machine_hash.as_ref().map(MachineHash::as_str))
        .bind(activation.request_id.as_deref())
        .bind(&activation.device_name)
        .bind(activation.created_at.millis())
        .bind(activation.last_validated_at.millis())
        .bind(deactivated.as_ref().map(|deactivation| deactivation.at.millis()))
        .bind(deactivated.as_ref().and_then(|deactivation| deactivation.by_operator.as_deref()))
        .bind(last_lease.status.as_str())
        .bind(last_lease.expires_at.millis())
        .bind(activation.free_tier_instance_id.as_deref());
        with_telemetry(query, telemetry)
            .execute(&mut *self.connection)
            .await?;
        let Activation {
            tenant,
            license,
            instance,
            device_name,
            ..
        } = activation;
        self.index_device(tenant, *license, *instance, device_name);
        Ok(())
    }

    /// Takes over what a device that activates again says of itself beside its telemetry; what it does not say keeps
    /// its old value.
    pub async fn refresh_instance(
        &mut self,
        tenant: &TenantId,
        license: LicenseId,
        instance: InstanceId,
        device_name: Option<&str>,
        free_tier_instance_id: Option<&str>,
    ) -> Result<(), StoreError> {
        self.announce_detail(tenant, license);
        sqlx::query(
            "UPDATE activations SET device_name = COALESCE($4, device_name),
             free_tier_instance_id = COALESCE($5, free_tier_instance_id)
             WHERE tenant_id = $1 AND license_id = $2 AND id = $3",
        )
        .bind(tenant.as_str())
        .bind(license.to_string())
        .bind(instance.to_string())
        .bind(device_name)
        .bind(free_tier_instance_id)
        .execute(&mut *self.connection)
        .await?;
        if let Some(device_name) = device_name {
            self.index_device(tenant, license, instance, device_name);
        }
        Ok(())
    }

    /// Notes what active instances of a tenant were given and said, unless something newer of them is noted already.
    pub async fn touch_instances(
        &mut self,
        tenant: &TenantId,
        touches: &[&Touch],
    ) -> Result<(), StoreError> {
        for touch in touches {
            self.announce_detail(tenant, touch.license);
        }
        for rows in touches.chunks(touches_in_a_statement(self.engine)) {
            let mut sql = Sql::new(
                "WITH seen (license_id, id, at, lease_status, lease_expires_at, app_version, sdk_version, sdk, platform,
                 os_version, arch, cpu_cores, memory, trial_duration_days) AS (VALUES ",
            );
            for (index, touch) in rows.iter().enumerate() {
                sql.push(if index == 0 { "(" } else { ", (" });
                push_touch(&mut sql, touch);
                sql.push(")");
            }
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
            .bind(tenant.as_str())
            .push(
                " AND activations.license_id = seen.license_id AND activations.id = seen.id
                 AND activations.deactivated_at IS NULL AND activations.last_validated_at <= seen.at",
            );
            sql.fetch_all(&mut *self.connection).await?;
        }
        Ok(())
    }

    /// Gives an active instance without machine hash the one that it sent, unless another active instance of the license
    /// holds that.
    pub async fn fill_machine_hash(
        &mut self,
        tenant: &TenantId,
        license: LicenseId,
        instance: InstanceId,
        hash: &MachineHash,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE activations SET machine_hash = $4
             WHERE tenant_id = $1 AND license_id = $2 AND id = $3 AND deactivated_at IS NULL AND machine_hash IS NULL
             AND NOT EXISTS (SELECT 1 FROM activations other WHERE other.tenant_id = $1 AND other.license_id = $2
                 AND other.machine_hash = $4 AND other.deactivated_at IS NULL)",
        )
        .bind(tenant.as_str())
        .bind(license.to_string())
        .bind(instance.to_string())
        .bind(hash.as_str())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// The name of a license's device and whether it holds its slot, if the license has such an instance.
    pub async fn instance(
        &mut self,
        tenant: &TenantId,
        license: LicenseId,
        instance: InstanceId,
    ) -> Result<Option<(String, bool)>, StoreError> {
        let row = sqlx::query(
            "SELECT device_name, deactivated_at FROM activations WHERE tenant_id = $1 AND license_id = $2 AND id = $3",
        )
        .bind(tenant.as_str())
        .bind(license.to_string())
        .bind(instance.to_string())
        .fetch_optional(&mut *self.connection)
        .await?;
        row.map(|row| {
            let fields = Fields::new("activations", &row);
            let deactivated_at = fields.optional_time("deactivated_at")?;
            Ok((fields.text("device_name")?, deactivated_at.is_none()))
        })
        .transpose()
    }

    /// Ends an active instance; says whether it was one. Its slot is to be given back ([`Tx::free_slot`]).
    pub async fn end_instance(
        &mut self,
        tenant: &TenantId,
        license: LicenseId,
        instance: InstanceId,
        deactivation: &Deactivation,
    ) -> Result<bool, StoreError> {
        self.announce_detail(tenant, license);
        let done = sqlx::query(
            "UPDATE activations SET deactivated_at = $4, deactivated_by = $5
             WHERE tenant_id = $1 AND license_id = $2 AND id = $3 AND deactivated_at IS NULL",
        )
        .bind(tenant.as_str())
        .bind(license.to_string())
        .bind(instance.to_string())
        .bind(deactivation.at.millis())
        .bind(deactivation.by_operator.as_deref())
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

/// PostgreSQL is asked over a network; SQLite looks for the name of each argument among all of them, so that many cost more than
/// they save.
const fn touches_in_a_statement(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 8,
        Engine::Postgres => 64,
    }
}

fn push_touch(sql: &mut Sql, touch: &Touch) {
    let Touch {
        telemetry, lease, ..
    } = touch;
    sql.bind(touch.license.to_string()).push(", ");
    sql.bind(touch.instance.to_string()).push(", ");
    sql.bind(touch.at.millis()).push(", ");
    sql.bind(lease.status.as_str()).push(", ");
    sql.bind(lease.expires_at.millis());
    for said in [
        &telemetry.app_version,
        &telemetry.sdk_version,
        &telemetry.sdk,
        &telemetry.platform,
        &telemetry.os_version,
        &telemetry.arch,
        &telemetry.cpu_cores,
        &telemetry.memory,
    ] {
        sql.push(", ").bind(said.as_deref());
    }
    sql.push(", ").bind(telemetry.trial_duration_days);
}

fn activation(row: &AnyRow) -> Result<Activation, StoreError> {
    let fields = Fields::new("activations", row);
    let deactivated_at = fields.optional_time("deactivated_at")?;
    let by_operator = fields.optional_text("deactivated_by")?;
    Ok(Activation {
        tenant: fields.parsed("tenant_id")?,
        license: fields.parsed("license_id")?,
        instance: fields.parsed("id")?,
        machine_hash: fields.optional_parsed("machine_hash")?,
        request_id: fields.optional_text("request_id")?,
        device_name: fields.text("device_name")?,
        created_at: fields.time("created_at")?,
        last_validated_at: fields.time("last_validated_at")?,
        deactivated: deactivated_at.map(|at| Deactivation { at, by_operator }),
        last_lease: LastLease {
            status: fields.named(
                "lease_status",
                keywright_domain::lease::LeaseStatus::from_name,
            )?,
            expires_at: fields.time("lease_expires_at")?,
        },
        free_tier_instance_id: fields.optional_text("free_tier_instance_id")?,
        telemetry: telemetry(&fields)?,
    })
}
