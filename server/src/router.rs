//! Dispatches each request to the device API or the dashboard.

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
};
use keywright_domain::slug::RESERVED_TENANT_SLUGS;
use tower::ServiceExt;

use crate::{client_ip::TrustedProxies, device_api, state::AppState, web};

/// The surfaces that one listener serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surfaces {
    /// The device API and the dashboard, distinguished by path.
    Both,
    /// The device API, plus health checks and the API description.
    Devices,
    /// The dashboard.
    Browsers,
}

/// Builds the router of one listener.
pub fn build_router(state: AppState, sides: Surfaces) -> Router {
    let routers = Routers {
        surfaces: sides,
        proxies: state.trusted_proxies.clone(),
        devices: device_api::router(state.clone()),
        not_found: device_api::not_found_router(&state),
        browsers: web::router(state),
    };
    Router::new().fallback(dispatch).with_state(routers)
}

#[derive(Clone)]
struct Routers {
    surfaces: Surfaces,
    proxies: TrustedProxies,
    devices: Router,
    not_found: Router,
    browsers: Router,
}

async fn dispatch(State(routers): State<Routers>, mut request: Request) -> Response {
    routers.proxies.resolve(&mut request);
    let device_path = device_path(request.uri().path());
    let is_shared_path = web::is_shared_path(request.uri().path());
    let router = match (routers.surfaces, device_path) {
        // An app with a wrong base URL gets a JSON error that its SDK understands.
        (Surfaces::Browsers, Some(_)) => routers.not_found,
        (Surfaces::Devices, None) if !is_shared_path => routers.not_found,
        (_, Some(path)) => {
            device_api::rewrite_path(&mut request, &path);
            routers.devices
        }
        (_, None) => routers.browsers,
    };
    router
        .oneshot(request)
        .await
        .unwrap_or_else(|never| match never {})
}

/// Returns the path of a device request without its empty segments, or `None` for a browser
/// request. A device path has at least two segments, and the first one is not a reserved slug.
pub fn device_path(path: &str) -> Option<String> {
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let is_device = segments.len() >= 2 && !RESERVED_TENANT_SLUGS.contains(&segments[0]);
    is_device.then(|| format!("/{}", segments.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_path_segment_selects_the_surface() {
        for (path, device) in [
            ("/acme/notes/activate", Some("/acme/notes/activate")),
            ("//acme//notes/activate/", Some("/acme/notes/activate")),
            (
                "/acme/.well-known/keylight-keys",
                Some("/acme/.well-known/keylight-keys"),
            ),
            ("/acme/nothing", Some("/acme/nothing")),
            ("/acme", None),
            ("/", None),
            ("//", None),
            ("/licenses", None),
            ("/licenses/abc/revoke", None),
            ("//licenses/abc", None),
            ("/pkg/main.css", None),
            ("/fn/licenses/list", None),
        ] {
            assert_eq!(device_path(path).as_deref(), device, "{path}");
        }
    }
}
