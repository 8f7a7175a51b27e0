//! Audit trail for a license.

use keywright_api_types::{
    audit_log::{AuditEntry, AuditFilter, AuditQuery},
    license_detail::LicenseDetail,
};
use keywright_domain::{audit::Action, ids::LicenseId, time::Timestamp};
use leptos::prelude::*;

use crate::{
    pages::shared::{
        audit_entry::{EntryDetails, actor_name, describe_license_action},
        relative_time::past_time,
    },
    routes,
    ui::{
        display::timeline::{Timeline, TimelineItem},
        dynamic::dynamic,
        icon::IconName,
        keyed_list::keyed_list,
    },
};

/// The activity section. Entries keep their elements across updates, so that opened details stay
/// open.
#[component]
pub fn Activity(license: Memo<LicenseDetail>) -> impl IntoView {
    let now = Signal::derive(move || license.with(|license| license.now));
    // A remint appears on the pages of both licenses, with different wording.
    let key = |(here, entry): &(LicenseId, AuditEntry)| format!("{here} {}", entry.id);
    let row = move |(here, entry)| timeline_item(entry, here, now);
    let entries = move || {
        license.with(|license| {
            let here = license.id;
            let entries = license.activity.iter().cloned();
            entries.map(|entry| (here, entry)).collect::<Vec<_>>()
        })
    };
    let entries = keyed_list(entries, key, row);
    let nothing = dynamic(move || {
        let is_empty = license.with(|license| license.activity.is_empty());
        is_empty.then(|| {
            view! { <p class="section-note">"No activity in the last 365 days. Older entries are removed."</p> }
        })
    });
    let in_the_log = move || {
        routes::audit(&AuditQuery {
            filter: AuditFilter {
                license_id: Some(license.with(|license| license.id)),
                ..AuditFilter::default()
            },
            ..AuditQuery::default()
        })
    };
    view! {
        <section class="section" aria-labelledby="activity">
            <div class="section-head">
                <h2 id="activity">"Activity"</h2>
                <a class="section-actions" rel="external" href=in_the_log>
                    "Show in the audit log"
                </a>
            </div>
            {nothing}
            <Timeline>
                {entries}
            </Timeline>
        </section>
    }
}

fn timeline_item(entry: AuditEntry, here: LicenseId, now: Signal<Timestamp>) -> impl IntoView {
    let (at, name) = (entry.at, entry.action.as_str());
    let meta = view! {
        {dynamic(move || past_time(at, now.get()))}
        <code>{name}</code>
    }
    .into_any();
    let icon = icon(entry.action);
    let what = describe_license_action(&entry, Some(here))
        .unwrap_or_else(|| format!(": {name}").into_any());
    let who = actor_name(&entry);
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
