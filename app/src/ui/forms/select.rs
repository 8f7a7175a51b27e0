//! A choice among values too many to have all in sight.

use leptos::{ev::Event, prelude::*};

use crate::ui::{
    dynamic::dynamic,
    forms::radio_group::Choice,
    icon::{Icon, IconName},
};

/// A drop-down whose label is only heard; `on_change` hears of the value chosen, once there is a script. Its name is its id
/// too.
#[component]
pub fn SelectField(
    label: &'static str,
    name: &'static str,
    choices: Signal<Vec<Choice>>,
    chosen: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let heard = move |event: Event| on_change.run(event_target_value(&event));
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
            <select id=name name=name on:change=heard>{options}</select>
            <Icon name=IconName::Down/>
        </div>
    }
}

/// The same where nothing changes while the page is looked at.
#[cfg(feature = "ssr")]
#[component]
pub fn PlainSelect(
    label: &'static str,
    name: &'static str,
    choices: Vec<Choice>,
    chosen: String,
) -> impl IntoView {
    let choices = Signal::stored(choices);
    let chosen = Signal::stored(chosen);
    view! { <SelectField label name choices chosen on_change=|_| {}/> }
}
