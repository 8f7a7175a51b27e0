//! `/products/{id}/key-types/{key_type}/delete`: asks to confirm, or explains why the key type
//! can't be deleted.

use keywright_api_types::page::Count;
use keywright_domain::product::{KeyType, Product};
use keywright_service::products::CountedKeyType;
use leptos::prelude::*;

use crate::{
    api::{error::ErrorCode, page_context::use_visit},
    pages::{
        products::{
            load::with_key_type,
            parts::{NEEDS, above, licenses_of},
        },
        shared::{
            failure::{FailureAlert, answer_with},
            form_page::{FormHead, NotForRole},
        },
    },
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        feedback::notice::Alert,
        overlays::confirm::Confirm,
    },
};

#[component]
pub fn DeleteKeyTypePage() -> impl IntoView {
    let visit = use_visit();
    with_key_type(move |product, CountedKeyType { key_type, licenses }| {
        let heading = format!("Delete {} from {}?", key_type.id, product.name);
        let head = view! { <FormHead heading above=above(&product)/> };
        if !visit.allows(NEEDS) {
            let back = routes::product(&product.id);
            return view! { {head} <NotForRole back needs=NEEDS/> }.into_any();
        }
        if licenses != Count::Exact(0) {
            return view! { {head} <InUse product licenses/> }.into_any();
        }
        let failed = visit.action_failure.map(|error| {
            answer_with(error.code);
            view! { <FailureAlert error/> }
        });
        view! {
            {head}
            {failed}
            <Question product key_type/>
        }
        .into_any()
    })
}

#[component]
fn Question(product: Product, key_type: KeyType) -> impl IntoView {
    let back = routes::product(&product.id);
    view! {
        <Confirm
            action=routes::key_type_delete(&product.id, &key_type.id)
            verb="Delete key type"
            back
        >
            <p>
                "No license uses this key type, so nobody is affected. You won't be able to mint it \
                again, and its slug becomes available."
            </p>
        </Confirm>
    }
}

/// Explains that licenses still use the key type. Revoked and reminted licenses count, too.
#[component]
fn InUse(product: Product, licenses: Count) -> impl IntoView {
    answer_with(ErrorCode::Conflict);
    view! {
        <Alert>
            <p>
                "You can't delete it: " {licenses_of(licenses)}
                ", counting every status. Nothing changed."
            </p>
        </Alert>
        <ButtonRow>
            <DocumentLink href=routes::product(&product.id)>"Back to product"</DocumentLink>
        </ButtonRow>
    }
}
