//! `/licenses/{id}`: everything about one license.

use keywright_domain::{
    detail::LicenseDetail,
    ids::LicenseId,
    license::{NamedLicense, Status},
    live::Subject,
    role::Permission,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        licenses::show_license,
        resource::{PageResource, page_resource},
        session::use_visit,
    },
    held::{Answer, Holder, Shown},
    layout::PageHead,
    live::{Live, use_live},
    pages::{
        failure::Failure,
        licenses::{
            activity::Activity,
            asking::{Asking, LastDone},
            devices::Devices,
            parts::{KeyText, LicenseStatusBadge},
            question::Question,
            question_dialog::QuestionDialog,
            row::{end, past},
        },
        stale::Stale,
    },
    routes,
    ui::{
        breadcrumb::Breadcrumb,
        button::{DisabledButton, QuestionLink},
        changing::changing,
        copy::Copyable,
        facts::{Fact, Facts, WideFact},
        tag::TagList,
    },
};

/// The page.
#[component]
pub fn LicensePage() -> impl IntoView {
    let params = use_params_map();
    let asked = Memo::new(move |_| params.with(|params| params.get_str("id")?.parse().ok()));
    let live = use_live(Signal::derive(move || asked.get().map(Subject::License)));
    let answer = page_resource(
        move || (asked.get(), live.version()),
        |(id, _)| async move { (id, load(id).await) },
    );
    let asking = Asking::on_page(live, asked);
    view! {
        <Transition fallback=|| view! { <p>"Loading…"</p> }>
            <Answered live answer asking/>
        </Transition>
        <QuestionDialog asking/>
    }
    .into_any()
}

/// The license of that id; an id that is none is nobody's.
pub(super) async fn load(id: Option<LicenseId>) -> Result<LicenseDetail, ApiError> {
    match id {
        Some(id) => show_license(id).await,
        None => Err(ApiError::here(
            ErrorCode::NotFound,
            "There is no license under this address.",
        )),
    }
}

/// What is said of a license that can't be shown.
pub(super) fn not_loaded(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::NotFound => "There is no such license",
        _ => "The license could not be loaded",
    }
}

