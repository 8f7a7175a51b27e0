//! `/licenses/{id}`: facts, devices and activity of one license.

use keywright_api_types::{license_detail::LicenseDetail, subscription::Subject};
use keywright_domain::{ids::LicenseId, role::Permission};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        page_context::use_page_context,
        resource::{PageResource, page_resource},
    },
    layout::page_head::PageHead,
    live_updates::{LiveUpdates, use_live_updates},
    pages::{
        licenses::{
            actions::{
                action::LicenseAction, confirm_dialog::ConfirmDialog,
                outcome_notice::OutcomeNotice, state::ActionFlow,
            },
            load::{failure_heading, load_license},
            show::{activity::Activity, devices::Devices, facts::LicenseFacts},
        },
        shared::{
            badges::{KeyText, LicenseStatusBadge},
            failure::Failure,
            stale_notice::StalePageNotice,
        },
    },
    routes,
    stale_resource::{Fetched, ResourceView, StaleResource},
    ui::{
        controls::button::{ConfirmLink, DisabledButton},
        dynamic::dynamic,
        navigation::breadcrumb::Breadcrumb,
    },
};

#[component]
pub fn LicensePage() -> impl IntoView {
    let params = use_params_map();
    let asked = Memo::new(move |_| params.with(|params| params.get_str("id")?.parse().ok()));
    let live = use_live_updates(Signal::derive(move || asked.get().map(Subject::License)));
    let answer = page_resource(
        move || (asked.get(), live.version()),
        |(id, _)| async move { (id, load_license(id).await) },
    );
    let flow = ActionFlow::new(live, asked);
    view! {
        <Transition fallback=|| view! { <p>"Loading…"</p> }>
            <LoadedLicense live answer flow/>
        </Transition>
        <ConfirmDialog flow/>
    }
    .into_any()
}

/// The loaded license, or the error if loading failed.
#[component]
fn LoadedLicense(
    live: LiveUpdates,
    answer: PageResource<Fetched<Option<LicenseId>, LicenseDetail>>,
    flow: ActionFlow,
) -> impl IntoView {
    let holder = StaleResource::new(answer);
    let is_stale = holder.is_stale(live);
    dynamic(move || match holder.view.get() {
        ResourceView::Loading => None,
        ResourceView::Ready => {
            let license = holder.value()?;
            Some(view! { <LicenseContent license live is_stale flow/> }.into_any())
        }
        ResourceView::Failed(id, error) => {
            let here = id.map_or_else(|| routes::LICENSES.to_owned(), routes::license);
            let heading = failure_heading(&error);
            Some(
                view! {
                    <Title text="License"/>
                    <PageHead heading="License"/>
                    <Failure heading error here/>
                }
                .into_any(),
            )
        }
    })
}

#[component]
fn LicenseContent(
    license: Memo<LicenseDetail>,
    live: LiveUpdates,
    is_stale: Signal<bool>,
    flow: ActionFlow,
) -> impl IntoView {
    let may_act = use_page_context().allows(Permission::ActOnLicenses);
    Effect::new(move |_| flow.license.set(Some(license.get())));
    // The document's title is rendered last, when the memo may already be disposed.
    let title_of = |license: &LicenseDetail| license.display_key.to_string();
    let first = license.with_untracked(title_of);
    let title = move || license.try_with(title_of).unwrap_or_else(|| first.clone());
    let now = Signal::derive(move || license.with(|license| license.now));
    let head = dynamic(move || view! { <LicenseHeader license=license.get() may_act flow/> });
    let facts = dynamic(move || view! { <LicenseFacts license=license.get()/> });
    view! {
        <Title text=title/>
        {head}
        <OutcomeNotice flow/>
        <StalePageNotice is_stale now/>
        {facts}
        <Devices license may_act flow live/>
        <Activity license/>
    }
}

/// Breadcrumb, key, status and actions.
#[component]
fn LicenseHeader(license: LicenseDetail, may_act: bool, flow: ActionFlow) -> impl IntoView {
    let here = license.display_key.to_string();
    let above = vec![("Licenses".to_owned(), routes::LICENSES.to_owned())];
    let id = license.id;
    let actions = may_act.then(|| match LicenseAction::Revoke.already_done(&license) {
        None => {
            let ask =
                move |action: LicenseAction| (action.confirm_href(id), move |()| flow.ask(action));
            let (remint, ask_remint) = ask(LicenseAction::Remint);
            let (revoke, ask_revoke) = ask(LicenseAction::Revoke);
            view! {
                <div class="page-actions">
                    <ConfirmLink href=remint on_ask=ask_remint>"Remint…"</ConfirmLink>
                    <ConfirmLink href=revoke on_ask=ask_revoke>"Revoke…"</ConfirmLink>
                </div>
            }
            .into_any()
        }
        Some(why) => {
            let why = match &license.successor {
                Some(new) => format!(
                    "Reminted. Manage the new license instead: {}.",
                    new.display_key
                ),
                None => format!("{why}."),
            };
            view! {
                <div class="page-actions">
                    <span class="hint" id="why-not">{why}</span>
                    <DisabledButton reason="why-not">"Remint…"</DisabledButton>
                    <DisabledButton reason="why-not">"Revoke…"</DisabledButton>
                </div>
            }
            .into_any()
        }
    });
    view! {
        <div class="page-head">
            <Breadcrumb above here/>
            <div class="page-title">
                <h1>
                    <KeyText display_key=license.display_key/>
                </h1>
                <LicenseStatusBadge status=license.status/>
            </div>
            {actions}
        </div>
    }
}
