//! Both engines have migrations with the same numbers and names.

use super::tree::Tree;

const FOLDERS: [&str; 2] = [
    "crates/store/migrations/sqlite",
    "crates/store/migrations/postgres",
];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let [sqlite, postgres] = FOLDERS.map(|folder| tree.file_stems_in(folder, ".sql"));
    let missing = |from: &[&str], names: &[&str], folder: &str| {
        let names = names.iter().filter(|name| !from.contains(name));
        names
            .map(|name| format!("{folder}/{name}.sql is missing: the other engine has it"))
            .collect()
    };
    let mut found: Vec<String> = missing(&sqlite, &postgres, FOLDERS[0]);
    found.extend::<Vec<String>>(missing(&postgres, &sqlite, FOLDERS[1]));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching_names_are_accepted() {
        let tree = Tree::of([
            ("crates/store/migrations/sqlite/0001_start.sql", ""),
            (
                "crates/store/migrations/postgres/0001_start.sql",
                "different text",
            ),
        ]);
        assert!(check(&tree).is_empty());
    }

    #[test]
    fn migration_missing_from_one_engine_is_reported() {
        let tree = Tree::of([
            ("crates/store/migrations/sqlite/0001_start.sql", ""),
            ("crates/store/migrations/sqlite/0002_more.sql", ""),
            ("crates/store/migrations/postgres/0001_start.sql", ""),
        ]);
        let expected =
            "crates/store/migrations/postgres/0002_more.sql is missing: the other engine has it";
        assert_eq!(check(&tree), [expected]);
    }
}
