//! `/products`: the tenant's products.

use keywright_domain::{
    product::{KeyType, Product},
    role::Permission,
};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{page_context::use_page_context, request},
    layout::page_head::PageHead,
    pages::shared::failure::Failure,
    routes,
    ui::{
        controls::button::{ButtonLink, ButtonRow},
        display::{table::Table, tag::TagList},
        feedback::empty_state::EmptyState,
    },
};

#[component]
pub fn ProductsPage() -> impl IntoView {
    let may_add = use_page_context().allows(Permission::ManageProducts);
    let scope = request::services_and_caller();
    let list = Suspend::new(async move {
        let products = match scope {
            Ok((services, caller)) => services
                .products
                .list(&caller)
                .await
                .map_err(request::to_api_error),
            Err(error) => Err(error),
        };
        match products {
            Ok(products) if products.is_empty() => view! { <NoProductsYet may_add/> }.into_any(),
            Ok(products) => view! { <ProductTable products/> }.into_any(),
            Err(error) => {
                let (heading, here) = ("Couldn't load the products", routes::PRODUCTS.to_owned());
                view! { <Failure heading error here/> }.into_any()
            }
        }
    });
    let actions = may_add.then(|| new_product_link().into_any());
    let head = match actions {
        Some(actions) => view! { <PageHead heading="Products" actions/> }.into_any(),
        None => view! { <PageHead heading="Products"/> }.into_any(),
    };
    view! {
        <Title text="Products"/>
        {head}
        <Suspense>{list}</Suspense>
    }
    .into_any()
}

fn new_product_link() -> impl IntoView {
    view! { <ButtonLink href=routes::PRODUCT_NEW>"New product"</ButtonLink> }
}

#[component]
fn NoProductsYet(may_add: bool) -> impl IntoView {
    let way_on = may_add.then(|| view! { <ButtonRow>{new_product_link()}</ButtonRow> });
    view! {
        <EmptyState heading="No products yet">
            <p>
                "A product is an app you sell. Its license keys share a prefix, and its key types set how \
                many devices a license works on, and for how long."
            </p>
            {way_on}
        </EmptyState>
    }
}

#[component]
fn ProductTable(products: Vec<(Product, Vec<KeyType>)>) -> impl IntoView {
    let head = view! {
        <th role="columnheader" scope="col">"Product"</th>
        <th role="columnheader" scope="col">"Slug"</th>
        <th role="columnheader" scope="col">"Key prefix"</th>
        <th role="columnheader" scope="col">"Key types"</th>
    }
    .into_any();
    let rows: Vec<_> = products
        .into_iter()
        .map(|(product, key_types)| row(product, &key_types))
        .collect();
    view! {
        <Table
            label="Products"
            caption="Products, by slug"
            narrow="products"
            busy=Signal::stored(false)
            head
        >
            {rows}
        </Table>
    }
}

fn row(product: Product, key_types: &[KeyType]) -> AnyView {
    let names: Vec<_> = key_types
        .iter()
        .map(|key_type| key_type.id.to_string())
        .collect();
    let names = if names.is_empty() {
        "None yet".into_any()
    } else {
        view! { <TagList names/> }.into_any()
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                <a href=routes::product(&product.id)>
                    <bdi>{product.name}</bdi>
                </a>
            </th>
            <td role="cell" data-label="Slug">
                <code>{product.id.to_string()}</code>
            </td>
            <td role="cell" data-label="Key prefix">
                <code>{product.key_prefix.as_str().to_owned()}</code>
            </td>
            <td role="cell" data-label="Key types">{names}</td>
        </tr>
    }
    .into_any()
}
