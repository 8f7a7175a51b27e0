//! HTML forms. All invalid fields are reported together, and an invalid form changes nothing.

mod error;
mod field_errors;
mod idempotency;
mod result;

pub use self::{error::FormError, field_errors::FieldErrors, result::IdempotentResult};
pub(crate) use self::{field_errors::to_sentence, idempotency::parse_form_id};
