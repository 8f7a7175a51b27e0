//! A checklist of consecutive steps.

use leptos::prelude::*;

use crate::ui::icon::{Icon, IconName};

/// A list of [`Step`]s.
#[component]
pub fn Steps(children: Children) -> impl IntoView {
    view! { <ol class="steps">{children()}</ol> }
}

/// State of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Completed.
    Done,
    /// The next step to take.
    Next,
    /// Other steps come first.
    Later,
}

#[component]
pub fn Step(
    number: u8,
    heading: &'static str,
    state: StepState,
    children: Children,
) -> impl IntoView {
    let current = (state == StepState::Next).then_some("step");
    let is_done = state == StepState::Done;
    let mark = if is_done {
        view! { <Icon name=IconName::Check/> }.into_any()
    } else {
        number.into_any()
    };
    let said = is_done.then(|| view! { <span class="visually-hidden">" (done)"</span> });
    view! {
        <li aria-current=current data-done=is_done.then_some("")>
            <span class="step-mark" aria-hidden="true">
                {mark}
            </span>
            <div>
                <h2>{heading} {said}</h2>
                {children()}
            </div>
        </li>
    }
}
