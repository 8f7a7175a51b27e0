//! Drop-down lists, for hydrated and for server-only pages.

use leptos::{ev::Event, prelude::*};

use crate::ui::{
    dynamic::dynamic,
    forms::radio_group::Choice,
    icon::{Icon, IconName},
};

/// A drop-down list with a visually hidden label. With a script, `on_change` is called with the
/// chosen value. Its name is also its ID.
#[component]
pub fn SelectField(
    label: &'static str,
    name: &'static str,
    choices: Signal<Vec<Choice>>,
    chosen: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let on_select = move |event: Event| on_change.run(event_target_value(&event));
    let options = dynamic(move || {
        let chosen = chosen.get();
        let option = |Choice { value, label }: Choice| {
            let selected = value == chosen;
            view! { <option value=value selected=selected prop:selected=selected>{label}</option> }
        };
        choices.get().into_iter().map(option).collect_view()
    });
    view! {
        <div class="select">
            <label class="visually-hidden" for=name>{label}</label>
            <select id=name name=name on:change=on_select>{options}</select>
            <Icon name=IconName::ChevronDown/>
        </div>
    }
}

/// A drop-down list on a server-only page, where options and selection are static.
#[cfg(feature = "ssr")]
#[component]
pub fn StaticSelect(
    label: &'static str,
    name: &'static str,
    choices: Vec<Choice>,
    chosen: String,
) -> impl IntoView {
    let choices = Signal::stored(choices);
    let chosen = Signal::stored(chosen);
    view! { <SelectField label name choices chosen on_change=|_| {}/> }
}
