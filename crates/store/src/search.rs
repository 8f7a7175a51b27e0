//! Searching licenses by what their keys, customers and devices are called.
//!
//! Each license and each of its devices has one row of folded text in `search_entries`. A term of three symbols or more is
//! found anywhere in it: on SQLite by an FTS5 index of trigrams, on PostgreSQL by one of `pg_trgm`. A shorter term, and
//! every term where `pg_trgm` may not be had, is found at the beginning of words, by a full-text index. These indexes are
//! the one thing for which the two engines need texts of their own.

use std::collections::BTreeMap;

use keywright_domain::{
    ids::{InstanceId, LicenseId, TenantId},
    license::License,
    search::{self, PART_SYMBOLS, SearchTerm},
};
use sqlx::AnyConnection;

use crate::{Engine, sql::Sql};

/// How a database finds terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SearchIndex {
    Sqlite,
    Postgres { has_trigrams: bool },
}

/// In `instance_id`: the entry is the license's own.
const LICENSE: &str = "";

impl SearchIndex {
    /// The one of a database that is up to date.
    pub(crate) async fn of(
        engine: Engine,
        connection: &mut AnyConnection,
    ) -> Result<Self, sqlx::Error> {
        if engine == Engine::Sqlite {
            return Ok(Self::Sqlite);
        }
        let index = "SELECT 1 FROM pg_indexes WHERE indexname = 'search_entries_parts' LIMIT 1";
        let has_trigrams = sqlx::query(index)
            .fetch_optional(connection)
            .await?
            .is_some();
        if !has_trigrams {
            tracing::warn!(
                "the PostgreSQL extension pg_trgm is not there: searches find the beginnings of words only"
            );
        }
        Ok(Self::Postgres { has_trigrams })
    }

    /// Adds the condition that `l`, a license of the tenant, has the term somewhere.
    pub(crate) fn push_condition(self, sql: &mut Sql, tenant: &TenantId, term: &SearchTerm) {
        let folded = term.folded();
        // Found once, and then compared: without statistics PostgreSQL would look anew for every license.
        sql.push(" AND l.id IN (WITH found AS MATERIALIZED (SELECT e.license_id FROM search_entries e WHERE e.tenant_id = ")
            .bind(tenant.as_str());
        match self {
            Self::Sqlite => {
                let (index, matches, query) = full_text(&folded);
                sql.push(" AND e.id IN (SELECT rowid FROM ").push(index);
                sql.push(" WHERE ").push(matches).bind(query).push(")");
            }
            Self::Postgres { .. } => {
                sql.push(" AND ");
                self.push_text_check(sql, &folded);
            }
        }
        sql.push(") SELECT license_id FROM found)");
    }

    /// Adds what to select from to have the entries that hold the term, of whichever tenant, one after another.
    pub(crate) fn push_entries(self, sql: &mut Sql, term: &SearchTerm) {
        let folded = term.folded();
        match self {
            Self::Sqlite => {
                let (index, matches, query) = full_text(&folded);
                sql.push(index).push(" WHERE ").push(matches).bind(query);
            }
            Self::Postgres { .. } => {
                sql.push("search_entries e WHERE ");
                self.push_text_check(sql, &folded);
            }
        }
    }

    /// The same with the licenses of the tenant, `l`, that they are of.
    pub(crate) fn push_matches(self, sql: &mut Sql, tenant: &TenantId, term: &SearchTerm) {
        let folded = term.folded();
        match self {
            // In this order: as soon as there are enough, it ends.
            Self::Sqlite => {
                let (index, matches, query) = full_text(&folded);
                sql.push(index).push(
                    " s CROSS JOIN search_entries e ON e.id = s.rowid
                     CROSS JOIN licenses l ON l.tenant_id = e.tenant_id AND l.id = e.license_id WHERE ",
                );
                sql.push(matches).bind(query);
            }
            Self::Postgres { .. } => {
                sql.push("search_entries e JOIN licenses l ON l.tenant_id = e.tenant_id AND l.id = e.license_id WHERE ");
                self.push_text_check(sql, &folded);
            }
        }
        sql.push(" AND e.tenant_id = ").bind(tenant.as_str());
    }

    /// Adds the condition that `l` has the term somewhere, found out by a look at its own entries: for terms that many have.
    pub(crate) fn push_check(self, sql: &mut Sql, term: &SearchTerm) {
        sql.push(
            " AND EXISTS (SELECT 1 FROM search_entries e WHERE e.tenant_id = l.tenant_id AND e.license_id = l.id AND ",
        );
        self.push_text_check(sql, &term.folded());
        sql.push(")");
    }

