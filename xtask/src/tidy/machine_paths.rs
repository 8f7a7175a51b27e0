//! Nothing here may know on which machine it was written.

use super::tree::Tree;

/// Top folders of machines that this was developed on.
const FOLDERS: [&str; 2] = ["work", "root"];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let paths = FOLDERS.map(|folder| format!("/{folder}/"));
    let mut found = Vec::new();
    for (file, text) in tree.matching("", "") {
        for (index, line) in text.lines().enumerate() {
            if let Some(path) = paths.iter().find(|path| line.contains(path.as_str())) {
                found.push(format!(
                    "{file}:{}: a path of some machine: {path}",
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
    fn a_path_of_a_machine_is_found_with_its_line() {
        let text = format!("fine\nsee /{}/notes.txt\n", FOLDERS[0]);
        let tree = Tree::of([("README.md", &text), ("a.md", "/tmp/x")]);
        assert_eq!(
            check(&tree),
            [format!(
                "README.md:2: a path of some machine: /{}/",
                FOLDERS[0]
            )]
        );
    }
}
