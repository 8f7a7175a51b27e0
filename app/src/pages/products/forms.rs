//! `/products/new` and its like: forms that each post to their own address.

use keywright_domain::{product::Product, role::Permission};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::{
    fields::{
        Filled, filled_newly, filled_with_key_type, filled_with_product, of_key_type, of_product,
    },
    page::with_product,
};
use crate::{
    api::{
        error::{ApiError, ErrorCode},
        request::{RefusedForm, refused_form},
        session::use_visit,
    },
    layout::PageHead,
    pages::failure::{Failure, refusal},
    routes,
    ui::{
        breadcrumb::Breadcrumb,
        form::{FormField, PlainForm},
    },
};

/// One of the forms, as it is shown at first.
struct Form {
    heading: String,
    /// What stands above it in the breadcrumb: names and addresses.
    above: Vec<(String, String)>,
    action: String,
    back: String,
    verb: &'static str,
    fields: Vec<FormField>,
    filled: Filled,
    note: Option<&'static str>,
}

/// Where a product is added.
#[component]
pub fn NewProductPage() -> impl IntoView {
    form(Form {
        heading: "New product".to_owned(),
        above: vec![products()],
        action: routes::PRODUCT_NEW.to_owned(),
        back: routes::PRODUCTS.to_owned(),
        verb: "Add product",
        fields: of_product(true),
        filled: Vec::new(),
        note: None,
    })
}

/// Where a product is changed.
#[component]
pub fn EditProductPage() -> impl IntoView {
    with_product(|product, _| {
        form(Form {
            heading: format!("Edit {}", product.name),
            above: above(&product),
            action: routes::product_edit(&product.id),
            back: routes::product(&product.id),
            verb: "Save",
            fields: of_product(false),
            filled: filled_with_product(&product),
            note: None,
        })
    })
}

/// Where a key type is added.
#[component]
pub fn NewKeyTypePage() -> impl IntoView {
    with_product(|product, _| {
        form(Form {
            heading: format!("New key type of {}", product.name),
            above: above(&product),
            action: routes::key_type_new(&product.id),
            back: routes::product(&product.id),
            verb: "Add key type",
            fields: of_key_type(true),
            filled: filled_newly(),
            note: None,
        })
    })
}

/// Where a key type is changed.
#[component]
pub fn EditKeyTypePage() -> impl IntoView {
    let asked = use_params_map().with_untracked(|params| params.get("key_type"));
    with_product(move |product, key_types| {
        let mut key_types = key_types.into_iter();
        let key_type = key_types.find(|key_type| Some(key_type.id.as_str()) == asked.as_deref());
        let Some(key_type) = key_type else {
            let error = ApiError::here(ErrorCode::NotFound, "The product has no such key type.");
            let (heading, here) = ("There is no such key type", routes::product(&product.id));
            return view! {
                <Title text="Key type"/>
                <PageHead heading="Key type"/>
                <Failure heading error here way_out="Back to the product"/>
            }
            .into_any();
        };
        form(Form {
            heading: format!("Edit {} of {}", key_type.id, product.name),
            above: above(&product),
            action: routes::key_type_edit(&product.id, &key_type.id),
            back: routes::product(&product.id),
            verb: "Save",
            fields: of_key_type(false),
            filled: filled_with_key_type(&key_type),
            note: Some(
                "This changes what licenses get that are minted from now on. Those already out keep what they have.",
            ),
        })
    })
}

/// What stands above a form about a product.
fn above(product: &Product) -> Vec<(String, String)> {
    let page = routes::product(&product.id);
    vec![products(), (product.name.clone(), page)]
}

fn products() -> (String, String) {
    ("Products".to_owned(), routes::PRODUCTS.to_owned())
}

/// The form, unless the role does not allow it; with what was typed, where it was refused.
fn form(form: Form) -> AnyView {
    let refused = refused_form();
    let head = view! {
        <Title text=form.heading.clone()/>
        <div class="page-head">
            <Breadcrumb above=form.above here=form.heading.clone()/>
            <div class="page-title">
                <h1>
                    <bdi>{form.heading}</bdi>
                </h1>
            </div>
        </div>
    };
    if !use_visit().allows(Permission::ManageProducts) {
        let error = ApiError::here(ErrorCode::Forbidden, "Your role does not allow this.");
        let heading = "Not for your role";
        return view! { {head} <Failure heading error here=form.back way_out="Back"/> }.into_any();
    }
    let (filled, refusal) = match refused {
        Some(RefusedForm { typed, error }) => (typed, Some(refusal(error))),
        None => (form.filled, None),
    };
    let note = form
        .note
        .map(|note| view! { <p class="section-note">{note}</p> });
    view! {
        {head}
        {note}
        <PlainForm
            action=form.action
            fields=form.fields
            filled
            refusal
            verb=form.verb
            back=form.back
        />
    }
    .into_any()
}
