//! Loads the tenant's SDK keys, and parts that the SDK key pages share.

use keywright_domain::{
    role::Permission,
    sdk_key::{GracePeriod, ListedSdkKey, SdkKeyHash},
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    api::{page_context::use_page_context, request},
    pages::shared::{
        failure::Failure,
        form_page::{AccessDenied, FormHeader},
    },
    routes,
    ui::{
        display::time::FullTimeToMinute,
        forms::{form::FieldControl, radio_group::Choice},
    },
};

/// Permission that the SDK key pages require.
pub(super) const REQUIRED_PERMISSION: Permission = Permission::ManageKeys;

/// The tenant's SDK keys.
pub(super) struct SdkKeys {
    pub(super) current: Option<ListedSdkKey>,
    /// Replaced keys, latest expiry first.
    pub(super) replaced: Vec<ListedSdkKey>,
    pub(super) now: Timestamp,
    /// Idempotency key of a form that creates a key.
    pub(super) form_id: String,
}

/// Renders the tenant's keys with `view`, or the reason if the operator can't see them.
pub(super) fn render_with_keys(
    heading: &'static str,
    view: impl FnOnce(SdkKeys) -> AnyView + Send + 'static,
) -> AnyView {
    let head = move || view! { <FormHeader heading=heading.to_owned() above=breadcrumb()/> };
    if !use_page_context().allows(REQUIRED_PERMISSION) {
        let back = routes::LICENSES.to_owned();
        return view! { {head()} <AccessDenied cancel_href=back needs=REQUIRED_PERMISSION/> }
            .into_any();
    }
    let scope = request::services_and_caller();
    let page = Suspend::new(async move {
        let found = match scope {
            Ok((services, caller)) => {
                let form = services.sdk_keys.new_form().to_string();
                let listed = services.sdk_keys.list(&caller).await;
                listed
                    .map(|listed| (listed, form))
                    .map_err(request::to_api_error)
            }
            Err(error) => Err(error),
        };
        match found {
            Ok(((keys, now), form)) => {
                let (current, replaced) = keys.into_iter().partition(|key| key.ends_at.is_none());
                let current: Vec<_> = current;
                view(SdkKeys {
                    current: current.into_iter().next(),
                    replaced,
                    now,
                    form_id: form,
                })
            }
            Err(error) => {
                let here = routes::SDK_KEY.to_owned();
                let why = "Couldn't load the SDK keys";
                view! { {head()} <Failure heading=why error here/> }.into_any()
            }
        }
    });
    view! { <Suspense>{page}</Suspense> }.into_any()
}

pub(super) fn breadcrumb() -> Vec<(String, String)> {
    vec![("SDK key".to_owned(), routes::SDK_KEY.to_owned())]
}

/// Shortens a fingerprint to its start and end, which is enough to distinguish keys.
pub(super) fn short_fingerprint(key: &SdkKeyHash) -> String {
    let hex = key.to_string();
    format!("{} {} … {}", &hex[..8], &hex[8..16], &hex[56..])
}

/// Time at which a device last used the key, or `Not used yet`.
#[component]
pub(super) fn LastUse(at: Option<Timestamp>) -> impl IntoView {
    match at {
        Some(at) => view! { <FullTimeToMinute at/> }.into_any(),
        None => "Not used yet".into_any(),
    }
}

/// Returns the choices for how long a replaced key keeps working.
pub(super) fn grace_period_select() -> FieldControl {
    let choices = GracePeriod::CHOICES.map(|choice| {
        let label = match choice.days() {
            0 => "Expires immediately (if the key has leaked)".to_owned(),
            1 => "Works for 1 more day".to_owned(),
            days => format!("Works for {days} more days"),
        };
        Choice::new(&choice.days().to_string(), &label)
    });
    FieldControl::Select(choices.into())
}
