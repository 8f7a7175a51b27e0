//! The new key after a remint, shown once: in the response to the form, or in the dialog.

use keywright_api_types::license_detail::LicenseDetail;
#[cfg(feature = "ssr")]
use keywright_domain::ids::LicenseId;
use leptos::{html, prelude::*};
#[cfg(feature = "ssr")]
use leptos_meta::Title;

use crate::{
    pages::{licenses::actions::consequences::offline_summary, shared::badges::KeyText},
    ui::display::{
        description_list::{DescriptionRows, Item},
        secret::Secret,
    },
};
#[cfg(feature = "ssr")]
use crate::{
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        navigation::breadcrumb::Breadcrumb,
    },
};

/// Title of the page or dialog that shows the key.
pub const TITLE: &str = "Store the new key now";

/// The key, its recipient, and what happens to the old key.
#[component]
pub fn NewKeyDetails(license: LicenseDetail, key: String) -> impl IntoView {
    let customer = license.customer.email.clone();
    let customer = customer.unwrap_or_else(|| "the customer".to_owned());
    let offline = offline_summary(license.offline_impact());
    let node = NodeRef::<html::Button>::new();
    node.on_load(|button| {
        button.focus().ok();
    });
    view! {
        <p class="dialog-description" id="question-lead">
            "Shown only once. Keywright stores just its hash, so the key can't be shown again after you \
            close or reload this page."
        </p>
        <Secret id="new-key" label="New license key" copy_label="Copy key" text=key node/>
        <DescriptionRows>
            <Item label="Send it to">
                <bdi dir="ltr">{customer}</bdi>
            </Item>
            <Item label="Old key">
                <KeyText display_key=license.display_key/> " has been reminted. " {offline}
            </Item>
        </DescriptionRows>
    }
}

/// The page that shows the key. Server-only: see `request::one_time_secret`.
#[cfg(feature = "ssr")]
#[component]
pub fn NewKeyPage(license: LicenseDetail, key: String, successor: LicenseId) -> impl IntoView {
    let old = license.display_key.to_string();
    let above = vec![
        ("Licenses".to_owned(), routes::LICENSES.to_owned()),
        (old, routes::license(license.id)),
    ];
    view! {
        <Title text="New key"/>
        <div class="page-head">
            <Breadcrumb above here="Remint".to_owned()/>
            <div class="page-title">
                <h1>{TITLE}</h1>
            </div>
        </div>
        <div class="confirm">
            <NewKeyDetails license key/>
            <ButtonRow>
                <DocumentLink href=routes::license(successor)>"I have stored it"</DocumentLink>
            </ButtonRow>
        </div>
    }
}
