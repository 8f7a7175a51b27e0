//! Products and their key types.

use keywright_api_types::page::{Count, MAX_EXACT_COUNT};
use keywright_domain::{
    entitlement::Entitlements,
    ids::{KeyTypeId, ProductId, TenantId},
    license_key::KeyPrefix,
    product::{KeyType, Product},
    product_settings::ProductSettings,
};

use crate::{
    Store, StoreError, Tx,
    query::{QueryBuilder, RowReader},
};

macro_rules! product_columns {
    () => {
        "tenant_id, id, name, key_prefix, trial_days, free_tier, created_at"
    };
}

macro_rules! key_type_columns {
    () => {
        "tenant_id, product_id, id, activation_limit, duration_days, entitlements, fallback, created_at"
    };
}

impl Store {
    pub async fn find_product(
        &self,
        tenant: &TenantId,
        id: &ProductId,
    ) -> Result<Option<Product>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            product_columns!(),
            " FROM products WHERE tenant_id = $1 AND id = $2"
        ))
        .bind(tenant.as_str())
        .bind(id.as_str())
        .fetch_optional(&mut *self.acquire_reader().await?)
        .await?;
        row.map(|row| decode_product(&RowReader::new("products", &row)))
            .transpose()
    }

    /// Returns the tenant's products, sorted by slug.
    pub async fn list_products(&self, tenant: &TenantId) -> Result<Vec<Product>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            product_columns!(),
            " FROM products WHERE tenant_id = $1 ORDER BY id"
        ))
        .bind(tenant.as_str())
        .fetch_all(&mut *self.acquire_reader().await?)
        .await?;
        rows.iter()
            .map(|row| decode_product(&RowReader::new("products", row)))
            .collect()
    }

    /// Returns the product's key types, sorted by slug.
    pub async fn list_key_types(
        &self,
        tenant: &TenantId,
        product: &ProductId,
    ) -> Result<Vec<KeyType>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            key_type_columns!(),
            " FROM key_types WHERE tenant_id = $1 AND product_id = $2 ORDER BY id"
        ))
        .bind(tenant.as_str())
        .bind(product.as_str())
        .fetch_all(&mut *self.acquire_reader().await?)
        .await?;
        rows.iter()
            .map(|row| decode_key_type(&RowReader::new("key_types", row)))
            .collect()
    }

    /// Returns the key types of all the tenant's products, sorted by product slug, then key type
    /// slug.
    pub async fn list_all_key_types(&self, tenant: &TenantId) -> Result<Vec<KeyType>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            key_type_columns!(),
            " FROM key_types WHERE tenant_id = $1 ORDER BY product_id, id"
        ))
        .bind(tenant.as_str())
        .fetch_all(&mut *self.acquire_reader().await?)
        .await?;
        rows.iter()
            .map(|row| decode_key_type(&RowReader::new("key_types", row)))
            .collect()
    }

    /// Returns whether a product of any tenant has this prefix.
    pub async fn is_key_prefix_taken(&self, prefix: &KeyPrefix) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT id FROM products WHERE key_prefix = $1")
            .bind(prefix.as_str())
            .fetch_optional(&mut *self.acquire_reader().await?)
            .await?;
        Ok(row.is_some())
    }

    /// Counts the licenses of a key type, in any status, up to [`MAX_EXACT_COUNT`].
    pub async fn count_licenses_of_key_type(
        &self,
        tenant: &TenantId,
        product: &ProductId,
        key_type: &KeyTypeId,
    ) -> Result<Count, StoreError> {
        let mut sql = QueryBuilder::new(
            "SELECT COUNT(*) AS counted FROM (SELECT 1 FROM licenses WHERE tenant_id = ",
        );
        sql.bind(tenant.as_str())
            .push(" AND product_id = ")
            .bind(product.as_str())
            .push(" AND key_type_id = ")
            .bind(key_type.as_str())
            .push(" LIMIT ")
            .bind(i64::from(MAX_EXACT_COUNT) + 1)
            .push(") AS found");
        Ok(Count::from_capped(self.fetch_count(sql).await?))
    }
}