/// What came of it: a license, or why there is none.
#[component]
fn Answered(
    live: Live,
    answer: PageResource<Answer<Option<LicenseId>, LicenseDetail>>,
    asking: Asking,
) -> impl IntoView {
    let holder = Holder::of(answer);
    let is_old = holder.is_old(live);
    changing(move || match holder.shown.get() {
        Shown::Waiting => None,
        Shown::There => {
            let license = holder.value()?;
            Some(view! { <TheLicense license live is_old asking/> }.into_any())
        }
        Shown::Failed(id, error) => {
            let here = id.map_or_else(|| routes::LICENSES.to_owned(), routes::license);
            let heading = not_loaded(&error);
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
fn TheLicense(
    license: Memo<LicenseDetail>,
    live: Live,
    is_old: Signal<bool>,
    asking: Asking,
) -> impl IntoView {
    let may_act = use_visit().allows(Permission::ActOnLicenses);
    Effect::new(move |_| asking.license.set(Some(license.get())));
    // The document's head is written last, when what was rendered on the way may be gone.
    let title_of = |license: &LicenseDetail| license.display_key.to_string();
    let first = license.with_untracked(title_of);
    let title = move || license.try_with(title_of).unwrap_or_else(|| first.clone());
    let now = Signal::derive(move || license.with(|license| license.now));
    let head = changing(move || view! { <Head license=license.get() may_act asking/> });
    let facts = changing(move || view! { <LicenseFacts license=license.get()/> });
    view! {
        <Title text=title/>
        {head}
        <LastDone asking/>
        <Stale is_old now/>
        {facts}
        <Devices license may_act asking live/>
        <Activity license/>
    }
}

/// Breadcrumb, key, status and what can be done.
#[component]
fn Head(license: LicenseDetail, may_act: bool, asking: Asking) -> impl IntoView {
    let here = license.display_key.to_string();
    let above = vec![("Licenses".to_owned(), routes::LICENSES.to_owned())];
    let id = license.id;
    let actions = may_act.then(|| match Question::Revoke.settled(&license) {
        None => {
            let ask = move |question: Question| (question.href(id), move |()| asking.ask(question));
            let (remint, ask_remint) = ask(Question::Remint);
            let (revoke, ask_revoke) = ask(Question::Revoke);
            view! {
                <div class="page-actions">
                    <QuestionLink href=remint on_ask=ask_remint>"Remint…"</QuestionLink>
                    <QuestionLink href=revoke on_ask=ask_revoke>"Revoke…"</QuestionLink>
                </div>
            }
            .into_any()
        }
        Some(why) => {
            let why = match license.successor {
                Some(_) => format!("{why}; act on its successor."),
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

/// What the license is.
#[component]
fn LicenseFacts(license: LicenseDetail) -> impl IntoView {
    let now = license.now;
    let customer = customer(&license);
    let created = past(license.created_at, now);
    let expires = end(license.expires_at, license.status, now);
    let after = if license.fallback {
        "Goes on in reduced mode"
    } else {
        "Stops"
    };
    let entitlements: Vec<String> = license.entitlements.iter().map(str::to_owned).collect();
    let entitlements = if entitlements.is_empty() {
        "None".into_any()
    } else {
        view! { <TagList names=entitlements/> }.into_any()
    };
    let is_bound = license.predecessor.is_some() || license.successor.is_some();
    let lineage = is_bound.then(|| {
        let (before, after) = (license.predecessor.clone(), license.successor.clone());
        view! {
            <WideFact label="Lineage">
                <ol class="lineage">
                    {before.map(relative)}
                    <li aria-current="true">
                        <KeyText display_key=license.display_key.clone()/>
                        <span class="hint">"this license"</span>
                    </li>
                    {after.map(relative)}
                </ol>
            </WideFact>
        }
    });
    let id = license.id.to_string();
    let short_id = short(&id);
    view! {
        <Facts>
            <Fact label="Customer">{customer}</Fact>
            <Fact label="Product">
                <bdi>{license.product_name}</bdi>
            </Fact>
            <Fact label="Key type">{license.key_type.to_string()}</Fact>
            <Fact label="Entitlements">{entitlements}</Fact>
            <Fact label="Created">{created}</Fact>
            <Fact label="Expires">{expires}</Fact>
            <Fact label="Past expiry">{after}</Fact>
            <Fact label="License ID">
                <Copyable id="license-id" label="Copy license ID" text=id.clone()>
                    <code class="uuid" title=id>{short_id}</code>
                </Copyable>
            </Fact>
            {lineage}
        </Facts>
    }
}

fn customer(license: &LicenseDetail) -> AnyView {
    let name = license.customer.name.clone();
    let email = license.customer.email.clone();
    if name.is_none() && email.is_none() {
        return "Not named".into_any();
    }
    let name = name.map(|name| view! { <bdi dir="auto">{name}</bdi> " " });
    let email = email.map(|email| {
        view! {
            <Copyable id="customer-email" label="Copy customer e-mail" text=email.clone()>
                <bdi dir="ltr">{email}</bdi>
            </Copyable>
        }
    });
    view! { {name} {email} }.into_any()
}

fn relative(relative: NamedLicense) -> impl IntoView {
    view! {
        <li>
            <a href=routes::license(relative.id)>
                <KeyText display_key=relative.display_key/>
            </a>
        </li>
    }
}

/// The ends of an id that is too long to read.
fn short(id: &str) -> String {
    match (id.get(..10), id.get(id.len().saturating_sub(6)..)) {
        (Some(start), Some(end)) => format!("{start}…{end}"),
        _ => id.to_owned(),
    }
}

/// Why a license gives out no slots any more, in a word; `None` while it does.
pub(super) const fn ended(status: Status) -> Option<&'static str> {
    match status {
        Status::Active => None,
        Status::Expired => Some("expired"),
        Status::Reminted => Some("reminted"),
        Status::Revoked => Some("revoked"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_id_shows_its_ends() {
        assert_eq!(short(&"0123456789abcdef".repeat(4)), "0123456789…abcdef");
        assert_eq!(short("é"), "é");
    }
}
