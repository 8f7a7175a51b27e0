//! What a device sends, already parsed.

use keywright_domain::{activation::Telemetry, ids::InstanceId, machine::MachineHash};

/// A device that asks for a slot.
pub struct ActivationRequest {
    /// The key as it was typed.
    pub license_key: String,
    /// The device's own hash.
    pub machine_hash: Option<MachineHash>,
    /// Its name, already cleaned.
    pub device_name: Option<String>,
    /// The id of the request, by which a repeat is known.
    pub request_id: Option<String>,
    /// The keyless install that it was before.
    pub free_tier_instance_id: Option<String>,
    /// What it says about itself.
    pub telemetry: Telemetry,
}

/// A device that asks for a fresh lease.
pub struct ValidationRequest {
    /// The key as it was typed.
    pub license_key: String,
    /// The slot it says it holds; `None` where what it sent can't be one.
    pub instance: Option<InstanceId>,
    /// The device's own hash.
    pub machine_hash: Option<MachineHash>,
    /// What it says about itself.
    pub telemetry: Telemetry,
}

/// A device that gives its slot back.
pub struct DeactivationRequest {
    /// The key as it was typed.
    pub license_key: String,
    /// The slot it says it holds; `None` where what it sent can't be one.
    pub instance: Option<InstanceId>,
}
