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
    activate::IssuedLease,
    admission::{Admission, DeviceCredentials},
    error::DeviceError,
    request::{ActivationRequest, DeactivationRequest, ValidationRequest},
    validate::ValidationResponse,
};
use crate::context::Context;

#[derive(Clone)]
pub struct DeviceService {
    pub(crate) context: Arc<Context>,
}
