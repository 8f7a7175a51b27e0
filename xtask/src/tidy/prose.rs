//! Comments have a maximum width, and comments, messages and documents use no banned words.

use super::tree::Tree;

/// Maximum width of a comment line, the same as for code.
const MAX_COMMENT_COLUMNS: usize = 100;

/// Banned words and phrases with their replacements.
const BANNED: [(&str, &str); 14] = [
    ("anew", "again"),
    ("whoever", "anyone who, or the role"),
    ("whom", "who"),
    ("wherein", "where"),
    ("thereof", "of it"),
    ("of ours", "our"),
    ("by itself", "automatically, or alone"),
    ("is told", "receives, or is notified"),
    ("stands in", "is in"),
    ("besides", "also"),
    ("beside", "next to"),
    ("nobody knows", "what is unknown, and to what"),
    ("from then on", "after that"),
    ("by and by", "over time"),
];

/// Starts of a sentence whose subject is a free relative clause.
const FREE_RELATIVES: [&str; 5] = ["What ", "Who ", "Whoever ", "That which ", "Those who "];

/// Exempts this file, which lists the banned words, and released migrations, which never change.
fn is_exempt(path: &str) -> bool {
    path == "xtask/src/tidy/prose.rs" || path.contains("/migrations/")
}

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in tree.matching("", "").filter(|(path, _)| !is_exempt(path)) {
        let Some(kind) = FileKind::of(path) else {
            continue;
        };
        let mut is_code_block = false;
        for (index, line) in text.lines().enumerate() {
            let mut breach = |what: String| found.push(format!("{path}:{}: {what}", index + 1));
            if kind == FileKind::Markdown {
                if line.trim_start().starts_with("```") {
                    is_code_block = !is_code_block;
                }
                if !is_code_block && let Some(advice) = banned_word(line) {
                    breach(advice);
                }
                continue;
            }
            let comment = kind.comment(line);
            if comment.is_some() && line.chars().count() > MAX_COMMENT_COLUMNS {
                breach(format!(
                    "wrap this comment at {MAX_COMMENT_COLUMNS} columns"
                ));
            }
            if comment.is_some_and(starts_with_free_relative) {
                breach("begin this sentence with its subject, not with a relative clause".into());
            }
            let prose = comment.into_iter().chain(kind.messages(line));
            prose.filter_map(banned_word).for_each(breach);
        }
    }
    found
}

/// The comment syntax of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileKind {
    /// `//` comments and quoted strings.
    Code,
    /// `/* … */` comments, whose lines may start with `*`.
    Css,
    /// `#` comments.
    Configuration,
    Markdown,
}

impl FileKind {
    fn of(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        Some(match extension {
            "rs" | "ts" | "mjs" => Self::Code,
            "css" => Self::Css,
            "toml" | "yml" | "yaml" => Self::Configuration,
            "md" => Self::Markdown,
            _ => return None,
        })
    }

    /// Returns the text of a line that contains only a comment.
    fn comment(self, line: &str) -> Option<&str> {
        let line = line.trim_start();
        let text = match self {
            Self::Code => line.strip_prefix("//")?.trim_start_matches(['/', '!']),
            Self::Css => line
                .strip_prefix("/*")
                .or_else(|| line.strip_prefix("* "))?,
            Self::Configuration => line.strip_prefix('#')?,
            Self::Markdown => return None,
        };
        Some(text.trim())
    }

    /// Returns the contents of string literals on a line of code.
    fn messages(self, line: &str) -> impl Iterator<Item = &str> {
        let is_code = self == Self::Code && self.comment(line).is_none();
        line.split('"').skip(1).step_by(2).filter(move |_| is_code)
    }
}

fn starts_with_free_relative(comment: &str) -> bool {
    let is_question = comment.contains('?');
    !is_question
        && FREE_RELATIVES
            .iter()
            .any(|start| comment.starts_with(start))
}

fn banned_word(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let (word, instead) = BANNED.iter().find(|(word, _)| contains_word(&text, word))?;
    Some(format!("\"{word}\": write {instead}"))
}

fn contains_word(text: &str, word: &str) -> bool {
    let is_letter = |symbol: Option<char>| {
        symbol.is_some_and(|symbol| symbol.is_alphanumeric() || symbol == '_')
    };
    text.match_indices(word).any(|(start, _)| {
        !is_letter(text[..start].chars().next_back())
            && !is_letter(text[start + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banned_words_are_found_in_comments_messages_and_documents() {
        let code =
            "// Reads it anew.\nfn beside() { panic!(\"for whom\") }\nlet x = \"whomever\";\n";
        let tree = Tree::of([
            ("a.rs", code),
            ("a.md", "It is read anew.\n```\nanew\n```\n"),
            ("a.css", "/* Beside it. */\n.beside {}\n"),
            ("a/migrations/1.sql", "-- anew"),
        ]);
        assert_eq!(
            check(&tree),
            [
                "a.rs:1: \"anew\": write again",
                "a.rs:2: \"whom\": write who",
                "a.md:1: \"anew\": write again",
                "a.css:1: \"beside\": write next to",
            ]
        );
    }

    #[test]
    fn wide_comments_and_free_relatives_are_found() {
        let wide = format!("/// {}\n", "word ".repeat(20));
        let tree = Tree::of([
            ("wide.rs", &wide),
            (
                "relative.rs",
                "// What was read.\n// What is this?\n// Whatever.\n",
            ),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("wide.rs:1: wrap"));
        assert!(found[1].starts_with("relative.rs:1: begin"));
    }
}
