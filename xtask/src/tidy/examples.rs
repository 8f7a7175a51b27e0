//! Rust code in documents is compiled as an example. Doc comments contain no Rust code, because doc
//! tests are off.

use super::tree::Tree;

/// Documents for users of Keywright.
const DOCUMENTS: [&str; 2] = ["README.md", "docs/"];

/// Directory of the examples, which clippy and the tests compile.
const EXAMPLES: &str = "server/examples/";

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let examples: Vec<String> = tree
        .matching(EXAMPLES, ".rs")
        .map(|(_, text)| strip_layout(text))
        .collect();
    let mut found = Vec::new();
    for (file, text) in DOCUMENTS
        .iter()
        .flat_map(|start| tree.matching(start, ".md"))
    {
        for (line, _, code) in
            fenced_blocks(text, "").filter(|(_, language, _)| *language == "rust")
        {
            let code = strip_layout(&code);
            if !examples.iter().any(|example| example.contains(&code)) {
                found.push(format!(
                    "{file}:{line}: no file in {EXAMPLES} contains this code"
                ));
            }
        }
    }
    for (file, text) in tree.matching("", ".rs") {
        let comments = ["///", "//!"].into_iter();
        let blocks = comments.flat_map(|comment| fenced_blocks(text, comment));
        for (line, ..) in blocks.filter(|(_, language, _)| *language != "text") {
            found.push(format!(
                "{file}:{line}: use only ```text in doc comments: doc tests are off, so write a test"
            ));
        }
    }
    found
}

/// Returns the fenced blocks on lines that start with `prefix`: the line of the opening fence, the
/// language and the content.
fn fenced_blocks<'a>(
    text: &'a str,
    prefix: &'a str,
) -> impl Iterator<Item = (usize, &'a str, String)> {
    let mut lines = text.lines().zip(1..).filter_map(move |(line, number)| {
        Some((line.trim_start().strip_prefix(prefix)?.trim(), number))
    });
    std::iter::from_fn(move || {
        let (language, number) =
            lines.find_map(|(line, number)| Some((line.strip_prefix("```")?, number)))?;
        let content = lines.by_ref().map(|(line, _)| line);
        let content: Vec<&str> = content
            .take_while(|line| !line.starts_with("```"))
            .collect();
        Some((number, language, content.join("\n")))
    })
}

/// Strips everything that rustfmt may add or move.
fn strip_layout(code: &str) -> String {
    code.replace([',', '{', '}'], "")
        .split_whitespace()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: (&str, &str) = (
        "server/examples/quickstart.rs",
        "//! Quick start.\n\nfn main() {\n    let app = 1;\n    println!(\"{app}\");\n}\n",
    );

    #[test]
    fn rust_code_in_documents_must_be_in_an_example() {
        let good = "Text\n\n```rust\nlet app = 1;\n```\n\n```sh\nls\n```\n";
        let bad = "```text\nx\n```\n```rust\nlet app = 2;\n```\n";
        let tree = Tree::of([EXAMPLE, ("README.md", good), ("docs/api.md", bad)]);
        assert_eq!(
            check(&tree),
            ["docs/api.md:4: no file in server/examples/ contains this code"]
        );
    }

    #[test]
    fn doc_comments_must_not_contain_doc_tests() {
        let text = "//! ```text\n//! x\n//! ```\n/// ```\n/// let app = 1;\n/// ```\nfn f() {}\n";
        let found = check(&Tree::of([("app/src/lib.rs", text)]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("app/src/lib.rs:4: "));
    }
}
