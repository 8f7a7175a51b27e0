//! Searching licenses by what their keys, customers and devices are called.
//!
//! Each license has a row of folded text in `license_texts`, and each device's row its folded name. A term of three symbols or more is
//! found anywhere in these: on SQLite by an FTS5 index of trigrams, on PostgreSQL by one of `pg_trgm`. A shorter term, and every
//! term where `pg_trgm` may not be had, is found at the beginning of words, by a full-text index. These indexes are the one thing for
//! which the two engines need texts of their own. Instance ids are found by how they begin, by the index that holds them anyway: their
//! parts would be most of what the others have.

use keywright_domain::{
    ids::TenantId,
    license::License,
    search::{self, PART_SYMBOLS, SearchTerm},
};
use sqlx::AnyConnection;

use crate::{Engine, query::Sql};

/// How a database finds terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SearchIndex {
    Sqlite,
    Postgres { has_trigrams: bool },
}

impl SearchIndex {
    /// The one of a database that is up to date.
    pub(crate) async fn of(
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
                "the PostgreSQL extension pg_trgm is not there: searches find the beginnings of words only"
            );
        }
        Ok(Self::Postgres { has_trigrams })
    }

    /// Adds the condition that `l`, a license of the tenant, has the term somewhere.
    pub(crate) fn push_condition(self, sql: &mut Sql, tenant: &TenantId, term: &SearchTerm) {
        // Found once, and then compared: without statistics PostgreSQL would look anew for every license.
        sql.push(" AND l.id IN (WITH found AS MATERIALIZED (");
        self.push_holders(sql, tenant, &term.folded());
        sql.push(") SELECT license_id FROM found)");
    }

    /// Adds what to select from to have each license of the tenant, `l`, as often as it has the term.
    pub(crate) fn push_matches(self, sql: &mut Sql, tenant: &TenantId, term: &SearchTerm) {
        sql.push("(");
        self.push_holders(sql, tenant, &term.folded());
        sql.push(match self {
            // In this order: as soon as there are enough, it ends.
            Self::Sqlite => ") f CROSS JOIN licenses l ON l.id = f.license_id WHERE l.tenant_id = ",
            Self::Postgres { .. } => {
                ") f JOIN licenses l ON l.id = f.license_id WHERE l.tenant_id = "
            }
        });
        sql.bind(tenant.as_str());
    }

    /// Adds a selection with a row for each text that holds the term.
    pub(crate) fn push_texts(self, sql: &mut Sql, tenant: &TenantId, term: &SearchTerm) {
        let folded = term.folded();
        push_each(sql, &folded, |sql, place| {
            sql.push("SELECT 1 FROM ");
            if let Some(index) = self.full_text(place, &folded) {
                // Of whichever tenant: to see whose each is would take long.
                sql.push(index.name).push(" WHERE ");
                sql.push(index.matches).bind(index.query);
                return;
            }
            sql.push(place.table()).push(" t WHERE t.tenant_id = ");
            sql.bind(tenant.as_str()).push(" AND ");
            self.push_text_check(sql, place, &folded);
        });
    }

    /// Adds the condition that `l` has the term somewhere, found out by a look at its own texts: for terms that many have.
    pub(crate) fn push_check(self, sql: &mut Sql, term: &SearchTerm) {
        let folded = term.folded();
        // As one, for PostgreSQL would gather all devices that have it. With an `OR`, for SQLite would read all ids that begin so.
        sql.push(" AND EXISTS (SELECT 1 FROM license_texts t WHERE t.tenant_id = l.tenant_id AND t.license_id = l.id AND ");
        self.push_text_check(sql, Place::LicenseTexts, &folded);
        sql.push(
            " UNION ALL SELECT 1 FROM activations t WHERE t.tenant_id = l.tenant_id AND t.license_id = l.id AND (FALSE",
        );
        for place in Place::of(&folded).filter(|place| *place != Place::LicenseTexts) {
            sql.push(" OR (");
            self.push_text_check(sql, place, &folded);
            sql.push(")");
        }
        sql.push("))");
    }

    /// Adds a selection of the licenses of the tenant that have the term, one after another.
    fn push_holders(self, sql: &mut Sql, tenant: &TenantId, folded: &str) {
        push_each(sql, folded, |sql, place| {
            sql.push("SELECT t.license_id FROM ");
            if let Some(index) = self.full_text(place, folded) {
                sql.push(index.name).push(" s CROSS JOIN ");
                sql.push(place.table());
                sql.push(" t ON t.number = s.rowid WHERE ");
                sql.push(index.matches).bind(index.query);
            } else {
                sql.push(place.table()).push(" t WHERE ");
                self.push_text_check(sql, place, folded);
            }
            sql.push(" AND t.tenant_id = ").bind(tenant.as_str());
        });
    }

    /// Adds the condition that a row `t` has the term there. But for texts on SQLite an index finds what fulfills it.
    fn push_text_check(self, sql: &mut Sql, place: Place, folded: &str) {
        match self {
            _ if place == Place::InstanceIds => {
                sql.push("t.id >= ").bind(folded);
                sql.push(" AND t.id < ")
                    .bind(format!("{folded}{BEYOND_IDS}"));
            }
            Self::Sqlite if is_part(folded) => {
                sql.push("instr(").push(place.text()).push(", ");
                sql.bind(folded).push(") > 0");
            }
            // Letters beyond ASCII end a word here: to find a little more than the index does harms nobody.
            Self::Sqlite => {
                sql.push("TRUE");
                for word in search::words(folded) {
                    sql.push(" AND char(10) || ").push(place.text());
                    sql.push(" GLOB ").bind(format!("*[^a-z0-9]{word}*"));
                }
            }
            Self::Postgres { has_trigrams: true } if is_part(folded) => {
                sql.push(place.text()).push(" LIKE ").bind(within(folded));
            }
            Self::Postgres { .. } => {
                sql.push("search_words(").push(place.text());
                sql.push(") @@ to_tsquery('simple', ")
                    .bind(prefixes(folded, self))
                    .push(")");
            }
        }
    }

    /// SQLite's index of what stands there, and what it is to be asked for the term.
    fn full_text(self, place: Place, folded: &str) -> Option<FullText> {
        let (name, matches) = match (self, place) {
            (Self::Postgres { .. }, _) | (_, Place::InstanceIds) => return None,
            (_, Place::LicenseTexts) if is_part(folded) => {
                ("license_parts", "license_parts MATCH ")
            }
            (_, Place::LicenseTexts) => ("license_words", "license_words MATCH "),
            (_, Place::DeviceNames) if is_part(folded) => ("device_parts", "device_parts MATCH "),
            (_, Place::DeviceNames) => ("device_words", "device_words MATCH "),
        };
        let query = if is_part(folded) {
            quoted(folded)
        } else {
            prefixes(folded, self)
        };
        Some(FullText {
            name,
            matches,
            query,
        })
    }
}

