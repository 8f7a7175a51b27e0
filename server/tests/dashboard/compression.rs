//! Response compression by `Accept-Encoding`.

use std::collections::HashMap;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use keywright::{
    router::{self, Surfaces},
    site::Site,
    state::{AppState, PublicUrl},
};
use keywright_testing::{Engine, TestContext};
use tower::ServiceExt;

const SCRIPT: &str = "/pkg/keywright-frontend-1f.js";

/// A file without compressed variants.
const STYLE: &str = "/pkg/main-0a.css";

/// Builds a server whose site has its script in three encodings. The returned `TestContext` keeps
/// the database alive.
async fn server() -> (Router, TestContext) {
    let names = [
        "keywright-frontend-1f.js",
        "keywright-frontend-1f.js.br",
        "keywright-frontend-1f.js.gz",
        "keywright-frontend-1f_bg.wasm",
        "main-0a.css",
        "enhance-0b.js",
        "favicon.svg",
    ];
    let files = names.map(|name| (name.to_owned(), Bytes::from_static(name.as_bytes())));
    let site = Site::from_files(HashMap::from(files)).unwrap();
    let context = TestContext::create(Engine::Sqlite).await;
    let state = AppState::new(context.services.clone(), site, PublicUrl::default());
    (router::build_router(state, Surfaces::Both), context)
}

async fn get(server: &Router, path: &str, accepted: Option<&str>) -> (StatusCode, HeaderMap) {
    let mut request = Request::get(path);
    if let Some(accepted) = accepted {
        request = request.header(header::ACCEPT_ENCODING, accepted);
    }
    let request = request.body(Body::empty()).unwrap();
    let answer = server.clone().oneshot(request).await.unwrap();
    assert_eq!(
        answer.headers()[header::VARY],
        "accept-encoding",
        "{path} {accepted:?}"
    );
    (answer.status(), answer.headers().clone())
}

#[tokio::test]
async fn responses_use_an_encoding_that_the_client_accepts() {
    let (server, _world) = server().await;
    for path in [SCRIPT, "/setup"] {
        for (accepted, expected) in [
            (None, None),
            (Some(""), None),
            (Some("br"), Some("br")),
            (Some("gzip, deflate, br"), Some("br")),
            (Some("gzip"), Some("gzip")),
            (Some("br;q=0"), None),
            (Some("br;q=0, gzip"), Some("gzip")),
            (Some("br;q=0.1, gzip;q=0.2"), Some("gzip")),
            (Some("*"), Some("br")),
            (Some("*, br;q=0"), Some("gzip")),
            (Some("identity;q=0, *"), Some("br")),
            (Some("zstd"), None),
        ] {
            let (status, headers) = get(&server, path, accepted).await;
            assert_eq!(status, StatusCode::OK, "{path} {accepted:?}");
            let coding = headers.get(header::CONTENT_ENCODING);
            let coding = coding.map(|coding| coding.to_str().unwrap());
            assert_eq!(coding, expected, "{path} {accepted:?}");
        }
    }
}

#[tokio::test]
async fn client_that_accepts_no_available_encoding_gets_406() {
    let (server, _world) = server().await;
    for (path, accepted) in [
        (SCRIPT, "*;q=0"),
        (SCRIPT, "identity;q=0, zstd"),
        (STYLE, "identity;q=0, br"),
        ("/setup", "*;q=0"),
    ] {
        let (status, headers) = get(&server, path, Some(accepted)).await;
        assert_eq!(status, StatusCode::NOT_ACCEPTABLE, "{path} {accepted}");
        assert_eq!(headers.get(header::CONTENT_ENCODING), None);
    }
}
