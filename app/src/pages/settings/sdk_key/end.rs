//! `/settings/sdk-key/{fingerprint}/end`: moves the end of a key that was replaced.

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

/// The page.
#[component]
pub fn EndSdkKeyPage() -> impl IntoView {
    let asked = use_params_map().with_untracked(|params| {
        let fingerprint = params.get_str("fingerprint")?;
        SdkKeyHash::from_hex(fingerprint)
    });
    with_keys("End of a replaced key", move |keys| {
        let mut replaced = keys.replaced.into_iter();
        let key = replaced.find(|key| Some(key.hash) == asked && key.works(keys.now));
        let Some(key) = key else {
            let heading = "No such key works".to_owned();
            let message = "No replaced SDK key of this fingerprint works: it has ended, or there never was one.";
            let refused = refused_form().map(|refused| refused.error);
            let error = refused.unwrap_or_else(|| ApiError::here(ErrorCode::NotFound, message));
            let here = routes::SDK_KEY.to_owned();
            return view! {
                <FormHead heading above=above()/>
                <Failure heading="There is no end to move" error here way_out="Back to the SDK key"/>
            }
            .into_any();
        };
        let ends_at = key.ends_at.map(|at| view! { <ExactMinute at/> });
        let note = view! {
            <p>
                "It works until " {ends_at} ". From its end on apps with it get 401 until they are updated; the leases that \
                devices have by then stay valid until they end, 7 days at most."
            </p>
            <p>"Last used: " <LastUse at=key.last_used_at/></p>
        };
        let hint = "Counted from now.";
        form_page(FormPage {
            heading: format!("End of the key {}", short(&key.hash)),
            above: above(),
            action: routes::sdk_key_end(&key.hash),
            back: routes::SDK_KEY.to_owned(),
            verb: "Set its end",
            fields: vec![FormField::new("old_keys", "It works", hint, old_keys()).required()],
            // Whoever looks must not end it by a button alone.
            filled: Vec::new(),
            note: Some(note.into_any()),
            needs: NEEDS,
            shows_progress: false,
        })
    })
}
