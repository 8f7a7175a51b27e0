//! Tenants, products and key types.

use crate::{
    entitlement::Entitlements,
    ids::{KeyTypeId, ProductId, TenantId},
    key::KeyPrefix,
    plan::Plan,
    settings::ProductSettings,
    time::Timestamp,
};

/// One vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its slug.
    pub id: TenantId,
    /// Its name on pages.
    pub name: String,
    /// Its tier.
    pub plan: Plan,
    /// Since when its device calls are refused, if they are.
    pub suspended_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An app that is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Whose.
    pub tenant: TenantId,
    /// Its slug.
    pub id: ProductId,
    /// Its name on pages.
    pub name: String,
    /// What its keys begin with.
    pub key_prefix: KeyPrefix,
    /// What its apps are told.
    pub settings: ProductSettings,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A variant of a product: what a license is given when it is minted. Editing it never changes licenses already out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyType {
    /// Whose.
    pub tenant: TenantId,
    /// Of which product.
    pub product: ProductId,
    /// Its slug.
    pub id: KeyTypeId,
    /// Devices that may hold a slot at once; at least 1.
    pub activation_limit: u32,
    /// Days from minting to expiry; `None` for lifetime.
    pub duration_days: Option<u32>,
    /// What it unlocks.
    pub entitlements: Entitlements,
    /// Whether the app may go on in reduced mode after expiry.
    pub fallback: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl KeyType {
    /// When a license minted at `now` ends: whole days later, on a whole second.
    pub fn expiry_from(&self, now: Timestamp) -> Option<Timestamp> {
        self.duration_days
            .map(|days| now.plus_days(days).round_up_to_second())
    }
}
