//! Tenants: creation, plans and suspension.

mod guide;
mod setup_code;
mod tenant_config;

pub use self::{
    setup_code::StoredSetupCode,
    tenant_config::{SdkKeyRecord, TenantConfigRecord},
};

use keywright_domain::{ids::TenantId, plan::Plan, product::Tenant, time::Timestamp};

use crate::{Store, StoreError, Tx, query::RowReader};

impl Store {
    pub async fn find_tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let row = sqlx::query(
            "SELECT id, name, plan, suspended_at, created_at FROM tenants WHERE id = $1",
        )
        .bind(id.as_str())
        .fetch_optional(&mut *self.acquire_reader().await?)
        .await?;
        row.map(|row| decode_tenant(&RowReader::new("tenants", &row)))
            .transpose()
    }

    /// Returns the slugs of all tenants, sorted.
    pub async fn list_tenant_ids(&self) -> Result<Vec<TenantId>, StoreError> {
        let rows = sqlx::query("SELECT id FROM tenants ORDER BY id")
            .fetch_all(&mut *self.acquire_reader().await?)
            .await?;
        rows.iter()
            .map(|row| RowReader::new("tenants", row).get_parsed("id"))
            .collect()
    }
}

impl Tx<'_> {
    /// Inserts a tenant. Fails with [`StoreError::Conflict`] if its slug is taken.
    pub async fn insert_tenant(&mut self, tenant: &Tenant) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO tenants (id, name, plan, suspended_at, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(tenant.id.as_str())
            .bind(&tenant.name)
            .bind(tenant.plan.as_str())
            .bind(tenant.suspended_at.map(Timestamp::millis))
            .bind(tenant.created_at.millis())
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    /// Reads a tenant and locks it until the end of the unit of work. Serializes changes to
    /// resources that are limited per tenant, such as products.
    pub async fn lock_tenant(&mut self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        let row = sqlx::query(
            "UPDATE tenants SET name = name WHERE id = $1 RETURNING id, name, plan, suspended_at, created_at",
        )
        .bind(id.as_str())
        .fetch_optional(&mut *self.connection)
        .await?;
        row.map(|row| decode_tenant(&RowReader::new("tenants", &row)))
            .transpose()
    }

    /// Changes the tenant's plan. Returns whether the tenant exists.
    pub async fn set_plan(&mut self, id: &TenantId, plan: Plan) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE tenants SET plan = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(plan.as_str())
            .execute(&mut *self.connection)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Suspends the tenant's device API as of `since`, or resumes it if `None`. Returns whether
    /// this changed anything.
    pub async fn set_suspended(
        &mut self,
        id: &TenantId,
        since: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE tenants SET suspended_at = $2
             WHERE id = $1 AND CASE WHEN suspended_at IS NULL THEN 1 ELSE 0 END = $3",
        )
        .bind(id.as_str())
        .bind(since.map(Timestamp::millis))
        .bind(i64::from(since.is_some()))
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn decode_tenant(fields: &RowReader<'_>) -> Result<Tenant, StoreError> {
    Ok(Tenant {
        id: fields.get_parsed("id")?,
        name: fields.get_string("name")?,
        plan: fields.get_enum("plan", Plan::from_name)?,
        suspended_at: fields.get_optional_timestamp("suspended_at")?,
        created_at: fields.get_timestamp("created_at")?,
    })
}
