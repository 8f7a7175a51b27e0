//! No file contains an absolute path from a developer's machine.

use super::tree::Tree;

/// Top-level directories on development machines.
const MACHINE_FOLDERS: [&str; 2] = ["work", "root"];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let paths = MACHINE_FOLDERS.map(|folder| format!("/{folder}/"));
    let mut found = Vec::new();
    for (file, text) in tree.matching("", "") {
        for (index, line) in text.lines().enumerate() {
            if let Some(path) = paths.iter().find(|path| line.contains(path.as_str())) {
                found.push(format!(
                    "{file}:{}: machine-specific path {path}",
                    index + 1
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_path_is_reported_with_its_line() {
        let text = format!("fine\nsee /{}/notes.txt\n", MACHINE_FOLDERS[0]);
        let tree = Tree::of([("README.md", &text), ("a.md", "/tmp/x")]);
        assert_eq!(
            check(&tree),
            [format!(
                "README.md:2: machine-specific path /{}/",
                MACHINE_FOLDERS[0]
            )]
        );
    }
}
