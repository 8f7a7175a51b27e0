//! Buttons, and links that look like one.

use leptos::prelude::*;

/// Submits its form: the one thing the page is for.
#[component]
pub fn PrimaryButton(children: Children) -> impl IntoView {
    view! { <button class="button" data-kind="primary" type="submit">{children()}</button> }
}

/// Submits a form that can't be taken back; only inside a confirmation.
#[cfg(feature = "ssr")]
#[component]
pub fn DangerButton(children: Children) -> impl IntoView {
    view! { <button class="button" data-kind="danger" type="submit">{children()}</button> }
}

/// Leads to a question in a row of a table, which is a document of its own; `label` says what it is about.
#[component]
pub fn RowActionLink(href: String, label: String, children: Children) -> impl IntoView {
    view! {
        <a
            class="button"
            data-kind="quiet"
            data-size="small"
            rel="external"
            href=href
            aria-label=label
        >
            {children()}
        </a>
    }
}

/// Leads away from a question without answering it.
#[cfg(feature = "ssr")]
#[component]
pub fn QuietLink(href: String, children: Children) -> impl IntoView {
    view! { <a class="button" data-kind="quiet" href=href>{children()}</a> }
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

/// A link that loads a document from the server, whatever the browser has already.
#[component]
pub fn ReloadLink(href: String, children: Children) -> impl IntoView {
    view! { <a class="button" rel="external" href=href>{children()}</a> }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(#[prop(into)] href: String, children: Children) -> impl IntoView {
    view! { <a class="button" href=href>{children()}</a> }
}

/// Buttons side by side.
#[component]
pub fn ButtonRow(children: Children) -> impl IntoView {
    view! { <div class="button-row">{children()}</div> }
}
