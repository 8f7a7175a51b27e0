//! The two sides of the server, and which one a request belongs to.

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
};
use keywright_domain::slug::RESERVED_TENANT_SLUGS;
use tower::ServiceExt;

use crate::{client_ip::TrustedProxies, device_api, state::AppState, web};

/// Which sides an address answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surfaces {
    /// Devices and browsers, told apart by the path.
    Both,
    /// Devices, and whoever asks how the server is or what devices may ask.
    Devices,
    /// Browsers.
    Browsers,
}

/// What the server answers on an address.
pub fn build(state: AppState, sides: Surfaces) -> Router {
    let routers = Routers {
        sides,
        proxies: state.proxies.clone(),
        devices: device_api::router(state.clone()),
        not_found: device_api::not_found_router(&state),
        browsers: web::router(state),
    };
    Router::new().fallback(dispatch).with_state(routers)
}

#[derive(Clone)]
struct Routers {
    sides: Surfaces,
    proxies: TrustedProxies,
    devices: Router,
    not_found: Router,
    browsers: Router,
}

async fn dispatch(State(routers): State<Routers>, mut request: Request) -> Response {
    routers.proxies.resolve(&mut request);
    let device_path = device_path(request.uri().path());
    let is_shared_path = web::is_shared_path(request.uri().path());
    let side = match (routers.sides, device_path) {
        // Apps that are sent to the wrong address are told so in words that they understand.
        (Surfaces::Browsers, Some(_)) => routers.not_found,
        (Surfaces::Devices, None) if !is_shared_path => routers.not_found,
        (_, Some(path)) => {
            device_api::rewrite_path(&mut request, &path);
            routers.devices
        }
        (_, None) => routers.browsers,
    };
    side.oneshot(request)
        .await
        .unwrap_or_else(|never| match never {})
}

/// The path of a device's call without its empty segments, or `None` where it is a browser's: a device path has two
/// segments or more, the first of which is no reserved slug.
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
    fn paths_are_told_apart_by_their_first_segment() {
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
