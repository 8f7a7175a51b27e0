//! `/products/{id}/key-types/{key_type}/delete`: asks to confirm, or explains why the key type
//! can't be deleted.

use keywright_api_types::page::Count;
use keywright_domain::product::{KeyType, Product};
use keywright_service::products::KeyTypeWithCount;
use leptos::prelude::*;

use crate::{
    api::{error::ErrorCode, page_context::use_page_context},
    pages::{
        products::{
            load::render_with_key_type,
            shared::{REQUIRED_PERMISSION, breadcrumb, license_usage},
        },
        shared::{
            failure::{FailureAlert, set_status},
            form_page::{AccessDenied, FormHeader},
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
    let visit = use_page_context();
    render_with_key_type(
        move |product,
              KeyTypeWithCount {
                  key_type,
                  license_count: licenses,
              }| {
            let heading = format!("Delete {} from {}?", key_type.id, product.name);
            let head = view! { <FormHeader heading above=breadcrumb(&product)/> };
            if !visit.allows(REQUIRED_PERMISSION) {
                let back = routes::product(&product.id);
                return view! { {head} <AccessDenied cancel_href=back needs=REQUIRED_PERMISSION/> }
                    .into_any();
            }
            if licenses != Count::Exact(0) {
                return view! { {head} <InUse product licenses/> }.into_any();
            }
            let failed = visit.action_error.map(|error| {
                set_status(error.code);
                view! { <FailureAlert error/> }
            });
            view! {
                {head}
                {failed}
                <ConfirmDelete product key_type/>
            }
            .into_any()
        },
    )
}

#[component]
fn ConfirmDelete(product: Product, key_type: KeyType) -> impl IntoView {
    let back = routes::product(&product.id);
    view! {
        <Confirm
            action=routes::key_type_delete(&product.id, &key_type.id)
            verb="Delete key type"
            back
        >
            <p>
                "No license uses this key type. After you delete it, you can't mint licenses with it, and \
                its slug becomes available."
            </p>
        </Confirm>
    }
}

/// Explains that licenses still use the key type. Revoked and reminted licenses count, too.
#[component]
fn InUse(product: Product, licenses: Count) -> impl IntoView {
    set_status(ErrorCode::Conflict);
    view! {
        <Alert>
            <p>
                "This key type can't be deleted: " {license_usage(licenses)}
                ", counting every status. Nothing changed."
            </p>
        </Alert>
        <ButtonRow>
            <DocumentLink href=routes::product(&product.id)>"Back to product"</DocumentLink>
        </ButtonRow>
    }
}
