//! What happened to a license.

use keywright_domain::{
    audit::Action,
    audit_log::{AuditEntry, AuditFilter, AuditQuery},
    detail::LicenseDetail,
    ids::LicenseId,
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    pages::{
        audit::entry::{EntryDetails, done_to_license, who},
        licenses::row::past,
    },
    routes,
    ui::{
        icon::IconName,
        timeline::{Timeline, TimelineItem},
    },
};

/// The section.
#[component]
pub fn Activity(license: LicenseDetail) -> impl IntoView {
    let LicenseDetail {
        id, activity, now, ..
    } = license;
    let is_empty = activity.is_empty();
    let items = activity.into_iter().map(|entry| item(entry, id, now));
    let items = items.collect_view();
    let nothing = is_empty.then(|| {
        view! { <p class="section-note">"Nothing within the last 365 days, after which entries are removed."</p> }
    });
    let in_the_log = routes::audit(&AuditQuery {
        filter: AuditFilter {
            license: Some(id),
            ..AuditFilter::default()
        },
        ..AuditQuery::default()
    });
    view! {
        <section class="section" aria-labelledby="activity">
            <div class="section-head">
                <h2 id="activity">"Activity"</h2>
                <a class="section-link" rel="external" href=in_the_log>
                    "In the audit log"
                </a>
            </div>
            {nothing}
            <Timeline>{items}</Timeline>
        </section>
    }
}

fn item(entry: AuditEntry, here: LicenseId, now: Timestamp) -> impl IntoView {
    let name = entry.action.as_str();
    let meta = view! {
        {past(entry.at, now)}
        <code>{name}</code>
    }
    .into_any();
    let icon = icon(entry.action);
    let what =
        done_to_license(&entry, Some(here)).unwrap_or_else(|| format!(": {name}").into_any());
    let who = who(&entry);
    view! {
        <TimelineItem icon meta details=view! { <EntryDetails entry/> }.into_any()>
            {who} {what}
        </TimelineItem>
    }
}

fn icon(action: Action) -> IconName {
    match action {
        Action::Revoke => IconName::Revoked,
        Action::Remint => IconName::Reminted,
        Action::DeactivateInstance => IconName::Off,
        _ => IconName::Key,
    }
}
