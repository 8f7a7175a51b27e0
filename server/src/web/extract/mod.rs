//! Dashboard extractors.

pub(crate) mod accept;
mod form_context;
mod validated_form;

pub(crate) use form_context::{FormContext, parse_id};
pub(crate) use validated_form::{FormResponder, ValidatedForm, field_errors};
