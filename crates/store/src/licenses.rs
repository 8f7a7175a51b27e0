//! Licenses.

use keywright_domain::{
    ids::{LicenseId, TenantId},
    key::DisplayKey,
    license::{Customer, License, LicenseState, LicenseSummary},
    page::{COUNT_LIMIT, Count, Mark, PAGE_SIZE, Page, Position},
    query::{LicenseList, LicenseQuery},
    time::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    Store, StoreError, Tx,
    products::{entitlements, entitlements_column},
    row::{Fields, expiry_column},
};

/// The columns of a license, named: a statement prepared with `*` breaks when a migration adds one meanwhile.
macro_rules! license_columns {
    () => {
        "tenant_id, id, product_id, key_type_id, display_key, state, created_at, expires_at, activation_limit,
         active_count, entitlements, fallback, customer_name, customer_email, predecessor_id, successor_id"
    };
}
pub(crate) use license_columns;

/// What the list shows, in one place for its three orders of reading.
macro_rules! select_summaries {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.display_key, l.state, l.customer_email, l.active_count, l.activation_limit, l.created_at,
             l.expires_at, p.name AS product_name
             FROM licenses l JOIN products p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
             WHERE l.tenant_id = $1 ",
            $rest
        )
    };
}

impl Store {
    /// The license of that id.
    pub async fn license(
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
        .fetch_optional(&mut *self.read().await?)
        .await?;
        row.map(|row| license(&Fields::new("licenses", &row)))
            .transpose()
    }

    /// One page of the tenant's licenses, the newest first, and how many there are.
    pub async fn list_licenses(
        &self,
        tenant: &TenantId,
        query: &LicenseQuery,
        now: Timestamp,
    ) -> Result<LicenseList, StoreError> {
        let mut position = query.position;
        let mut rows = self.license_rows(tenant, position).await?;
        if rows.is_empty() && position != Position::Start {
            // A place beyond the end, in an old or hand-made link: the list has a beginning all the same.
            position = Position::Start;
            rows = self.license_rows(tenant, position).await?;
        }
        let summaries = rows
            .iter()
            .map(|row| summary(row, now))
            .collect::<Result<_, _>>()?;
        let page = Page::from_rows(summaries, PAGE_SIZE, &position, |row| Mark {
            value: row.created_at.millis(),
            id: row.id,
        });
        Ok(LicenseList {
            page,
            count: self.count_licenses(tenant).await?,
            now,
        })
    }

    /// The rows outwards from `position`, one more than fit on a page.
    async fn license_rows(
        &self,
        tenant: &TenantId,
        position: Position<LicenseId>,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let limit = i64::from(PAGE_SIZE) + 1;
        let (text, mark) = match position {
            Position::Start => (
                select_summaries!("ORDER BY l.created_at DESC, l.id DESC LIMIT $2"),
                None,
            ),
            Position::After(mark) => (
                select_summaries!(
                    "AND (l.created_at, l.id) < ($3, $4) ORDER BY l.created_at DESC, l.id DESC LIMIT $2"
                ),
                Some(mark),
            ),
            Position::Before(mark) => (
                select_summaries!(
                    "AND (l.created_at, l.id) > ($3, $4) ORDER BY l.created_at, l.id LIMIT $2"
                ),
                Some(mark),
            ),
        };
        let mut query = sqlx::query(text)
            .bind(tenant.as_str().to_owned())
            .bind(limit);
        if let Some(mark) = mark {
            query = query.bind(mark.value).bind(mark.id.to_string());
        }
        Ok(query.fetch_all(&mut *self.read().await?).await?)
    }

    async fn count_licenses(&self, tenant: &TenantId) -> Result<Count, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS licenses FROM (SELECT 1 FROM licenses WHERE tenant_id = $1 LIMIT $2) AS counted",
        )
        .bind(tenant.as_str())
        .bind(i64::from(COUNT_LIMIT) + 1)
        .fetch_one(&mut *self.read().await?)
        .await?;
        Ok(Count::from_capped(
            Fields::new("licenses", &row).count("licenses")?,
        ))
    }
}

