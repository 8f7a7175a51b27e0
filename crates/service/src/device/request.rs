//! Parsed device requests.

use keywright_domain::{activation::Telemetry, ids::InstanceId, machine_hash::MachineHash};

pub struct ActivationRequest {
    /// License key as typed by the user.
    pub license_key: String,
    pub machine_hash: Option<MachineHash>,
    /// Sanitized device name.
    pub device_name: Option<String>,
    /// Idempotency key: identifies retries of this request.
    pub request_id: Option<String>,
    /// ID of the keyless install that this activation replaces.
    pub free_tier_instance_id: Option<String>,
    pub telemetry: Telemetry,
}

pub struct ValidationRequest {
    /// License key as typed by the user.
    pub license_key: String,
    /// Instance ID sent by the device; `None` if it was missing or malformed.
    pub instance_id: Option<InstanceId>,
    pub machine_hash: Option<MachineHash>,
    pub telemetry: Telemetry,
}

pub struct DeactivationRequest {
    /// License key as typed by the user.
    pub license_key: String,
    /// Instance ID sent by the device; `None` if it was missing or malformed.
    pub instance_id: Option<InstanceId>,
}
