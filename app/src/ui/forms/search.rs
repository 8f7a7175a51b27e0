//! A field to search with.

use leptos::{ev::SubmitEvent, html::Input, prelude::*};

use crate::ui::{
    dynamic::dynamic,
    icon::{Icon, IconName},
};

/// A form of its own, which posts: what is typed may be a secret. `/` leads to it from anywhere on the page. `on_search`
/// takes the place of posting, once there is a script. `kept` is sent along.
#[component]
pub fn SearchForm(
    action: &'static str,
    label: &'static str,
    placeholder: &'static str,
    hint: &'static str,
    /// What was searched for.
    #[prop(into)]
    value: Signal<String>,
    /// Names and values that are sent along.
    #[prop(into)]
    kept: Signal<Vec<(&'static str, String)>>,
    /// Whether what was typed is to be forgotten: it may be a secret.
    #[prop(into)]
    forgotten: Signal<bool>,
    #[prop(into)] on_search: Callback<String>,
) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    let searched = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            on_search.run(field.value());
        }
    };
    let hidden = dynamic(move || {
        kept.get()
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view()
    });
    focus_at_slash(field);
    Effect::new(move |_| {
        if forgotten.get()
            && let Some(field) = field.get_untracked()
        {
            field.set_value("");
        }
    });
    view! {
        <form
            class="search"
            role="search"
            method="post"
            action=action
            data-answered=move || forgotten.get().then_some("")
            on:submit=searched
        >
            <label class="visually-hidden" for="q">{label}</label>
            <Icon name=IconName::Search/>
            <input
                class="input"
                node_ref=field
                id="q"
                name="q"
                type="search"
                placeholder=placeholder
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby="q-hint"
                aria-keyshortcuts="/"
                value=value.get_untracked()
                prop:value=value
            />
            <kbd class="kbd" aria-hidden="true" data-when="script">"/"</kbd>
            <p class="hint" id="q-hint">{hint}</p>
            {hidden}
        </form>
    }
}

/// A slash that is typed nowhere else leads to the field, and selects what is in it.
#[cfg(target_arch = "wasm32")]
fn focus_at_slash(field: NodeRef<Input>) {
    use leptos::ev;

    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let is_shortcut =
                event.key() == "/" && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
            if !is_shortcut || is_typing() {
                return;
            }
            if let Some(field) = field.get_untracked() {
                event.prevent_default();
                field.focus().ok();
                field.select();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Whether what is typed goes somewhere already: into a field, or into a dialog that covers the page.
#[cfg(target_arch = "wasm32")]
fn is_typing() -> bool {
    let busy = "input:not([type=radio]):focus, textarea:focus, select:focus, dialog[open]";
    document()
        .query_selector(busy)
        .is_ok_and(|found| found.is_some())
}

#[cfg(not(target_arch = "wasm32"))]
fn focus_at_slash(_field: NodeRef<Input>) {}
