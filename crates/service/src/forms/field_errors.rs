//! Validation errors by field.

use std::fmt::Display;

/// Names of invalid fields, each with a sentence that says what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, String)>);

impl FieldErrors {
    /// An error of one field.
    pub fn one(name: &'static str, error: impl Display) -> Self {
        let mut errors = Self::default();
        errors.push(name, error);
        errors
    }

    /// The errors in the order in which the fields were read.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, error)| (*name, error.as_str()))
    }

    /// Adds an error to a field.
    pub(crate) fn push(&mut self, name: &'static str, error: impl Display) {
        self.0.push((name, sentence(&error.to_string())));
    }

    /// Returns the value of a field, or records its error.
    pub(crate) fn collect<T, E: Display>(
        &mut self,
        name: &'static str,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|error| self.push(name, error)).ok()
    }

    /// Builds the value of the whole form from fields that were [collected](Self::collect). `build`
    /// returns `None` only where a field is missing because of an error.
    pub(crate) fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Self> {
        match build() {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}

/// Capitalizes the first letter and adds a full stop.
pub(crate) fn sentence(words: &str) -> String {
    let mut symbols = words.chars();
    let first = symbols.next().map(|first| first.to_ascii_uppercase());
    let end = (!words.ends_with('.')).then_some('.');
    first.into_iter().chain(symbols).chain(end).collect()
}
