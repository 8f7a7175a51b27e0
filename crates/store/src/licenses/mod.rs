//! Licenses: single licenses, the list, and lookups by devices.

mod list;
mod lookup;

pub(crate) use self::lookup::LookupBatcher;
pub use self::lookup::{ActivationSnapshot, LicenseLookup, LicenseSnapshot};

use keywright_domain::{
    ids::{LicenseId, TenantId},
    license::{Customer, LeaseInputs, License, LicenseState},
    license_key::DisplayKey,
};

use sqlx::AnyConnection;

use crate::{
    Engine, Store, StoreError, Tx,
    products::{decode_entitlements, encode_entitlements},
    query::{MAX_ROWS_PER_STATEMENT, QueryBuilder, RowReader, encode_expiry},
    search::insert_license_texts,
};

/// The columns of a license. A prepared statement with `*` would break when a migration adds a
/// column.
macro_rules! license_columns {
    () => {
        "tenant_id, id, product_id, key_type_id, display_key, state, created_at, expires_at, activation_limit,
         active_count, entitlements, fallback, customer_name, customer_email, predecessor_id, successor_id"
    };
}

impl Store {
    pub async fn find_license(
        &self,
        tenant: &TenantId,
        id: LicenseId,
    ) -> Result<Option<License>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            license_columns!(),
            " FROM licenses WHERE tenant_id = $1 AND id = $2"
        ))
        .bind(tenant.as_str())
        .bind(id.to_string())
        .fetch_optional(&mut *self.acquire_reader().await?)
        .await?;
        row.map(|row| decode_license(&RowReader::new("licenses", &row)))
            .transpose()
    }
}

