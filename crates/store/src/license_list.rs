//! The list of licenses: filtered, sorted, a page at a time.

use keywright_api_types::{
    license_list::{
        LicenseFilter, LicenseList, LicenseQuery, LicenseSummary, ProductName, Sort, SortBy,
    },
    page::{COUNT_LIMIT, Count, Mark, PAGE_SIZE, Page, Position},
};
use keywright_domain::{
    export::ExportedLicense,
    ids::{LicenseId, TenantId},
    key::DisplayKey,
    license::{LicenseState, Status},
    search::SearchTerm,
    time::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    Store, StoreError,
    row::{Fields, expiry_column},
    sql::Sql,
};

const SUMMARIES: &str =
    "SELECT l.id, l.display_key, l.state, l.customer_email, l.active_count, l.activation_limit, l.created_at,
     l.expires_at, p.name AS product_name
     FROM licenses l JOIN products p ON p.tenant_id = l.tenant_id AND p.id = l.product_id WHERE l.tenant_id = ";

/// Most matches of a term that are counted where it is a common one; beyond that the list says "more than".
const SEARCH_COUNT_LIMIT: u32 = 1_000;

/// How the rows of a page are found. Databases can't know which of these is quicker without knowing how many rows match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// A few match: all of them are gathered by an index of what is filtered by, and sorted.
    Gathered,
    /// Many do: the list is read in its order, by the index of that, until enough of them have come by.
    InOrder,
    /// The same by when they expire, of which the index knows where to begin.
    ByExpiry,
    /// The same in the usual order, which the indexes of state and product have, too.
    AsCreated,
}

impl Reading {
    fn of(sort: Sort) -> Self {
        match sort.by {
            SortBy::Created => Self::AsCreated,
            SortBy::Activations => Self::InOrder,
            SortBy::Expires => Self::ByExpiry,
        }
    }

    // No index is used for what a function gives.
    const fn state(self) -> &'static str {
        match self {
            Self::Gathered | Self::AsCreated => " AND l.state = ",
            Self::InOrder | Self::ByExpiry => " AND COALESCE(l.state, '') = ",
        }
    }

    const fn product(self) -> &'static str {
        match self {
            Self::Gathered | Self::AsCreated => " AND l.product_id = ",
            Self::InOrder | Self::ByExpiry => " AND COALESCE(l.product_id, '') = ",
        }
    }

    const fn expiry(self) -> &'static str {
        match self {
            Self::Gathered | Self::ByExpiry => " AND l.expires_at",
            Self::AsCreated | Self::InOrder => " AND COALESCE(l.expires_at, 0)",
        }
    }
}

impl Store {
    /// One page of the tenant's licenses, how many match and how many there are, and what can be filtered by.
    pub async fn list_licenses(
        &self,
        tenant: &TenantId,
        query: &LicenseQuery,
        now: Timestamp,
    ) -> Result<LicenseList, StoreError> {
        let everything = LicenseFilter::default();
        let total = self.count_licenses(tenant, &everything, now).await?;
        let (count, reading) = self.count_matches(tenant, query, total, now).await?;
        let mut position = query.position;
        let mut rows = self
            .license_rows(tenant, query, position, reading, now)
            .await?;
        if rows.is_empty() && position != Position::Start {
            // A place beyond the end, in an old or hand-made link: the list has a beginning all the same.
            position = Position::Start;
            rows = self
                .license_rows(tenant, query, position, reading, now)
                .await?;
        }
        let summaries = rows
            .iter()
            .map(|row| summary(row, now))
            .collect::<Result<_, _>>()?;
        let page = Page::from_rows(summaries, PAGE_SIZE, &position, |row| Mark {
            value: sort_value(row, query.sort.by),
            id: row.id,
        });
        Ok(LicenseList {
            page,
            count,
            total,
            products: self.product_names(tenant).await?,
            now,
        })
    }

