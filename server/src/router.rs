//! The two sides of the server, and which one a request belongs to.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
};
use keywright_domain::slug::RESERVED_TENANT_SLUGS;
use tower::ServiceExt;

use crate::{device_api, state::AppState, web};

/// Everything that the server answers.
pub fn build(state: AppState) -> Router {
    let sides = Sides {
        devices: device_api::router(state.clone()),
        browsers: web::router(state),
    };
    Router::new().fallback(dispatch).with_state(sides)
}

#[derive(Clone)]
struct Sides {
    devices: Router,
    browsers: Router,
}

async fn dispatch(State(sides): State<Sides>, mut request: Request) -> Response {
    let side = match device_path(request.uri().path()) {
        Some(path) => {
            device_api::set_path(&mut request, &path);
            sides.devices
        }
        None => sides.browsers,
    };
    side.oneshot(request)
        .await
        .unwrap_or_else(|never| match never {})
}

/// The path of a device's call without its empty segments, or `None` where it is a browser's: a device path has two
/// segments or more, the first of which is no reserved slug.
fn device_path(path: &str) -> Option<String> {
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
