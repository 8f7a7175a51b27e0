//! The products' addresses.

use keywright_domain::ids::{KeyTypeId, ProductId};

/// The products.
pub const PRODUCTS: &str = "/products";
/// Where a product is added.
pub const PRODUCT_NEW: &str = "/products/new";

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
