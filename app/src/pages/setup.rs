//! `/setup`: creates the first tenant and its owner. Available only while there is no tenant.
//! Server-only.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::request::{RejectedForm, rejected_form},
    pages::shared::failure::to_rejection,
    routes,
    ui::forms::{
        field::FieldKind,
        form::{FieldControl, FormField, PostForm},
    },
};

const fn required_field(
    name: &'static str,
    label: &'static str,
    kind: FieldKind,
    hint: &'static str,
) -> FormField {
    FormField::new(name, label, hint, FieldControl::Input(kind)).required()
}

const FIELDS: [FormField; 5] = [
    required_field(
        "code",
        "Setup code",
        FieldKind::Text,
        "Printed when the server started, and saved as setup-code in the data directory.",
    ),
    required_field(
        "tenant_name",
        "Tenant name",
        FieldKind::Text,
        "The company that sells the apps. Shown to operators on every page.",
    ),
    required_field(
        "slug",
        "Slug",
        FieldKind::Text,
        "3–40 characters: a–z, 0–9, - and _. Part of the URL that your apps call, so it can't be changed later.",
    ),
    required_field(
        "email",
        "Email",
        FieldKind::Email,
        "You'll use it to sign in as the owner.",
    ),
    required_field(
        "password",
        "Password",
        FieldKind::NewPassword,
        "10 to 200 characters.",
    ),
];

/// The setup page. After a rejected form it shows the errors and keeps every value except code and
/// password.
#[component]
pub fn SetupPage() -> impl IntoView {
    let (title, filled, refusal) = match rejected_form() {
        Some(RejectedForm {
            values: typed,
            error,
            ..
        }) => ("Setup failed", typed, Some(to_rejection(error))),
        None => ("Setup", Vec::new(), None),
    };
    view! {
        <Title text=title/>
        <h1>"Set up Keywright"</h1>
        <p class="auth-description">"Create your tenant and owner account. You only do this once."</p>
        <PostForm
            action=routes::SETUP.to_owned()
            fields=FIELDS.to_vec()
            filled
            refusal
            verb="Set up Keywright"
        />
    }
    .into_any()
}
