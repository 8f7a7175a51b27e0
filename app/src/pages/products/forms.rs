//! Forms that create and edit products and key types, such as `/products/new`. Each posts to its
//! own URL.

use keywright_service::products::CountedKeyType;
use leptos::prelude::*;

use crate::{
    pages::{
        products::{
            fields::{
                filled_newly, filled_with_key_type, filled_with_product, of_key_type, of_product,
            },
            load::{with_key_type, with_product},
            parts::{NEEDS, above, licenses_of, products},
        },
        shared::form_page::{FormPage, form_page},
    },
    routes,
};

/// `/products/new`.
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

/// `/products/{id}/edit`.
#[component]
pub fn EditProductPage() -> impl IntoView {
    with_product(|product, _| {
        form_page(FormPage {
            heading: format!("Edit {}", product.name),
            above: above(&product),
            action: routes::product_edit(&product.id),
            back: routes::product(&product.id),
            verb: "Save changes",
            fields: of_product(false),
            filled: filled_with_product(&product),
            note: None,
            needs: NEEDS,
            shows_progress: false,
        })
    })
}

/// `/products/{id}/key-types/new`.
#[component]
pub fn NewKeyTypePage() -> impl IntoView {
    with_product(|product, _| {
        form_page(FormPage {
            heading: format!("New key type for {}", product.name),
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

/// `/products/{id}/key-types/{key_type}/edit`.
#[component]
pub fn EditKeyTypePage() -> impl IntoView {
    with_key_type(|product, CountedKeyType { key_type, licenses }| {
        let delete = routes::key_type_delete(&product.id, &key_type.id);
        let note = view! {
            <p>
                "Applies to licenses minted from now on. Existing licenses stay as they are ("
                {licenses_of(licenses)} ")."
            </p>
            <p>
                <a href=delete>"Delete this key type"</a>
            </p>
        };
        form_page(FormPage {
            heading: format!("Edit {} in {}", key_type.id, product.name),
            above: above(&product),
            action: routes::key_type_edit(&product.id, &key_type.id),
            back: routes::product(&product.id),
            verb: "Save changes",
            fields: of_key_type(false),
            filled: filled_with_key_type(&key_type),
            note: Some(note.into_any()),
            needs: NEEDS,
            shows_progress: false,
        })
    })
}
