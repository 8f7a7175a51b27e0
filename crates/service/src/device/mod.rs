//! The use cases behind the device API: activate, validate, deactivate, and installs without a
//! key.

mod activate;
pub(crate) mod activation_batch;
mod admission;
mod deactivate;
mod error;
pub mod keyless;
mod request;
pub mod settings;
pub(crate) mod tenant_cache;
mod validate;

use std::sync::Arc;

pub use self::{
    activate::Leased,
    admission::{Admission, DeviceCredentials},
    error::Refusal,
    request::{ActivationRequest, DeactivationRequest, ValidationRequest},
    validate::Validated,
};
use crate::context::Context;

#[derive(Clone)]
pub struct Activations(pub(crate) Arc<Context>);
