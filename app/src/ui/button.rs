//! Buttons, and links that look like one.

use leptos::prelude::*;

/// Submits its form: the one thing the page is for.
#[component]
pub fn PrimaryButton(children: Children) -> impl IntoView {
    view! { <button class="button" data-kind="primary" type="submit">{children()}</button> }
}

/// Submits its form where there is no script; with one, the form acts as soon as it is changed.
#[component]
pub fn FallbackButton(children: Children) -> impl IntoView {
    view! {
        <button class="button" data-size="small" data-when="no-script" type="submit">
            {children()}
        </button>
    }
}

/// A link that loads its page anew from the server, whatever the browser has already.
#[component]
pub fn ReloadLink(href: String, children: Children) -> impl IntoView {
    view! { <a class="button" rel="external" href=href>{children()}</a> }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(href: &'static str, children: Children) -> impl IntoView {
    view! { <a class="button" href=href>{children()}</a> }
}

/// Buttons side by side.
#[component]
pub fn ButtonRow(children: Children) -> impl IntoView {
    view! { <div class="button-row">{children()}</div> }
}
