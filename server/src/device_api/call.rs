//! One call of a device, read as far as every endpoint needs it.

use axum::{
    RequestExt,
    extract::{FromRequest, Path, Request},
    response::Response,
};
use keywright_service::{
    Services,
    activations::{Admitted, Refusal},
};

use super::{answer::Endpoint, fields::Fields, wire::client_request_id};
use crate::{request_id::RequestId, state::AppState};

/// What a device sent, with its body's fields not yet looked at: which of them must be well-formed is the endpoint's
/// business, and comes before the SDK key is checked.
pub(super) struct Call {
    pub(super) services: Services,
    pub(super) fields: Fields,
    /// The client's own id of the request, if it sent one.
    pub(super) client_request_id: Option<String>,
    tenant: String,
    product: String,
    sdk_key: Option<Vec<u8>>,
    request_id: RequestId,
}

impl Call {
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

impl FromRequest<AppState> for Call {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &AppState) -> Result<Self, Response> {
        let path = request.extract_parts::<Path<(String, String)>>().await;
        let Path((tenant, product)) = path.map_err(|_| super::unknown_path())?;
        let request_id = RequestId::of(request.extensions());
        let sdk_key = request
            .headers()
            .get("x-keylight-sdk-key")
            .map(|value| value.as_bytes().to_vec());
        let client_request_id = client_request_id(request.headers());
        Ok(Self {
            services: state.services.clone(),
            fields: Fields::from_request(request, state).await?,
            client_request_id,
            tenant,
            product,
            sdk_key,
            request_id,
        })
    }
}
