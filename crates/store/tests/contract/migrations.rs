//! The two sets of migrations make the same tables.

use std::{collections::BTreeMap, fs, path::Path};

/// What each migration of an engine says about tables: its statements without comments, spacing, the collation that only
/// PostgreSQL needs told, and how each of them counts rows. Indexes for searching may differ: SQLite's are virtual tables.
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
                .replace("BIGINT GENERATED ALWAYS AS IDENTITY", "INTEGER");
            let code: String = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("--"))
                .collect();
            let statements = code
                .split(';')
                .map(|sql| sql.split_whitespace().collect::<Vec<_>>().join(" "));
            // Neither SQLite's indexes for searching nor PostgreSQL's settings of triggers and of room in pages.
            let is_table = |sql: &String| {
                sql.contains(" TABLE ")
                    && !sql.contains(" VIRTUAL TABLE ")
                    && !sql.contains(" TRIGGER ")
                    && !sql.contains("fillfactor")
            };
            let tables = statements.filter(is_table).collect();
            (file.file_name().into_string().unwrap(), tables)
        })
        .collect()
}

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (tables("sqlite"), tables("postgres"));
    assert_eq!(sqlite, postgres);
    assert!(sqlite.values().flatten().count() >= 10, "{sqlite:?}");
}
