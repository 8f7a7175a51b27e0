//! Signing keys of a tenant. Private keys are sealed.

use keywright_domain::{
    ids::{Kid, TenantId},
    signing_key::{KeyStage, ListedKey},
    time::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{Store, StoreError, Tx, query::RowReader};

/// A key pair whose private key is encrypted.
#[derive(Debug, Clone)]
pub struct SealedSigningKey {
    pub kid: Kid,
    /// Standard base64 of the 32-byte public key.
    pub public_key: String,
    pub sealed_private_key: String,
}

macro_rules! select_listed_keys {
    () => {
        "SELECT kid, public_key, is_primary, created_at, retired_at FROM signing_keys
         WHERE tenant_id = $1 AND dropped_at IS NULL ORDER BY created_at, kid"
    };
}

impl Store {
    /// Returns the tenant's current signing key.
    pub async fn primary_signing_key(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<SealedSigningKey>, StoreError> {
        let row = sqlx::query(
            "SELECT kid, public_key, sealed_private_key FROM signing_keys WHERE tenant_id = $1 AND is_primary = 1",
        )
        .bind(tenant.as_str())
        .fetch_optional(&mut *self.acquire_reader().await?)
        .await?;
        row.map(|row| {
            let fields = RowReader::new("signing_keys", &row);
            Ok(SealedSigningKey {
                kid: fields.get_parsed("kid")?,
                public_key: fields.get_string("public_key")?,
                sealed_private_key: fields.get_string("sealed_private_key")?,
            })
        })
        .transpose()
    }

    /// Returns whether any tenant has a signing key.
    pub async fn has_signing_keys(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT 1 FROM signing_keys LIMIT 1")
            .fetch_optional(&mut *self.acquire_reader().await?)
            .await?;
        Ok(row.is_some())
    }

    /// Returns the tenant's listed keys, oldest first.
    pub async fn list_signing_keys(
        &self,
        tenant_id: &TenantId,
    ) -> Result<Vec<ListedKey>, StoreError> {
        let rows = sqlx::query(select_listed_keys!())
            .bind(tenant_id.as_str())
            .fetch_all(&mut *self.acquire_reader().await?)
            .await?;
        rows.iter().map(decode_listed_key).collect()
    }

    /// Returns the tenants that still list a key that was retired no later than `retired_by`.
    pub async fn tenants_with_droppable_keys(
        &self,
        retired_by: Timestamp,
    ) -> Result<Vec<TenantId>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT tenant_id FROM signing_keys WHERE retired_at <= $1 AND dropped_at IS NULL",
        )
        .bind(retired_by.millis())
        .fetch_all(&mut *self.acquire_reader().await?)
        .await?;
        rows.iter()
            .map(|row| RowReader::new("signing_keys", row).get_parsed("tenant_id"))
            .collect()
    }
}

impl Tx<'_> {
    /// Like [`Store::list_signing_keys`], within a unit of work.
    pub async fn list_signing_keys(
        &mut self,
        tenant_id: &TenantId,
    ) -> Result<Vec<ListedKey>, StoreError> {
        let rows = sqlx::query(select_listed_keys!())
            .bind(tenant_id.as_str())
            .fetch_all(&mut *self.connection)
            .await?;
        rows.iter().map(decode_listed_key).collect()
    }

    /// Returns the IDs of all keys that the tenant has ever had.
    pub async fn list_all_kids(&mut self, tenant: &TenantId) -> Result<Vec<Kid>, StoreError> {
        let rows = sqlx::query("SELECT kid FROM signing_keys WHERE tenant_id = $1 ORDER BY kid")
            .bind(tenant.as_str())
            .fetch_all(&mut *self.connection)
            .await?;
        rows.iter()
            .map(|row| RowReader::new("signing_keys", row).get_parsed("kid"))
            .collect()
    }

    /// Inserts a key that is listed but does not sign yet. Fails with [`StoreError::Conflict`] if
    /// the tenant has ever had a key with the same ID.
    pub async fn insert_signing_key(
        &mut self,
        tenant: &TenantId,
        key: &SealedSigningKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO signing_keys (tenant_id, kid, public_key, sealed_private_key, is_primary, created_at)
             VALUES ($1, $2, $3, $4, 0, $5)",
        )
        .bind(tenant.as_str())
        .bind(key.kid.as_str())
        .bind(&key.public_key)
        .bind(&key.sealed_private_key)
        .bind(now.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Retires the current signing key, if any, and starts signing with `kid`. Returns whether
    /// `kid` is listed.
    pub async fn promote_signing_key(
        &mut self,
        tenant: &TenantId,
        kid: &Kid,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        sqlx::query(
            "UPDATE signing_keys SET is_primary = 0, retired_at = $2 WHERE tenant_id = $1 AND is_primary = 1",
        )
        .bind(tenant.as_str())
        .bind(now.millis())
        .execute(&mut *self.connection)
        .await?;
        let done = sqlx::query(
            "UPDATE signing_keys SET is_primary = 1, retired_at = NULL
             WHERE tenant_id = $1 AND kid = $2 AND dropped_at IS NULL",
        )
        .bind(tenant.as_str())
        .bind(kid.as_str())
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Removes the tenant's keys that were retired no later than `retired_by` from the list and
    /// erases their private keys. Returns their IDs.
    pub async fn unlist_signing_keys(
        &mut self,
        tenant: &TenantId,
        retired_by: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Kid>, StoreError> {
        let rows = sqlx::query(
            "UPDATE signing_keys SET dropped_at = $3, sealed_private_key = ''
             WHERE tenant_id = $1 AND retired_at <= $2 AND dropped_at IS NULL AND is_primary = 0 RETURNING kid",
        )
        .bind(tenant.as_str())
        .bind(retired_by.millis())
        .bind(now.millis())
        .fetch_all(&mut *self.connection)
        .await?;
        rows.iter()
            .map(|row| RowReader::new("signing_keys", row).get_parsed("kid"))
            .collect()
    }
}

fn decode_listed_key(row: &AnyRow) -> Result<ListedKey, StoreError> {
    let fields = RowReader::new("signing_keys", row);
    let stage = match (
        fields.get_bool("is_primary")?,
        fields.get_optional_timestamp("retired_at")?,
    ) {
        (true, _) => KeyStage::Signing,
        (false, Some(at)) => KeyStage::Retired(at),
        (false, None) => KeyStage::Added,
    };
    Ok(ListedKey {
        kid: fields.get_parsed("kid")?,
        public_key: fields.get_string("public_key")?,
        created_at: fields.get_timestamp("created_at")?,
        stage,
    })
}
