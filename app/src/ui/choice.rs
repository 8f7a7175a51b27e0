//! A choice among a few values, all in sight.

use leptos::{ev::Event, prelude::*};

/// One value that can be chosen.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// What is sent.
    pub value: &'static str,
    /// What is read.
    pub label: &'static str,
}

/// Radios under one legend; `on_change` hears of the value chosen, once there is a script.
#[component]
pub fn ChoiceField(
    legend: &'static str,
    name: &'static str,
    choices: Vec<Choice>,
    chosen: &'static str,
    on_change: fn(&str),
) -> impl IntoView {
    let heard = move |event: Event| on_change(&event_target_value(&event));
    let options = choices
        .into_iter()
        .map(|Choice { value, label }| {
            let checked = value == chosen;
            view! {
                <label>
                    <input type="radio" name=name value=value checked=checked on:change=heard/>
                    <span data-text=label>{label}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="hint">{legend}</legend>
            <div class="choice">{options}</div>
        </fieldset>
    }
}
