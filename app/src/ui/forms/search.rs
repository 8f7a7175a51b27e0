//! A search form with a keyboard shortcut.

use leptos::{ev::SubmitEvent, html::Input, prelude::*};

use crate::ui::{
    dynamic::dynamic,
    icon::{Icon, IconName},
};

/// A form that posts, because the search term may be a secret. `/` focuses it from anywhere on the
/// page. With a script, `on_search` runs instead of the request. `kept` is submitted in hidden
/// fields.
#[component]
pub fn SearchForm(
    action: &'static str,
    label: &'static str,
    placeholder: &'static str,
    hint: &'static str,
    /// Current search term.
    #[prop(into)]
    value: Signal<String>,
    /// Names and values of hidden fields.
    #[prop(into)]
    kept: Signal<Vec<(&'static str, String)>>,
    /// Whether to clear the field, because it may hold a secret.
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
            data-cleared=move || forgotten.get().then_some("")
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
            <kbd class="search-shortcut" aria-hidden="true" data-when="script">"/"</kbd>
            <p class="hint" id="q-hint">{hint}</p>
            {hidden}
        </form>
    }
}

/// Focuses the field and selects its text when `/` is pressed outside other fields.
#[cfg(target_arch = "wasm32")]
fn focus_at_slash(field: NodeRef<Input>) {
    use leptos::ev;

    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            let is_shortcut =
                event.key() == "/" && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
            if !is_shortcut || is_other_input_active() {
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

/// Returns whether another field has the focus or a dialog is open.
#[cfg(target_arch = "wasm32")]
fn is_other_input_active() -> bool {
    let busy = "input:not([type=radio]):focus, textarea:focus, select:focus, dialog[open]";
    document()
        .query_selector(busy)
        .is_ok_and(|found| found.is_some())
}

#[cfg(not(target_arch = "wasm32"))]
fn focus_at_slash(_field: NodeRef<Input>) {}
