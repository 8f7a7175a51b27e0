//! Toasts: messages about events outside the current page.

use leptos::prelude::*;

use crate::ui::{
    dynamic::Dynamic,
    icon::{Icon, IconName},
};

/// The container of toasts. It exists before the first toast, so that screen readers announce
/// changes to `announcement` politely.
#[component]
pub fn ToastRegion(
    label: &'static str,
    announcement: Dynamic,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="toast-region" aria-label=label>
            <div role="status">{announcement}</div>
            {children()}
        </section>
    }
}

/// A toast for a completed action. It stays until dismissed.
#[component]
pub fn SuccessToast(#[prop(into)] on_dismiss: Callback<()>, children: Children) -> impl IntoView {
    view! {
        <div class="toast" data-tone="ok">
            <Icon name=IconName::Active/>
            <div class="toast-text">{children()}</div>
            <DismissButton on_dismiss/>
        </div>
    }
}

/// A toast for an error, announced immediately. It stays until dismissed.
#[component]
pub fn ErrorToast(#[prop(into)] on_dismiss: Callback<()>, children: Children) -> impl IntoView {
    view! {
        <div class="toast" data-tone="danger" role="alert">
            <Icon name=IconName::Warning/>
            <div class="toast-text">{children()}</div>
            <DismissButton on_dismiss/>
        </div>
    }
}

/// A toast with the progress of a running action: done and total, once known.
#[component]
pub fn ProgressToast(
    text: Signal<String>,
    progress: Signal<Option<(u32, u32)>>,
    #[prop(into)] on_cancel: Callback<()>,
) -> impl IntoView {
    let value = Signal::derive(move || progress.get().map(|(done, _)| done.to_string()));
    let max = Signal::derive(move || progress.get().map(|(_, all)| all.max(1).to_string()));
    view! {
        <div class="toast">
            <p class="toast-text" id="toast-progress">{text}</p>
            <progress aria-labelledby="toast-progress" value=value max=max></progress>
            <button
                class="button"
                data-variant="quiet"
                data-size="small"
                type="button"
                on:click=move |_| on_cancel.run(())
            >
                "Cancel"
            </button>
        </div>
    }
}

#[component]
fn DismissButton(on_dismiss: Callback<()>) -> impl IntoView {
    view! {
        <button
            class="button"
            data-variant="quiet"
            data-size="small"
            data-shape="icon"
            type="button"
            aria-label="Dismiss"
            on:click=move |_| on_dismiss.run(())
        >
            <Icon name=IconName::Close/>
        </button>
    }
}