/// One of SQLite's, and what it is asked.
struct FullText {
    name: &'static str,
    matches: &'static str,
    query: String,
}

/// Where a term may stand: in columns of `t`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    LicenseTexts,
    DeviceNames,
    InstanceIds,
}

/// More than all symbols of instance ids.
const BEYOND_IDS: char = 'g';

impl Place {
    /// Where this one may: an instance id is found by how it begins.
    fn of(folded: &str) -> impl Iterator<Item = Self> {
        let begins_ids = folded
            .chars()
            .all(|symbol| matches!(symbol, '0'..='9' | 'a'..='f' | '-'));
        [Self::LicenseTexts, Self::DeviceNames, Self::InstanceIds]
            .into_iter()
            .filter(move |place| *place != Self::InstanceIds || begins_ids)
    }

    const fn table(self) -> &'static str {
        match self {
            Self::LicenseTexts => "license_texts",
            Self::DeviceNames | Self::InstanceIds => "activations",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::LicenseTexts => "t.text",
            Self::DeviceNames => "t.folded_name",
            Self::InstanceIds => "t.id",
        }
    }
}

/// Adds a selection of each place where the term may stand, as one.
fn push_each(sql: &mut Sql, folded: &str, selection: impl Fn(&mut Sql, Place)) {
    for (index, place) in Place::of(folded).enumerate() {
        if index > 0 {
            sql.push(" UNION ALL ");
        }
        selection(sql, place);
    }
}

/// Whether a term is long enough to be found anywhere in a text.
fn is_part(folded: &str) -> bool {
    folded.chars().count() >= PART_SYMBOLS
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

/// Makes new licenses findable.
pub(crate) async fn insert_license_texts(
    connection: &mut AnyConnection,
    licenses: &[License],
) -> Result<(), sqlx::Error> {
    let mut sql = Sql::new("INSERT INTO license_texts (tenant_id, license_id, text) VALUES ");
    sql.rows(licenses, |sql, license| {
        sql.bind(license.tenant.as_str()).push(", ");
        sql.bind(license.id.to_string()).push(", ");
        sql.bind(text(license));
    });
    sql.execute(connection).await?;
    Ok(())
}

/// What a license is found by. A term has no line break, so none is found across two parts.
fn text(license: &License) -> String {
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
