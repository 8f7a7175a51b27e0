//! What is searched for, and the form in which texts are searched.

use serde::{Deserialize, Serialize};

/// Most symbols of a search term; what is beyond is cut off.
const LENGTH: usize = 100;

/// Fewest symbols that are found in the middle of a word; a shorter term is looked for at the beginning of words.
pub const PART_SYMBOLS: usize = 3;

/// Something to look for in a list: one to a hundred symbols, none of them control characters, without white space
/// around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SearchTerm(String);

/// There is nothing to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is nothing to look for")]
pub struct NothingToFind;

impl SearchTerm {
    /// What was typed, made fit; `None` where nothing is left.
    pub fn new(typed: &str) -> Option<Self> {
        let spaced = typed
            .chars()
            .map(|symbol| if symbol.is_control() { ' ' } else { symbol });
        let spaced: String = spaced.collect();
        let cut: String = spaced.trim().chars().take(LENGTH).collect();
        let term = cut.trim_end();
        (!term.is_empty()).then(|| Self(term.to_owned()))
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is looked for.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl TryFrom<String> for SearchTerm {
    type Error = NothingToFind;

    fn try_from(text: String) -> Result<Self, NothingToFind> {
        Self::new(&text).ok_or(NothingToFind)
    }
}

impl From<SearchTerm> for String {
    fn from(term: SearchTerm) -> Self {
        term.0
    }
}

/// The form in which upper and lower case are the same. Databases fold differently, and SQLite only ASCII, so we do it.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// The words of a folded text: its runs of letters and digits.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|symbol: char| !symbol.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_what_was_typed_made_fit() {
        let term = |typed: &str| SearchTerm::new(typed).map(String::from);
        assert_eq!(term("  Ada's Mac \n"), Some("Ada's Mac".to_owned()));
        assert_eq!(term("a\0b\nc"), Some("a b c".to_owned()));
        assert_eq!(term(&"é".repeat(200)), Some("é".repeat(100)));
        for nothing in ["", " ", "\t\n", "\0"] {
            assert_eq!(term(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn case_is_folded_beyond_ascii() {
        assert_eq!(fold("ÉLODIE ΣΊΣΥΦΟΣ"), "élodie σίσυφος");
        assert_eq!(SearchTerm::new("ACME-7B2D").unwrap().folded(), "acme-7b2d");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let found: Vec<&str> = words("it@hoshino-lab.example 山本 '* OR").collect();
        assert_eq!(found, ["it", "hoshino", "lab", "example", "山本", "OR"]);
    }
}