impl Tx<'_> {
    /// Deletes a key type. Returns whether it existed. Fails with [`StoreError::Conflict`] if a
    /// license has this type.
    pub async fn delete_key_type(
        &mut self,
        tenant: &TenantId,
        product: &ProductId,
        id: &KeyTypeId,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "DELETE FROM key_types WHERE tenant_id = $1 AND product_id = $2 AND id = $3",
        )
        .bind(tenant.as_str())
        .bind(product.as_str())
        .bind(id.as_str())
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Inserts a product. Fails with [`StoreError::Conflict`] if its slug or key prefix is taken.
    pub async fn insert_product(&mut self, product: &Product) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO products (tenant_id, id, name, key_prefix, trial_days, free_tier, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(product.tenant_id.as_str())
        .bind(product.id.as_str())
        .bind(&product.name)
        .bind(product.key_prefix.as_str())
        .bind(encode_trial_days(product.settings))
        .bind(product.settings.free_tier.map(i64::from))
        .bind(product.created_at.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Reads a product and locks it until the end of the unit of work.
    pub async fn lock_product(
        &mut self,
        tenant: &TenantId,
        id: &ProductId,
    ) -> Result<Option<Product>, StoreError> {
        let row = sqlx::query(concat!(
            "UPDATE products SET name = name WHERE tenant_id = $1 AND id = $2 RETURNING ",
            product_columns!()
        ))
        .bind(tenant.as_str())
        .bind(id.as_str())
        .fetch_optional(&mut *self.connection)
        .await?;
        row.map(|row| decode_product(&RowReader::new("products", &row)))
            .transpose()
    }

    /// Updates the name and the settings of a product. The slug and the key prefix can't be
    /// changed.
    pub async fn update_product(&mut self, product: &Product) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE products SET name = $3, trial_days = $4, free_tier = $5 WHERE tenant_id = $1 AND id = $2",
        )
        .bind(product.tenant_id.as_str())
        .bind(product.id.as_str())
        .bind(&product.name)
        .bind(encode_trial_days(product.settings))
        .bind(product.settings.free_tier.map(i64::from))
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Inserts a key type. Fails with [`StoreError::Conflict`] if its slug is taken.
    pub async fn insert_key_type(&mut self, key_type: &KeyType) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO key_types (tenant_id, product_id, id, activation_limit, duration_days, entitlements,
             fallback, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(key_type.tenant_id.as_str())
        .bind(key_type.product_id.as_str())
        .bind(key_type.id.as_str())
        .bind(i64::from(key_type.activation_limit))
        .bind(key_type.duration_days.map(i64::from))
        .bind(encode_entitlements(&key_type.entitlements))
        .bind(i64::from(key_type.fallback))
        .bind(key_type.created_at.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Reads a key type and locks it until the end of the unit of work.
    pub async fn lock_key_type(
        &mut self,
        tenant: &TenantId,
        product: &ProductId,
        id: &KeyTypeId,
    ) -> Result<Option<KeyType>, StoreError> {
        let row = sqlx::query(concat!(
            "UPDATE key_types SET fallback = fallback WHERE tenant_id = $1 AND product_id = $2 AND id = $3 RETURNING ",
            key_type_columns!()
        ))
        .bind(tenant.as_str())
        .bind(product.as_str())
        .bind(id.as_str())
        .fetch_optional(&mut *self.connection)
        .await?;
        row.map(|row| decode_key_type(&RowReader::new("key_types", &row)))
            .transpose()
    }

    /// Updates everything but the slugs of a key type. Existing licenses don't change.
    pub async fn update_key_type(&mut self, key_type: &KeyType) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE key_types SET activation_limit = $4, duration_days = $5, entitlements = $6, fallback = $7
             WHERE tenant_id = $1 AND product_id = $2 AND id = $3",
        )
        .bind(key_type.tenant_id.as_str())
        .bind(key_type.product_id.as_str())
        .bind(key_type.id.as_str())
        .bind(i64::from(key_type.activation_limit))
        .bind(key_type.duration_days.map(i64::from))
        .bind(encode_entitlements(&key_type.entitlements))
        .bind(i64::from(key_type.fallback))
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    pub async fn count_products(&mut self, tenant: &TenantId) -> Result<u32, StoreError> {
        let row = sqlx::query("SELECT COUNT(*) AS products FROM products WHERE tenant_id = $1")
            .bind(tenant.as_str())
            .fetch_one(&mut *self.connection)
            .await?;
        RowReader::new("products", &row).get_u32("products")
    }
}

fn decode_product(fields: &RowReader<'_>) -> Result<Product, StoreError> {
    Ok(Product {
        tenant_id: fields.get_parsed("tenant_id")?,
        id: fields.get_parsed("id")?,
        name: fields.get_string("name")?,
        key_prefix: fields.get_parsed("key_prefix")?,
        settings: decode_settings(fields)?,
        created_at: fields.get_timestamp("created_at")?,
    })
}

pub(crate) fn decode_settings(fields: &RowReader<'_>) -> Result<ProductSettings, StoreError> {
    let trial_days = fields.get_optional_i64("trial_days")?;
    Ok(ProductSettings {
        trial_days: trial_days
            .map(TryFrom::try_from)
            .transpose()
            .map_err(|_| fields.corrupt("trial_days"))?,
        free_tier: fields.get_optional_bool("free_tier")?,
    })
}

fn encode_trial_days(settings: ProductSettings) -> Option<i64> {
    settings.trial_days.map(|days| i64::from(days.get()))
}

fn decode_key_type(fields: &RowReader<'_>) -> Result<KeyType, StoreError> {
    let duration_days = fields.get_optional_i64("duration_days")?;
    Ok(KeyType {
        tenant_id: fields.get_parsed("tenant_id")?,
        product_id: fields.get_parsed("product_id")?,
        id: fields.get_parsed::<KeyTypeId>("id")?,
        activation_limit: fields.get_u32("activation_limit")?,
        duration_days: duration_days
            .map(u32::try_from)
            .transpose()
            .map_err(|_| fields.corrupt("duration_days"))?,
        entitlements: decode_entitlements(fields)?,
        fallback: fields.get_bool("fallback")?,
        created_at: fields.get_timestamp("created_at")?,
    })
}

/// Entitlements are stored as they are signed: joined with `,`, which no name contains.
pub(crate) fn encode_entitlements(entitlements: &Entitlements) -> String {
    entitlements.to_string()
}

pub(crate) fn decode_entitlements(fields: &RowReader<'_>) -> Result<Entitlements, StoreError> {
    let text = fields.get_string("entitlements")?;
    text.split(',')
        .filter(|name| !name.is_empty())
        .map(|name| name.parse().map_err(|_| fields.corrupt("entitlements")))
        .collect()
}
