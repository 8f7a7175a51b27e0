//! HTML forms: all invalid fields are reported at once, and an invalid form changes nothing.

mod error;
mod field_errors;
mod idempotency;
mod result;

pub use self::{error::FormError, field_errors::FieldErrors, result::IdempotentResult};
pub(crate) use self::{field_errors::sentence, idempotency::parse_form_id};
