//! Forms that create and edit products and key types, such as `/products/new`. Each posts to its
//! own URL.

use keywright_service::products::KeyTypeWithCount;
use leptos::prelude::*;

use crate::{
    pages::{
        products::{
            fields::{
                default_key_type_values, key_type_fields, key_type_values, product_fields,
                product_values,
            },
            load::{render_with_key_type, render_with_product},
            shared::{REQUIRED_PERMISSION, breadcrumb, license_usage, products_crumb},
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
        breadcrumb: vec![products_crumb()],
        action: routes::PRODUCT_NEW.to_owned(),
        cancel_href: routes::PRODUCTS.to_owned(),
        submit_label: "Add product",
        fields: product_fields(true),
        values: Vec::new(),
        note: None,
        required_permission: REQUIRED_PERMISSION,
        shows_progress: false,
    })
}

/// `/products/{id}/edit`.
#[component]
pub fn EditProductPage() -> impl IntoView {
    render_with_product(|product, _| {
        form_page(FormPage {
            heading: format!("Edit {}", product.name),
            breadcrumb: breadcrumb(&product),
            action: routes::product_edit(&product.id),
            cancel_href: routes::product(&product.id),
            submit_label: "Save changes",
            fields: product_fields(false),
            values: product_values(&product),
            note: None,
            required_permission: REQUIRED_PERMISSION,
            shows_progress: false,
        })
    })
}

/// `/products/{id}/key-types/new`.
#[component]
pub fn NewKeyTypePage() -> impl IntoView {
    render_with_product(|product, _| {
        form_page(FormPage {
            heading: format!("New key type for {}", product.name),
            breadcrumb: breadcrumb(&product),
            action: routes::key_type_new(&product.id),
            cancel_href: routes::product(&product.id),
            submit_label: "Add key type",
            fields: key_type_fields(true),
            values: default_key_type_values(),
            note: None,
            required_permission: REQUIRED_PERMISSION,
            shows_progress: false,
        })
    })
}

/// `/products/{id}/key-types/{key_type}/edit`.
#[component]
pub fn EditKeyTypePage() -> impl IntoView {
    render_with_key_type(
        |product,
         KeyTypeWithCount {
             key_type,
             license_count: licenses,
         }| {
            let delete = routes::key_type_delete(&product.id, &key_type.id);
            let note = view! {
                <p>
                    "Applies to licenses minted from now on. Existing licenses don't change ("
                    {license_usage(licenses)} ")."
                </p>
                <p>
                    <a href=delete>"Delete this key type"</a>
                </p>
            };
            form_page(FormPage {
                heading: format!("Edit {} in {}", key_type.id, product.name),
                breadcrumb: breadcrumb(&product),
                action: routes::key_type_edit(&product.id, &key_type.id),
                cancel_href: routes::product(&product.id),
                submit_label: "Save changes",
                fields: key_type_fields(false),
                values: key_type_values(&key_type),
                note: Some(note.into_any()),
                required_permission: REQUIRED_PERMISSION,
                shows_progress: false,
            })
        },
    )
}
