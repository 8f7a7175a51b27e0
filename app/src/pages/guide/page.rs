//! `/`: guides a new tenant to its first licensed device, step by step. Server-only.

use keywright_api_types::subscription::Subject;
use keywright_service::tenants::guide::OnboardingProgress;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{request, request_scope},
    layout::page_head::PageHead,
    pages::{guide::snippets::SnippetValues, shared::failure::Failure},
    routes,
    ui::{
        controls::{
            button::{DocumentLink, PrimaryButton, PrimaryLink},
            copy::Copyable,
        },
        display::{
            code::CodeBlock,
            description_list::{DescriptionRows, Item},
            steps::{Step, StepState, Steps},
        },
        feedback::notice::StatusNotice,
    },
};

const HEADING: &str = "Get started";

#[component]
pub fn GuidePage() -> impl IntoView {
    let scope = request::services_and_caller();
    let page = Suspend::new(async move {
        let progress = match scope {
            Ok((services, caller)) => services
                .guide
                .progress(&caller)
                .await
                .map_err(request::to_api_error),
            Err(error) => Err(error),
        };
        match progress {
            Ok(progress) if progress.has_device => view! { <GuideComplete/> }.into_any(),
            Ok(progress) => view! { <Guide progress/> }.into_any(),
            Err(error) => {
                let (heading, here) = ("Couldn't load the guide", routes::GUIDE.to_owned());
                view! { <Failure heading error here/> }.into_any()
            }
        }
    });
    view! {
        <Title text=HEADING/>
        <PageHead heading=HEADING/>
        <Suspense>{page}</Suspense>
    }
}

/// Shown once a device has activated: offers to close the guide.
#[component]
fn GuideComplete() -> impl IntoView {
    view! {
        <StatusNotice>
            <p>
                <strong>"Your first device is activated."</strong>
                " You'll find everything under Licenses: each license, its devices and its activity."
            </p>
        </StatusNotice>
        <form class="button-row" method="post" action=routes::GUIDE_DISMISS>
            <PrimaryButton>"Close the guide"</PrimaryButton>
        </form>
    }
}

#[component]
fn Guide(progress: OnboardingProgress) -> impl IntoView {
    let OnboardingProgress {
        product,
        key_type,
        has_sdk_key,
        signing_key,
        has_license,
        ..
    } = progress;
    let is_done = [
        product.is_some(),
        key_type.is_some(),
        has_sdk_key,
        has_license,
        false,
    ];
    let next = is_done.iter().position(|done| !done).unwrap_or_default();
    let state = move |step: usize| match (is_done[step], step == next) {
        (true, _) => StepState::Done,
        (false, true) => StepState::Next,
        (false, false) => StepState::Later,
    };
    let product_page = product
        .as_ref()
        .map(|product| (product.name.clone(), routes::product(&product.id)));
    let key_type_link = match (&product, &key_type) {
        (Some(product), None) => Some(routes::key_type_new(&product.id)),
        _ => None,
    };
    let existing = key_type.map(|key_type| key_type.id.to_string());
    let mint = product.as_ref().filter(|_| existing.is_some());
    let mint = mint.map(|product| routes::mint(Some(&product.id)));
    let app = match (product, signing_key) {
        (Some(product), Some(key)) => {
            let snippet = SnippetValues {
                base_url: request_scope::base_url().to_string(),
                tenant: product.tenant_id.to_string(),
                product: product.id.to_string(),
                kid: key.kid.to_string(),
                public_key: key.public_key,
            };
            view! { <AppSetup snippet/> }.into_any()
        }
        _ => {
            view! { <p>"Add a product first. Then this step shows everything your app needs."</p> }
                .into_any()
        }
    };
    view! {
        <p class="page-description">
            "Five steps to your first licensed device. Steps check themselves off, so you can leave and come back anytime."
        </p>
        <div data-live-url=routes::events(Subject::Licenses)>
            <Steps>
                <Step number=1 heading="Add your product" state=state(0)>
                    <AddProduct existing=product_page state=state(0)/>
                </Step>
                <Step number=2 heading="Add a key type" state=state(1)>
                    <AddKeyType existing link=key_type_link state=state(1)/>
                </Step>
                <Step number=3 heading="Create the SDK key" state=state(2)>
                    <CreateSdkKey has_sdk_key state=state(2)/>
                </Step>
                <Step number=4 heading="Mint the first license" state=state(3)>
                    <MintFirst has_license link=mint state=state(3)/>
                </Step>
                <Step number=5 heading="Activate it in your app" state=state(4)>
                    {app}
                </Step>
            </Steps>
        </div>
    }
}

