//! `/setup`: where the first tenant and its owner are made, while there is none. Rendered on the server only.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::request::{RefusedForm, refused_form},
    pages::shared::failure::refusal,
    routes,
    ui::forms::{
        field::FieldKind,
        form::{FieldLook, FormField, PlainForm},
    },
};

const fn field(
    name: &'static str,
    label: &'static str,
    kind: FieldKind,
    hint: &'static str,
) -> FormField {
    FormField::new(name, label, hint, FieldLook::Line(kind)).required()
}

/// What is asked for.
const FIELDS: [FormField; 5] = [
    field(
        "code",
        "Setup code",
        FieldKind::Text,
        "The server printed it when it started, and keeps it in the file setup-code in its data folder.",
    ),
    field(
        "tenant_name",
        "Tenant name",
        FieldKind::Text,
        "Your company, or whoever sells the apps. Operators see it on every page.",
    ),
    field(
        "slug",
        "Slug",
        FieldKind::Text,
        "3 to 40 of a-z, 0-9, - and _. It is part of the address that your apps call, and never changes.",
    ),
    field(
        "email",
        "E-mail",
        FieldKind::Email,
        "You sign in with it, as the owner.",
    ),
    field(
        "password",
        "Password",
        FieldKind::NewPassword,
        "10 to 200 characters.",
    ),
];

/// The page; where it answers a form that was refused it says why and keeps what was typed, but for code and password.
#[component]
pub fn SetupPage() -> impl IntoView {
    let (title, filled, refusal) = match refused_form() {
        Some(RefusedForm { typed, error, .. }) => ("Setup refused", typed, Some(refusal(error))),
        None => ("Setup", Vec::new(), None),
    };
    view! {
        <Title text=title/>
        <h1>"Set up Keywright"</h1>
        <p class="gate-lead">"Make the first tenant and your account. This is done once."</p>
        <PlainForm
            action=routes::SETUP.to_owned()
            fields=FIELDS.to_vec()
            filled
            refusal
            verb="Set up"
        />
    }
    .into_any()
}
