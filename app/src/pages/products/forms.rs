//! `/products/new` and its like: forms that each post to their own address.

use keywright_domain::{ids::KeyTypeId, page::Count, product::Product, role::Permission};
use keywright_service::products::CountedKeyType;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::{
    fields::{filled_newly, filled_with_key_type, filled_with_product, of_key_type, of_product},
    page::with_product,
};
use crate::{
    api::error::{ApiError, ErrorCode},
    format,
    layout::PageHead,
    pages::{
        failure::Failure,
        form_page::{FormPage, form_page},
    },
    routes,
};

/// What one must be allowed to do for any of these.
pub(super) const NEEDS: Permission = Permission::ManageProducts;

/// Where a product is added.
#[component]
pub fn NewProductPage() -> impl IntoView {
    form_page(FormPage {
        heading: "New product".to_owned(),
        above: vec![products()],
        action: routes::PRODUCT_NEW.to_owned(),
        back: routes::PRODUCTS.to_owned(),
        verb: "Add product",
        fields: of_product(true),
        filled: Vec::new(),
        note: None,
        needs: NEEDS,
        shows_progress: false,
    })
}

/// Where a product is changed.
#[component]
pub fn EditProductPage() -> impl IntoView {
    with_product(|product, _| {
        form_page(FormPage {
            heading: format!("Edit {}", product.name),
            above: above(&product),
            action: routes::product_edit(&product.id),
            back: routes::product(&product.id),
            verb: "Save",
            fields: of_product(false),
            filled: filled_with_product(&product),
            note: None,
            needs: NEEDS,
            shows_progress: false,
        })
    })
}

/// Where a key type is added.
#[component]
pub fn NewKeyTypePage() -> impl IntoView {
    with_product(|product, _| {
        form_page(FormPage {
            heading: format!("New key type of {}", product.name),
            above: above(&product),
            action: routes::key_type_new(&product.id),
            back: routes::product(&product.id),
            verb: "Add key type",
            fields: of_key_type(true),
            filled: filled_newly(),
            note: None,
            needs: NEEDS,
            shows_progress: false,
        })
    })
}

/// Where a key type is changed.
#[component]
pub fn EditKeyTypePage() -> impl IntoView {
    with_key_type(|product, CountedKeyType { key_type, licenses }| {
        let delete = routes::key_type_delete(&product.id, &key_type.id);
        let note = view! {
            <p>
                "This changes what licenses get that are minted from now on. Those already out keep what they have: "
                {licenses_of(licenses)} "."
            </p>
            <p>
                <a href=delete>"Delete this key type"</a>
            </p>
        };
        form_page(FormPage {
            heading: format!("Edit {} of {}", key_type.id, product.name),
            above: above(&product),
            action: routes::key_type_edit(&product.id, &key_type.id),
            back: routes::product(&product.id),
            verb: "Save",
            fields: of_key_type(false),
            filled: filled_with_key_type(&key_type),
            note: Some(note.into_any()),
            needs: NEEDS,
            shows_progress: false,
        })
    })
}

/// The key type of the page's URL, shown by `view`; why there is none, where there is not.
pub(super) fn with_key_type(
    view: impl FnOnce(Product, CountedKeyType) -> AnyView + Send + 'static,
) -> AnyView {
    let asked = use_params_map().with_untracked(|params| params.get("key_type"));
    with_product(move |product, key_types| {
        let is_asked = |id: &KeyTypeId| Some(id.as_str()) == asked.as_deref();
        let mut key_types = key_types.into_iter();
        if let Some(found) = key_types.find(|counted| is_asked(&counted.key_type.id)) {
            return view(product, found);
        }
        let error = ApiError::here(ErrorCode::NotFound, "The product has no such key type.");
        let (heading, here) = ("There is no such key type", routes::product(&product.id));
        view! {
            <Title text="Key type"/>
            <PageHead heading="Key type"/>
            <Failure heading error here way_out="Back to the product"/>
        }
        .into_any()
    })
}

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

fn products() -> (String, String) {
    ("Products".to_owned(), routes::PRODUCTS.to_owned())
}
