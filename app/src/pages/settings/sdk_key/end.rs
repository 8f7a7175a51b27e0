//! `/settings/sdk-key/{fingerprint}/end`: changes when a replaced key ends.

use keywright_domain::sdk_key::SdkKeyHash;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        request::refused_form,
    },
    pages::{
        settings::sdk_key::load::{LastUse, NEEDS, above, old_keys, short, with_keys},
        shared::{
            failure::Failure,
            form_page::{FormHead, FormPage, form_page},
        },
    },
    routes,
    ui::{display::time::ExactMinute, forms::form::FormField},
};

#[component]
pub fn EndSdkKeyPage() -> impl IntoView {
    let asked = use_params_map().with_untracked(|params| {
        let fingerprint = params.get_str("fingerprint")?;
        SdkKeyHash::from_hex(fingerprint)
    });
    with_keys("Change when a replaced key ends", move |keys| {
        let mut replaced = keys.replaced.into_iter();
        let key = replaced.find(|key| Some(key.hash) == asked && key.works(keys.now));
        let Some(key) = key else {
            let heading = "Key not found".to_owned();
            let message = "No active replaced key has this fingerprint. It may have ended, or the link is wrong.";
            let refused = refused_form().map(|refused| refused.error);
            let error = refused.unwrap_or_else(|| ApiError::here(ErrorCode::NotFound, message));
            let here = routes::SDK_KEY.to_owned();
            return view! {
                <FormHead heading above=above()/>
                <Failure heading="No key to change" error here way_out="Back to SDK key"/>
            }
            .into_any();
        };
        let ends_at = key.ends_at.map(|at| view! { <ExactMinute at/> });
        let note = view! {
            <p>
                "It works until " {ends_at} ". After that, apps that still use it get 401 until they're \
                updated, and leases on devices run out within 7 days."
            </p>
            <p>"Last used: " <LastUse at=key.last_used_at/></p>
        };
        let hint = "Counted from now.";
        form_page(FormPage {
            heading: format!("Change when {} ends", short(&key.hash)),
            above: above(),
            action: routes::sdk_key_end(&key.hash),
            back: routes::SDK_KEY.to_owned(),
            verb: "Change end",
            fields: vec![FormField::new("old_keys", "This key", hint, old_keys()).required()],
            // No default: submitting the form unchanged must not end the key.
            filled: Vec::new(),
            note: Some(note.into_any()),
            needs: NEEDS,
            shows_progress: false,
        })
    })
}
