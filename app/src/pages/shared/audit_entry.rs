//! One entry in words: who did what, and what else there is to say. On a license's page, `here` is that license.

use keywright_api_types::audit_log::AuditEntry;
use keywright_domain::{
    audit::{Action, ActorKind},
    ids::LicenseId,
    license::NamedLicense,
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    format::{self, Zone},
    pages::shared::badges::KeyText,
    routes,
    ui::{
        controls::disclosure::Disclosure,
        display::description_list::{DescriptionRows, NamedItem},
    },
};

/// Who did it.
pub fn who(entry: &AuditEntry) -> AnyView {
    let name = entry.actor.name.clone();
    view! {
        <strong>
            <bdi dir="auto">{name}</bdi>
        </strong>
    }
    .into_any()
}

/// What was done to a license; `None` where it was done to something else.
pub fn done_to_license(entry: &AuditEntry, here: Option<LicenseId>) -> Option<AnyView> {
    let license = named(entry.license.as_ref(), here);
    Some(match entry.action {
        Action::ManualMint => view! { " minted " {license} }.into_any(),
        Action::Revoke => view! { " revoked " {license} }.into_any(),
        Action::Remint => {
            let successor = entry.successor.as_ref();
            let is_here = successor.map(|successor| successor.id) == here && here.is_some();
            if is_here {
                view! { " reminted " {license} ", which this license replaces" }.into_any()
            } else {
                let successor = named(successor, here);
                view! { " reminted " {license} "; " {successor} " took its place" }.into_any()
            }
        }
        Action::DeactivateInstance => {
            let device = entry.detail("device_name").unwrap_or("a device").to_owned();
            let of = here.is_none().then(|| view! { " of " {license} });
            view! { " deactivated " <bdi>{device}</bdi> {of} }.into_any()
        }
        _ => return None,
    })
}

/// A license that is named in a sentence: a link to it, unless one is there already.
fn named(license: Option<&NamedLicense>, here: Option<LicenseId>) -> AnyView {
    match license {
        None => "a license".into_any(),
        Some(license) if Some(license.id) == here => "this license".into_any(),
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

/// What else there is to say, folded away.
#[component]
pub fn EntryDetails(entry: AuditEntry) -> impl IntoView {
    let facts = facts(entry);
    let facts = facts
        .into_iter()
        .map(|(label, value)| view! { <NamedItem label value/> });
    let facts = facts.collect_view();
    view! {
        <Disclosure summary="Details">
            <DescriptionRows>{facts}</DescriptionRows>
        </Disclosure>
    }
}

/// Labels and values: the recorded details, then what identifies the entry.
fn facts(entry: AuditEntry) -> Vec<(String, String)> {
    let recorded = entry.details.into_iter();
    let mut facts: Vec<_> = recorded
        .map(|(name, value)| (label(&name), shown(&name, value)))
        .collect();
    let kind = match entry.actor.kind {
        ActorKind::CommandLine => "Command line",
        ActorKind::Operator => "Operator",
        ActorKind::System => "The server itself",
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
        add("Successor ID", successor.id.to_string());
    }
    add("Exactly", format::exact(entry.at, Zone::UTC));
    add("Entry ID", entry.id.to_string());
    facts
}

/// `device_name` reads `Device name`.
fn label(name: &str) -> String {
    let words = name
        .replace('_', " ")
        .replace(" id", " ID")
        .replace("email", "e-mail");
    let mut symbols = words.chars();
    let first = symbols.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(symbols).collect()
}

/// Moments are recorded as seconds.
fn shown(name: &str, value: String) -> String {
    let seconds = name.ends_with("_at").then(|| value.parse().ok()).flatten();
    seconds.map_or(value, |seconds| {
        format::exact(Timestamp::from_seconds(seconds), Zone::UTC)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_names_and_moments_are_put_into_words() {
        assert_eq!(label("device_name"), "Device name");
        assert_eq!(label("instance_id"), "Instance ID");
        assert_eq!(label("customer_email"), "Customer e-mail");
        assert_eq!(label(""), "");
        let at = |name: &str| shown(name, "1781000000".to_owned());
        assert_eq!(at("old_key_ends_at"), "Tue 9 Jun 2026, 10:13:20 UTC");
        assert_eq!(at("device_name"), "1781000000");
        assert_eq!(shown("ends_at", "soon".to_owned()), "soon");
    }
}
