//! `/licenses/{id}`: everything about one license.

use keywright_domain::{
    detail::{LicenseDetail, Relative},
    license::Status,
    role::Permission,
};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::session::use_visit,
    pages::licenses::{
        activity::Activity,
        devices::Devices,
        loading::TheLicense,
        parts::{KeyText, LicenseStatusBadge},
        row::{end, past},
    },
    routes,
    ui::{
        breadcrumb::Breadcrumb,
        button::ReloadLink,
        facts::{Fact, Facts, WideFact},
        tag::TagList,
    },
};

/// The page.
#[component]
pub fn LicensePage() -> impl IntoView {
    view! { <TheLicense heading="License" view=license/> }.into_any()
}

fn license(license: LicenseDetail) -> AnyView {
    let may_act = use_visit().allows(Permission::ActOnLicenses);
    let title = license.display_key.to_string();
    view! {
        <Title text=title/>
        <Head license=license.clone() may_act/>
        <LicenseFacts license=license.clone()/>
        <Devices license=license.clone() may_act/>
        <Activity license/>
    }
    .into_any()
}

/// Breadcrumb, key, status and what can be done.
#[component]
fn Head(license: LicenseDetail, may_act: bool) -> impl IntoView {
    let here = license.display_key.to_string();
    let above = vec![("Licenses".to_owned(), routes::LICENSES.to_owned())];
    let actions = (may_act && license.can_be_ended()).then(|| {
        view! {
            <div class="page-actions">
                <ReloadLink href=routes::license_remint(license.id)>"Remint…"</ReloadLink>
                <ReloadLink href=routes::license_revoke(license.id)>"Revoke…"</ReloadLink>
            </div>
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
                <code class="uuid" title=id.clone()>{short(&id)}</code>
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
    let email = email.map(|email| view! { <bdi dir="ltr">{email}</bdi> });
    view! { {name} {email} }.into_any()
}

fn relative(relative: Relative) -> impl IntoView {
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
