//! Search for licenses by key, customer and device.
//!
//! Each license has a row of folded text in `license_texts`, and each activation a folded device
//! name. A term of three characters or more matches any substring: on SQLite through an FTS5
//! trigram index, on PostgreSQL through `pg_trgm`. A shorter term, and every term if `pg_trgm` is
//! unavailable, matches the beginning of words through a full-text index. Each engine has its own
//! queries for these indexes.
//!
//! Instance IDs match by prefix, through an existing index: their trigrams would make up most of
//! the search index.

use keywright_domain::{
    ids::TenantId,
    license::License,
    search::{self, MIN_SUBSTRING_LENGTH, SearchTerm},
};
use sqlx::AnyConnection;

use crate::{Engine, query::QueryBuilder};

/// The search index that a database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SearchIndex {
    Sqlite,
    Postgres { has_trigrams: bool },
}

impl SearchIndex {
    /// Detects which search index the database has. Run migrations first.
    pub(crate) async fn detect(
        engine: Engine,
        connection: &mut AnyConnection,
    ) -> Result<Self, sqlx::Error> {
        if engine == Engine::Sqlite {
            return Ok(Self::Sqlite);
        }
        let index = "SELECT 1 FROM pg_indexes WHERE indexname = 'license_texts_parts' LIMIT 1";
        let has_trigrams = sqlx::query(index)
            .fetch_optional(connection)
            .await?
            .is_some();
        if !has_trigrams {
            tracing::warn!(
                "PostgreSQL extension pg_trgm is not installed; search matches only the beginning of words"
            );
        }
        Ok(Self::Postgres { has_trigrams })
    }

    /// Appends the condition that `l`, a license of the tenant, contains the term.
    pub(crate) fn push_condition(
        self,
        sql: &mut QueryBuilder,
        tenant_id: &TenantId,
        term: &SearchTerm,
    ) {
        // `MATERIALIZED`, because without statistics PostgreSQL would repeat the search for every
        // license.
        sql.push(" AND l.id IN (WITH found AS MATERIALIZED (");
        self.push_matching_license_ids(sql, tenant_id, &term.folded());
        sql.push(") SELECT license_id FROM found)");
    }

    /// Appends a `FROM` source that yields the tenant's licenses `l`, once for each match.
    pub(crate) fn push_match_source(
        self,
        sql: &mut QueryBuilder,
        tenant_id: &TenantId,
        term: &SearchTerm,
    ) {
        sql.push("(");
        self.push_matching_license_ids(sql, tenant_id, &term.folded());
        sql.push(match self {
            // `CROSS JOIN` fixes the order, so that the query stops as soon as it has enough
            // rows.
            Self::Sqlite => ") f CROSS JOIN licenses l ON l.id = f.license_id WHERE l.tenant_id = ",
            Self::Postgres { .. } => {
                ") f JOIN licenses l ON l.id = f.license_id WHERE l.tenant_id = "
            }
        });
        sql.bind(tenant_id.as_str());
    }

    /// Appends a query that returns a row for each text that contains the term.
    pub(crate) fn push_matching_rows(
        self,
        sql: &mut QueryBuilder,
        tenant_id: &TenantId,
        term: &SearchTerm,
    ) {
        let folded = term.folded();
        push_union(sql, &folded, |sql, field| {
            sql.push("SELECT 1 FROM ");
            if let Some(index) = self.fts_query(field, &folded) {
                // Includes other tenants, because finding the tenant of each match would be slow.
                sql.push(index.name).push(" WHERE ");
                sql.push(index.matches).bind(index.query);
                return;
            }
            sql.push(field.table()).push(" t WHERE t.tenant_id = ");
            sql.bind(tenant_id.as_str()).push(" AND ");
            self.push_field_condition(sql, field, &folded);
        });
    }

