//! An audit entry as a sentence, with its details. On a license's page, `current_license_id` is
//! that license.

use keywright_api_types::audit_log::AuditEntry;
use keywright_domain::{
    audit::{Action, ActorKind},
    ids::LicenseId,
    license::LicenseRef,
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    format::{self, Zone},
    pages::shared::badges::KeyText,
    routes,
    ui::{
        controls::disclosure::Disclosure,
        display::description_list::{DescriptionRows, DynamicItem},
    },
};

/// Renders the actor's name.
pub fn actor_name(entry: &AuditEntry) -> AnyView {
    let name = entry.actor.name.clone();
    view! {
        <strong>
            <bdi dir="auto">{name}</bdi>
        </strong>
    }
    .into_any()
}

/// Describes an action on a license. `None` if the entry is not about a license.
pub fn describe_license_action(
    entry: &AuditEntry,
    current_license_id: Option<LicenseId>,
) -> Option<AnyView> {
    let license = license_ref(entry.license.as_ref(), current_license_id);
    Some(match entry.action {
        Action::ManualMint => view! { " minted " {license} }.into_any(),
        Action::Revoke => view! { " revoked " {license} }.into_any(),
        Action::Remint => {
            let successor = entry.successor.as_ref();
            let is_here = successor.map(|successor| successor.id) == current_license_id
                && current_license_id.is_some();
            if is_here {
                view! { " reminted " {license} " as this license" }.into_any()
            } else {
                let successor = license_ref(successor, current_license_id);
                view! { " reminted " {license} " as " {successor} }.into_any()
            }
        }
        Action::DeactivateInstance => {
            let device = entry.detail("device_name").unwrap_or("a device").to_owned();
            let of = current_license_id
                .is_none()
                .then(|| view! { " on " {license} });
            view! { " deactivated " <bdi>{device}</bdi> {of} }.into_any()
        }
        _ => return None,
    })
}

/// Renders a license within a sentence: a link, or `this license` on its own page.
fn license_ref(license: Option<&LicenseRef>, current_license_id: Option<LicenseId>) -> AnyView {
    match license {
        None => "a license".into_any(),
        Some(license) if Some(license.id) == current_license_id => "this license".into_any(),
        Some(license) => {
            let (href, display_key) = (routes::license(license.id), license.display_key.clone());
            view! {
                <a href=href>
                    <KeyText display_key/>
                </a>
            }
            .into_any()
        }
    }
}

/// The recorded details, collapsed.
#[component]
pub fn EntryDetails(entry: AuditEntry) -> impl IntoView {
    let facts = detail_rows(entry);
    let facts = facts
        .into_iter()
        .map(|(label, value)| view! { <DynamicItem label value/> });
    let facts = facts.collect_view();
    view! {
        <Disclosure summary="Details">
            <DescriptionRows>{facts}</DescriptionRows>
        </Disclosure>
    }
}

/// Returns labels and values: the recorded details, then the fields that identify the entry.
fn detail_rows(entry: AuditEntry) -> Vec<(String, String)> {
    let recorded = entry.details.into_iter();
    let mut facts: Vec<_> = recorded
        .map(|(name, value)| (detail_label(&name), format_detail(&name, value)))
        .collect();
    let kind = match entry.actor.kind {
        ActorKind::CommandLine => "Command line",
        ActorKind::Operator => "Operator",
        ActorKind::System => "System",
        ActorKind::Unknown => "Unknown",
    };
    let mut add = |label: &str, value: String| facts.push((label.to_owned(), value));
    add("By", kind.to_owned());
    if let Some(id) = entry.actor.id {
        add("Operator ID", id);
    }
    if let Some(license) = entry.license {
        add("License ID", license.id.to_string());
    }
    if let Some(successor) = entry.successor {
        add("New license ID", successor.id.to_string());
    }
    add("Exact time", format::full(entry.at, Zone::UTC));
    add("Entry ID", entry.id.to_string());
    facts
}

/// Turns a recorded name into a label: `device_name` becomes `Device name`.
fn detail_label(name: &str) -> String {
    let words = name
        .replace('_', " ")
        .replace(" id", " ID")
        .replace("ends at", "expires at")
        .replace("instance", "device");
    let mut symbols = words.chars();
    let first = symbols.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(symbols).collect()
}

/// Formats a recorded value. Names that end in `_at` hold Unix seconds.
fn format_detail(name: &str, value: String) -> String {
    let seconds = name.ends_with("_at").then(|| value.parse().ok()).flatten();
    seconds.map_or(value, |seconds| {
        format::full(Timestamp::from_seconds(seconds), Zone::UTC)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_names_and_timestamps_are_readable() {
        assert_eq!(detail_label("device_name"), "Device name");
        assert_eq!(detail_label("instance_id"), "Device ID");
        assert_eq!(detail_label("customer_email"), "Customer email");
        assert_eq!(detail_label("old_key_ends_at"), "Old key expires at");
        assert_eq!(detail_label(""), "");
        let at = |name: &str| format_detail(name, "1781000000".to_owned());
        assert_eq!(at("old_key_ends_at"), "Tue 9 Jun 2026, 10:13:20 UTC");
        assert_eq!(at("device_name"), "1781000000");
        assert_eq!(format_detail("ends_at", "soon".to_owned()), "soon");
    }
}
