//! Facts about a license: customer, product, dates, lineage.

use keywright_api_types::license_detail::LicenseDetail;
use keywright_domain::license::LicenseRef;
use leptos::prelude::*;

use crate::{
    pages::shared::{
        badges::KeyText,
        relative_time::{expiry, past_time},
    },
    routes,
    ui::{
        controls::copy::Copyable,
        display::{
            description_list::{DescriptionList, Item, WideItem},
            tag::TagList,
        },
    },
};

/// The description list of a license.
#[component]
pub fn LicenseFacts(license: LicenseDetail) -> impl IntoView {
    let now = license.now;
    let customer = customer(&license);
    let created = past_time(license.created_at, now);
    let expires = expiry(license.expires_at, license.status, now);
    let after = if license.fallback {
        "App runs in reduced mode"
    } else {
        "App stops"
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
            <WideItem label="Lineage">
                <ol class="lineage">
                    {before.map(lineage_item)}
                    <li aria-current="true">
                        <KeyText display_key=license.display_key.clone()/>
                        <span class="hint">"this license"</span>
                    </li>
                    {after.map(lineage_item)}
                </ol>
            </WideItem>
        }
    });
    let id = license.id.to_string();
    let short_id = shorten_id(&id);
    view! {
        <DescriptionList>
            <Item label="Customer">{customer}</Item>
            <Item label="Product">
                <bdi>{license.product_name}</bdi>
            </Item>
            <Item label="Key type">{license.key_type_id.to_string()}</Item>
            <Item label="Entitlements">{entitlements}</Item>
            <Item label="Created">{created}</Item>
            <Item label="Expires">{expires}</Item>
            <Item label="After expiry">{after}</Item>
            <Item label="License ID">
                <Copyable id="license-id" label="Copy license ID" text=id.clone()>
                    <code class="uuid" title=id>{short_id}</code>
                </Copyable>
            </Item>
            {lineage}
        </DescriptionList>
    }
}

fn customer(license: &LicenseDetail) -> AnyView {
    let name = license.customer.name.clone();
    let email = license.customer.email.clone();
    if name.is_none() && email.is_none() {
        return "Not set".into_any();
    }
    let name = name.map(|name| view! { <bdi dir="auto">{name}</bdi> " " });
    let email = email.map(|email| {
        view! {
            <Copyable id="customer-email" label="Copy customer email" text=email.clone()>
                <bdi dir="ltr">{email}</bdi>
            </Copyable>
        }
    });
    view! { {name} {email} }.into_any()
}

fn lineage_item(relative: LicenseRef) -> impl IntoView {
    view! {
        <li>
            <a href=routes::license(relative.id)>
                <KeyText display_key=relative.display_key/>
            </a>
        </li>
    }
}

/// Shortens an ID to its first 10 and last 6 characters.
fn shorten_id(id: &str) -> String {
    match (id.get(..10), id.get(id.len().saturating_sub(6)..)) {
        (Some(start), Some(end)) => format!("{start}…{end}"),
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ids_keep_start_and_end() {
        assert_eq!(
            shorten_id(&"0123456789abcdef".repeat(4)),
            "0123456789…abcdef"
        );
        assert_eq!(shorten_id("é"), "é");
    }
}
