//! Validation errors by field.

use std::fmt::Display;

/// Names of invalid fields, each with a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, String)>);

impl FieldErrors {
    pub fn single(name: &'static str, error: impl Display) -> Self {
        let mut errors = Self::default();
        errors.push(name, error);
        errors
    }

    /// Returns the errors in the order in which the fields were validated.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, error)| (*name, error.as_str()))
    }

    pub(crate) fn push(&mut self, name: &'static str, error: impl Display) {
        self.0.push((name, to_sentence(&error.to_string())));
    }

    /// Returns the field's value, or records its error.
    pub(crate) fn collect<T, E: Display>(
        &mut self,
        name: &'static str,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|error| self.push(name, error)).ok()
    }

    /// Builds the form's value from fields that were [collected](Self::collect). `build` may
    /// return `None` only if a field is missing because of a recorded error.
    pub(crate) fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Self> {
        match build() {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}

/// Capitalizes the first letter and adds a period.
pub(crate) fn to_sentence(words: &str) -> String {
    let mut symbols = words.chars();
    let first = symbols.next().map(|first| first.to_ascii_uppercase());
    let end = (!words.ends_with('.')).then_some('.');
    first.into_iter().chain(symbols).chain(end).collect()
}
