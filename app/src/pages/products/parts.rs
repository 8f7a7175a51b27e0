//! What the product pages share.

use keywright_api_types::page::Count;
use keywright_domain::{product::Product, role::Permission};

use crate::{format, routes};

/// What one must be allowed to do for any of these.
pub(super) const NEEDS: Permission = Permission::ManageProducts;

/// `412 licenses are of this key type`, whatever their status.
pub(super) fn licenses_of(count: Count) -> String {
    match count {
        Count::Exact(0) => "no license is of this key type yet".to_owned(),
        Count::Exact(1) => "1 license is of this key type".to_owned(),
        count => format!("{} licenses are of this key type", format::count(count)),
    }
}

/// What stands above a form about a product.
pub(super) fn above(product: &Product) -> Vec<(String, String)> {
    let page = routes::product(&product.id);
    vec![products(), (product.name.clone(), page)]
}

pub(super) fn products() -> (String, String) {
    ("Products".to_owned(), routes::PRODUCTS.to_owned())
}
