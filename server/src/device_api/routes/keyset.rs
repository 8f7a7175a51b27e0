//! `GET /{tenant}/.well-known/keylight-keys`: the tenant's public signing keys. No SDK key is needed.

use axum::{
    Extension,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use keywright_domain::ids::{Kid, TenantId};
use keywright_service::{Error, device::Refusal, signing_keys::Keyset};
use serde::Serialize;

use crate::{
    device_api::response::{self, Endpoint},
    request_id::RequestId,
    state::AppState,
};

#[derive(Serialize)]
struct KeysetAnswer {
    primary_kid: Kid,
    keys: Vec<KeyAnswer>,
}

#[derive(Serialize)]
struct KeyAnswer {
    kid: Kid,
    alg: &'static str,
    public_key: String,
}

pub(crate) async fn keyset(
    State(state): State<AppState>,
    tenant: Result<Path<String>, PathRejection>,
    Extension(request_id): Extension<RequestId>,
) -> Response {
    let Some(tenant) = tenant
        .ok()
        .and_then(|Path(slug)| slug.parse::<TenantId>().ok())
    else {
        return unknown_tenant();
    };
    match state.services.signing_keys.keyset(&tenant).await {
        Ok(keyset) => {
            let kept = [(header::CACHE_CONTROL, "public, max-age=300")];
            (kept, response::success(KeysetAnswer::from(keyset))).into_response()
        }
        Err(Error::NotFound) => unknown_tenant(),
        Err(trouble) => Endpoint::Keyset.refuse(&Refusal::Trouble(trouble), &request_id),
    }
}

fn unknown_tenant() -> Response {
    response::error(StatusCode::NOT_FOUND, "Not found")
}

impl From<Keyset> for KeysetAnswer {
    fn from(keyset: Keyset) -> Self {
        let keys = keyset.keys.into_iter().map(|key| KeyAnswer {
            kid: key.kid,
            alg: "ed25519",
            public_key: key.public_key,
        });
        Self {
            primary_kid: keyset.primary,
            keys: keys.collect(),
        }
    }
}
