//! Radio groups, for a small number of choices.

use leptos::{ev::Event, prelude::*};

/// An option of a radio group or a drop-down list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Submitted value.
    pub value: String,
    /// Displayed label.
    pub label: String,
}

impl Choice {
    pub fn new(value: &str, label: &str) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
        }
    }
}

/// Radio buttons under a legend. With a script, `on_change` is called with the chosen value.
#[component]
pub fn RadioGroup(
    legend: &'static str,
    /// Whether the legend is visually hidden.
    #[prop(optional)]
    quiet: bool,
    name: &'static str,
    choices: Vec<Choice>,
    #[prop(into)] chosen: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let heard = move |event: Event| on_change.run(event_target_value(&event));
    let options = choices
        .into_iter()
        .map(|Choice { value, label }| {
            let wanted = value.clone();
            let is_chosen = Signal::derive(move || chosen.get() == wanted);
            let checked = is_chosen.get_untracked();
            let widest = label.clone();
            view! {
                <label>
                    <input
                        type="radio"
                        name=name
                        value=value
                        checked=checked
                        prop:checked=is_chosen
                        on:change=heard
                    />
                    <span data-text=widest>{label}</span>
                </label>
            }
        })
        .collect_view();
    let legend_class = if quiet { "visually-hidden" } else { "hint" };
    view! {
        <fieldset>
            <legend class=legend_class>{legend}</legend>
            <div class="radio-group">{options}</div>
        </fieldset>
    }
}
