//! Buttons, and links that look like one.

use leptos::{ev::MouseEvent, prelude::*};

#[cfg(feature = "ssr")]
use crate::ui::icon::{Icon, IconName};

/// Submits its form: the one thing the page is for.
#[cfg(feature = "ssr")]
#[component]
pub fn PrimaryButton(children: Children) -> impl IntoView {
    view! { <button class="button" data-kind="primary" type="submit">{children()}</button> }
}

/// Submits a form that can't be taken back; only inside a confirmation.
#[component]
pub fn DangerButton(busy: Signal<bool>, children: Children) -> impl IntoView {
    let is_busy = move || busy.get().then_some("true");
    view! {
        <button class="button" data-kind="danger" type="submit" aria-busy=is_busy aria-disabled=is_busy>
            {children()}
        </button>
    }
}

/// Leads to a question, which is a document of its own; once there is a script, `on_ask` asks it over the page instead. In a
/// row of a table it is `small`, and `label` says what it is about.
#[component]
pub fn QuestionLink(
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
        if is_plain(&event) {
            event.prevent_default();
            on_ask.run(());
        }
    };
    view! {
        <a
            class="button"
            data-kind=kind
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

/// Does something at once, without leaving the page.
#[component]
pub fn ActionButton(#[prop(into)] on_press: Callback<()>, children: Children) -> impl IntoView {
    view! {
        <button class="button" type="button" on:click=move |_| on_press.run(())>
            {children()}
        </button>
    }
}

/// Does nothing at the moment; the element with the id `reason` says why.
#[component]
pub fn DisabledButton(reason: &'static str, children: Children) -> impl IntoView {
    view! {
        <button class="button" type="button" disabled aria-disabled="true" aria-describedby=reason>
            {children()}
        </button>
    }
}

/// A link to a file that the browser keeps; once there is a script, `on_ask` fetches it instead.
#[component]
pub fn DownloadLink(
    href: Signal<String>,
    #[prop(into)] on_ask: Callback<()>,
    children: Children,
) -> impl IntoView {
    let pressed = move |event: MouseEvent| {
        if is_plain(&event) {
            event.prevent_default();
            on_ask.run(());
        }
    };
    view! { <a class="button" rel="external" download href=href on:click=pressed>{children()}</a> }
}

/// Whether a link was pressed and nothing else: whoever asks for another tab, or for the file behind it, gets it.
fn is_plain(event: &MouseEvent) -> bool {
    !event.ctrl_key() && !event.meta_key() && !event.shift_key() && !event.alt_key()
}

/// Submits a form that changes nothing.
#[cfg(feature = "ssr")]
#[component]
pub fn SubmitButton(children: Children) -> impl IntoView {
    view! { <button class="button" type="submit">{children()}</button> }
}

/// Saves the text of the element with the id `of` as a file, through `frontend/enhance.ts`.
#[cfg(feature = "ssr")]
#[component]
pub fn SaveButton(of: &'static str, file: String, children: Children) -> impl IntoView {
    view! {
        <button
            class="button"
            data-kind="primary"
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

/// Leads away from a question without answering it.
#[cfg(feature = "ssr")]
#[component]
pub fn TextLink(href: String, children: Children) -> impl IntoView {
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
pub fn DocumentLink(#[prop(into)] href: String, children: Children) -> impl IntoView {
    view! { <a class="button" rel="external" href=href>{children()}</a> }
}

/// A link that looks like a button; `on_press` hears of it, too, once there is a script.
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

/// The one thing that a page is for, which is done on a document of its own.
#[component]
pub fn PrimaryLink(#[prop(into)] href: String, children: Children) -> impl IntoView {
    view! { <a class="button" data-kind="primary" rel="external" href=href>{children()}</a> }
}

/// Buttons side by side.
#[component]
pub fn ButtonRow(children: Children) -> impl IntoView {
    view! { <div class="button-row">{children()}</div> }
}
