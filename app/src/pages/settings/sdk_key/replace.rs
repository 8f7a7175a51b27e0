//! `/settings/sdk-key/new` and `/settings/sdk-key/import`: create or import the first key, or
//! replace the current one.

use keywright_domain::{
    sdk_key::{GracePeriod, ListedSdkKey},
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    api::{
        page_context::use_page_context,
        request::{OneTimeSecret, one_time_secret},
    },
    pages::{
        settings::sdk_key::load::{
            LastUse, REQUIRED_PERMISSION, SdkKeys, breadcrumb, grace_period_select,
            render_with_keys,
        },
        shared::form_page::{FormHeader, FormPage, form_page},
    },
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        display::secret::Secret,
        forms::{
            field::FieldKind,
            form::{FieldControl, FormField, Values},
        },
    },
};

/// Creates a key. The response shows it once.
#[component]
pub fn NewSdkKeyPage() -> impl IntoView {
    if let Some(OneTimeSecret::SdkKey(key)) = one_time_secret() {
        return render_new_key(key.expose().to_owned());
    }
    render_with_keys("New SDK key", |keys| {
        let (heading, verb) = match keys.current {
            Some(_) => ("Replace SDK key", "Replace key"),
            None => ("Create SDK key", "Create key"),
        };
        let note = match &keys.current {
            Some(current) => view! { <ReplacementImpact last_used_at=current.last_used_at/> }.into_any(),
            None => view! {
                <p>
                    "After you create the key, requests without it are refused with 401. The key is shown only once."
                </p>
            }
            .into_any(),
        };
        form_page(FormPage {
            heading: heading.to_owned(),
            breadcrumb: breadcrumb(),
            action: routes::SDK_KEY_NEW.to_owned(),
            cancel_href: routes::SDK_KEY.to_owned(),
            submit_label: verb,
            fields: old_key_fields(keys.current.as_ref()),
            values: initial_values(keys),
            note: Some(note),
            required_permission: REQUIRED_PERMISSION,
            shows_progress: false,
        })
    })
}

/// Imports a key that apps already use.
#[component]
pub fn ImportSdkKeyPage() -> impl IntoView {
    render_with_keys("Import SDK key", |keys| {
        let note = match &keys.current {
            Some(current) => view! { <ReplacementImpact last_used_at=current.last_used_at/> }.into_any(),
            None => view! {
                <p>
                    "Apps built with the key keep working. After you import it, requests without it are refused with 401."
                </p>
            }
            .into_any(),
        };
        let hint = "sdk_live_ and 64 hex digits (0–9, a–f). Keywright stores just its hash.";
        let look = FieldControl::Input(FieldKind::Text);
        let mut fields = vec![FormField::new("sdk_key", "SDK key", hint, look).required()];
        fields.extend(old_key_fields(keys.current.as_ref()));
        form_page(FormPage {
            heading: "Import SDK key".to_owned(),
            breadcrumb: breadcrumb(),
            action: routes::SDK_KEY_IMPORT.to_owned(),
            cancel_href: routes::SDK_KEY.to_owned(),
            submit_label: "Import key",
            fields,
            values: initial_values(keys),
            note: Some(note),
            required_permission: REQUIRED_PERMISSION,
            shows_progress: false,
        })
    })
}

/// Returns the fields about the key to be replaced, if there is one.
fn old_key_fields(current: Option<&ListedSdkKey>) -> Vec<FormField> {
    let hint = "After it expires, apps with the old key get 401 until they're updated.";
    let old_key_field = current
        .map(|_| FormField::new("old_keys", "Old key", hint, grace_period_select()).required());
    let hidden_fields = ["form_id", "current_key"].map(FormField::hidden);
    old_key_field.into_iter().chain(hidden_fields).collect()
}

fn initial_values(keys: SdkKeys) -> Values {
    let grace = GracePeriod::DEFAULT.days().to_string();
    let current = keys.current.map(|key| key.hash.to_string());
    vec![
        ("old_keys".to_owned(), grace),
        ("form_id".to_owned(), keys.form_id),
        (
            "current_key".to_owned(),
            current.unwrap_or_else(|| "none".to_owned()),
        ),
    ]
}

/// Explains what happens to apps with the old key.
#[component]
fn ReplacementImpact(last_used_at: Option<Timestamp>) -> impl IntoView {
    view! {
        <p>
            "Apps with the old key work until it expires. After that, their requests get 401, and leases \
            on devices expire within 7 days. Ship an update with the new key before then."
        </p>
        <p>"Last used: " <LastUse at=last_used_at/></p>
    }
}

/// Renders the new key. This is the only page that shows it.
fn render_new_key(key: String) -> AnyView {
    let guide = use_page_context().is_guided().then(
        || view! { <DocumentLink href=routes::GUIDE>"Continue with the guide"</DocumentLink> },
    );
    view! {
        <FormHeader heading="Store the SDK key now".to_owned() above=breadcrumb()/>
        <div class="confirm">
            <p>
                "Shown only once. Keywright stores just its hash, so the key can't be shown again after \
                you leave or reload this page. Build it into your apps. If you lose it, replace it."
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
