//! `/products/{id}`: a product and its key types.

use keywright_domain::{
    duration, ids::ProductId, product::Product, product_settings::TrialDays, role::Permission,
};
use keywright_service::products::KeyTypeWithCount;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::page_context::use_page_context,
    format,
    pages::products::load::render_with_product,
    routes,
    ui::{
        controls::button::{ButtonLink, PrimaryLink},
        display::{
            description_list::{DescriptionList, Item},
            table::Table,
            tag::TagList,
        },
        navigation::breadcrumb::Breadcrumb,
    },
};

#[component]
pub fn ProductPage() -> impl IntoView {
    let visit = use_page_context();
    let may_change = visit.allows(Permission::ManageProducts);
    let may_mint = visit.allows(Permission::ActOnLicenses);
    render_with_product(move |product, key_types| {
        let may_mint = may_mint && !key_types.is_empty();
        view! { <ProductView product key_types may_change may_mint/> }.into_any()
    })
}

#[component]
fn ProductView(
    product: Product,
    key_types: Vec<KeyTypeWithCount>,
    may_change: bool,
    may_mint: bool,
) -> impl IntoView {
    let (id, name) = (product.id.clone(), product.name.clone());
    let above = vec![("Products".to_owned(), routes::PRODUCTS.to_owned())];
    let change = may_change.then(|| {
        view! {
            <ButtonLink href=routes::product_edit(&id)>"Edit"</ButtonLink>
            <ButtonLink href=routes::key_type_new(&id)>"New key type"</ButtonLink>
        }
    });
    let mint = may_mint.then(|| {
        view! { <PrimaryLink href=routes::mint(Some(&id))>"Mint licenses"</PrimaryLink> }
    });
    let actions =
        (may_change || may_mint).then(|| view! { <div class="page-actions">{change} {mint}</div> });
    let settings = product.settings;
    let trial = match settings.trial_days.map(TrialDays::get) {
        None => "Not set (the app's own default)".to_owned(),
        Some(0) => "None".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
    };
    let free_tier = match settings.free_tier {
        None => "Not set (the app's own default)",
        Some(true) => "Yes",
        Some(false) => "No",
    };
    view! {
        <Title text=name.clone()/>
        <div class="page-head">
            <Breadcrumb above here=name.clone()/>
            <div class="page-title">
                <h1>
                    <bdi>{name}</bdi>
                </h1>
            </div>
            {actions}
        </div>
        <DescriptionList>
            <Item label="Slug">
                <code>{product.id.to_string()}</code>
            </Item>
            <Item label="Key prefix">
                <code>{product.key_prefix.as_str().to_owned()}</code>
            </Item>
            <Item label="Trial">{trial}</Item>
            <Item label="Free tier">{free_tier}</Item>
        </DescriptionList>
        <p class="section-note">
            "The slug and key prefix can't be changed: released apps use the slug in API requests, and \
            customers' keys begin with the prefix."
        </p>
        <KeyTypes id key_types may_change/>
    }
}

#[component]
fn KeyTypes(id: ProductId, key_types: Vec<KeyTypeWithCount>, may_change: bool) -> impl IntoView {
    let table = if key_types.is_empty() {
        view! {
            <p class="section-note">
                "No key types yet. Every license needs a key type, so add one before you mint."
            </p>
        }
        .into_any()
    } else {
        let head = view! {
            <th role="columnheader" scope="col">"Key type"</th>
            <th class="number" role="columnheader" scope="col">"Devices"</th>
            <th role="columnheader" scope="col">"Valid for"</th>
            <th role="columnheader" scope="col">"Entitlements"</th>
            <th role="columnheader" scope="col">"After expiry"</th>
            <th class="number" role="columnheader" scope="col">"Licenses"</th>
        }
        .into_any();
        let rows: Vec<_> = key_types
            .into_iter()
            .map(|counted| row(&id, counted, may_change))
            .collect();
        view! {
            <Table
                label="Key types of this product"
                caption="Key types of this product"
                narrow="key-types"
                busy=Signal::stored(false)
                head
            >
                {rows}
            </Table>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="key-types">
            <div class="section-head">
                <h2 id="key-types">"Key types"</h2>
            </div>
            {table}
        </section>
    }
}

fn row(product_id: &ProductId, counted: KeyTypeWithCount, may_change: bool) -> AnyView {
    let KeyTypeWithCount {
        key_type,
        license_count: licenses,
    } = counted;
    let slug = key_type.id.to_string();
    let name = if may_change {
        let href = routes::key_type_edit(product_id, &key_type.id);
        view! { <a href=href><code>{slug}</code></a> }.into_any()
    } else {
        view! { <code>{slug}</code> }.into_any()
    };
    let names: Vec<String> = key_type.entitlements.iter().map(str::to_owned).collect();
    let entitlements = if names.is_empty() {
        "None".into_any()
    } else {
        view! { <TagList names/> }.into_any()
    };
    let past_expiry = match (key_type.duration_days, key_type.fallback) {
        (None, _) => "Never expires",
        (Some(_), true) => "Reduced mode",
        (Some(_), false) => "App stops",
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">{name}</th>
            <td class="number" role="cell" data-label="Devices">
                {key_type.activation_limit}
            </td>
            <td role="cell" data-label="Valid for">{duration::describe(key_type.duration_days)}</td>
            <td role="cell" data-label="Entitlements">{entitlements}</td>
            <td role="cell" data-label="After expiry">{past_expiry}</td>
            <td class="number" role="cell" data-label="Licenses">{format::count(licenses)}</td>
        </tr>
    }
    .into_any()
}
