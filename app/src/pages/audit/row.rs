//! Renders an audit entry as a table row.

use keywright_api_types::audit_log::AuditEntry;
use keywright_domain::audit::Action;
use leptos::prelude::*;

use crate::{
    pages::shared::audit_entry::{EntryDetails, actor_name, describe_license_action},
    ui::display::time::TimeToSecond,
};

/// The header cells, in the order of [`EntryRow`]'s cells.
#[component]
pub fn EntryHead() -> impl IntoView {
    view! {
        <th class="col-when" role="columnheader" scope="col">"When (UTC)"</th>
        <th role="columnheader" scope="col">"What happened"</th>
        <th class="col-action" role="columnheader" scope="col">"Action"</th>
    }
}

/// The row for an entry: a sentence, with collapsed details below it.
#[component]
pub fn EntryRow(entry: AuditEntry) -> impl IntoView {
    let what = describe_license_action(&entry, None).unwrap_or_else(|| describe_action(&entry));
    let (who, at, action) = (actor_name(&entry), entry.at, entry.action.as_str());
    view! {
        <tr role="row">
            <td class="cell-when text-muted nowrap" role="cell">
                <TimeToSecond at/>
            </td>
            <th class="cell-what" role="rowheader" scope="row">
                <p>{who} {what}</p>
                <EntryDetails entry/>
            </th>
            <td class="cell-action text-muted" role="cell">
                <code>{action}</code>
            </td>
        </tr>
    }
}

/// Describes an action that does not affect a license. Returns an empty view for actions that do.
fn describe_action(entry: &AuditEntry) -> AnyView {
    // User input can be right-to-left and must not reverse the rest of the sentence.
    let detail = |name| {
        let text = entry.detail(name).unwrap_or("?").to_owned();
        view! { <bdi>{text}</bdi> }.into_any()
    };
    match entry.action {
        Action::CsvExport => " exported licenses as a CSV file".into_any(),
        Action::KeyTypeChange => {
            view! { " updated the key type " {detail("key_type")} " in " {detail("product")} }
                .into_any()
        }
        Action::KeyTypeCreate => {
            view! { " created the key type " {detail("key_type")} " in " {detail("product")} }
                .into_any()
        }
        Action::KeyTypeDelete => {
            view! { " deleted the key type " {detail("key_type")} " from " {detail("product")} }
                .into_any()
        }
        Action::OperatorCreate => {
            view! { " created the operator " {detail("email")} " with the role " {detail("role")} }
                .into_any()
        }
        Action::OperatorPasswordChange => {
            view! { " changed the password for " {detail("email")} }.into_any()
        }
        Action::PlanChange => {
            view! { " changed the plan from " {detail("from")} " to " {detail("to")} }.into_any()
        }
        Action::ProductChange => view! { " updated the product " {detail("product")} }.into_any(),
        Action::ProductCreate => view! { " created the product " {detail("product")} }.into_any(),
        Action::SdkKeyEnd => match entry.detail("fingerprint") {
            Some(_) => " revoked a replaced SDK key".into_any(),
            None => " revoked the previous SDK keys".into_any(),
        },
        Action::SdkKeyEndMove => " changed the expiry of a replaced SDK key".into_any(),
        Action::SdkKeyImport => " imported an existing SDK key".into_any(),
        Action::SdkKeyRotate => " replaced the SDK key".into_any(),
        Action::SdkKeySet => " created the first SDK key".into_any(),
        Action::SignIn => " signed in".into_any(),
        Action::SignInRefused => " failed to sign in: wrong password".into_any(),
        Action::SigningKeyCreate => {
            view! { " created the signing key " {detail("kid")} }.into_any()
        }
        Action::SigningKeyDrop => {
            view! { " deleted the signing key " {detail("kid")} " after its last lease ended" }
                .into_any()
        }
        Action::SigningKeyPromote => {
            view! { " promoted the signing key " {detail("kid")} }.into_any()
        }
        Action::TenantCreate => {
            view! { " created this tenant on the " {detail("plan")} " plan" }.into_any()
        }
        Action::TenantResume => " resumed device access".into_any(),
        Action::TenantSuspend => " suspended device access".into_any(),
        Action::Unknown => {
            " performed an action that this version of Keywright doesn't recognize".into_any()
        }
        // Covered by `describe_license_action`.
        Action::DeactivateInstance | Action::ManualMint | Action::Remint | Action::Revoke => {
            ().into_any()
        }
    }
}
