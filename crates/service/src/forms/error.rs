//! Errors of form submissions.

use std::fmt::Display;

use super::{field_errors::FieldErrors, result::IdempotentResult};
use crate::Error;

/// Why a form submission had no effect.
#[derive(Debug)]
pub enum FormError {
    /// Some fields are invalid.
    Invalid(FieldErrors),
    /// The form was already submitted, with this result.
    Duplicate(IdempotentResult),
    /// Any other error.
    Other(Error),
}

impl FormError {
    /// Creates the error for a single invalid field.
    pub(crate) fn field(name: &'static str, error: impl Display) -> Self {
        Self::Invalid(FieldErrors::single(name, error))
    }
}

impl From<FieldErrors> for FormError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Error> for FormError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}
