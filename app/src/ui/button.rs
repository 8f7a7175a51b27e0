//! Buttons, and links that look like one.

use leptos::prelude::*;

/// Submits its form: the one thing the page is for.
#[component]
pub fn PrimaryButton(children: Children) -> impl IntoView {
    view! { <button class="button" data-kind="primary" type="submit">{children()}</button> }
}

/// Submits a form that can't be taken back; only inside a confirmation.
#[component]
pub fn DangerButton(children: Children) -> impl IntoView {
    view! { <button class="button" data-kind="danger" type="submit">{children()}</button> }
}

/// Leads to a question; `label` says what about, where the words alone don't.
#[component]
pub fn ActionLink(
    href: String,
    #[prop(optional, into)] label: Option<String>,
    children: Children,
) -> impl IntoView {
    view! { <a class="button" href=href aria-label=label>{children()}</a> }
}

/// The same, in a row of a table.
#[component]
pub fn RowActionLink(href: String, label: String, children: Children) -> impl IntoView {
    view! {
        <a class="button" data-kind="quiet" data-size="small" href=href aria-label=label>
            {children()}
        </a>
    }
}

/// Leads away from a question without answering it.
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

/// A link that loads its page anew from the server, whatever the browser has already.
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
