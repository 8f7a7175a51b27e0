//! A timeline of events, newest first.

use leptos::prelude::*;

use crate::ui::icon::{Icon, IconName};

/// A list of [`TimelineItem`]s.
#[component]
pub fn Timeline(children: Children) -> impl IntoView {
    view! { <ol class="timeline">{children()}</ol> }
}

/// An event: a sentence, its metadata and expandable details.
#[component]
pub fn TimelineItem(
    icon: IconName,
    meta: AnyView,
    details: AnyView,
    children: Children,
) -> impl IntoView {
    view! {
        <li>
            <span class="timeline-mark">
                <Icon name=icon/>
            </span>
            <div>
                <p>{children()}</p>
                <p class="metadata">{meta}</p>
                {details}
            </div>
        </li>
    }
}
