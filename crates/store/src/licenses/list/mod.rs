//! The license list: filters, sorting and keyset pagination.
//!
//! How a page is read depends on the number of matching licenses: [`scan`] has a module for each
//! strategy.

mod count;
#[cfg(feature = "testing")]
mod explain;
mod export;
mod scan;

use keywright_api_types::{
    license_list::{
        LicenseFilter, LicenseList, LicenseQuery, LicenseSummary, ProductName, Sort, SortBy,
    },
    page::{Cursor, PAGE_SIZE, Page, PageRequest},
};
use keywright_domain::{
    ids::{LicenseId, TenantId},
    license::{LicenseState, Status},
    license_key::DisplayKey,
    search::SearchTerm,
    time::Timestamp,
};
use sqlx::any::AnyRow;

use self::scan::{Scan, TermScan};
use crate::{
    Store, StoreError,
    query::{QueryBuilder, RowReader, encode_expiry},
};

// `CROSS JOIN` keeps SQLite from reading the products first, which would lose the order of
// licenses.
const SELECT_SUMMARIES: &str =
    "SELECT l.id, l.display_key, l.state, l.customer_email, l.active_count, l.activation_limit,
     l.created_at, l.expires_at, p.name AS product_name
     FROM licenses l CROSS JOIN products p
     WHERE p.tenant_id = l.tenant_id AND p.id = l.product_id AND l.tenant_id = ";

impl Store {
    /// Returns a page of the tenant's licenses, the number of matches, the total, and the
    /// products to filter by.
    pub async fn list_licenses(
        &self,
        tenant_id: &TenantId,
        query: &LicenseQuery,
        now: Timestamp,
    ) -> Result<LicenseList, StoreError> {
        let everything = LicenseFilter::default();
        let total = self.count_licenses(tenant_id, &everything, now).await?;
        let (count, scan) = self.count_matches(tenant_id, query, total, now).await?;
        let mut position = query.page;
        let mut rows = self
            .fetch_page_rows(tenant_id, query, position, scan, now)
            .await?;
        if rows.is_empty() && position != PageRequest::First {
            // A cursor past the end, from an old or edited link, leads to the first page.
            position = PageRequest::First;
            rows = self
                .fetch_page_rows(tenant_id, query, position, scan, now)
                .await?;
        }
        let summaries = rows
            .iter()
            .map(|row| decode_summary(row, now))
            .collect::<Result<_, _>>()?;
        let page = Page::from_rows(summaries, PAGE_SIZE, &position, |row| Cursor {
            value: sort_value(row, query.sort.by),
            id: row.id,
        });
        Ok(LicenseList {
            page,
            count,
            total,
            products: self.list_product_names(tenant_id).await?,
            now,
        })
    }

    /// Returns up to `limit` of the tenant's licenses that contain the term, in no particular
    /// order.
    pub async fn search_license_ids(
        &self,
        tenant_id: &TenantId,
        term: &SearchTerm,
        limit: u32,
    ) -> Result<Vec<LicenseId>, StoreError> {
        let mut sql = QueryBuilder::new("SELECT l.id FROM licenses l WHERE l.tenant_id = ");
        sql.bind(tenant_id.as_str());
        self.search_index()
            .push_condition(&mut sql, tenant_id, term);
        sql.push(" LIMIT ").bind(i64::from(limit));
        let rows = sql.fetch_all(&mut *self.acquire_reader().await?).await?;
        let id = |row| RowReader::new("licenses", row).get_parsed("id");
        rows.iter().map(id).collect()
    }

    /// Returns the rows next to `position`, one more than fits on a page.
    async fn fetch_page_rows(
        &self,
        tenant_id: &TenantId,
        query: &LicenseQuery,
        position: PageRequest<LicenseId>,
        scan: Scan,
        now: Timestamp,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let mut sql = QueryBuilder::new("");
        self.push_page(&mut sql, tenant_id, query, position, scan, now);
        Ok(sql.fetch_all(&mut *self.acquire_reader().await?).await?)
    }

    fn push_page(
        &self,
        sql: &mut QueryBuilder,
        tenant_id: &TenantId,
        query: &LicenseQuery,
        position: PageRequest<LicenseId>,
        scan: Scan,
        now: Timestamp,
    ) {
        sql.push(SELECT_SUMMARIES).bind(tenant_id.as_str());
        self.push_filter(sql, tenant_id, &query.filter, scan, now);
        // The extra row shows whether there is a next page.
        let limit = i64::from(PAGE_SIZE) + 1;
        push_keyset_page(sql, tenant_id, query.sort, position, scan, limit);
    }

