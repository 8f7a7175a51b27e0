//! Loads the tenant's SDK keys for the pages about them.

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

/// What one must be allowed to do for any of these.
pub(super) const NEEDS: Permission = Permission::ManageKeys;

/// What the pages know of the tenant's keys.
pub(super) struct Keys {
    pub(super) current: Option<ListedSdkKey>,
    /// Those that were replaced, the latest end first.
    pub(super) replaced: Vec<ListedSdkKey>,
    pub(super) now: Timestamp,
    /// The id of a form that makes a key.
    pub(super) form: String,
}

/// A page about the keys, shown by `view`; why there is none, where there is not.
pub(super) fn with_keys(
    heading: &'static str,
    view: impl FnOnce(Keys) -> AnyView + Send + 'static,
) -> AnyView {
    let head = move || view! { <FormHead heading=heading.to_owned() above=above()/> };
    if !use_visit().allows(NEEDS) {
        let back = routes::LICENSES.to_owned();
        return view! { {head()} <NotForRole back/> }.into_any();
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
                let why = "The SDK keys could not be loaded";
                view! { {head()} <Failure heading=why error here/> }.into_any()
            }
        }
    });
    view! { <Suspense>{page}</Suspense> }.into_any()
}

pub(super) fn above() -> Vec<(String, String)> {
    vec![("SDK key".to_owned(), routes::SDK_KEY.to_owned())]
}

/// The beginning of a fingerprint and its end: enough to tell keys apart.
pub(super) fn short(key: &SdkKeyHash) -> String {
    let hex = key.to_string();
    format!("{} {} … {}", &hex[..8], &hex[8..16], &hex[56..])
}

/// When a device last came with it.
#[component]
pub(super) fn LastUse(at: Option<Timestamp>) -> impl IntoView {
    match at {
        Some(at) => view! { <ExactMinute at/> }.into_any(),
        None => "Not used yet".into_any(),
    }
}

/// How long a key that is replaced works on.
pub(super) fn old_keys() -> FieldLook {
    let choices = OldKeys::CHOICES.map(|choice| {
        let label = match choice.days() {
            0 => "No longer: it ends at once, for it has leaked".to_owned(),
            1 => "For 1 day".to_owned(),
            days => format!("For {days} days"),
        };
        Choice::new(&choice.days().to_string(), &label)
    });
    FieldLook::Select(choices.into())
}
