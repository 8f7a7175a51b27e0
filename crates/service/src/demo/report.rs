//! What people and tests need to know of the demo data.

use serde::Serialize;

/// Every demo operator's password.
pub const PASSWORD: &str = "keywright-demo";

/// What a person or a test needs to use the demo data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoReport {
    /// The tenants' slugs.
    pub tenants: Vec<&'static str>,
    /// Who can sign in.
    pub operators: Vec<DemoOperator>,
    /// Keys that can be typed into an app.
    pub keys: Vec<DemoKey>,
    /// The SDK key of `acme`.
    pub sdk_key: String,
}

/// An account of the demo data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoOperator {
    /// Its tenant.
    pub tenant: &'static str,
    /// Its e-mail.
    pub email: &'static str,
    /// Its password.
    pub password: &'static str,
    /// Its role.
    pub role: &'static str,
}

/// A license of the demo data whose key is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoKey {
    /// The key.
    pub license_key: &'static str,
    /// The license.
    pub id: String,
    /// The masked key.
    pub display_key: String,
    /// The license's status.
    pub status: &'static str,
}