    /// Appends the conditions on `l`, a license of the tenant.
    fn push_filter(
        &self,
        sql: &mut QueryBuilder,
        tenant_id: &TenantId,
        filter: &LicenseFilter,
        scan: Scan,
        now: Timestamp,
    ) {
        push_status_and_product(sql, filter, scan, now);
        if let Some(term) = &filter.term {
            let index = self.search_index();
            match scan.term {
                TermScan::Index => index.push_condition(sql, tenant_id, term),
                TermScan::EachLicense => index.push_exists(sql, term),
            }
        }
    }

    async fn list_product_names(&self, tenant: &TenantId) -> Result<Vec<ProductName>, StoreError> {
        let rows =
            sqlx::query("SELECT id, name FROM products WHERE tenant_id = $1 ORDER BY name, id")
                .bind(tenant.as_str())
                .fetch_all(&mut *self.acquire_reader().await?)
                .await?;
        let name = |row| {
            let fields = RowReader::new("products", row);
            Ok(ProductName {
                id: fields.get_parsed("id")?,
                name: fields.get_string("name")?,
            })
        };
        rows.iter().map(name).collect()
    }
}

fn push_status_and_product(
    sql: &mut QueryBuilder,
    filter: &LicenseFilter,
    scan: Scan,
    now: Timestamp,
) {
    if let Some(status) = filter.status {
        push_status(sql, status, scan, now);
    }
    if let Some(product) = &filter.product_id {
        sql.push(" AND ").push(scan.product).push(" = ");
        sql.bind(product.as_str());
    }
}

/// Operators set the state, but whether a license has expired depends on the clock.
fn push_status(sql: &mut QueryBuilder, status: Status, scan: Scan, now: Timestamp) {
    let state = match status {
        Status::Active | Status::Expired => LicenseState::Active,
        Status::Reminted => LicenseState::Reminted,
        Status::Revoked => LicenseState::Revoked,
    };
    sql.push(" AND ").push(scan.state).push(" = ");
    sql.bind(state.as_str());
    let expiry = match status {
        Status::Active => " > ",
        Status::Expired => " <= ",
        Status::Reminted | Status::Revoked => return,
    };
    sql.push(" AND ").push(scan.expiry).push(expiry);
    sql.bind(now.millis());
}

/// Appends the start of the page, its order and its length.
fn push_keyset_page(
    sql: &mut QueryBuilder,
    tenant_id: &TenantId,
    sort: Sort,
    position: PageRequest<LicenseId>,
    scan: Scan,
    limit: i64,
) {
    // The page before a row is read backward, against the order of the list.
    let (cursor, is_descending) = match position {
        PageRequest::First => (None, sort.descending),
        PageRequest::After(cursor) => (Some(cursor), sort.descending),
        PageRequest::Before(cursor) => (Some(cursor), !sort.descending),
    };
    if let Some(cursor) = cursor {
        let comparison = if is_descending { ") < (" } else { ") > (" };
        sql.push(" AND (");
        push_columns(sql, scan.order, "");
        sql.push(comparison);
        sql.bind(cursor.value).push(", ");
        if sort.by == SortBy::Activations {
            // The license still exists: licenses are never deleted.
            sql.push("(SELECT m.created_at FROM licenses m WHERE m.tenant_id = ")
                .bind(tenant_id.as_str())
                .push(" AND m.id = ")
                .bind(cursor.id.to_string())
                .push("), ");
        }
        sql.bind(cursor.id.to_string()).push(")");
    }
    sql.push(" ORDER BY ");
    push_columns(sql, scan.order, if is_descending { " DESC" } else { "" });
    sql.push(" LIMIT ").bind(limit);
}

/// Appends the columns, each with `suffix`, separated by commas.
fn push_columns(sql: &mut QueryBuilder, columns: &[&'static str], suffix: &'static str) {
    for (index, column) in columns.iter().enumerate() {
        sql.push(if index > 0 { ", " } else { "" });
        sql.push(column).push(suffix);
    }
}

fn sort_value(row: &LicenseSummary, by: SortBy) -> i64 {
    match by {
        SortBy::Activations => row.active_count.into(),
        SortBy::Created => row.created_at.millis(),
        SortBy::Expires => encode_expiry(row.expires_at),
    }
}

fn decode_summary(row: &AnyRow, now: Timestamp) -> Result<LicenseSummary, StoreError> {
    let fields = RowReader::new("licenses", row);
    let expires_at = fields.get_expiry("expires_at")?;
    Ok(LicenseSummary {
        id: fields.get_parsed("id")?,
        display_key: DisplayKey::from_stored(fields.get_string("display_key")?),
        status: fields
            .get_enum("state", LicenseState::from_name)?
            .status(expires_at, now),
        product_name: fields.get_string("product_name")?,
        customer_email: fields.get_optional_string("customer_email")?,
        active_count: fields.get_u32("active_count")?,
        activation_limit: fields.get_u32("activation_limit")?,
        created_at: fields.get_timestamp("created_at")?,
        expires_at,
    })
}