    /// Appends the condition that `l` contains the term. It checks only the texts of this license.
    /// For frequent terms.
    pub(crate) fn push_exists(self, sql: &mut QueryBuilder, term: &SearchTerm) {
        let folded = term.folded();
        // A single `EXISTS`, because PostgreSQL would otherwise collect all matching devices. An
        // `OR`, because SQLite would otherwise read all IDs with the prefix.
        sql.push(" AND EXISTS (SELECT 1 FROM license_texts t WHERE t.tenant_id = l.tenant_id AND t.license_id = l.id AND ");
        self.push_field_condition(sql, SearchField::LicenseText, &folded);
        sql.push(
            " UNION ALL SELECT 1 FROM activations t WHERE t.tenant_id = l.tenant_id AND t.license_id = l.id AND (FALSE",
        );
        for field in
            SearchField::candidates(&folded).filter(|field| *field != SearchField::LicenseText)
        {
            sql.push(" OR (");
            self.push_field_condition(sql, field, &folded);
            sql.push(")");
        }
        sql.push("))");
    }

    /// Appends a query for the tenant's licenses that contain the term. A license may appear
    /// several times.
    fn push_matching_license_ids(self, sql: &mut QueryBuilder, tenant_id: &TenantId, folded: &str) {
        push_union(sql, folded, |sql, field| {
            sql.push("SELECT t.license_id FROM ");
            if let Some(index) = self.fts_query(field, folded) {
                sql.push(index.name).push(" s CROSS JOIN ");
                sql.push(field.table());
                sql.push(" t ON t.number = s.rowid WHERE ");
                sql.push(index.matches).bind(index.query);
            } else {
                sql.push(field.table()).push(" t WHERE ");
                self.push_field_condition(sql, field, folded);
            }
            sql.push(" AND t.tenant_id = ").bind(tenant_id.as_str());
        });
    }

    /// Appends the condition that a field of row `t` contains the term. An index supports it,
    /// except for texts on SQLite.
    fn push_field_condition(self, sql: &mut QueryBuilder, field: SearchField, folded: &str) {
        match self {
            _ if field == SearchField::InstanceId => {
                sql.push("t.id >= ").bind(folded);
                sql.push(" AND t.id < ")
                    .bind(format!("{folded}{UUID_UPPER_BOUND}"));
            }
            Self::Sqlite if is_substring_query(folded) => {
                sql.push("instr(").push(field.column()).push(", ");
                sql.bind(folded).push(") > 0");
            }
            // Unlike the index, this treats non-ASCII letters as word boundaries, which adds a few
            // matches.
            Self::Sqlite => {
                sql.push("TRUE");
                for word in search::words(folded) {
                    sql.push(" AND char(10) || ").push(field.column());
                    sql.push(" GLOB ").bind(format!("*[^a-z0-9]{word}*"));
                }
            }
            Self::Postgres { has_trigrams: true } if is_substring_query(folded) => {
                sql.push(field.column())
                    .push(" LIKE ")
                    .bind(like_pattern(folded));
            }
            Self::Postgres { .. } => {
                sql.push("search_words(").push(field.column());
                sql.push(") @@ to_tsquery('simple', ")
                    .bind(prefix_query(folded, self))
                    .push(")");
            }
        }
    }

    /// Returns SQLite's full-text index of a field, and the query for the term.
    fn fts_query(self, field: SearchField, folded: &str) -> Option<FtsQuery> {
        let (name, matches) = match (self, field) {
            (Self::Postgres { .. }, _) | (_, SearchField::InstanceId) => return None,
            (_, SearchField::LicenseText) if is_substring_query(folded) => {
                ("license_parts", "license_parts MATCH ")
            }
            (_, SearchField::LicenseText) => ("license_words", "license_words MATCH "),
            (_, SearchField::DeviceName) if is_substring_query(folded) => {
                ("device_parts", "device_parts MATCH ")
            }
            (_, SearchField::DeviceName) => ("device_words", "device_words MATCH "),
        };
        let query = if is_substring_query(folded) {
            quote_phrase(folded)
        } else {
            prefix_query(folded, self)
        };
        Some(FtsQuery {
            name,
            matches,
            query,
        })
    }
}

/// A full-text index of SQLite, and a query for it.
struct FtsQuery {
    name: &'static str,
    matches: &'static str,
    query: String,
}

