//! Paths and links for the products.

use keywright_domain::ids::{KeyTypeId, ProductId};

/// Product list.
pub const PRODUCTS: &str = "/products";
/// Form for a new product.
pub const PRODUCT_NEW: &str = "/products/new";

/// Validates a key prefix while it is typed. The prefix is the query parameter `value`.
pub const KEY_PREFIX_CHECK: &str = "/products/new/key-prefix";

/// Returns the link to a product.
pub fn product(id: &ProductId) -> String {
    format!("{PRODUCTS}/{id}")
}

/// Returns the link to the form that edits a product's name and settings.
pub fn product_edit(id: &ProductId) -> String {
    format!("{PRODUCTS}/{id}/edit")
}

/// Returns the link to the form for a new key type.
pub fn key_type_new(product_id: &ProductId) -> String {
    format!("{PRODUCTS}/{product_id}/key-types/new")
}

/// Returns the link to the form that edits a key type.
pub fn key_type_edit(product_id: &ProductId, id: &KeyTypeId) -> String {
    format!("{PRODUCTS}/{product_id}/key-types/{id}/edit")
}

/// Returns the link to the confirmation page for deleting an unused key type.
pub fn key_type_delete(product_id: &ProductId, id: &KeyTypeId) -> String {
    format!("{PRODUCTS}/{product_id}/key-types/{id}/delete")
}
