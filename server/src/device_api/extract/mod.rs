//! Device API extractors.

pub(crate) mod body;
mod context;
pub(crate) mod params;
pub(crate) mod strict_json;
pub(crate) mod surrogates;

pub(crate) use context::{DeviceContext, DeviceRequest};
