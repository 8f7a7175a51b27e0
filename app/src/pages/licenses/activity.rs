//! What happened to a license.

use keywright_domain::{
    audit::Action,
    detail::{Happening, LicenseDetail},
    key::DisplayKey,
};
use leptos::prelude::*;

use crate::{
    pages::licenses::{parts::KeyText, row::past},
    ui::{
        icon::IconName,
        timeline::{Timeline, TimelineItem},
    },
};

/// The section.
#[component]
pub fn Activity(license: LicenseDetail) -> impl IntoView {
    let LicenseDetail {
        activity,
        predecessor,
        successor,
        now,
        ..
    } = license;
    let predecessor = predecessor.map(|relative| relative.display_key);
    let successor = successor.map(|relative| relative.display_key);
    let is_empty = activity.is_empty();
    let items = activity
        .into_iter()
        .map(|happening| {
            let other = if happening.is_successor {
                predecessor.clone()
            } else {
                successor.clone()
            };
            let meta = view! {
                {past(happening.at, now)}
                <code>{happening.action.as_str()}</code>
            }
            .into_any();
            let icon = icon(happening.action);
            view! { <TimelineItem icon meta>{sentence(happening, other)}</TimelineItem> }
        })
        .collect_view();
    let nothing = is_empty.then(|| {
        view! { <p class="section-note">"Nothing within the last 365 days, after which entries are removed."</p> }
    });
    view! {
        <section class="section" aria-labelledby="activity">
            <div class="section-head">
                <h2 id="activity">"Activity"</h2>
            </div>
            {nothing}
            <Timeline>{items}</Timeline>
        </section>
    }
}

/// Who did what. Of a remint, `other` is the license on its other side.
fn sentence(happening: Happening, other: Option<DisplayKey>) -> AnyView {
    let other = other.map(|display_key| view! { <KeyText display_key/> });
    let what = match happening.action {
        Action::ManualMint => " minted this license".into_any(),
        Action::Revoke => " revoked this license".into_any(),
        Action::Remint if happening.is_successor => {
            view! { " reminted " {other} ", which this license replaces" }.into_any()
        }
        Action::Remint => view! { " reminted this license; " {other} " took its place" }.into_any(),
        Action::DeactivateInstance => {
            let device = happening
                .device_name
                .unwrap_or_else(|| "a device".to_owned());
            view! { " deactivated " <bdi>{device}</bdi> }.into_any()
        }
        other => format!(": {}", other.as_str()).into_any(),
    };
    view! {
        <strong>
            <bdi dir="auto">{happening.actor.name}</bdi>
        </strong>
        {what}
    }
    .into_any()
}

fn icon(action: Action) -> IconName {
    match action {
        Action::Revoke => IconName::Revoked,
        Action::Remint => IconName::Reminted,
        Action::DeactivateInstance => IconName::Off,
        _ => IconName::Key,
    }
}
