//! `/licenses/{id}/revoke`, `/remint` and `/instances/{instance}/deactivate`: what an action does, in numbers and dates, before
//! it is done. Each posts to its own address. They are rendered on the server only and work without a script.

use keywright_domain::{
    detail::{Device, LicenseDetail, RunOut},
    offline::OfflineUntil,
    role::Permission,
    time::Timestamp,
};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        request::shown_once,
        session::use_visit,
    },
    format,
    pages::{
        failure::{Failure, answer_with},
        licenses::{
            detail::ended,
            loading::{TheLicense, asked_instance},
            parts::KeyText,
            shown::ShownKey,
        },
    },
    routes,
    ui::{
        breadcrumb::Breadcrumb,
        button::{ButtonRow, ReloadLink},
        confirm::Confirm,
        facts::{Fact, FactRows},
        notice::Alert,
        time::ExactMinute,
    },
};

/// Asks before a license is revoked.
#[component]
pub fn RevokePage() -> impl IntoView {
    view! { <TheLicense heading="Revoke" view=revoke/> }.into_any()
}

/// Asks before a license is reminted; answers with the new key.
#[component]
pub fn RemintPage() -> impl IntoView {
    view! { <TheLicense heading="Remint" view=remint/> }.into_any()
}

/// Asks before a device is deactivated.
#[component]
pub fn DeactivatePage() -> impl IntoView {
    view! { <TheLicense heading="Deactivate instance" view=deactivate/> }.into_any()
}

fn revoke(license: LicenseDetail) -> AnyView {
    let question = view! { "Revoke " <KeyText display_key=license.display_key.clone()/> "?" };
    let form = move |license: LicenseDetail| {
        let customer = whose(&license);
        view! {
            <Confirm
                action=routes::license_revoke(license.id)
                verb="Revoke license"
                back=routes::license(license.id)
            >
                <p>
                    "The license ends for good. " {customer}
                    " cannot activate or refresh any device with this key again."
                </p>
                <FactRows>
                    <Consequences license=license.clone()/>
                </FactRows>
            </Confirm>
        }
        .into_any()
    };
    asked(license, "Revoke", question.into_any(), form)
}

fn remint(license: LicenseDetail) -> AnyView {
    if let Some(shown) = shown_once() {
        return view! { <ShownKey license key=shown.key.expose().to_owned() successor=shown.license/> }.into_any();
    }
    let question = view! { "Remint " <KeyText display_key=license.display_key.clone()/> "?" };
    let form = move |license: LicenseDetail| {
        let customer = whose(&license);
        let expiry = match (license.expires_at, ended(license.status)) {
            (_, Some(_)) => "It is expired, as this one is.",
            (Some(_), None) => "It expires when this one would have.",
            (None, None) => "It never expires, as this one.",
        };
        view! {
            <Confirm
                action=routes::license_remint(license.id)
                verb="Remint license"
                back=routes::license(license.id)
            >
                <p>
                    "This key ends for good, and a fresh one for the same product, customer, limit and entitlements \
                    takes its place, with no devices. " {expiry}
                </p>
                <FactRows>
                    <Fact label="The new key">
                        "is shown once, on the next page, and must reach " {customer}
                    </Fact>
                    <Consequences license=license.clone()/>
                </FactRows>
            </Confirm>
        }
        .into_any()
    };
    asked(license, "Remint", question.into_any(), form)
}

/// The frame of a question about ending a license: who may not ask it, and whether there is anything left to end.
fn asked(
    license: LicenseDetail,
    verb: &'static str,
    question: AnyView,
    form: impl FnOnce(LicenseDetail) -> AnyView,
) -> AnyView {
    let head = view! { <Head license=license.clone() verb question/> };
    if let Some(failure) = refused(&license) {
        return view! { {head} {failure} }.into_any();
    }
    if !license.can_be_ended() {
        let sentence = match ended(license.status) {
            Some(how) => format!("License is already {how}"),
            None => String::new(),
        };
        return view! { {head} <Over license sentence/> }.into_any();
    }
    let alert = failed_before();
    view! { {head} {alert} {form(license)} }.into_any()
}

fn deactivate(license: LicenseDetail) -> AnyView {
    let device = asked_instance().and_then(|instance| license.device(instance).cloned());
    let Some(device) = device else {
        let error = ApiError::new(ErrorCode::NotFound, "This license has no such device.");
        let here = routes::license(license.id);
        return view! { <Failure heading="There is no such device" error here/> }.into_any();
    };
    let name = device.name.clone();
    let question = view! { "Deactivate " <bdi dir="auto">{name}</bdi> "?" }.into_any();
    let head = view! { <Head license=license.clone() verb="Deactivate instance" question/> };
    if let Some(failure) = refused(&license) {
        return view! { {head} {failure} }.into_any();
    }
    if !device.holds_its_slot() {
        let sentence = "Instance is already deactivated".to_owned();
        return view! { {head} <Over license sentence/> }.into_any();
    }
    let alert = failed_before();
    view! { {head} {alert} <DeactivateForm license device/> }.into_any()
}

