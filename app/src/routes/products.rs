//! The products' addresses.

use keywright_domain::ids::{KeyTypeId, ProductId};

/// The products.
pub const PRODUCTS: &str = "/products";
/// Where a product is added.
pub const PRODUCT_NEW: &str = "/products/new";

/// Says what is wrong with a key prefix while it is typed; it is sent as `value`.
pub const KEY_PREFIX_CHECK: &str = "/products/new/key-prefix";

/// The page of one product.
pub fn product(id: &ProductId) -> String {
    format!("{PRODUCTS}/{id}")
}

/// Where a product's name and settings are changed.
pub fn product_edit(id: &ProductId) -> String {
    format!("{PRODUCTS}/{id}/edit")
}

/// Where a key type is added.
pub fn key_type_new(product: &ProductId) -> String {
    format!("{PRODUCTS}/{product}/key-types/new")
}

/// Where a key type is changed.
pub fn key_type_edit(product: &ProductId, id: &KeyTypeId) -> String {
    format!("{PRODUCTS}/{product}/key-types/{id}/edit")
}

/// Where a key type that no license is of is deleted.
pub fn key_type_delete(product: &ProductId, id: &KeyTypeId) -> String {
    format!("{PRODUCTS}/{product}/key-types/{id}/delete")
}
