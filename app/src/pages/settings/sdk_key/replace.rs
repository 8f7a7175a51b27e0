//! `/settings/sdk-key/new` and `/settings/sdk-key/import`: a key in the place of the current one, or the first.

use keywright_domain::{
    sdk_key::{ListedSdkKey, OldKeys},
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    api::{
        page_context::use_visit,
        request::{ShownOnce, shown_once},
    },
    pages::{
        settings::sdk_key::load::{Keys, LastUse, NEEDS, above, old_keys, with_keys},
        shared::form_page::{FormHead, FormPage, form_page},
    },
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        display::secret::Secret,
        forms::{
            field::FieldKind,
            form::{FieldLook, FormField, Values},
        },
    },
};

/// Where a key is made; answers with it, this once.
#[component]
pub fn NewSdkKeyPage() -> impl IntoView {
    if let Some(ShownOnce::SdkKey(key)) = shown_once() {
        return shown(key.expose().to_owned());
    }
    with_keys("New SDK key", |keys| {
        let (heading, verb) = match keys.current {
            Some(_) => ("Replace the SDK key", "Replace key"),
            None => ("Make the SDK key", "Make key"),
        };
        let note = match &keys.current {
            Some(current) => view! { <WhatBreaks last_used_at=current.last_used_at/> }.into_any(),
            None => view! {
                <p>
                    "From then on every call of an app needs it, and is refused with 401 otherwise. It is shown once."
                </p>
            }
            .into_any(),
        };
        form_page(FormPage {
            heading: heading.to_owned(),
            above: above(),
            action: routes::SDK_KEY_NEW.to_owned(),
            back: routes::SDK_KEY.to_owned(),
            verb,
            fields: of_old_keys(keys.current.as_ref()),
            filled: filled(keys),
            note: Some(note),
            needs: NEEDS,
            shows_progress: false,
        })
    })
}

/// Where a key that apps have already is taken over.
#[component]
pub fn ImportSdkKeyPage() -> impl IntoView {
    with_keys("Import an SDK key", |keys| {
        let note = match &keys.current {
            Some(current) => view! { <WhatBreaks last_used_at=current.last_used_at/> }.into_any(),
            None => view! {
                <p>
                    "Apps that were built with the key go on as they are. From then on every call needs it, and is refused \
                    with 401 otherwise."
                </p>
            }
            .into_any(),
        };
        let hint = "sdk_live_ and 64 of 0-9 and a-f. Keywright keeps only its hash.";
        let look = FieldLook::Line(FieldKind::Text);
        let mut fields = vec![FormField::new("sdk_key", "SDK key", hint, look).required()];
        fields.extend(of_old_keys(keys.current.as_ref()));
        form_page(FormPage {
            heading: "Import an SDK key".to_owned(),
            above: above(),
            action: routes::SDK_KEY_IMPORT.to_owned(),
            back: routes::SDK_KEY.to_owned(),
            verb: "Import key",
            fields,
            filled: filled(keys),
            note: Some(note),
            needs: NEEDS,
            shows_progress: false,
        })
    })
}

/// What is asked about the key that is replaced, if there is one.
fn of_old_keys(current: Option<&ListedSdkKey>) -> Vec<FormField> {
    let hint = "From its end on apps with the old key get 401 until they are updated.";
    let asked = current
        .map(|_| FormField::new("old_keys", "The old key works", hint, old_keys()).required());
    let unseen = ["form_id", "current_key"].map(FormField::hidden);
    asked.into_iter().chain(unseen).collect()
}

fn filled(keys: Keys) -> Values {
    let grace = OldKeys::KEEP_FOR_GRACE.days().to_string();
    let current = keys.current.map(|key| key.hash.to_string());
    vec![
        ("old_keys".to_owned(), grace),
        ("form_id".to_owned(), keys.form),
        (
            "current_key".to_owned(),
            current.unwrap_or_else(|| "none".to_owned()),
        ),
    ]
}

/// What becomes of apps that have the old key.
#[component]
fn WhatBreaks(last_used_at: Option<Timestamp>) -> impl IntoView {
    view! {
        <p>
            "Apps with the old key work until its end. From then on each of their calls gets 401; the leases that devices have \
            by then stay valid until they end, 7 days at most. Have the update with the new key out before."
        </p>
        <p>"Last used: " <LastUse at=last_used_at/></p>
    }
}

/// The new key: the only page that ever has it.
fn shown(key: String) -> AnyView {
    let guide = use_visit()
        .is_guided()
        .then(|| view! { <DocumentLink href=routes::GUIDE>"Go on with the guide"</DocumentLink> });
    view! {
        <FormHead heading="Store the SDK key now".to_owned() above=above()/>
        <div class="confirm">
            <p>
                "Shown this once. Keywright keeps only its hash, so after you leave or reload this page nobody can show it \
                again. Build it into your apps; if it is lost, replace it."
            </p>
            <Secret id="sdk-key" label="New SDK key" copy_label="Copy key" text=key/>
            <ButtonRow>
                {guide}
                <DocumentLink href=routes::SDK_KEY>"I have stored it"</DocumentLink>
            </ButtonRow>
        </div>
    }
    .into_any()
}
