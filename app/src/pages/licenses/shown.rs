//! The answer to a remint: the new key, this once.

use keywright_domain::{detail::LicenseDetail, ids::LicenseId};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    pages::licenses::parts::KeyText,
    routes,
    ui::{
        breadcrumb::Breadcrumb,
        button::{ButtonRow, ReloadLink},
        facts::{Fact, FactRows},
        secret::Secret,
        time::ExactMinute,
    },
};

/// The key, whom to send it to, and what became of the old one. It is rendered on the server only: see
/// `request::shown_once`.
#[component]
pub fn ShownKey(license: LicenseDetail, key: String, successor: LicenseId) -> impl IntoView {
    let old = license.display_key.to_string();
    let above = vec![
        ("Licenses".to_owned(), routes::LICENSES.to_owned()),
        (old, routes::license(license.id)),
    ];
    let customer = license.customer.email.clone();
    let customer = customer.unwrap_or_else(|| "the customer".to_owned());
    let run_out = license.run_out();
    let offline = match run_out.latest {
        Some(at) => view! {
            " Its devices can go on offline, the last one until "
            <strong>
                <ExactMinute at/>
            </strong> "."
        }
        .into_any(),
        None => " None of its devices can go on offline.".into_any(),
    };
    view! {
        <Title text="New key"/>
        <div class="page-head">
            <Breadcrumb above here="Remint".to_owned()/>
            <div class="page-title">
                <h1>"Store the new key now"</h1>
            </div>
        </div>
        <div class="confirm">
            <p>
                "It is shown this once. Keywright keeps only its hash, so after you close or reload this page nobody \
                can show it again."
            </p>
            <Secret label="New license key" text=key/>
            <FactRows>
                <Fact label="Send it to">
                    <bdi dir="ltr">{customer}</bdi>
                </Fact>
                <Fact label="The old key">
                    <KeyText display_key=license.display_key/> " is reminted." {offline}
                </Fact>
            </FactRows>
            <ButtonRow>
                <ReloadLink href=routes::license(successor)>"I have stored it"</ReloadLink>
            </ButtonRow>
        </div>
    }
}
