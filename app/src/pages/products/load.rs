//! Loads the product or key type that a URL identifies.

use keywright_domain::{
    ids::{KeyTypeId, ProductId},
    product::Product,
};
use keywright_service::products::KeyTypeWithCount;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        request,
    },
    layout::page_head::PageHead,
    pages::shared::failure::Failure,
    routes,
};

/// Returns the product ID in the page's URL. A malformed ID is treated as not found.
fn product_id_from_url() -> Result<ProductId, ApiError> {
    let id = use_params_map().with_untracked(|params| params.get_str("product")?.parse().ok());
    id.ok_or_else(|| {
        ApiError::for_page(
            ErrorCode::NotFound,
            "It may belong to another tenant, or the link may be wrong.",
        )
    })
}

/// Renders why the product can't be shown.
fn render_error(error: ApiError) -> AnyView {
    let heading = match error.code {
        ErrorCode::NotFound => "Product not found",
        _ => "Couldn't load the product",
    };
    let here = routes::PRODUCTS.to_owned();
    view! {
        <Title text="Product"/>
        <PageHead heading="Product"/>
        <Failure heading error here way_out="All products"/>
    }
    .into_any()
}

/// Renders the product in the page's URL and its key types with `view`, or the error if loading
/// fails.
pub(super) fn render_with_product(
    view: impl FnOnce(Product, Vec<KeyTypeWithCount>) -> AnyView + Send + 'static,
) -> AnyView {
    let asked = product_id_from_url().and_then(|id| Ok((request::services_and_caller()?, id)));
    let shown = Suspend::new(async move {
        let found = match asked {
            Ok(((services, caller), id)) => {
                let found = services.products.get(&caller, &id).await;
                found.map_err(request::to_api_error)
            }
            Err(error) => Err(error),
        };
        match found {
            Ok((product, key_types)) => view(product, key_types),
            Err(error) => render_error(error),
        }
    });
    view! { <Suspense>{shown}</Suspense> }.into_any()
}

/// Renders the key type in the page's URL with `view`, or the error if loading fails.
pub(super) fn render_with_key_type(
    view: impl FnOnce(Product, KeyTypeWithCount) -> AnyView + Send + 'static,
) -> AnyView {
    let asked = use_params_map().with_untracked(|params| params.get("key_type"));
    render_with_product(move |product, key_types| {
        let is_asked = |id: &KeyTypeId| Some(id.as_str()) == asked.as_deref();
        let mut key_types = key_types.into_iter();
        if let Some(found) = key_types.find(|counted| is_asked(&counted.key_type.id)) {
            return view(product, found);
        }
        let error = ApiError::for_page(
            ErrorCode::NotFound,
            "It may have been deleted, or the link may be wrong.",
        );
        let (heading, here) = ("Key type not found", routes::product(&product.id));
        view! {
            <Title text="Key type"/>
            <PageHead heading="Key type"/>
            <Failure heading error here way_out="Back to product"/>
        }
        .into_any()
    })
}
