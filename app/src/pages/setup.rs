//! `/setup`: where the first tenant and its owner are made, while there is none. Rendered on the server only.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{
        error::ApiError,
        request::{RefusedSetup, refused_setup},
    },
    pages::failure::answer_with,
    routes,
    ui::{
        button::PrimaryButton,
        field::{ExplainedField, FieldKind, FieldLinks},
        meta::RequestNote,
        notice::Alert,
    },
};

/// What is asked for: name, label, kind, and what there is to say about it.
const FIELDS: [(&str, &str, FieldKind, &str); 5] = [
    (
        "code",
        "Setup code",
        FieldKind::Text,
        "The server printed it when it started, and keeps it in the file setup-code in its data folder.",
    ),
    (
        "tenant_name",
        "Tenant name",
        FieldKind::Text,
        "Your company, or whoever sells the apps. Operators see it on every page.",
    ),
    (
        "slug",
        "Slug",
        FieldKind::Text,
        "3 to 40 of a-z, 0-9, - and _. It is part of the address that your apps call, and never changes.",
    ),
    (
        "email",
        "E-mail",
        FieldKind::Email,
        "You sign in with it, as the owner.",
    ),
    (
        "password",
        "Password",
        FieldKind::NewPassword,
        "10 to 200 characters.",
    ),
];

/// The page; where it answers a form that was refused it says why and keeps what was typed, but for code and password.
#[component]
pub fn SetupPage() -> impl IntoView {
    let refused = refused_setup();
    let title = match &refused {
        Some(refused) => {
            answer_with(refused.error.code);
            "Setup refused"
        }
        None => "Setup",
    };
    let alert = refused
        .as_ref()
        .map(|refused| view! { <Refusal error=refused.error.clone()/> });
    view! {
        <Title text=title/>
        <h1>"Set up Keywright"</h1>
        <p class="gate-lead">"Make the first tenant and your account. This is done once."</p>
        {alert}
        <SetupForm refused/>
    }
    .into_any()
}

#[component]
fn SetupForm(refused: Option<RefusedSetup>) -> impl IntoView {
    let error = |name: &str| refused.as_ref()?.error.fields.get(name).cloned();
    let first_wrong = FIELDS.iter().find(|&&(name, ..)| error(name).is_some());
    let (begins_with, ..) = first_wrong.unwrap_or(&FIELDS[0]);
    let fields = FIELDS.map(|(name, label, kind, hint)| {
        let value = kept(refused.as_ref(), name);
        let focused = name == *begins_with;
        view! { <ExplainedField name label kind value hint error=error(name) focused/> }
    });
    view! {
        <form class="form" method="post" action=routes::SETUP>
            {fields.into_iter().collect_view()}
            <PrimaryButton>"Set up"</PrimaryButton>
        </form>
    }
}

/// What was typed into a field before, unless it is secret.
fn kept(refused: Option<&RefusedSetup>, name: &str) -> String {
    let text = refused.and_then(|refused| match name {
        "tenant_name" => Some(&refused.tenant_name),
        "slug" => Some(&refused.slug),
        "email" => Some(&refused.email),
        _ => None,
    });
    text.cloned().unwrap_or_default()
}

/// Why nothing was set up, and the way to each field that is to blame.
#[component]
fn Refusal(error: ApiError) -> impl IntoView {
    let wrong = FIELDS.iter().filter_map(|&(name, label, ..)| {
        let sentence = error.fields.get(name)?;
        Some((name, format!("{label}: {sentence}")))
    });
    let links: Vec<_> = wrong.collect();
    let request = error.request_id.map(|id| view! { <RequestNote id/> });
    view! {
        <Alert>
            <p>{error.message}</p>
            <FieldLinks links/>
            {request}
        </Alert>
    }
}
