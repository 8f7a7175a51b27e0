//! `/settings/sdk-key`: the tenant's SDK keys and how to use them.

use keywright_domain::{sdk_key::ListedSdkKey, time::Timestamp};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{page_context::use_page_context, request_scope},
    layout::page_head::PageHead,
    pages::settings::sdk_key::load::{LastUse, SdkKeys, render_with_keys, short_fingerprint},
    routes,
    ui::{
        controls::{
            button::{ButtonRow, DocumentLink},
            copy::Copyable,
        },
        display::{
            code::Code,
            description_list::{DescriptionRows, Item},
            table::Table,
            time::{FullTimeToMinute, Time},
        },
        feedback::empty_state::EmptyState,
    },
};

#[component]
pub fn SdkKeyPage() -> impl IntoView {
    render_with_keys("SDK key", |keys| {
        let SdkKeys {
            current,
            replaced,
            now,
            ..
        } = keys;
        let has_one = current.is_some();
        let current = match current {
            Some(key) => view! { <CurrentKey key/> }.into_any(),
            None => view! { <NoSdkKeyYet/> }.into_any(),
        };
        let others = has_one.then(|| view! { <Usage/> <ReplaceKey/> });
        let replaced = (!replaced.is_empty()).then(|| view! { <ReplacedKeys keys=replaced now/> });
        view! {
            <Title text="SDK key"/>
            <PageHead heading="SDK key"/>
            <p class="page-description">
                "Your apps send this key with every request to the device API. It only identifies your \
                tenant: it gives no access to this dashboard and can't mint licenses. Ship it in the app."
            </p>
            <div class="prose">{current} {others}</div>
            {replaced}
        }
        .into_any()
    })
}

#[component]
fn NoSdkKeyYet() -> impl IntoView {
    view! {
        <EmptyState heading="No SDK key yet">
            <p>
                "Until you create a key, the device API accepts requests without one. After that, \
                requests without a valid key get 401."
            </p>
            <ButtonRow>
                <DocumentLink href=routes::SDK_KEY_NEW>"Create SDK key"</DocumentLink>
                <DocumentLink href=routes::SDK_KEY_IMPORT>"Import an existing key"</DocumentLink>
            </ButtonRow>
        </EmptyState>
    }
}

#[component]
fn CurrentKey(key: ListedSdkKey) -> impl IntoView {
    let by = key.created_by.map(|by| view! { " by " <bdi>{by}</bdi> });
    view! {
        <section class="section" aria-labelledby="current">
            <div class="section-head">
                <h2 id="current">"Current key"</h2>
            </div>
            <DescriptionRows>
                <Item label="Key">
                    <code>"sdk_live_"</code>
                    " and 64 hex digits; only the hash is stored"
                </Item>
                <Item label="Fingerprint">
                    <Copyable
                        id="fingerprint"
                        label="Copy fingerprint"
                        text=key.hash.to_string()
                    />
                </Item>
                <Item label="Created">
                    <Time at=key.created_at/>
                    {by}
                </Item>
                <Item label="Last used">
                    <LastUse at=key.last_used_at/>
                </Item>
            </DescriptionRows>
            <p class="hint">
                "The fingerprint is the key's SHA-256 hash. To check whether an app has this key: "
                <code>"printf %s \"$SDK_KEY\" | sha256sum"</code>
            </p>
        </section>
    }
}

#[component]
fn ReplacedKeys(keys: Vec<ListedSdkKey>, now: Timestamp) -> impl IntoView {
    let head = view! {
        <th role="columnheader" scope="col">"Fingerprint"</th>
        <th role="columnheader" scope="col">"Created"</th>
        <th role="columnheader" scope="col">"Last used"</th>
        <th role="columnheader" scope="col">"Works until"</th>
    }
    .into_any();
    let rows: Vec<_> = keys.into_iter().map(|key| row(key, now)).collect();
    view! {
        <section class="section" aria-labelledby="replaced">
            <div class="section-head">
                <h2 id="replaced">"Replaced keys"</h2>
            </div>
            <p class="section-note">
                "Apps built with one of these keys get 401 after the key expires, until they're updated. \
                If a key is still in use shortly before it expires, customers still run apps with it: \
                extend its expiry."
            </p>
            <Table
                label="Replaced keys, by expiry"
                caption="Replaced keys, latest expiry first"
                narrow="sdk-keys"
                busy=Signal::stored(false)
                head
            >
                {rows}
            </Table>
        </section>
    }
}

fn row(key: ListedSdkKey, now: Timestamp) -> AnyView {
    let works = key.is_valid(now);
    let fingerprint = short_fingerprint(&key.hash);
    let end = key.ends_at.map(|at| {
        if works {
            let label = format!("Change expiry of {fingerprint}");
            view! {
                <FullTimeToMinute at/>
                " "
                <a href=routes::sdk_key_end(&key.hash) aria-label=label>
                    "Change"
                </a>
            }
            .into_any()
        } else {
            view! { "Expired " <FullTimeToMinute at/> }.into_any()
        }
    });
    view! {
        <tr role="row" data-ended=(!works).then_some("")>
            <th role="rowheader" scope="row">
                <code title=key.hash.to_string()>{fingerprint}</code>
            </th>
            <td role="cell" data-label="Created">
                <Time at=key.created_at/>
            </td>
            <td role="cell" data-label="Last used">
                <LastUse at=key.last_used_at/>
            </td>
            <td role="cell" data-label="Works until">{end}</td>
        </tr>
    }
    .into_any()
}

/// Values that an app needs to call the device API.
#[component]
fn Usage() -> impl IntoView {
    let base_url = request_scope::base_url().to_string();
    let tenant = use_page_context()
        .account
        .map(|account| account.tenant_id.to_string());
    let tenant = tenant.unwrap_or_default();
    let call = format!(
        "curl {base_url}/{tenant}/<product>/config \\\n  -H \"X-Keylight-SDK-Key: $SDK_KEY\""
    );
    view! {
        <section class="section" aria-labelledby="use">
            <div class="section-head">
                <h2 id="use">"Use the key"</h2>
            </div>
            <DescriptionRows>
                <Item label="Base URL">
                    <Copyable id="base-url" label="Copy base URL" text=base_url/>
                </Item>
                <Item label="Tenant">
                    <Copyable id="tenant" label="Copy tenant" text=tenant/>
                </Item>
                <Item label="Header">
                    <Copyable
                        id="header"
                        label="Copy header name"
                        text="X-Keylight-SDK-Key".to_owned()
                    />
                </Item>
            </DescriptionRows>
            <Code text=call/>
        </section>
    }
}

#[component]
fn ReplaceKey() -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="replace">
            <div class="section-head">
                <h2 id="replace">"Replace the key"</h2>
            </div>
            <p class="section-note">
                "A new key works immediately. You choose how long the old key keeps working while you \
                update your apps. If the old key has leaked, revoke it immediately."
            </p>
            <ButtonRow>
                <DocumentLink href=routes::SDK_KEY_NEW>"Replace key"</DocumentLink>
                <DocumentLink href=routes::SDK_KEY_IMPORT>"Import an existing key"</DocumentLink>
            </ButtonRow>
        </section>
    }
}