    /// The next licenses of an export, the newest first: `size` of them after that mark, fewer at the end. By when they were
    /// minted, which never changes: each license that matches throughout is in exactly one of these batches.
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
        self.push_filter(&mut sql, tenant, filter, Reading::Gathered, now);
        let position = after.map_or(Position::Start, Position::After);
        let (sort, length) = (Sort::default(), i64::from(size));
        push_page(&mut sql, tenant, sort, position, Reading::AsCreated, length);
        let rows = sql.fetch_all(&mut *self.read().await?).await?;
        rows.iter().map(|row| exported(row, now)).collect()
    }

    /// How many licenses an export will have, were nothing to change: every one of them is counted.
    pub async fn count_licenses_to_export(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mut sql = Sql::new("SELECT COUNT(*) AS counted FROM licenses l WHERE l.tenant_id = ");
        sql.bind(tenant.as_str());
        self.push_filter(&mut sql, tenant, filter, Reading::Gathered, now);
        self.counted(sql).await
    }

    /// The rows outwards from `position`, one more than fit on a page.
    async fn license_rows(
        &self,
        tenant: &TenantId,
        query: &LicenseQuery,
        position: Position<LicenseId>,
        reading: Reading,
        now: Timestamp,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let mut sql = Sql::new("");
        self.push_rows(&mut sql, tenant, query, position, reading, now);
        Ok(sql.fetch_all(&mut *self.read().await?).await?)
    }

    fn push_rows(
        &self,
        sql: &mut Sql,
        tenant: &TenantId,
        query: &LicenseQuery,
        position: Position<LicenseId>,
        reading: Reading,
        now: Timestamp,
    ) {
        sql.push(SUMMARIES).bind(tenant.as_str());
        self.push_filter(sql, tenant, &query.filter, reading, now);
        // One more tells whether there is a next page.
        let length = i64::from(PAGE_SIZE) + 1;
        push_page(sql, tenant, query.sort, position, reading, length);
    }

    /// How the database reads a page of what many licenses match: a line for each step of its plan.
    #[cfg(feature = "testing")]
    pub async fn plan_of_a_page(
        &self,
        tenant: &TenantId,
        query: &LicenseQuery,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let reading = Reading::of(query.sort);
        self.plan(|sql| self.push_rows(sql, tenant, query, query.position, reading, now))
            .await
    }

    /// The same of what few match.
    #[cfg(feature = "testing")]
    pub async fn plan_of_a_gathered_page(
        &self,
        tenant: &TenantId,
        query: &LicenseQuery,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let (position, reading) = (query.position, Reading::Gathered);
        self.plan(|sql| self.push_rows(sql, tenant, query, position, reading, now))
            .await
    }

    /// The same of how it counts licenses.
    #[cfg(feature = "testing")]
    pub async fn plan_of_a_count(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        self.plan(|sql| self.push_count(sql, tenant, filter, now))
            .await
    }

    #[cfg(feature = "testing")]
    async fn plan(&self, push: impl FnOnce(&mut Sql)) -> Result<Vec<String>, StoreError> {
        use sqlx::{Executor, Row};

        let mut connection = self.read().await?;
        let (explain, step) = match self.engine() {
            crate::Engine::Sqlite => ("EXPLAIN QUERY PLAN ", 3),
            crate::Engine::Postgres => {
                // An empty table is read as a whole, whatever its indexes.
                connection.execute("SET enable_seqscan = off").await?;
                ("EXPLAIN ", 0)
            }
        };
        let mut sql = Sql::new(explain);
        push(&mut sql);
        let rows = sql.fetch_all(&mut connection).await?;
        Ok(rows.iter().map(|row| row.get(step)).collect())
    }

    async fn count_licenses(
        &self,
        tenant: &TenantId,
        filter: &LicenseFilter,
        now: Timestamp,
    ) -> Result<Count, StoreError> {
        let mut sql = Sql::new("");
        self.push_count(&mut sql, tenant, filter, now);
        Ok(Count::from_capped(self.counted(sql).await?))
    }

    fn push_count(&self, sql: &mut Sql, tenant: &TenantId, filter: &LicenseFilter, now: Timestamp) {
        sql.push("SELECT COUNT(*) AS counted FROM (SELECT 1 FROM licenses l WHERE l.tenant_id = ")
            .bind(tenant.as_str());
        self.push_filter(sql, tenant, filter, Reading::Gathered, now);
        sql.push(" LIMIT ")
            .bind(i64::from(COUNT_LIMIT) + 1)
            .push(") AS found");
    }

    /// How many licenses match, and how a page of them is best read.
    async fn count_matches(
        &self,
        tenant: &TenantId,
        query: &LicenseQuery,
        total: Count,
        now: Timestamp,
    ) -> Result<(Count, Reading), StoreError> {
        let LicenseQuery { filter, sort, .. } = query;
        if filter.is_empty() {
            return Ok((total, Reading::of(*sort)));
        }
        if let Some(term) = &filter.term
            && self.is_common(tenant, term).await?
        {
            let mut sql = Sql::new("SELECT COUNT(*) AS counted FROM (SELECT DISTINCT l.id FROM ");
            self.search_index().push_matches(&mut sql, tenant, term);
            push_status_and_product(&mut sql, filter, Reading::Gathered, now);
            sql.push(" LIMIT ")
                .bind(i64::from(SEARCH_COUNT_LIMIT) + 1)
                .push(") AS found");
            let counted = self.counted(sql).await?;
            if counted > SEARCH_COUNT_LIMIT {
                return Ok((Count::MoreThan(SEARCH_COUNT_LIMIT), Reading::of(*sort)));
            }
            return Ok((Count::Exact(counted), Reading::Gathered));
        }
        let count = self.count_licenses(tenant, filter, now).await?;
        let reading = match count {
            Count::Exact(_) => Reading::Gathered,
            Count::MoreThan(_) => Reading::of(*sort),
        };
        Ok((count, reading))
    }

    /// Whether so many texts hold the term that to gather them all would take long.
    async fn is_common(&self, tenant: &TenantId, term: &SearchTerm) -> Result<bool, StoreError> {
        let mut sql = Sql::new("SELECT COUNT(*) AS counted FROM (");
        self.search_index().push_texts(&mut sql, tenant, term);
        sql.push(" LIMIT ")
            .bind(i64::from(COUNT_LIMIT) + 1)
            .push(") AS found");
        Ok(self.counted(sql).await? > COUNT_LIMIT)
    }

    /// The number that the statement calls `counted`.
    pub(crate) async fn counted(&self, sql: Sql) -> Result<u32, StoreError> {
        let rows = sql.fetch_all(&mut *self.read().await?).await?;
        let counted = rows
            .first()
            .map(|row| Fields::new("counts", row).count("counted"));
        Ok(counted.transpose()?.unwrap_or(0))
    }

    /// The licenses of the tenant that have the term somewhere, in no order: at most `most` of them.
    pub async fn licenses_with(
        &self,
        tenant: &TenantId,
        term: &SearchTerm,
        most: u32,
    ) -> Result<Vec<LicenseId>, StoreError> {
        let mut sql = Sql::new("SELECT l.id FROM licenses l WHERE l.tenant_id = ");
        sql.bind(tenant.as_str());
        self.search_index().push_condition(&mut sql, tenant, term);
        sql.push(" LIMIT ").bind(i64::from(most));
        let rows = sql.fetch_all(&mut *self.read().await?).await?;
        let id = |row| Fields::new("licenses", row).parsed("id");
        rows.iter().map(id).collect()
    }

    /// Adds the conditions on `l`, a license of the tenant.
    fn push_filter(
        &self,
        sql: &mut Sql,
        tenant: &TenantId,
        filter: &LicenseFilter,
        reading: Reading,
        now: Timestamp,
    ) {
        push_status_and_product(sql, filter, reading, now);
        if let Some(term) = &filter.term {
            let index = self.search_index();
            match reading {
                Reading::Gathered => index.push_condition(sql, tenant, term),
                Reading::InOrder | Reading::ByExpiry | Reading::AsCreated => {
                    index.push_check(sql, term);
                }
            }
        }
    }

    async fn product_names(&self, tenant: &TenantId) -> Result<Vec<ProductName>, StoreError> {
        let rows =
            sqlx::query("SELECT id, name FROM products WHERE tenant_id = $1 ORDER BY name, id")
                .bind(tenant.as_str())
                .fetch_all(&mut *self.read().await?)
                .await?;
        let name = |row| {
            let fields = Fields::new("products", row);
            Ok(ProductName {
                id: fields.parsed("id")?,
                name: fields.text("name")?,
            })
        };
        rows.iter().map(name).collect()
    }
}

