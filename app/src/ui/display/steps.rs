//! Steps to take, one after the other.

use leptos::prelude::*;

use crate::ui::icon::{Icon, IconName};

/// A list of [`Step`]s.
#[component]
pub fn Steps(children: Children) -> impl IntoView {
    view! { <ol class="steps">{children()}</ol> }
}

/// How far one has come with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It is behind.
    Done,
    /// It is the next one.
    Next,
    /// Others come before.
    Later,
}

/// One step.
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