#[component]
fn AddProduct(existing: Option<(String, String)>, state: StepState) -> impl IntoView {
    match existing {
        Some((name, href)) => view! {
            <p>
                "Added: "
                <a href=href>
                    <bdi>{name}</bdi>
                </a>
                "."
            </p>
        }
        .into_any(),
        None => view! {
            <p>"Enter the name of an app you sell and a prefix for its license keys."</p>
            <StepLink href=routes::PRODUCT_NEW.to_owned() label="New product" state/>
        }
        .into_any(),
    }
}

#[component]
fn AddKeyType(existing: Option<String>, link: Option<String>, state: StepState) -> impl IntoView {
    match (existing, link) {
        (Some(existing), _) => view! { <p>"Added: " <code>{existing}</code> "."</p> }.into_any(),
        (None, link) => {
            let link = link.map(|href| view! { <StepLink href label="New key type" state/> });
            view! {
                <p>"A key type sets how many devices a license works on, how long it's valid and which features it unlocks."</p>
                {link}
            }
            .into_any()
        }
    }
}

#[component]
fn CreateSdkKey(has_sdk_key: bool, state: StepState) -> impl IntoView {
    if has_sdk_key {
        return view! {
            <p>
                "Created. The key was shown once. If you've lost it, "
                <a href=routes::SDK_KEY>"replace it"</a> "."
            </p>
        }
        .into_any();
    }
    view! {
        <p>"Your app sends this key with every request. It's shown only once, so keep it for step 5."</p>
        <StepLink href=routes::SDK_KEY_NEW.to_owned() label="Create SDK key" state/>
    }
    .into_any()
}

#[component]
fn MintFirst(has_license: bool, link: Option<String>, state: StepState) -> impl IntoView {
    if has_license {
        return view! {
            <p>"Minted. The key was shown once. If you've lost it, remint the license to get a new key."</p>
        }
        .into_any();
    }
    let link = link.map(|href| view! { <StepLink href label="Mint a license" state/> });
    view! {
        <p>"Mint a license for yourself to try it out. Its key is also shown only once."</p>
        {link}
    }
    .into_any()
}

/// Link to the page of a step.
#[component]
fn StepLink(href: String, label: &'static str, state: StepState) -> impl IntoView {
    if state == StepState::Next {
        view! { <PrimaryLink href>{label}</PrimaryLink> }.into_any()
    } else {
        view! { <DocumentLink href>{label}</DocumentLink> }.into_any()
    }
}

/// Values and code to build into the app.
#[component]
fn AppSetup(snippet: SnippetValues) -> impl IntoView {
    let (rust, javascript) = (snippet.rust(), snippet.javascript());
    view! {
        <p>
            "Build these values into your app. It trusts only leases signed with the public key. This page \
            updates as soon as the first device activates its license."
        </p>
        <DescriptionRows>
            <Item label="Base URL">
                <Copyable id="base-url" label="Copy base URL" text=snippet.base_url/>
            </Item>
            <Item label="Key ID">
                <Copyable id="kid" label="Copy key ID" text=snippet.kid/>
            </Item>
            <Item label="Public key">
                <Copyable id="public-key" label="Copy public key" text=snippet.public_key/>
            </Item>
        </DescriptionRows>
        <p class="hint">
            "The base URL is the origin of this page, unless the server runs with "
            <code>"--public-url"</code>
            "."
        </p>
        <CodeBlock id="rust" heading="Rust" copy_label="Copy the Rust code" text=rust/>
        <CodeBlock
            id="javascript"
            heading="JavaScript"
            copy_label="Copy the JavaScript code"
            text=javascript
        />
    }
}
