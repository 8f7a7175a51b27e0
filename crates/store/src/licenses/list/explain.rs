//! Query plans for the license list, one line per step, for tests.

use keywright_api_types::license_list::{LicenseFilter, LicenseQuery};
use keywright_domain::{ids::TenantId, time::Timestamp};
use sqlx::{Executor, Row};

use super::scan;
use crate::{Engine, Store, StoreError, query::QueryBuilder};

impl Store {
    /// Returns the query plan for a page that is read by walking the list in its order.
    pub async fn explain_walk(
        &self,
        tenant_id: &TenantId,
        query: &LicenseQuery,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let scan = scan::walk(query.sort.by);
        self.explain(|sql| self.push_page(sql, tenant_id, query, query.page, scan, now))
            .await
    }

    /// Returns the query plan for a page that is read by filtering, then sorting.
    pub async fn explain_filter_then_sort(
        &self,
        tenant_id: &TenantId,
        query: &LicenseQuery,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let scan = scan::filter_then_sort(query.sort.by);
        self.explain(|sql| self.push_page(sql, tenant_id, query, query.page, scan, now))
            .await
    }

    /// Returns the query plan for counting the matching licenses.
    pub async fn explain_count(
        &self,
        tenant_id: &TenantId,
        filter: &LicenseFilter,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        self.explain(|sql| self.push_count(sql, tenant_id, filter, now))
            .await
    }

    async fn explain(
        &self,
        push: impl FnOnce(&mut QueryBuilder),
    ) -> Result<Vec<String>, StoreError> {
        let mut connection = self.acquire_reader().await?;
        let (explain, detail) = match self.engine() {
            Engine::Sqlite => ("EXPLAIN QUERY PLAN ", 3),
            Engine::Postgres => {
                // Otherwise PostgreSQL would scan an empty table sequentially.
                connection.execute("SET enable_seqscan = off").await?;
                ("EXPLAIN ", 0)
            }
        };
        let mut sql = QueryBuilder::new(explain);
        push(&mut sql);
        let rows = sql.fetch_all(&mut connection).await?;
        Ok(rows.iter().map(|row| row.get(detail)).collect())
    }
}
