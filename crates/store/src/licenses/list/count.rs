//! Counts the matching licenses, and chooses the scan strategy for a page of them.

use keywright_api_types::{
    license_list::{LicenseFilter, LicenseQuery, SortBy},
    page::{Count, MAX_EXACT_COUNT},
};
use keywright_domain::{ids::TenantId, search::SearchTerm, time::Timestamp};

use super::{push_status_and_product, scan, scan::Scan};
use crate::{Store, StoreError, query::QueryBuilder};

/// Maximum number of counted matches of a frequent term. Above this number, the list shows "more
/// than".
const SEARCH_COUNT_LIMIT: u32 = 1_000;

impl Store {
    /// Returns the number of matching licenses and the strategy for reading a page of them. The
    /// query planner can't choose the strategy, because it does not know the number of matches.
    pub(super) async fn count_matches(
        &self,
        tenant_id: &TenantId,
        query: &LicenseQuery,
        total: Count,
        now: Timestamp,
    ) -> Result<(Count, Scan), StoreError> {
        let LicenseQuery { filter, sort, .. } = query;
        let (walk, filter_then_sort) = (scan::walk(sort.by), scan::filter_then_sort(sort.by));
        if filter.is_empty() {
            return Ok((total, walk));
        }
        if let Some(term) = &filter.term
            && self.is_frequent_term(tenant_id, term).await?
        {
            let mut sql =
                QueryBuilder::new("SELECT COUNT(*) AS counted FROM (SELECT DISTINCT l.id FROM ");
            self.search_index()
                .push_match_source(&mut sql, tenant_id, term);
            push_status_and_product(&mut sql, filter, filter_then_sort, now);
            sql.push(" LIMIT ")
                .bind(i64::from(SEARCH_COUNT_LIMIT) + 1)
                .push(") AS found");
            let counted = self.fetch_count(sql).await?;
            if counted > SEARCH_COUNT_LIMIT {
                return Ok((Count::MoreThan(SEARCH_COUNT_LIMIT), walk));
            }
            return Ok((Count::Exact(counted), filter_then_sort));
        }
        let count = self.count_licenses(tenant_id, filter, now).await?;
        let scan = match count {
            Count::Exact(_) => filter_then_sort,
            Count::MoreThan(_) => walk,
        };
        Ok((count, scan))
    }

    /// Counts licenses, up to [`MAX_EXACT_COUNT`].
    pub(super) async fn count_licenses(
        &self,
        tenant_id: &TenantId,
        filter: &LicenseFilter,
        now: Timestamp,
    ) -> Result<Count, StoreError> {
        let mut sql = QueryBuilder::new("");
        self.push_count(&mut sql, tenant_id, filter, now);
        Ok(Count::from_capped(self.fetch_count(sql).await?))
    }

    pub(super) fn push_count(
        &self,
        sql: &mut QueryBuilder,
        tenant_id: &TenantId,
        filter: &LicenseFilter,
        now: Timestamp,
    ) {
        sql.push("SELECT COUNT(*) AS counted FROM (SELECT 1 FROM licenses l WHERE l.tenant_id = ")
            .bind(tenant_id.as_str());
        let scan = scan::filter_then_sort(SortBy::Created);
        self.push_filter(sql, tenant_id, filter, scan, now);
        sql.push(" LIMIT ")
            .bind(i64::from(MAX_EXACT_COUNT) + 1)
            .push(") AS found");
    }

    /// Returns whether the term has so many matches that collecting them would be slow.
    async fn is_frequent_term(
        &self,
        tenant_id: &TenantId,
        term: &SearchTerm,
    ) -> Result<bool, StoreError> {
        let mut sql = QueryBuilder::new("SELECT COUNT(*) AS counted FROM (");
        self.search_index()
            .push_matching_rows(&mut sql, tenant_id, term);
        sql.push(" LIMIT ")
            .bind(i64::from(MAX_EXACT_COUNT) + 1)
            .push(") AS found");
        Ok(self.fetch_count(sql).await? > MAX_EXACT_COUNT)
    }
}
