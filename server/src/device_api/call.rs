//! One call of a device, read as far as every endpoint needs it.

use std::net::{IpAddr, SocketAddr};

use axum::{
    RequestExt,
    extract::{ConnectInfo, FromRequest, FromRequestParts, Path, Request},
    http::request::Parts,
    response::Response,
};
use keywright_service::{
    Services,
    activations::{Admitted, Refusal},
};

use super::{answer::Endpoint, fields::Fields, wire::client_request_id};
use crate::{request_id::RequestId, state::AppState};

/// Who asks, for which product.
pub(super) struct Asker {
    pub(super) services: Services,
    /// The client's own id of the request, if it sent one.
    pub(super) client_request_id: Option<String>,
    /// Where it comes from.
    pub(super) address: Option<IpAddr>,
    tenant: String,
    product: String,
    sdk_key: Option<Vec<u8>>,
    request_id: RequestId,
}

impl Asker {
    /// Checks the SDK key, the tenant and the product.
    pub(super) async fn admit(&self) -> Result<Admitted, Refusal> {
        self.services
            .activations
            .admit(&self.tenant, &self.product, self.sdk_key.as_deref())
            .await
    }

    /// The endpoint's answer to a refusal.
    pub(super) fn refuse(&self, endpoint: Endpoint, refusal: &Refusal) -> Response {
        endpoint.refuse(refusal, &self.request_id)
    }
}

impl FromRequestParts<AppState> for Asker {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((tenant, product)) = path.map_err(|_| super::unknown_path())?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let sdk_key = parts.headers.get("x-keylight-sdk-key");
        Ok(Self {
            services: state.services.clone(),
            client_request_id: client_request_id(&parts.headers),
            address: peer.map(|ConnectInfo(peer)| peer.ip()),
            tenant,
            product,
            sdk_key: sdk_key.map(|value| value.as_bytes().to_vec()),
            request_id: RequestId::of(&parts.extensions),
        })
    }
}

/// Who asks, and the fields of the body, not yet looked at: which of them must be well-formed is the endpoint's
/// business, and comes before the SDK key is checked.
pub(super) struct Call {
    pub(super) asker: Asker,
    pub(super) fields: Fields,
}

impl FromRequest<AppState> for Call {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &AppState) -> Result<Self, Response> {
        Ok(Self {
            asker: request.extract_parts_with_state(state).await?,
            fields: Fields::from_request(request, state).await?,
        })
    }
}