impl Tx<'_> {
    /// Adds a license; a key that exists already is a conflict.
    pub async fn insert_license(&mut self, license: &License) -> Result<(), StoreError> {
        self.announce(&license.tenant, license.id);
        sqlx::query(
            "INSERT INTO licenses (tenant_id, id, product_id, key_type_id, display_key, state, created_at,
             expires_at, activation_limit, active_count, entitlements, fallback, customer_name, customer_email,
             predecessor_id, successor_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        )
        .bind(license.tenant.as_str())
        .bind(license.id.to_string())
        .bind(license.product.as_str())
        .bind(license.key_type.as_str())
        .bind(license.display_key.as_str())
        .bind(license.state.as_str())
        .bind(license.created_at.millis())
        .bind(expiry_column(license.expires_at))
        .bind(i64::from(license.activation_limit))
        .bind(i64::from(license.active_count))
        .bind(entitlements_column(&license.entitlements))
        .bind(i64::from(license.fallback))
        .bind(license.customer.name.as_deref())
        .bind(license.customer.email.as_deref())
        .bind(license.predecessor.map(|id| id.to_string()))
        .bind(license.successor.map(|id| id.to_string()))
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Reads a license and holds everyone else's changes of it off until this unit of work is over. The update that
    /// changes nothing is the one row lock that both engines know.
    pub async fn lock_license(
        &mut self,
        tenant: &TenantId,
        id: LicenseId,
    ) -> Result<Option<License>, StoreError> {
        let row = sqlx::query(concat!(
            "UPDATE licenses SET active_count = active_count WHERE tenant_id = $1 AND id = $2 RETURNING ",
            license_columns!()
        ))
        .bind(tenant.as_str())
        .bind(id.to_string())
        .fetch_optional(&mut *self.connection)
        .await?;
        row.map(|row| license(&Fields::new("licenses", &row)))
            .transpose()
    }

    /// Ends an active license for good; says whether it was one.
    pub async fn revoke_license(
        &mut self,
        tenant: &TenantId,
        id: LicenseId,
    ) -> Result<bool, StoreError> {
        self.announce(tenant, id);
        let done = sqlx::query(
            "UPDATE licenses SET state = 'revoked' WHERE tenant_id = $1 AND id = $2 AND state = 'active'",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends an active license because `successor` takes its place; says whether it was one.
    pub async fn remint_license(
        &mut self,
        tenant: &TenantId,
        id: LicenseId,
        successor: LicenseId,
    ) -> Result<bool, StoreError> {
        self.announce(tenant, id);
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

    /// Takes one slot; says whether there was one. The condition is the limit: it holds whatever else is wrong.
    pub async fn take_slot(
        &mut self,
        tenant: &TenantId,
        id: LicenseId,
    ) -> Result<bool, StoreError> {
        self.announce(tenant, id);
        let done = sqlx::query(
            "UPDATE licenses SET active_count = active_count + 1
             WHERE tenant_id = $1 AND id = $2 AND state = 'active' AND active_count < activation_limit",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives one slot back.
    pub async fn free_slot(&mut self, tenant: &TenantId, id: LicenseId) -> Result<(), StoreError> {
        self.announce(tenant, id);
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

pub(crate) fn license(fields: &Fields<'_>) -> Result<License, StoreError> {
    Ok(License {
        tenant: fields.parsed("tenant_id")?,
        id: fields.parsed("id")?,
        product: fields.parsed("product_id")?,
        key_type: fields.parsed("key_type_id")?,
        display_key: DisplayKey::from_stored(fields.text("display_key")?),
        state: fields.named("state", LicenseState::from_name)?,
        created_at: fields.time("created_at")?,
        expires_at: fields.expiry("expires_at")?,
        activation_limit: fields.count("activation_limit")?,
        active_count: fields.count("active_count")?,
        entitlements: entitlements(fields)?,
        fallback: fields.flag("fallback")?,
        customer: Customer {
            name: fields.optional_text("customer_name")?,
            email: fields.optional_text("customer_email")?,
        },
        predecessor: fields.optional_parsed("predecessor_id")?,
        successor: fields.optional_parsed("successor_id")?,
    })
}

fn summary(row: &AnyRow, now: Timestamp) -> Result<LicenseSummary, StoreError> {
    let fields = Fields::new("licenses", row);
    let expires_at = fields.expiry("expires_at")?;
    Ok(LicenseSummary {
        id: fields.parsed("id")?,
        display_key: DisplayKey::from_stored(fields.text("display_key")?),
        status: fields
            .named("state", LicenseState::from_name)?
            .status(expires_at, now),
        product_name: fields.text("product_name")?,
        customer_email: fields.optional_text("customer_email")?,
        active_count: fields.count("active_count")?,
        activation_limit: fields.count("activation_limit")?,
        created_at: fields.time("created_at")?,
        expires_at,
    })
}