    fn push_text_check(self, sql: &mut Sql, folded: &str) {
        match self {
            Self::Sqlite if is_part(folded) => {
                sql.push("instr(e.text, ").bind(folded).push(") > 0");
            }
            // Letters beyond ASCII end a word here: to find a little more than the index does harms nobody.
            Self::Sqlite => {
                sql.push("TRUE");
                for word in search::words(folded) {
                    sql.push(" AND char(10) || e.text GLOB ")
                        .bind(format!("*[^a-z0-9]{word}*"));
                }
            }
            Self::Postgres { has_trigrams: true } if is_part(folded) => {
                sql.push("e.text LIKE ").bind(within(folded));
            }
            Self::Postgres { .. } => {
                sql.push("search_words(e.text) @@ to_tsquery('simple', ")
                    .bind(prefixes(folded, self))
                    .push(")");
            }
        }
    }
}

/// Whether a term is long enough to be found anywhere in a text.
fn is_part(folded: &str) -> bool {
    folded.chars().count() >= PART_SYMBOLS
}

/// SQLite's index that finds the term, how it is asked, and for what.
fn full_text(folded: &str) -> (&'static str, &'static str, String) {
    if is_part(folded) {
        ("search_parts", "search_parts MATCH ", quoted(folded))
    } else {
        let query = prefixes(folded, SearchIndex::Sqlite);
        ("search_words", "search_words MATCH ", query)
    }
}

/// A phrase of FTS5, whatever stands in it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A `LIKE` pattern for texts that hold this one, whatever stands in it.
fn within(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// A full-text query for texts with words that begin as each of these. No word at all matches nothing.
fn prefixes(folded: &str, index: SearchIndex) -> String {
    let words = search::words(folded);
    match index {
        SearchIndex::Sqlite => {
            let words: Vec<String> = words.map(|word| format!("{}*", quoted(word))).collect();
            if words.is_empty() {
                return quoted("");
            }
            words.join(" AND ")
        }
        SearchIndex::Postgres { .. } => {
            let words: Vec<String> = words.map(|word| format!("'{word}':*")).collect();
            words.join(" & ")
        }
    }
}

/// Entries in a statement: SQLite's indexes write what they collected each time that one begins.
const ROWS_IN_A_STATEMENT: usize = 64;

/// Entries that are to be written, the newest of each license and device: those of many units of work in a few statements.
#[derive(Default)]
pub(crate) struct Entries(BTreeMap<(TenantId, LicenseId, String), String>);

impl Entries {
    /// Makes a new license findable.
    pub(crate) fn add_license(&mut self, license: &License) {
        let customer = &license.customer;
        let text = text([
            Some(license.display_key.as_str()),
            customer.name.as_deref(),
            customer.email.as_deref(),
        ]);
        let place = (license.tenant.clone(), license.id, LICENSE.to_owned());
        self.0.insert(place, text);
    }

    /// Makes a license findable by a device, under the name that it has now.
    pub(crate) fn add_device(
        &mut self,
        tenant: &TenantId,
        license: LicenseId,
        instance: InstanceId,
        device_name: &str,
    ) {
        let instance = instance.to_string();
        let text = text([Some(device_name), Some(&instance), None]);
        self.0.insert((tenant.clone(), license, instance), text);
    }

    pub(crate) fn and(mut self, later: Self) -> Self {
        self.0.extend(later.0);
        self
    }

    /// Writes them.
    pub(crate) async fn write(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let entries: Vec<_> = self.0.into_iter().collect();
        for rows in entries.chunks(ROWS_IN_A_STATEMENT) {
            let mut sql = Sql::new(
                "INSERT INTO search_entries (tenant_id, license_id, instance_id, text) VALUES ",
            );
            sql.rows(rows, |sql, ((tenant, license, instance), text)| {
                sql.bind(tenant.as_str()).push(", ");
                sql.bind(license.to_string()).push(", ");
                sql.bind(instance.as_str()).push(", ");
                sql.bind(text.as_str());
            });
            // Only a device is ever called something else.
            sql.push(
                " ON CONFLICT (tenant_id, license_id, instance_id) DO UPDATE SET text = excluded.text
                 WHERE search_entries.text <> excluded.text",
            );
            sql.execute(connection).await?;
        }
        Ok(())
    }
}

/// One text to search in; a term has no line break, so none is found across two parts.
fn text(parts: [Option<&str>; 3]) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().map(search::fold).collect();
    parts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_no_query_language() {
        assert_eq!(quoted("a\"b OR c"), "\"a\"\"b OR c\"");
        assert_eq!(within("50%_\\"), "%50\\%\\_\\\\%");
        let postgres = SearchIndex::Postgres {
            has_trigrams: false,
        };
        assert_eq!(prefixes("a' | !b:*", postgres), "'a':* & 'b':*");
        assert_eq!(
            prefixes("a\" NOT b", SearchIndex::Sqlite),
            "\"a\"* AND \"NOT\"* AND \"b\"*"
        );
        assert_eq!(prefixes("'-", postgres), "");
        assert_eq!(prefixes("'-", SearchIndex::Sqlite), "\"\"");
    }
}
