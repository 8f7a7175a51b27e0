//! HTML forms: all invalid fields are reported at once, and an invalid form changes nothing.

mod field_errors;
mod idempotency;

use std::fmt::Display;

pub use self::{field_errors::FieldErrors, idempotency::IdempotentResult};
pub(crate) use self::{field_errors::sentence, idempotency::parse_form_id};
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
