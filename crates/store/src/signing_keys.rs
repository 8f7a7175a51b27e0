//! A tenant's signing keys. The private halves come in and go out sealed.

use keywright_domain::{
    ids::{Kid, TenantId},
    time::Timestamp,
};

use crate::{Store, StoreError, Tx, row::Fields};

/// A key pair whose private half is encrypted.
#[derive(Debug, Clone)]
pub struct SealedSigningKey {
    /// Its name.
    pub kid: Kid,
    /// Standard base64 of the 32 public bytes.
    pub public_key: String,
    /// The sealed private half.
    pub sealed_private_key: String,
}

/// A key that may verify a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its name.
    pub kid: Kid,
    /// Standard base64 of the 32 bytes.
    pub public_key: String,
    /// Whether it signs new leases.
    pub is_primary: bool,
}

impl Store {
    /// The key that the tenant signs with.
    pub async fn primary_signing_key(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<SealedSigningKey>, StoreError> {
        let row = sqlx::query(
            "SELECT kid, public_key, sealed_private_key FROM signing_keys WHERE tenant_id = $1 AND is_primary = 1",
        )
        .bind(tenant.as_str())
        .fetch_optional(&mut *self.read().await?)
        .await?;
        row.map(|row| {
            let fields = Fields::new("signing_keys", &row);
            Ok(SealedSigningKey {
                kid: fields.parsed("kid")?,
                public_key: fields.text("public_key")?,
                sealed_private_key: fields.text("sealed_private_key")?,
            })
        })
        .transpose()
    }

    /// Whether there is any signing key, of whichever tenant: something that only the right master key opens.
    pub async fn has_signing_keys(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT 1 FROM signing_keys LIMIT 1")
            .fetch_optional(&mut *self.read().await?)
            .await?;
        Ok(row.is_some())
    }

    /// Every key of the tenant that may verify a lease, the oldest first.
    pub async fn public_keys(&self, tenant: &TenantId) -> Result<Vec<PublicKey>, StoreError> {
        let rows = sqlx::query(
            "SELECT kid, public_key, is_primary FROM signing_keys WHERE tenant_id = $1 ORDER BY created_at, kid",
        )
        .bind(tenant.as_str())
        .fetch_all(&mut *self.read().await?)
        .await?;
        rows.iter()
            .map(|row| {
                let fields = Fields::new("signing_keys", row);
                Ok(PublicKey {
                    kid: fields.parsed("kid")?,
                    public_key: fields.text("public_key")?,
                    is_primary: fields.flag("is_primary")?,
                })
            })
            .collect()
    }
}

impl Tx<'_> {
    /// Adds the tenant's first signing key, which signs from now on. A second primary key is a conflict.
    pub async fn insert_primary_signing_key(
        &mut self,
        tenant: &TenantId,
        key: &SealedSigningKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO signing_keys (tenant_id, kid, public_key, sealed_private_key, is_primary, created_at)
             VALUES ($1, $2, $3, $4, 1, $5)",
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
}
