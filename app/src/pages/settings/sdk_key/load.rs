//! Loads the tenant's SDK keys, and parts that the SDK key pages share.

use keywright_domain::{
    role::Permission,
    sdk_key::{ListedSdkKey, OldKeys, SdkKeyHash},
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    api::{page_context::use_visit, request},
    pages::shared::{
        failure::Failure,
        form_page::{FormHead, NotForRole},
    },
    routes,
    ui::{
        display::time::ExactMinute,
        forms::{form::FieldLook, radio_group::Choice},
    },
};

/// Permission that the SDK key pages require.
pub(super) const NEEDS: Permission = Permission::ManageKeys;

/// The tenant's SDK keys.
pub(super) struct Keys {
    pub(super) current: Option<ListedSdkKey>,
    /// Replaced keys, latest end first.
    pub(super) replaced: Vec<ListedSdkKey>,
    pub(super) now: Timestamp,
    /// ID of a form that creates a key, which makes its submission idempotent.
    pub(super) form: String,
}

/// Renders the tenant's keys with `view`, or the reason if the operator can't see them.
pub(super) fn with_keys(
    heading: &'static str,
    view: impl FnOnce(Keys) -> AnyView + Send + 'static,
) -> AnyView {
    let head = move || view! { <FormHead heading=heading.to_owned() above=above()/> };
    if !use_visit().allows(NEEDS) {
        let back = routes::LICENSES.to_owned();
        return view! { {head()} <NotForRole back needs=NEEDS/> }.into_any();
    }
    let scope = request::scope();
    let page = Suspend::new(async move {
        let found = match scope {
            Ok((services, caller)) => {
                let form = services.sdk_keys.new_form().to_string();
                let listed = services.sdk_keys.list(&caller).await;
                listed.map(|listed| (listed, form)).map_err(request::fail)
            }
            Err(error) => Err(error),
        };
        match found {
            Ok(((keys, now), form)) => {
                let (current, replaced) = keys.into_iter().partition(|key| key.ends_at.is_none());
                let current: Vec<_> = current;
                view(Keys {
                    current: current.into_iter().next(),
                    replaced,
                    now,
                    form,
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

pub(super) fn above() -> Vec<(String, String)> {
    vec![("SDK key".to_owned(), routes::SDK_KEY.to_owned())]
}

/// Shortens a fingerprint to its start and end, which is enough to distinguish keys.
pub(super) fn short(key: &SdkKeyHash) -> String {
    let hex = key.to_string();
    format!("{} {} … {}", &hex[..8], &hex[8..16], &hex[56..])
}

/// When a device last used the key.
#[component]
pub(super) fn LastUse(at: Option<Timestamp>) -> impl IntoView {
    match at {
        Some(at) => view! { <ExactMinute at/> }.into_any(),
        None => "Not used yet".into_any(),
    }
}

/// Returns the choices for how long a replaced key keeps working.
pub(super) fn old_keys() -> FieldLook {
    let choices = OldKeys::CHOICES.map(|choice| {
        let label = match choice.days() {
            0 => "Ends immediately (if it has leaked)".to_owned(),
            1 => "Works for 1 more day".to_owned(),
            days => format!("Works for {days} more days"),
        };
        Choice::new(&choice.days().to_string(), &label)
    });
    FieldLook::Select(choices.into())
}