impl Tx<'_> {
    /// Inserts a license. Fails with [`StoreError::Conflict`] if its key already exists.
    pub async fn insert_license(&mut self, license: &License) -> Result<(), StoreError> {
        self.mark_license_changed(&license.tenant_id, license.id);
        insert_licenses(self.connection, std::slice::from_ref(license)).await
    }

    /// Reads a license and locks it until the end of the unit of work.
    pub async fn lock_license(
        &mut self,
        tenant_id: &TenantId,
        id: LicenseId,
    ) -> Result<Option<License>, StoreError> {
        Ok(self.lock_licenses(tenant_id, &[id]).await?.pop())
    }

    /// Reads several licenses and locks them in the order of their IDs, which prevents deadlocks.
    pub async fn lock_licenses(
        &mut self,
        tenant: &TenantId,
        ids: &[LicenseId],
    ) -> Result<Vec<License>, StoreError> {
        let mut sql = QueryBuilder::new(concat!(
            "SELECT ",
            license_columns!(),
            " FROM licenses WHERE tenant_id = "
        ));
        sql.bind(tenant.as_str()).push(" AND id IN (");
        sql.push_bind_list(ids.iter().map(ToString::to_string));
        sql.push(") ORDER BY id");
        if self.engine == Engine::Postgres {
            // SQLite has a single writer and needs no row locks.
            sql.push(" FOR NO KEY UPDATE");
        }
        let rows = sql.fetch_all(&mut *self.connection).await?;
        rows.iter()
            .map(|row| decode_license(&RowReader::new("licenses", row)))
            .collect()
    }

    /// Revokes an active license. Returns whether it was active.
    pub async fn revoke_license(
        &mut self,
        tenant: &TenantId,
        id: LicenseId,
    ) -> Result<bool, StoreError> {
        self.mark_license_changed(tenant, id);
        let done = sqlx::query(
            "UPDATE licenses SET state = 'revoked' WHERE tenant_id = $1 AND id = $2 AND state = 'active'",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Marks an active license as replaced by `successor`. Returns whether it was active.
    pub async fn mark_license_reminted(
        &mut self,
        tenant: &TenantId,
        id: LicenseId,
        successor: LicenseId,
    ) -> Result<bool, StoreError> {
        self.mark_license_changed(tenant, id);
        let done = sqlx::query(
            "UPDATE licenses SET state = 'reminted', successor_id = $3
             WHERE tenant_id = $1 AND id = $2 AND state = 'active'",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .bind(successor.to_string())
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes one slot of each license, and returns how many were taken. The `WHERE` clause
    /// enforces the limit even if all other checks fail.
    pub async fn take_slots(
        &mut self,
        tenant: &TenantId,
        ids: &[LicenseId],
    ) -> Result<usize, StoreError> {
        for &id in ids {
            self.mark_license_changed(tenant, id);
        }
        // `COALESCE` keeps the planner from scanning the whole index on state.
        let mut sql = QueryBuilder::new(
            "UPDATE licenses SET active_count = active_count + 1
             WHERE COALESCE(state, '') = 'active' AND active_count < activation_limit AND tenant_id = ",
        );
        sql.bind(tenant.as_str()).push(" AND id IN (");
        sql.push_bind_list(ids.iter().map(ToString::to_string))
            .push(")");
        let taken = sql.execute(&mut *self.connection).await?;
        Ok(usize::try_from(taken).unwrap_or(usize::MAX))
    }

    /// Releases one slot.
    pub async fn release_slot(
        &mut self,
        tenant: &TenantId,
        id: LicenseId,
    ) -> Result<(), StoreError> {
        self.mark_license_changed(tenant, id);
        sqlx::query(
            "UPDATE licenses SET active_count = active_count - 1 WHERE tenant_id = $1 AND id = $2",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}

pub(crate) fn decode_license(fields: &RowReader<'_>) -> Result<License, StoreError> {
    Ok(License {
        tenant_id: fields.get_parsed("tenant_id")?,
        id: fields.get_parsed("id")?,
        product_id: fields.get_parsed("product_id")?,
        key_type_id: fields.get_parsed("key_type_id")?,
        display_key: DisplayKey::from_stored(fields.get_string("display_key")?),
        state: fields.get_enum("state", LicenseState::from_name)?,
        created_at: fields.get_timestamp("created_at")?,
        expires_at: fields.get_expiry("expires_at")?,
        activation_limit: fields.get_u32("activation_limit")?,
        active_count: fields.get_u32("active_count")?,
        entitlements: decode_entitlements(fields)?,
        fallback: fields.get_bool("fallback")?,
        customer: Customer {
            name: fields.get_optional_string("customer_name")?,
            email: fields.get_optional_string("customer_email")?,
        },
        predecessor_id: fields.get_optional_parsed("predecessor_id")?,
        successor_id: fields.get_optional_parsed("successor_id")?,
    })
}

/// Decodes the part of a license that device API calls need.
pub(crate) fn decode_license_terms(
    fields: &RowReader<'_>,
    id: LicenseId,
) -> Result<LeaseInputs, StoreError> {
    Ok(LeaseInputs {
        id,
        product_id: fields.get_parsed("product_id")?,
        state: fields.get_enum("state", LicenseState::from_name)?,
        expires_at: fields.get_expiry("expires_at")?,
        entitlements: decode_entitlements(fields)?,
        fallback: fields.get_bool("fallback")?,
    })
}

/// Inserts licenses and their search texts. Fails with [`StoreError::Conflict`] if a key already
/// exists.
pub(crate) async fn insert_licenses(
    connection: &mut AnyConnection,
    licenses: &[License],
) -> Result<(), StoreError> {
    for rows in licenses.chunks(MAX_ROWS_PER_STATEMENT) {
        let mut sql = QueryBuilder::new(concat!(
            "INSERT INTO licenses (",
            license_columns!(),
            ") VALUES "
        ));
        sql.push_rows(rows, push_license);
        sql.execute(connection).await?;
        insert_license_texts(connection, rows).await?;
    }
    Ok(())
}

/// In the order of `license_columns`.
fn push_license(sql: &mut QueryBuilder, license: &License) {
    sql.bind(license.tenant_id.as_str());
    sql.push(", ").bind(license.id.to_string());
    sql.push(", ").bind(license.product_id.as_str());
    sql.push(", ").bind(license.key_type_id.as_str());
    sql.push(", ").bind(license.display_key.as_str());
    sql.push(", ").bind(license.state.as_str());
    sql.push(", ").bind(license.created_at.millis());
    sql.push(", ").bind(encode_expiry(license.expires_at));
    sql.push(", ").bind(i64::from(license.activation_limit));
    sql.push(", ").bind(i64::from(license.active_count));
    sql.push(", ")
        .bind(encode_entitlements(&license.entitlements));
    sql.push(", ").bind(i64::from(license.fallback));
    sql.push(", ").bind(license.customer.name.as_deref());
    sql.push(", ").bind(license.customer.email.as_deref());
    let lineage = [license.predecessor_id, license.successor_id];
    for id in lineage.map(|id| id.map(|id| id.to_string())) {
        sql.push(", ").bind(id.as_deref());
    }
}
