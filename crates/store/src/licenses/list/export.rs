//! Licenses for an export, in batches.

use keywright_api_types::{
    license_list::{LicenseFilter, Sort, SortBy},
    page::{Cursor, PageRequest},
};
use keywright_domain::{
    export::ExportedLicense,
    ids::{LicenseId, TenantId},
    license::LicenseState,
    license_key::DisplayKey,
    time::Timestamp,
};
use sqlx::any::AnyRow;

use super::{
    push_keyset_page,
    scan::{self, Scan},
};
use crate::{
    Store, StoreError,
    query::{QueryBuilder, RowReader},
};

impl Store {
    /// Returns the next batch of an export, newest first: `size` licenses after the cursor, fewer
    /// at the end. The order of creation is stable, so a license that matches throughout the export
    /// is in exactly one batch.
    pub async fn fetch_export_batch(
        &self,
        tenant_id: &TenantId,
        filter: &LicenseFilter,
        after: Option<Cursor<LicenseId>>,
        size: u32,
        now: Timestamp,
    ) -> Result<Vec<ExportedLicense>, StoreError> {
        let mut sql = QueryBuilder::new(
            "SELECT l.id, l.display_key, l.product_id, l.key_type_id, l.state, l.active_count, l.activation_limit,
             l.customer_email, l.created_at, l.expires_at FROM licenses l WHERE l.tenant_id = ",
        );
        sql.bind(tenant_id.as_str());
        let sort = Sort::default();
        // Every match is needed, in an order that an index provides.
        let scan = Scan {
            order: scan::walk(sort.by).order,
            ..scan::filter_then_sort(sort.by)
        };
        self.push_filter(&mut sql, tenant_id, filter, scan, now);
        let position = after.map_or(PageRequest::First, PageRequest::After);
        push_keyset_page(&mut sql, tenant_id, sort, position, scan, i64::from(size));
        let rows = sql.fetch_all(&mut *self.acquire_reader().await?).await?;
        rows.iter()
            .map(|row| decode_exported_license(row, now))
            .collect()
    }

    /// Counts the licenses of an export, without a cap.
    pub async fn count_export(
        &self,
        tenant_id: &TenantId,
        filter: &LicenseFilter,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mut sql =
            QueryBuilder::new("SELECT COUNT(*) AS counted FROM licenses l WHERE l.tenant_id = ");
        sql.bind(tenant_id.as_str());
        let scan = scan::filter_then_sort(SortBy::Created);
        self.push_filter(&mut sql, tenant_id, filter, scan, now);
        self.fetch_count(sql).await
    }
}

fn decode_exported_license(row: &AnyRow, now: Timestamp) -> Result<ExportedLicense, StoreError> {
    let fields = RowReader::new("licenses", row);
    let expires_at = fields.get_expiry("expires_at")?;
    Ok(ExportedLicense {
        id: fields.get_parsed("id")?,
        display_key: DisplayKey::from_stored(fields.get_string("display_key")?),
        product_id: fields.get_parsed("product_id")?,
        key_type_id: fields.get_parsed("key_type_id")?,
        status: fields
            .get_enum("state", LicenseState::from_name)?
            .status(expires_at, now),
        active_count: fields.get_u32("active_count")?,
        activation_limit: fields.get_u32("activation_limit")?,
        customer_email: fields.get_optional_string("customer_email")?,
        created_at: fields.get_timestamp("created_at")?,
        expires_at,
    })
}
