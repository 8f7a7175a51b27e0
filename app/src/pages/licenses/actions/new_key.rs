//! What comes of a remint: the new key, this once, on the page that answers the form or in the dialog that asked.

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

/// What it is called where the key is shown.
pub const TITLE: &str = "Store the new key now";

/// The key, whom to send it to, and what became of the old one.
#[component]
pub fn ShownKey(license: LicenseDetail, key: String) -> impl IntoView {
    let customer = license.customer.email.clone();
    let customer = customer.unwrap_or_else(|| "the customer".to_owned());
    let offline = offline_summary(license.run_out());
    let node = NodeRef::<html::Button>::new();
    node.on_load(|button| {
        button.focus().ok();
    });
    view! {
        <p class="dialog-lead" id="question-lead">
            "It is shown this once. Keywright keeps only its hash, so after you close or reload this page nobody can show \
            it again."
        </p>
        <Secret id="new-key" label="New license key" copy_label="Copy key" text=key node/>
        <DescriptionRows>
            <Item label="Send it to">
                <bdi dir="ltr">{customer}</bdi>
            </Item>
            <Item label="The old key">
                <KeyText display_key=license.display_key/> " is reminted. " {offline}
            </Item>
        </DescriptionRows>
    }
}

/// The page. It is rendered on the server only: see `request::shown_once`.
#[cfg(feature = "ssr")]
#[component]
pub fn ShownKeyPage(license: LicenseDetail, key: String, successor: LicenseId) -> impl IntoView {
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
            <ShownKey license key/>
            <ButtonRow>
                <DocumentLink href=routes::license(successor)>"I have stored it"</DocumentLink>
            </ButtonRow>
        </div>
    }
}
