//! Words that are banned in certain directories.

use super::tree::Tree;

/// A banned word, where the ban applies, and why.
struct Rule {
    /// Split into two pieces, so that this file doesn't violate the rule.
    word: [&'static str; 2],
    folder: &'static str,
    exceptions: &'static [&'static str],
    reason: &'static str,
}

const RULES: [Rule; 4] = [
    Rule {
        word: ["sql", "x"],
        folder: "app/src/",
        exceptions: &[],
        reason: "pages must not access the database",
    },
    Rule {
        word: ["#[ser", "ver"],
        folder: "app/src/ui/",
        exceptions: &[],
        reason: "UI primitives must not define server functions",
    },
    Rule {
        word: ["crate::", "api"],
        folder: "app/src/ui/",
        exceptions: &[],
        reason: "UI primitives must not call server functions",
    },
    Rule {
        word: ["sqlx::", "query"],
        folder: "",
        exceptions: &["crates/store/", "crates/testing/"],
        reason: "only keywright-store contains SQL, and keywright-testing to damage test databases",
    },
];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    RULES
        .iter()
        .flat_map(|rule| violations(rule, tree))
        .collect()
}

fn violations(rule: &Rule, tree: &Tree) -> Vec<String> {
    let word = rule.word.concat();
    let excepted = |path: &str| {
        rule.exceptions
            .iter()
            .any(|folder| path.starts_with(folder))
    };
    let mut found = Vec::new();
    for (path, text) in tree
        .matching(rule.folder, ".rs")
        .filter(|(path, _)| !excepted(path))
    {
        for (index, _) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.contains(&word))
        {
            found.push(format!(
                "{path}:{}: `{word}` is not allowed here: {}",
                index + 1,
                rule.reason
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banned_word_is_reported_only_where_the_rule_applies() {
        let [query, server] = [RULES[3].word.concat(), RULES[1].word.concat()];
        let tree = Tree::of([
            ("crates/store/src/licenses.rs", &query),
            (
                "server/src/main.rs",
                &format!("fn main() {{\n    {query}(\"\")\n}}"),
            ),
            ("app/src/api/licenses.rs", &server),
            ("app/src/ui/table.rs", &server),
            ("docs/notes.md", &query),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("app/src/ui/table.rs:1: "));
        assert!(found[1].starts_with("server/src/main.rs:2: "));
    }
}