#[component]
fn DeactivateForm(license: LicenseDetail, device: Device) -> impl IntoView {
    let until = match device.offline_until {
        OfflineUntil::Until(at) => match format::left(at, license.now) {
            Some(left) => view! {
                <strong>
                    <ExactMinute at/>
                </strong>
                ", " {left}
            }
            .into_any(),
            None => "its lease has ended already".into_any(),
        },
        OfflineUntil::Reduced => "it goes on in reduced mode, with no fixed end".into_any(),
        OfflineUntil::Stopped => "it has stopped already".into_any(),
    };
    view! {
        <Confirm
            action=routes::license_deactivate(license.id, device.instance)
            verb="Deactivate instance"
            back=routes::license(license.id)
        >
            <p>
                "This device gets no new lease and stops at its next refresh, typically within 24 h; an app with an \
                old client at the end of its lease. Its slot is free at once."
            </p>
            <FactRows>
                <Fact label="Device">
                    <bdi dir="auto">{device.name.clone()}</bdi>
                </Fact>
                <Fact label="Instance">
                    <code class="uuid">{device.instance.to_string()}</code>
                </Fact>
                <Fact label="Offline until">{until}</Fact>
                <Fact label="All else">"The key and the other devices are untouched."</Fact>
            </FactRows>
        </Confirm>
    }
}

/// What goes on after a license has ended, in numbers and dates.
#[component]
fn Consequences(license: LicenseDetail) -> impl IntoView {
    let RunOut {
        active_devices,
        latest,
        reduced,
    } = license.run_out();
    let none = active_devices == 0;
    let devices = if none {
        ""
    } else {
        ", none gets a new lease from now on"
    };
    let last = last_lease(latest, license.now);
    let reduced = (reduced > 0).then(|| {
        let number = if reduced == 1 {
            "1 device goes".to_owned()
        } else {
            format!("{reduced} devices go")
        };
        view! { <Fact label="Reduced mode">{number} " on in it while offline, with no fixed end"</Fact> }
    });
    view! {
        <Fact label="Active devices">
            <strong>{active_devices}</strong>
            {devices}
        </Fact>
        <Fact label="Last lease ends">{last}</Fact>
        {reduced}
        <Fact label="Until then">
            "devices that stay offline can go on; one that comes online stops at its next refresh"
        </Fact>
    }
}

fn last_lease(latest: Option<Timestamp>, now: Timestamp) -> AnyView {
    let Some(at) = latest else {
        return "none is out any more".into_any();
    };
    let left = format::left(at, now).unwrap_or_default();
    view! {
        <strong>
            <ExactMinute at/>
        </strong>
        ", " <span class="nowrap">{left}</span>
    }
    .into_any()
}

#[component]
fn Head(license: LicenseDetail, verb: &'static str, question: AnyView) -> impl IntoView {
    let key = license.display_key.to_string();
    let title = format!("{verb} {key}");
    let above = vec![
        ("Licenses".to_owned(), routes::LICENSES.to_owned()),
        (key, routes::license(license.id)),
    ];
    view! {
        <Title text=title/>
        <div class="page-head">
            <Breadcrumb above here=verb.to_owned()/>
            <div class="page-title">
                <h1>{question}</h1>
            </div>
        </div>
    }
}

/// What stands there for those who may look only.
fn refused(license: &LicenseDetail) -> Option<AnyView> {
    if use_visit().allows(Permission::ActOnLicenses) {
        return None;
    }
    let error = ApiError::new(ErrorCode::Forbidden, "Your role does not allow this.");
    let here = routes::license(license.id);
    Some(view! { <Failure heading="Not for your role" error here/> }.into_any())
}

/// There is nothing left to do: somebody was quicker, or the page is old.
#[component]
fn Over(license: LicenseDetail, sentence: String) -> impl IntoView {
    answer_with(ErrorCode::Conflict);
    let successor = license.successor.map(|successor| {
        let display_key = successor.display_key;
        view! {
            <p>
                "Its successor is "
                <a href=routes::license(successor.id)>
                    <KeyText display_key/>
                </a> ". The new key was shown once; if it was lost, remint the successor."
            </p>
        }
    });
    view! {
        <Alert>
            <p>{sentence} ". Nothing was changed."</p>
            {successor}
        </Alert>
        <ButtonRow>
            <ReloadLink href=routes::license(license.id)>"Back to the license"</ReloadLink>
        </ButtonRow>
    }
}

/// Why the form that this page answers was not carried out.
fn failed_before() -> Option<AnyView> {
    let failure = use_visit().action_failure?;
    answer_with(failure.code);
    let request = failure
        .request_id
        .map(|id| view! { <p>"Request " <code>{id}</code></p> });
    Some(
        view! {
            <Alert>
                <p>{failure.message}</p>
                {request}
            </Alert>
        }
        .into_any(),
    )
}

/// Whom it hits.
fn whose(license: &LicenseDetail) -> AnyView {
    match license.customer.email.clone() {
        Some(email) => view! { <bdi dir="ltr">{email}</bdi> }.into_any(),
        None => "the customer".into_any(),
    }
}
