//! Confirmation pages: `/licenses/{id}/revoke`, `/remint` and `/instances/{instance}/deactivate`.
//! Each posts to its own URL. Server-only; they work without a script.

use keywright_api_types::license_detail::LicenseDetail;
use keywright_domain::role::Permission;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        page_context::use_page_context,
        request::{OneTimeSecret, one_time_secret},
    },
    pages::{
        licenses::{
            actions::{action::LicenseAction, new_key::NewKeyPage},
            license_view::{LicenseView, instance_id_from_url},
        },
        shared::{
            badges::KeyText,
            failure::{Failure, FailureAlert, set_status},
            form_page::role_error,
        },
    },
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        feedback::notice::Alert,
        navigation::breadcrumb::Breadcrumb,
        overlays::confirm::Confirm,
    },
};

/// Label of the link to the license if there is nothing to confirm.
const BACK: &str = "Back to the license";

/// Asks to confirm a revocation.
#[component]
pub fn RevokePage() -> impl IntoView {
    view! { <LicenseView heading="Revoke" view=revoke/> }.into_any()
}

/// Asks to confirm a remint; the response shows the new key.
#[component]
pub fn RemintPage() -> impl IntoView {
    view! { <LicenseView heading="Remint" view=remint/> }.into_any()
}

/// Asks to confirm a deactivation.
#[component]
pub fn DeactivatePage() -> impl IntoView {
    view! { <LicenseView heading="Deactivate device" view=deactivate/> }.into_any()
}

fn revoke(license: LicenseDetail) -> AnyView {
    render_confirmation(LicenseAction::Revoke, "Revoke", license)
}

fn remint(license: LicenseDetail) -> AnyView {
    match one_time_secret() {
        Some(OneTimeSecret::Reminted(key, successor)) => {
            let key = key.expose().to_owned();
            view! { <NewKeyPage license key successor/> }.into_any()
        }
        _ => render_confirmation(LicenseAction::Remint, "Remint", license),
    }
}

fn deactivate(license: LicenseDetail) -> AnyView {
    let device = instance_id_from_url().filter(|&instance| license.device(instance).is_some());
    let Some(instance) = device else {
        let error = ApiError::for_page(
            ErrorCode::NotFound,
            "This license doesn't have this device. The link may be wrong.",
        );
        let here = routes::license(license.id);
        let heading = "Device not found";
        return view! { <Failure heading error here way_out=BACK/> }.into_any();
    };
    render_confirmation(
        LicenseAction::Deactivate(instance),
        "Deactivate device",
        license,
    )
}

/// Renders the confirmation, unless the role does not allow the action or it is already done.
fn render_confirmation(
    action: LicenseAction,
    name: &'static str,
    license: LicenseDetail,
) -> AnyView {
    let head = view! { <Head license=license.clone() name action/> };
    if !use_page_context().allows(Permission::ActOnLicenses) {
        let error = role_error(Permission::ActOnLicenses);
        let here = routes::license(license.id);
        let heading = "You don't have access";
        return view! { {head} <Failure heading error here way_out=BACK/> }.into_any();
    }
    if let Some(sentence) = action.already_done(&license) {
        return view! { {head} <AlreadyDone license sentence/> }.into_any();
    }
    let alert = previous_failure();
    view! {
        {head}
        {alert}
        <Confirm
            action=action.confirm_href(license.id)
            verb=action.button_label()
            back=routes::license(license.id)
        >
            {action.consequences(&license)}
        </Confirm>
    }
    .into_any()
}

#[component]
fn Head(license: LicenseDetail, name: &'static str, action: LicenseAction) -> impl IntoView {
    let key = license.display_key.to_string();
    let title = format!("{name} {key}");
    let above = vec![
        ("Licenses".to_owned(), routes::LICENSES.to_owned()),
        (key, routes::license(license.id)),
    ];
    view! {
        <Title text=title/>
        <div class="page-head">
            <Breadcrumb above here=name.to_owned()/>
            <div class="page-title">
                <h1>{action.title(&license)}</h1>
            </div>
        </div>
    }
}

/// Explains that the action is already done, and links to the successor of a reminted license.
#[component]
fn AlreadyDone(license: LicenseDetail, sentence: String) -> impl IntoView {
    set_status(ErrorCode::Conflict);
    let here = license.id;
    view! {
        <Alert>
            <p>{sentence} ". Nothing changed."</p>
            <SuccessorHint license/>
        </Alert>
        <ButtonRow>
            <DocumentLink href=routes::license(here)>{BACK}</DocumentLink>
        </ButtonRow>
    }
}

/// Links to the license that replaced a reminted one.
#[component]
fn SuccessorHint(license: LicenseDetail) -> impl IntoView {
    license.successor.map(|successor| {
        view! {
            <p>
                "It was replaced by "
                <a href=routes::license(successor.id)>
                    <KeyText display_key=successor.display_key/>
                </a> ". The new key was shown only once. If it's lost, remint the new license."
            </p>
        }
    })
}

/// Renders why the previous submission of this page's form failed.
fn previous_failure() -> Option<AnyView> {
    let error = use_page_context().action_error?;
    set_status(error.code);
    Some(view! { <FailureAlert error/> }.into_any())
}
