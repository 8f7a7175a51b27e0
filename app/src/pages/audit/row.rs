//! One entry as a row of the log.

use keywright_domain::{audit::Action, audit_log::AuditEntry};
use leptos::prelude::*;

use crate::{
    pages::audit::entry::{EntryDetails, done_to_license, who},
    ui::time::Second,
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

/// The row: a sentence, with the rest folded below it.
#[component]
pub fn EntryRow(entry: AuditEntry) -> impl IntoView {
    let what = done_to_license(&entry, None).unwrap_or_else(|| done(&entry).into_any());
    let (who, at, action) = (who(&entry), entry.at, entry.action.as_str());
    view! {
        <tr role="row">
            <td class="c-when soft nowrap" role="cell">
                <Second at/>
            </td>
            <th class="c-what" role="rowheader" scope="row">
                <p>{who} {what}</p>
                <EntryDetails entry/>
            </th>
            <td class="c-action soft" role="cell">
                <code>{action}</code>
            </td>
        </tr>
    }
}

/// What was done to anything but a license.
fn done(entry: &AuditEntry) -> String {
    let detail = |name| entry.detail(name).unwrap_or("?");
    match entry.action {
        Action::CsvExport => " exported licenses as a CSV file".to_owned(),
        Action::KeyTypeChange => {
            format!(
                " changed the key type {} of {}",
                detail("key_type"),
                detail("product")
            )
        }
        Action::KeyTypeCreate => {
            format!(
                " added the key type {} to {}",
                detail("key_type"),
                detail("product")
            )
        }
        Action::OperatorCreate => format!(" added {} as {}", detail("email"), detail("role")),
        Action::PlanChange => {
            format!(
                " changed the plan from {} to {}",
                detail("from"),
                detail("to")
            )
        }
        Action::ProductChange => format!(" changed the product {}", detail("product")),
        Action::ProductCreate => format!(" added the product {}", detail("product")),
        Action::SdkKeyEnd => " ended the earlier SDK keys".to_owned(),
        Action::SdkKeyImport => " took over an SDK key that apps have already".to_owned(),
        Action::SdkKeyRotate => " replaced the SDK key".to_owned(),
        Action::SdkKeySet => " made the first SDK key".to_owned(),
        Action::SignIn => " signed in".to_owned(),
        Action::SignInRefused => " was refused: wrong password".to_owned(),
        Action::SigningKeyCreate => format!(" made the signing key {}", detail("kid")),
        Action::SigningKeyDrop => {
            format!(
                " dropped the signing key {}, whose last lease had ended",
                detail("kid")
            )
        }
        Action::SigningKeyPromote => format!(" made {} the key that signs", detail("kid")),
        Action::TenantCreate => format!(" made this tenant, on the plan {}", detail("plan")),
        Action::TenantResume => " had device calls answered again".to_owned(),
        Action::TenantSuspend => " had device calls refused".to_owned(),
        Action::DeactivateInstance | Action::ManualMint | Action::Remint | Action::Revoke => {
            format!(": {}", entry.action.as_str())
        }
    }
}
