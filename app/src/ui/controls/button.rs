//! Buttons, and links that look like buttons.

use leptos::{ev::MouseEvent, prelude::*};

#[cfg(feature = "ssr")]
use crate::ui::icon::{Icon, IconName};

/// Submit button for the page's main form.
#[cfg(feature = "ssr")]
#[component]
pub fn PrimaryButton(children: Children) -> impl IntoView {
    view! { <button class="button" data-variant="primary" type="submit">{children()}</button> }
}

/// Submit button for an irreversible action. Use it in confirmations only.
#[component]
pub fn DangerButton(busy: Signal<bool>, children: Children) -> impl IntoView {
    let is_busy = move || busy.get().then_some("true");
    view! {
        <button class="button" data-variant="danger" type="submit" aria-busy=is_busy aria-disabled=is_busy>
            {children()}
        </button>
    }
}

/// Link to a confirmation page. With a script, `on_ask` opens a dialog instead. In a table row the
/// link is `small`, and `label` is its accessible name.
#[component]
pub fn ConfirmLink(
    href: String,
    #[prop(optional)] small: bool,
    #[prop(optional, into)] label: Option<String>,
    #[prop(into)] on_ask: Callback<()>,
    children: Children,
) -> impl IntoView {
    let (kind, size) = if small {
        (Some("quiet"), Some("small"))
    } else {
        (None, None)
    };
    let pressed = move |event: MouseEvent| {
        if is_unmodified_click(&event) {
            event.prevent_default();
            on_ask.run(());
        }
    };
    view! {
        <a
            class="button"
            data-variant=kind
            data-size=size
            rel="external"
            href=href
            aria-label=label
            on:click=pressed
        >
            {children()}
        </a>
    }
}

/// Button that acts without leaving the page.
#[component]
pub fn ActionButton(#[prop(into)] on_press: Callback<()>, children: Children) -> impl IntoView {
    view! {
        <button class="button" type="button" on:click=move |_| on_press.run(())>
            {children()}
        </button>
    }
}

/// Disabled button. The element with the ID `reason` explains why.
#[component]
pub fn DisabledButton(reason: &'static str, children: Children) -> impl IntoView {
    view! {
        <button class="button" type="button" disabled aria-disabled="true" aria-describedby=reason>
            {children()}
        </button>
    }
}

/// Link to a download. With a script, `on_ask` runs instead.
#[component]
pub fn DownloadLink(
    href: Signal<String>,
    #[prop(into)] on_ask: Callback<()>,
    children: Children,
) -> impl IntoView {
    let pressed = move |event: MouseEvent| {
        if is_unmodified_click(&event) {
            event.prevent_default();
            on_ask.run(());
        }
    };
    view! { <a class="button" rel="external" download href=href on:click=pressed>{children()}</a> }
}

/// Returns whether a click has no modifier keys, which would open a new tab or save the target.
fn is_unmodified_click(event: &MouseEvent) -> bool {
    !event.ctrl_key() && !event.meta_key() && !event.shift_key() && !event.alt_key()
}

/// Submit button for a form that only filters or searches.
#[cfg(feature = "ssr")]
#[component]
pub fn SubmitButton(children: Children) -> impl IntoView {
    view! { <button class="button" type="submit">{children()}</button> }
}

/// Button that saves the text of the element with the ID `of` as a file, through
/// `frontend/enhance.ts`.
#[cfg(feature = "ssr")]
#[component]
pub fn SaveButton(of: &'static str, file: String, children: Children) -> impl IntoView {
    view! {
        <button
            class="button"
            data-variant="primary"
            type="button"
            data-when="script"
            data-save=of
            data-file=file
        >
            <Icon name=IconName::Download/>
            {children()}
        </button>
    }
}

/// Link that looks like a quiet button, such as Cancel.
#[cfg(feature = "ssr")]
#[component]
pub fn TextLink(href: String, children: Children) -> impl IntoView {
    view! { <a class="button" data-variant="quiet" href=href>{children()}</a> }
}

/// Submit button that is shown only without a script. With a script, the form reacts to every
/// change.
#[component]
pub fn FallbackButton(children: Children) -> impl IntoView {
    view! {
        <button class="button" data-size="small" data-when="no-script" type="submit">
            {children()}
        </button>
    }
}

/// Link that always loads a document from the server.
#[component]
pub fn DocumentLink(#[prop(into)] href: String, children: Children) -> impl IntoView {
    view! { <a class="button" rel="external" href=href>{children()}</a> }
}

/// Link that looks like a button. With a script, a click also calls `on_press`.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: String,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    let pressed = move |_| {
        if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    view! { <a class="button" href=href on:click=pressed>{children()}</a> }
}

/// Link to the page's main action, which always loads a document from the server.
#[component]
pub fn PrimaryLink(#[prop(into)] href: String, children: Children) -> impl IntoView {
    view! { <a class="button" data-variant="primary" rel="external" href=href>{children()}</a> }
}

#[component]
pub fn ButtonRow(children: Children) -> impl IntoView {
    view! { <div class="button-row">{children()}</div> }
}
