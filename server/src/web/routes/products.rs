//! Product and key type forms. Each posts to the URL of its own page.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use keywright_app::{api::request::form_error, routes};
use keywright_domain::ids::{KeyTypeId, ProductId};
use keywright_service::products::{KeyTypeForm, ProductForm};
use serde::{Deserialize, Serialize};

use crate::{
    state::AppState,
    web::extract::{FormContext, ValidatedForm, parse_id},
};

/// `POST /products/new`
pub(crate) async fn create(form: ValidatedForm<ProductForm>) -> Response {
    form.redirect_to_guide_after(async |services, caller, typed| {
        let id = services.products.create_from_form(caller, typed).await?;
        Ok(routes::product(&id))
    })
    .await
}

/// `POST /products/{product}/edit`
pub(crate) async fn update(
    Path(product): Path<String>,
    form: ValidatedForm<ProductForm>,
) -> Response {
    form.redirect_after(async |services, caller, typed| {
        let product: ProductId = parse_id(&product)?;
        let page = routes::product(&product);
        let products = &services.products;
        products.update_from_form(caller, product, typed).await?;
        Ok(page)
    })
    .await
}

/// `POST /products/{product}/key-types/new`
pub(crate) async fn create_key_type(
    Path(product): Path<String>,
    form: ValidatedForm<KeyTypeForm>,
) -> Response {
    form.redirect_to_guide_after(async |services, caller, typed| {
        let product: ProductId = parse_id(&product)?;
        let page = routes::product(&product);
        let products = &services.products;
        products
            .create_key_type_from_form(caller, product, typed)
            .await?;
        Ok(page)
    })
    .await
}

/// `POST /products/{product}/key-types/{key_type}/edit`
pub(crate) async fn update_key_type(
    Path((product, key_type)): Path<(String, String)>,
    form: ValidatedForm<KeyTypeForm>,
) -> Response {
    form.redirect_after(async |services, caller, typed| {
        let product: ProductId = parse_id(&product)?;
        let key_type: KeyTypeId = parse_id(&key_type)?;
        let page = routes::product(&product);
        let products = &services.products;
        products
            .update_key_type_from_form(caller, product, key_type, typed)
            .await?;
        Ok(page)
    })
    .await
}

/// `POST /products/{product}/key-types/{key_type}/delete`
pub(crate) async fn delete_key_type(
    State(state): State<AppState>,
    Path((product, key_type)): Path<(String, String)>,
    context: FormContext,
) -> Response {
    let done = context.run_as_operator(async |services, caller| {
        let product: ProductId = parse_id(&product)?;
        let key_type: KeyTypeId = parse_id(&key_type)?;
        let page = routes::product(&product);
        let products = &services.products;
        products.delete_key_type(caller, product, key_type).await?;
        Ok(page)
    });
    match done.await {
        Ok(page) => Redirect::to(&page).into_response(),
        Err(error) => context.render_form_error(state, error).await,
    }
}

/// The key prefix to check.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct KeyPrefixQuery {
    value: String,
}

/// The error message, if the key prefix cannot be used.
#[derive(Serialize)]
struct KeyPrefixCheck {
    wrong: Option<String>,
}

/// `GET /products/new/key-prefix?value=ABCD`: checks a key prefix while the operator types it.
pub(crate) async fn check_key_prefix(
    context: FormContext,
    Query(typing): Query<KeyPrefixQuery>,
) -> Response {
    let checked = context.run_as_operator(async |services, caller| {
        let products = &services.products;
        products.validate_key_prefix(caller, &typing.value).await
    });
    match checked.await {
        Ok(wrong) => Json(KeyPrefixCheck { wrong }).into_response(),
        Err(error) => form_error(error, context.request_id()).into_response(),
    }
}
