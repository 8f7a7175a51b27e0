//! `/login`: the sign-in page. Server-only.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::page_context::{LoginError, RejectedLogin, use_page_context},
    layout::auth_layout::AuthLayout,
    pages::shared::failure::set_status,
    routes,
    ui::{
        controls::button::PrimaryButton,
        feedback::{notice::Alert, request_id_note::RequestIdNote},
        forms::field::{Field, FieldKind},
    },
};

/// The sign-in page. After a failed attempt it shows the reason and keeps the email address.
#[component]
pub fn LoginPage() -> impl IntoView {
    let visit = use_page_context();
    let failure = visit.rejected_login;
    if let Some(failure) = &failure {
        set_status(failure.reason.code());
    }
    let next = match &failure {
        Some(failure) => failure.next.clone(),
        None => visit.next,
    };
    let email = failure.as_ref().map(|failure| failure.email.clone());
    let title = match failure {
        Some(_) => "Sign-in failed",
        None => "Sign in",
    };
    view! {
        <Title text=title/>
        <AuthLayout>
            <h1>"Sign in"</h1>
            {failure.map(failure_message)}
            <LoginForm email=email.unwrap_or_default() next=next/>
        </AuthLayout>
    }
    .into_any()
}

#[component]
fn LoginForm(email: String, next: Option<String>) -> impl IntoView {
    let focuses_password = !email.is_empty();
    view! {
        <form class="form" method="post" action=routes::SESSION>
            <Field
                name="email"
                label="Email"
                kind=FieldKind::Email
                value=email
                focused=!focuses_password
            />
            <Field
                name="password"
                label="Password"
                kind=FieldKind::Password
                focused=focuses_password
            />
            {next.map(|next| view! { <input type="hidden" name="next" value=next/> })}
            <PrimaryButton>"Sign in"</PrimaryButton>
        </form>
    }
}

fn failure_message(failure: RejectedLogin) -> impl IntoView {
    let message = match failure.reason {
        LoginError::WrongCredentials => view! {
            <p>"Wrong email or password."</p>
        }
        .into_any(),
        LoginError::TooMany { seconds } => {
            let minutes = seconds.div_ceil(60);
            let minutes = if minutes == 1 {
                "a minute".to_owned()
            } else {
                format!("{minutes} minutes")
            };
            view! { <p>"Too many failed attempts. Try again in " {minutes} "."</p> }.into_any()
        }
        LoginError::Unavailable { request_id } => view! {
            <p>"We couldn't look up your account. Try again in a moment."</p>
            <RequestIdNote id=request_id/>
        }
        .into_any(),
    };
    view! { <Alert>{message}</Alert> }
}
