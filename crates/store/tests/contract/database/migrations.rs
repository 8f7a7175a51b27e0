//! The two sets of migrations create the same tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use keywright_testing::{Engine, TestDatabase};
use sqlx::{AnyConnection, Connection, Row};

/// Returns the table statements of each migration, without comments, spacing, the collation that
/// only PostgreSQL needs, and the engines' ways to number rows. Search indexes may differ:
/// SQLite's are virtual tables.
fn tables(engine: &str) -> BTreeMap<String, Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(engine);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files
        .map(|file| {
            let text = fs::read_to_string(file.path())
                .unwrap()
                .replace(" COLLATE \"C\"", "")
                .replace("BIGINT GENERATED ALWAYS AS IDENTITY", "INTEGER")
                .replace(" BIGINT PRIMARY KEY,", " INTEGER PRIMARY KEY,");
            let code: String = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("--"))
                .collect();
            let statements = code
                .split(';')
                .map(|sql| sql.split_whitespace().collect::<Vec<_>>().join(" "));
            // SQLite can number the rows of a table, or change its key, only by recreating it. It
            // also has its own log.
            let is_own = |sql: &str| {
                [
                    "activations_anew",
                    "DROP TABLE activations",
                    "validations_log",
                    "ADD COLUMN number",
                    "ALTER TABLE activations",
                    "DROP TABLE search_parts",
                    "DROP TABLE search_words",
                ]
                .iter()
                .any(|own| sql.contains(own))
            };
            // Excludes SQLite's search indexes, and PostgreSQL's triggers and fill factors.
            let is_table = |sql: &String| {
                sql.contains(" TABLE ")
                    && !sql.contains(" VIRTUAL TABLE ")
                    && !sql.contains(" TRIGGER ")
                    && !sql.contains("fillfactor")
                    && !is_own(sql)
            };
            let tables = statements.filter(is_table).collect();
            (file.file_name().into_string().unwrap(), tables)
        })
        .collect()
}

#[test]
fn migrations_declare_the_same_tables_on_both_engines() {
    let (sqlite, postgres) = (tables("sqlite"), tables("postgres"));
    assert_eq!(sqlite, postgres);
    assert!(sqlite.values().flatten().count() >= 10, "{sqlite:?}");
}

/// Returns all columns of the migrated schema, as `table.column`.
async fn columns(engine: Engine) -> BTreeSet<String> {
    let database = TestDatabase::create(engine).await;
    database.open().await.close().await;
    let mut connection = AnyConnection::connect(database.url()).await.unwrap();
    // Excludes the columns of SQLite's virtual tables.
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'
             AND t.name NOT GLOB '*_parts*' AND t.name NOT GLOB '*_words*' AND t.name NOT GLOB 'sqlite_*'"
        }
        Engine::Postgres => {
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn migrated_schemas_have_the_same_columns_on_both_engines() {
    let (sqlite, postgres) = (
        columns(Engine::Sqlite).await,
        columns(Engine::Postgres).await,
    );
    assert_eq!(sqlite, postgres);
    assert!(sqlite.contains("activations.number"), "{sqlite:?}");
}
