//! `/settings/sdk-key/{fingerprint}/end`: changes the expiry of a replaced key.

use keywright_domain::sdk_key::SdkKeyHash;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        request::rejected_form,
    },
    pages::{
        settings::sdk_key::load::{
            LastUse, REQUIRED_PERMISSION, breadcrumb, grace_period_select, render_with_keys,
            short_fingerprint,
        },
        shared::{
            failure::Failure,
            form_page::{FormHeader, FormPage, form_page},
        },
    },
    routes,
    ui::{display::time::FullTimeToMinute, forms::form::FormField},
};

#[component]
pub fn EndSdkKeyPage() -> impl IntoView {
    let asked = use_params_map().with_untracked(|params| {
        let fingerprint = params.get_str("fingerprint")?;
        SdkKeyHash::from_hex(fingerprint)
    });
    render_with_keys("Change expiry of a replaced key", move |keys| {
        let mut replaced = keys.replaced.into_iter();
        let key = replaced.find(|key| Some(key.hash) == asked && key.is_valid(keys.now));
        let Some(key) = key else {
            let heading = "Change expiry".to_owned();
            let message = "No active replaced key has this fingerprint. It may have expired, or the link may be wrong.";
            let refused = rejected_form().map(|refused| refused.error);
            let error = refused.unwrap_or_else(|| ApiError::for_page(ErrorCode::NotFound, message));
            let here = routes::SDK_KEY.to_owned();
            return view! {
                <FormHeader heading above=breadcrumb()/>
                <Failure heading="Key not found" error here way_out="Back to SDK key"/>
            }
            .into_any();
        };
        let ends_at = key.ends_at.map(|at| view! { <FullTimeToMinute at/> });
        let note = view! {
            <p>
                "This key works until " {ends_at} ". After that, apps that still use it get 401 until \
                they're updated, and leases on devices expire within 7 days."
            </p>
            <p>"Last used: " <LastUse at=key.last_used_at/></p>
        };
        let hint = "Counted from now.";
        form_page(FormPage {
            heading: format!("Change expiry of {}", short_fingerprint(&key.hash)),
            breadcrumb: breadcrumb(),
            action: routes::sdk_key_end(&key.hash),
            cancel_href: routes::SDK_KEY.to_owned(),
            submit_label: "Change expiry",
            fields: vec![
                FormField::new("old_keys", "This key", hint, grace_period_select()).required(),
            ],
            // No default: submitting the form unchanged must not revoke the key.
            values: Vec::new(),
            note: Some(note.into_any()),
            required_permission: REQUIRED_PERMISSION,
            shows_progress: false,
        })
    })
}
