//! `GET /{tenant}/.well-known/keylight-keys`: returns the tenant's public signing keys. Requires
//! no SDK key.

use axum::{
    Extension,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use keywright_domain::ids::{Kid, TenantId};
use keywright_service::{Error, device::DeviceError, signing_keys::Keyset};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    device_api::response::{self, Endpoint},
    request_id::RequestId,
    state::AppState,
};

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct KeysetResponse {
    #[schemars(with = "String", length(min = 1))]
    primary_kid: Kid,
    #[schemars(length(min = 1))]
    keys: Vec<Key>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "field names of the wire format")]
struct Key {
    #[schemars(with = "String", length(min = 1))]
    kid: Kid,
    #[schemars(extend("const" = "ed25519"))]
    alg: &'static str,
    #[schemars(length(min = 44), extend("contentEncoding" = "base64"))]
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
            (kept, response::success(KeysetResponse::from(keyset))).into_response()
        }
        Err(Error::NotFound) => unknown_tenant(),
        Err(trouble) => Endpoint::Keyset.refuse(&DeviceError::Internal(trouble), &request_id),
    }
}

fn unknown_tenant() -> Response {
    response::error(StatusCode::NOT_FOUND, "Not found")
}

impl From<Keyset> for KeysetResponse {
    fn from(keyset: Keyset) -> Self {
        let keys = keyset.keys.into_iter().map(|key| Key {
            kid: key.kid,
            alg: "ed25519",
            public_key: key.public_key,
        });
        Self {
            primary_kid: keyset.signing_kid,
            keys: keys.collect(),
        }
    }
}
