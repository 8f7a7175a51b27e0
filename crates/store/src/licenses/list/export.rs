//! Licenses for an export, in batches.

use keywright_api_types::{
    license_list::{LicenseFilter, Sort, SortBy},
    page::{Mark, Position},
};
use keywright_domain::{
    export::ExportedLicense,
    ids::{LicenseId, TenantId},
    key::DisplayKey,
    license::LicenseState,
    time::Timestamp,
};
use sqlx::any::AnyRow;

use super::{
    push_keyset_page,
    scan::{self, Scan},
};
use crate::{
    Store, StoreError,
    query::{Fields, Sql},
};

impl Store {
    /// Returns the next batch of an export, newest first: `size` licenses after the cursor, fewer
    /// at the end. The order of creation never changes, so a license that matches throughout is
    /// in exactly one batch.
    pub async fn licenses_to_export(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        after: Option<Mark<LicenseId>>,
        size: u32,
        now: Timestamp,
    ) -> Result<Vec<ExportedLicense>, StoreError> {
        let mut sql = Sql::new(
            "SELECT l.id, l.display_key, l.product_id, l.key_type_id, l.state, l.active_count, l.activation_limit,
             l.customer_email, l.created_at, l.expires_at FROM licenses l WHERE l.tenant_id = ",
        );
        sql.bind(tenant.as_str());
        let sort = Sort::default();
        // Every match is needed, in an order that an index provides.
        let scan = Scan {
            order: scan::walk(sort.by).order,
            ..scan::filter_then_sort(sort.by)
        };
        self.push_filter(&mut sql, tenant, filter, scan, now);
        let position = after.map_or(Position::Start, Position::After);
        push_keyset_page(&mut sql, tenant, sort, position, scan, i64::from(size));
        let rows = sql.fetch_all(&mut *self.read().await?).await?;
        rows.iter().map(|row| exported(row, now)).collect()
    }

    /// Counts the licenses of an export, without a cap.
    pub async fn count_licenses_to_export(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mut sql = Sql::new("SELECT COUNT(*) AS counted FROM licenses l WHERE l.tenant_id = ");
        sql.bind(tenant.as_str());
        let scan = scan::filter_then_sort(SortBy::Created);
        self.push_filter(&mut sql, tenant, filter, scan, now);
        self.fetch_count(sql).await
    }
}

fn exported(row: &AnyRow, now: Timestamp) -> Result<ExportedLicense, StoreError> {
    let fields = Fields::new("licenses", row);
    let expires_at = fields.expiry("expires_at")?;
    Ok(ExportedLicense {
        id: fields.parsed("id")?,
        display_key: DisplayKey::from_stored(fields.text("display_key")?),
        product: fields.parsed("product_id")?,
        key_type: fields.parsed("key_type_id")?,
        status: fields
            .named("state", LicenseState::from_name)?
            .status(expires_at, now),
        active_count: fields.count("active_count")?,
        activation_limit: fields.count("activation_limit")?,
        customer_email: fields.optional_text("customer_email")?,
        created_at: fields.time("created_at")?,
        expires_at,
    })
}