/// Field of `t` that a term may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SearchField {
    LicenseText,
    DeviceName,
    InstanceId,
}

/// Sorts after all characters of instance IDs.
const UUID_UPPER_BOUND: char = 'g';

impl SearchField {
    /// Returns the fields that the term may match. Instance IDs match by prefix.
    fn candidates(folded: &str) -> impl Iterator<Item = Self> {
        let is_uuid_prefix = folded
            .chars()
            .all(|character| matches!(character, '0'..='9' | 'a'..='f' | '-'));
        [Self::LicenseText, Self::DeviceName, Self::InstanceId]
            .into_iter()
            .filter(move |field| *field != Self::InstanceId || is_uuid_prefix)
    }

    const fn table(self) -> &'static str {
        match self {
            Self::LicenseText => "license_texts",
            Self::DeviceName | Self::InstanceId => "activations",
        }
    }

    const fn column(self) -> &'static str {
        match self {
            Self::LicenseText => "t.text",
            Self::DeviceName => "t.folded_name",
            Self::InstanceId => "t.id",
        }
    }
}

/// Appends the `UNION ALL` of a query for each field that the term may match.
fn push_union(
    sql: &mut QueryBuilder,
    folded: &str,
    selection: impl Fn(&mut QueryBuilder, SearchField),
) {
    for (index, field) in SearchField::candidates(folded).enumerate() {
        if index > 0 {
            sql.push(" UNION ALL ");
        }
        selection(sql, field);
    }
}

/// Returns whether a term is long enough for a substring search.
fn is_substring_query(folded: &str) -> bool {
    folded.chars().count() >= MIN_SUBSTRING_LENGTH
}

/// Quotes a string as an FTS5 phrase.
fn quote_phrase(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Returns a `LIKE` pattern for texts that contain `text` literally.
fn like_pattern(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// Returns a full-text query for texts that have a word with each of these prefixes. A term
/// without words matches nothing.
fn prefix_query(folded: &str, index: SearchIndex) -> String {
    let words = search::words(folded);
    match index {
        SearchIndex::Sqlite => {
            let words: Vec<String> = words
                .map(|word| format!("{}*", quote_phrase(word)))
                .collect();
            if words.is_empty() {
                return quote_phrase("");
            }
            words.join(" AND ")
        }
        SearchIndex::Postgres { .. } => {
            let words: Vec<String> = words.map(|word| format!("'{word}':*")).collect();
            words.join(" & ")
        }
    }
}

/// Inserts the search texts of new licenses.
pub(crate) async fn insert_license_texts(
    connection: &mut AnyConnection,
    licenses: &[License],
) -> Result<(), sqlx::Error> {
    let mut sql =
        QueryBuilder::new("INSERT INTO license_texts (tenant_id, license_id, text) VALUES ");
    sql.push_rows(licenses, |sql, license| {
        sql.bind(license.tenant_id.as_str()).push(", ");
        sql.bind(license.id.to_string()).push(", ");
        sql.bind(search_text(license));
    });
    sql.execute(connection).await?;
    Ok(())
}

/// Returns the search text of a license. A term never contains a line break, so it can't match
/// across two parts.
fn search_text(license: &License) -> String {
    let customer = &license.customer;
    let parts = [
        Some(license.display_key.as_str()),
        customer.name.as_deref(),
        customer.email.as_deref(),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().map(search::fold).collect();
    parts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_terms_are_escaped() {
        assert_eq!(quote_phrase("a\"b OR c"), "\"a\"\"b OR c\"");
        assert_eq!(like_pattern("50%_\\"), "%50\\%\\_\\\\%");
        let postgres = SearchIndex::Postgres {
            has_trigrams: false,
        };
        assert_eq!(prefix_query("a' | !b:*", postgres), "'a':* & 'b':*");
        assert_eq!(
            prefix_query("a\" NOT b", SearchIndex::Sqlite),
            "\"a\"* AND \"NOT\"* AND \"b\"*"
        );
        assert_eq!(prefix_query("'-", postgres), "");
        assert_eq!(prefix_query("'-", SearchIndex::Sqlite), "\"\"");
    }
}
