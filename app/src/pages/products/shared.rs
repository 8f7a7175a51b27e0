//! Parts that the product pages share.

use keywright_api_types::page::Count;
use keywright_domain::{product::Product, role::Permission};

use crate::{format, routes};

/// Permission that the forms on the product pages require.
pub(super) const REQUIRED_PERMISSION: Permission = Permission::ManageProducts;

/// Returns `412 licenses use this key type`. Counts licenses of every status.
pub(super) fn license_usage(count: Count) -> String {
    match count {
        Count::Exact(0) => "no licenses use this key type yet".to_owned(),
        Count::Exact(1) => "1 license uses this key type".to_owned(),
        count => format!("{} licenses use this key type", format::count(count)),
    }
}

/// Returns the breadcrumb for a form about a product.
pub(super) fn breadcrumb(product: &Product) -> Vec<(String, String)> {
    let page = routes::product(&product.id);
    vec![products_crumb(), (product.name.clone(), page)]
}

pub(super) fn products_crumb() -> (String, String) {
    ("Products".to_owned(), routes::PRODUCTS.to_owned())
}