fn push_status_and_product(
    sql: &mut Sql,
    filter: &LicenseFilter,
    reading: Reading,
    now: Timestamp,
) {
    if let Some(status) = filter.status {
        push_status(sql, status, reading, now);
    }
    if let Some(product) = &filter.product {
        sql.push(reading.product()).bind(product.as_str());
    }
}

/// What is stored is what operators made of a license; whether it has expired, the clock says.
fn push_status(sql: &mut Sql, status: Status, reading: Reading, now: Timestamp) {
    let state = match status {
        Status::Active | Status::Expired => LicenseState::Active,
        Status::Reminted => LicenseState::Reminted,
        Status::Revoked => LicenseState::Revoked,
    };
    sql.push(reading.state()).bind(state.as_str());
    match status {
        Status::Active => sql.push(reading.expiry()).push(" > ").bind(now.millis()),
        Status::Expired => sql.push(reading.expiry()).push(" <= ").bind(now.millis()),
        Status::Reminted | Status::Revoked => sql,
    };
}

/// Adds where the page begins, its order and its length.
fn push_page(
    sql: &mut Sql,
    tenant: &TenantId,
    sort: Sort,
    position: Position<LicenseId>,
    reading: Reading,
    length: i64,
) {
    let places = places(sort.by, reading);
    // The page before a row is read outwards, against the list's own order.
    let (mark, reads_downwards) = match position {
        Position::Start => (None, sort.descending),
        Position::After(mark) => (Some(mark), sort.descending),
        Position::Before(mark) => (Some(mark), !sort.descending),
    };
    if let Some(mark) = mark {
        let beyond = if reads_downwards { ") < (" } else { ") > (" };
        sql.push(" AND (");
        push_columns(sql, places, "");
        sql.push(beyond);
        sql.bind(mark.value).push(", ");
        if sort.by == SortBy::Activations {
            // Licenses are never deleted.
            sql.push("(SELECT m.created_at FROM licenses m WHERE m.tenant_id = ")
                .bind(tenant.as_str())
                .push(" AND m.id = ")
                .bind(mark.id.to_string())
                .push("), ");
        }
        sql.bind(mark.id.to_string()).push(")");
    }
    sql.push(" ORDER BY ");
    push_columns(sql, places, if reads_downwards { " DESC" } else { "" });
    sql.push(" LIMIT ").bind(length);
}

