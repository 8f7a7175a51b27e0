//! Search terms, and case folding for searches.

use serde::{Deserialize, Serialize};

/// Maximum number of characters in a search term. Longer input is truncated.
const MAX_LENGTH: usize = 100;

/// Minimum number of characters for a substring search. Shorter terms match word prefixes.
pub const MIN_SUBSTRING_LENGTH: usize = 3;

/// A search term: 1 to 100 characters, trimmed, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SearchTerm(String);

/// The search term is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the search term is empty")]
pub struct EmptySearch;

impl SearchTerm {
    /// Normalizes user input. Returns `None` if nothing is left.
    pub fn new(typed: &str) -> Option<Self> {
        let spaced = typed
            .chars()
            .map(|symbol| if symbol.is_control() { ' ' } else { symbol });
        let spaced: String = spaced.collect();
        let cut: String = spaced.trim().chars().take(MAX_LENGTH).collect();
        let term = cut.trim_end();
        (!term.is_empty()).then(|| Self(term.to_owned()))
    }

    /// Returns the normalized term, in its original case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the folded form used for matching.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl TryFrom<String> for SearchTerm {
    type Error = EmptySearch;

    fn try_from(text: String) -> Result<Self, EmptySearch> {
        Self::new(&text).ok_or(EmptySearch)
    }
}

impl From<SearchTerm> for String {
    fn from(term: SearchTerm) -> Self {
        term.0
    }
}

/// Folds case. The database doesn't do this, because SQLite folds only ASCII.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Splits a folded string into words: runs of letters and digits.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|symbol: char| !symbol.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_term_is_trimmed_cleaned_and_truncated() {
        let term = |typed: &str| SearchTerm::new(typed).map(String::from);
        assert_eq!(term("  Ada's Mac \n"), Some("Ada's Mac".to_owned()));
        assert_eq!(term("a\0b\nc"), Some("a b c".to_owned()));
        assert_eq!(term(&"é".repeat(200)), Some("é".repeat(100)));
        for nothing in ["", " ", "\t\n", "\0"] {
            assert_eq!(term(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn folding_covers_non_ascii_letters() {
        assert_eq!(fold("ÉLODIE ΣΊΣΥΦΟΣ"), "élodie σίσυφος");
        assert_eq!(SearchTerm::new("ACME-7B2D").unwrap().folded(), "acme-7b2d");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let found: Vec<&str> = words("it@hoshino-lab.example 山本 '* OR").collect();
        assert_eq!(found, ["it", "hoshino", "lab", "example", "山本", "OR"]);
    }
}
