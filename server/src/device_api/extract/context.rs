//! Extractors for the caller and the parameters of a device request.

use std::net::IpAddr;

use axum::{
    RequestExt,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderValue, request::Parts},
    response::Response,
};
use keywright_service::{
    Services,
    device::{Admission, DeviceCredentials, DeviceError},
};
use percent_encoding::percent_decode_str;

use super::params::Params;
use crate::{
    client_ip::ClientIp,
    device_api::{brute_force::BruteForceGuard, response::Endpoint},
    request_id::RequestId,
    state::AppState,
};

/// The caller of a device request, and the product in its path.
pub(crate) struct DeviceContext {
    /// Client address, if known.
    pub(crate) address: Option<IpAddr>,
    pub(crate) request_id: RequestId,
    services: Services,
    credentials: DeviceCredentials,
}

impl DeviceContext {
    /// Checks the SDK key, tenant and product, then runs `handler`. A refusal becomes the
    /// endpoint's error response.
    pub(crate) async fn admit_then<T>(
        &self,
        endpoint: Endpoint,
        handler: impl AsyncFnOnce(&Services, &Admission) -> Result<T, DeviceError>,
    ) -> Result<T, Response> {
        let guard = BruteForceGuard::new(endpoint, &self.services.rate_limits, self.address);
        let answer = async {
            let devices = &self.services.devices;
            let admission = devices.admit(&self.credentials).await?;
            handler(&self.services, &admission).await
        };
        answer
            .await
            .map_err(|refusal| self.refuse(endpoint, &guard, &refusal))
    }

    /// Runs `handler` for an endpoint that takes a license key. An address that seems to guess keys
    /// does not learn whether a key exists.
    pub(crate) async fn admit_for_license<T>(
        &self,
        endpoint: Endpoint,
        handler: impl AsyncFnOnce(&Services, &DeviceCredentials) -> Result<T, DeviceError>,
    ) -> Result<T, Response> {
        let guard = BruteForceGuard::new(endpoint, &self.services.rate_limits, self.address);
        if guard.rejects_early() {
            return Err(endpoint.refuse_brute_force());
        }
        handler(&self.services, &self.credentials)
            .await
            .map_err(|refusal| self.refuse(endpoint, &guard, &refusal))
    }

    fn refuse(
        &self,
        endpoint: Endpoint,
        guard: &BruteForceGuard<'_>,
        refusal: &DeviceError,
    ) -> Response {
        if guard.masks(refusal) {
            endpoint.refuse_brute_force()
        } else {
            endpoint.refuse(refusal, &self.request_id)
        }
    }
}

impl FromRequestParts<AppState> for DeviceContext {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        // axum's `Path` rejects invalid UTF-8. Here it is just another unknown tenant or product.
        let mut segments = parts.uri.path().split('/').skip(1);
        let mut segment = || {
            let encoded = segments.next().unwrap_or_default();
            percent_decode_str(encoded).decode_utf8_lossy().into_owned()
        };
        let (tenant, product) = (segment(), segment());
        let sdk_key = parts.headers.get("x-keylight-sdk-key");
        Ok(Self {
            services: state.services.clone(),
            address: ClientIp::from_extensions(&parts.extensions),
            credentials: DeviceCredentials::new(
                &tenant,
                &product,
                sdk_key.map(HeaderValue::as_bytes),
            ),
            request_id: RequestId::from_extensions(&parts.extensions),
        })
    }
}

/// The caller and its unvalidated parameters. The endpoint decides which parameters must be
/// well formed, and checks them before the SDK key.
pub(crate) struct DeviceRequest {
    pub(crate) context: DeviceContext,
    pub(crate) params: Params,
}

impl FromRequest<AppState> for DeviceRequest {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &AppState) -> Result<Self, Response> {
        Ok(Self {
            context: request.extract_parts_with_state(state).await?,
            params: Params::from_request(request, state).await?,
        })
    }
}
