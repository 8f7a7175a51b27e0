//! Directories stay small enough to grasp at a glance.

use std::collections::BTreeMap;

use super::tree::Tree;

/// Maximum number of `.rs` files directly in a directory, not counting those in `MODULE_ROOTS`.
const MAX_FILES: usize = 15;

const MODULE_ROOTS: [&str; 3] = ["lib.rs", "main.rs", "mod.rs"];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (file, _) in tree.matching("", ".rs") {
        if let Some((folder, name)) = file.rsplit_once('/') {
            *counts.entry(folder).or_default() += usize::from(!MODULE_ROOTS.contains(&name));
        }
    }
    let large = counts.iter().filter(|(_, count)| **count > MAX_FILES);
    large
        .map(|(folder, count)| {
            format!(
                "{folder} has {count} files, more than {MAX_FILES}: group them into subdirectories"
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_subfolders_are_not_counted() {
        let names: Vec<String> = (0..=MAX_FILES).map(|n| format!("x/src/m{n}.rs")).collect();
        let mut files: [(&str, &str); MAX_FILES + 1] = std::array::from_fn(|n| (&*names[n], ""));
        assert_eq!(
            check(&Tree::of(files)),
            ["x/src has 16 files, more than 15: group them into subdirectories"]
        );
        files[0].0 = "x/src/folder/m.rs";
        assert!(check(&Tree::of(files)).is_empty());
    }
}
