//! Why a form was not carried out.

use std::fmt::Display;

use super::{field_errors::FieldErrors, result::IdempotentResult};
use crate::Error;

/// Why a form was not carried out.
#[derive(Debug)]
pub enum FormError {
    /// Some fields are invalid.
    Invalid(FieldErrors),
    /// The same form was submitted before, with this result.
    Duplicate(IdempotentResult),
    /// Anything else.
    Other(Error),
}

impl FormError {
    /// The form is valid except for one field.
    pub(crate) fn field(name: &'static str, error: impl Display) -> Self {
        Self::Invalid(FieldErrors::one(name, error))
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
