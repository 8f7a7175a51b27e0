//! Forms about products: each posts to the address of its own page, which answers with what is wrong.

use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    response::{IntoResponse, Redirect, Response},
};
use keywright_app::{
    api::{
        error::{ApiError, ErrorCode},
        request::{RefusedForm, form_failure},
    },
    routes,
};
use keywright_domain::ids::{KeyTypeId, ProductId};
use keywright_service::{
    Error,
    products::{FormError, TypedKeyType, TypedProduct},
};
use serde::Deserialize;

use super::actions::{Posted, parsed};
use crate::state::AppState;

/// What the forms of products send; what is not on one of them stays empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Product {
    name: String,
    slug: String,
    key_prefix: String,
    trial_days: String,
    free_tier: String,
}

/// What the forms of key types send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeyType {
    slug: String,
    activation_limit: String,
    duration: String,
    duration_unit: String,
    entitlements: String,
    fallback: String,
}

/// Names and values of what was typed.
type Typed = Vec<(&'static str, String)>;

/// `POST /products/new`
pub(super) async fn create(
    State(state): State<AppState>,
    posted: Posted,
    form: Result<Form<Product>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return posted.unreadable(state).await;
    };
    let done = match posted.caller() {
        Ok((services, caller)) => services.products.add_typed(&caller, form.typed()).await,
        Err(error) => Err(error.into()),
    };
    answer(
        state,
        posted,
        form.named(),
        done.map(|id| routes::product(&id)),
    )
    .await
}

/// `POST /products/{product}/edit`
pub(super) async fn change(
    State(state): State<AppState>,
    Path(product): Path<String>,
    posted: Posted,
    form: Result<Form<Product>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return posted.unreadable(state).await;
    };
    let done = async {
        let (services, caller) = posted.caller()?;
        let product: ProductId = parsed(&product)?;
        let products = services.products;
        products
            .change_typed(&caller, product.clone(), form.typed())
            .await?;
        Ok(routes::product(&product))
    };
    let done = done.await;
    answer(state, posted, form.named(), done).await
}

/// `POST /products/{product}/key-types/new`
pub(super) async fn create_key_type(
    State(state): State<AppState>,
    Path(product): Path<String>,
    posted: Posted,
    form: Result<Form<KeyType>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return posted.unreadable(state).await;
    };
    let done = async {
        let (services, caller) = posted.caller()?;
        let product: ProductId = parsed(&product)?;
        let products = services.products;
        products
            .add_key_type_typed(&caller, product.clone(), form.typed())
            .await?;
        Ok(routes::product(&product))
    };
    let done = done.await;
    answer(state, posted, form.named(), done).await
}

/// `POST /products/{product}/key-types/{key_type}/edit`
pub(super) async fn change_key_type(
    State(state): State<AppState>,
    Path((product, key_type)): Path<(String, String)>,
    posted: Posted,
    form: Result<Form<KeyType>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return posted.unreadable(state).await;
    };
    let done = async {
        let (services, caller) = posted.caller()?;
        let product: ProductId = parsed(&product)?;
        let key_type: KeyTypeId = parsed(&key_type)?;
        let products = services.products;
        products
            .change_key_type_typed(&caller, product.clone(), key_type, form.typed())
            .await?;
        Ok(routes::product(&product))
    };
    let done = done.await;
    answer(state, posted, form.named(), done).await
}

impl Product {
    fn typed(&self) -> TypedProduct {
        let Self {
            name,
            slug,
            key_prefix,
            trial_days,
            free_tier,
        } = self.clone();
        TypedProduct {
            name,
            slug,
            key_prefix,
            trial_days,
            free_tier,
        }
    }

    fn named(self) -> Typed {
        vec![
            ("name", self.name),
            ("slug", self.slug),
            ("key_prefix", self.key_prefix),
            ("trial_days", self.trial_days),
            ("free_tier", self.free_tier),
        ]
    }
}

impl KeyType {
    fn typed(&self) -> TypedKeyType {
        let Self {
            slug,
            activation_limit,
            duration,
            duration_unit,
            entitlements,
            fallback,
        } = self.clone();
        TypedKeyType {
            slug,
            activation_limit,
            duration,
            duration_unit,
            entitlements,
            fallback,
        }
    }

    fn named(self) -> Typed {
        vec![
            ("slug", self.slug),
            ("activation_limit", self.activation_limit),
            ("duration", self.duration),
            ("duration_unit", self.duration_unit),
            ("entitlements", self.entitlements),
            ("fallback", self.fallback),
        ]
    }
}

/// To where it leads, or the form again.
async fn answer(
    state: AppState,
    posted: Posted,
    typed: Typed,
    done: Result<String, FormError>,
) -> Response {
    let error = match done {
        Ok(path) => return Redirect::to(&path).into_response(),
        Err(FormError::Other(Error::Unauthenticated)) => {
            return Redirect::to(routes::LOGIN).into_response();
        }
        Err(FormError::Wrong(wrong)) => {
            let fields = wrong
                .0
                .into_iter()
                .map(|(name, wrong)| (name.to_owned(), wrong));
            ApiError {
                fields: fields.collect(),
                ..ApiError::new(ErrorCode::Invalid, "Nothing was saved yet:")
            }
        }
        Err(FormError::Other(Error::PlanRequired(plan))) => {
            let message = format!(
                "This tenant's plan has no room for another product: that needs the plan {}. Nothing was saved.",
                plan.as_str()
            );
            ApiError::new(ErrorCode::PlanRequired, message)
        }
        Err(FormError::Other(error)) => form_failure(error, posted.request_id()),
    };
    let refused = RefusedForm { typed, error };
    posted
        .page(state, |extensions| {
            extensions.insert(refused);
        })
        .await
}
