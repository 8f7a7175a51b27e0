//! Tenants, products and key types.

use crate::{
    entitlement::Entitlements,
    ids::{KeyTypeId, ProductId, TenantId},
    license_key::KeyPrefix,
    plan::Plan,
    product_settings::ProductSettings,
    time::Timestamp,
};

/// A vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Slug.
    pub id: TenantId,
    /// Display name.
    pub name: String,
    /// Plan.
    pub plan: Plan,
    /// Time of suspension, or `None` if the tenant is not suspended.
    pub suspended_at: Option<Timestamp>,
    /// Time of creation.
    pub created_at: Timestamp,
}

/// An app that a vendor licenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The owning tenant.
    pub tenant_id: TenantId,
    /// Slug.
    pub id: ProductId,
    /// Display name.
    pub name: String,
    /// Prefix of its license keys.
    pub key_prefix: KeyPrefix,
    /// Settings served to its apps.
    pub settings: ProductSettings,
    /// Time of creation.
    pub created_at: Timestamp,
}

/// A variant of a product, with the values that are copied to a license when it is minted. Updating
/// a key type doesn't change existing licenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyType {
    /// The owning tenant.
    pub tenant_id: TenantId,
    /// The product.
    pub product_id: ProductId,
    /// Slug.
    pub id: KeyTypeId,
    /// Maximum number of active devices; at least 1.
    pub activation_limit: u32,
    /// Days from minting to expiry; `None` for lifetime.
    pub duration_days: Option<u32>,
    /// Entitlements that its licenses unlock.
    pub entitlements: Entitlements,
    /// Whether the app may run in reduced mode after expiry.
    pub fallback: bool,
    /// Time of creation.
    pub created_at: Timestamp,
}

impl KeyType {
    /// Returns the expiry of a license minted at `now`, rounded up to a whole second.
    pub fn expiry_from(&self, now: Timestamp) -> Option<Timestamp> {
        self.duration_days
            .map(|days| now.plus_days(days).round_up_to_second())
    }
}
