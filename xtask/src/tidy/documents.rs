//! Documents name only existing files and stay short, and the index lists every decision.

use super::tree::Tree;

/// Maximum number of lines per document.
const MAX_LINES: [(&str, usize); 2] = [("README.md", 100), ("ARCHITECTURE.md", 150)];

const DECISION_FOLDER: &str = "docs/adr/";
const DECISION_INDEX: &str = "docs/adr/README.md";

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, most) in MAX_LINES {
        let lines = tree.contents(path).map_or(0, |text| text.lines().count());
        if lines > most {
            found.push(format!(
                "{path} has {lines} lines, more than {most}: move some to docs/"
            ));
        }
    }
    let index = tree.contents(DECISION_INDEX).unwrap_or_default();
    for name in tree.file_stems_in("docs/adr", ".md") {
        if name != "README" && !index.contains(&format!("({name}.md)")) {
            found.push(format!(
                "{DECISION_FOLDER}{name}.md is missing from {DECISION_INDEX}"
            ));
        }
    }
    for (document, text) in tree.matching("", ".md") {
        for (index, line) in text.lines().enumerate() {
            let missing_paths = quoted_paths(line).filter(|path| is_missing(tree, path));
            let missing_links = relative_links(line)
                .map(|link| resolve(document, link))
                .filter(|link| is_missing(tree, link));
            for missing in missing_paths.map(str::to_owned).chain(missing_links) {
                found.push(format!(
                    "{document}:{}: {missing} does not exist",
                    index + 1
                ));
            }
        }
    }
    found
}

/// Returns the back-ticked paths in a line.
fn quoted_paths(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|text| {
        let is_path = |symbol: char| symbol.is_ascii_alphanumeric() || "/._-".contains(symbol);
        text.contains('/') && text.chars().all(is_path)
    })
}

/// Returns the relative links in a line, without anchors.
fn relative_links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.starts_with('/') && !target.contains(':'))
}

fn resolve(document: &str, link: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Returns whether a path refers to the repository but does not exist in it. Paths that begin with
/// `/`, or whose first directory does not exist, are taken for URLs or paths outside it.
fn is_missing(tree: &Tree, path: &str) -> bool {
    if path.starts_with('/') {
        return false;
    }
    let path = path.trim_end_matches('/');
    let (top, _) = path.split_once('/').unwrap_or(("", path));
    let is_in_repository = top.is_empty() && path.contains('.') || tree.has_folder(top);
    is_in_repository && !tree.has_file(path) && !tree.has_folder(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_paths_and_links_are_reported() {
        let text = "`app/src/gone.rs`, `app/src`, `/licenses/{id}`, `/openapi.json`, `acme/notes`\n\
                    [a](../README.md#top) [b](api.md) [c](https://example.com/x.md)\n";
        let tree = Tree::of([
            ("README.md", ""),
            ("docs/a.md", text),
            ("app/src/lib.rs", ""),
        ]);
        assert_eq!(
            check(&tree),
            [
                "docs/a.md:1: app/src/gone.rs does not exist",
                "docs/a.md:2: docs/api.md does not exist"
            ]
        );
    }

    #[test]
    fn decision_missing_from_the_index_is_reported() {
        let tree = Tree::of([
            (DECISION_INDEX, "[1](0001-one.md)"),
            ("docs/adr/0001-one.md", ""),
            ("docs/adr/0002-two.md", ""),
        ]);
        assert_eq!(
            check(&tree),
            ["docs/adr/0002-two.md is missing from docs/adr/README.md"]
        );
    }

    #[test]
    fn long_readme_is_reported() {
        let text = "line\n".repeat(101);
        let found = check(&Tree::of([("README.md", &text)]));
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