/// Adds them, each with this behind it and commas between them.
fn push_columns(sql: &mut Sql, columns: &[&'static str], behind: &'static str) {
    for (index, column) in columns.iter().enumerate() {
        sql.push(if index > 0 { ", " } else { "" });
        sql.push(column).push(behind);
    }
}

/// What a row's place in that order is made of. Many have as many devices: the newest of them, which changes most, is at the end. What
/// was gathered is sorted by sums, which no index has: SQLite would else read the list in its order to spare itself the sorting.
const fn places(by: SortBy, reading: Reading) -> &'static [&'static str] {
    match (by, reading) {
        (SortBy::Activations, Reading::Gathered) => &["l.active_count + 0", "l.created_at", "l.id"],
        (SortBy::Activations, _) => &["l.active_count", "l.created_at", "l.id"],
        (SortBy::Created, Reading::Gathered) => &["l.created_at + 0", "l.id"],
        (SortBy::Created, _) => &["l.created_at", "l.id"],
        (SortBy::Expires, Reading::Gathered) => &["l.expires_at + 0", "l.id"],
        (SortBy::Expires, _) => &["l.expires_at", "l.id"],
    }
}

fn sort_value(row: &LicenseSummary, by: SortBy) -> i64 {
    match by {
        SortBy::Activations => row.active_count.into(),
        SortBy::Created => row.created_at.millis(),
        SortBy::Expires => expiry_column(row.expires_at),
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
