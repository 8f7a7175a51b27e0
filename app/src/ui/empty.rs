//! What stands where there is nothing to show.

use leptos::prelude::*;

/// A heading that says what is missing, unless the page's own does; below it why and what to do.
#[component]
pub fn Empty(#[prop(optional)] heading: Option<&'static str>, children: Children) -> impl IntoView {
    let heading = heading.map(|heading| view! { <h2>{heading}</h2> });
    view! {
        <div class="empty">
            {heading}
            {children()}
        </div>
    }
}

/// Steps to take, one after the other; the first is the next one.
#[component]
pub fn Steps(children: Children) -> impl IntoView {
    view! { <ol class="steps">{children()}</ol> }
}

/// One step.
#[component]
pub fn Step(number: u8, heading: &'static str, children: Children) -> impl IntoView {
    let current = (number == 1).then_some("step");
    view! {
        <li aria-current=current>
            <span class="step-mark" aria-hidden="true">{number}</span>
            <div>
                <h3>{heading}</h3>
                {children()}
            </div>
        </li>
    }
}
