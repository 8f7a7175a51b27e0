//! Summary of the demo data.

use serde::Serialize;

pub const PASSWORD: &str = "keywright-demo";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoReport {
    pub tenants: Vec<&'static str>,
    pub operators: Vec<DemoOperator>,
    pub keys: Vec<DemoKey>,
    /// The SDK key of tenant `acme`.
    pub sdk_key: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoOperator {
    pub tenant: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub role: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoKey {
    pub license_key: &'static str,
    pub id: String,
    pub display_key: String,
    pub status: &'static str,
}
