//! A server with the demo data, and identities to call it as.

use std::collections::HashMap;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use keywright::{
    router,
    site::Site,
    state::{AppState, PublicUrl},
};
use keywright_domain::role::Role;
use keywright_service::{Services, testing::TestWorld};
use keywright_store::Engine;
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const PRO_KEY: &str = "ACME-PRO0-0000-0001";

/// The demo's SDK key.
pub(crate) fn sdk_key() -> String {
    format!("sdk_live_{}", "0".repeat(64))
}

/// A server over the demo data.
pub(crate) struct Server {
    pub(crate) world: TestWorld,
    pub(crate) router: Router,
}

/// The server over use cases of one's own.
pub(crate) fn router_over(services: Services) -> Router {
    router::build(AppState::new(services, site(), PublicUrl::default()))
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Server {
    pub(crate) async fn start(engine: Engine) -> Self {
        Self::reached_by(engine, "http://localhost:3000").await
    }

    pub(crate) async fn reached_by(engine: Engine, public_url: &str) -> Self {
        let world = TestWorld::with_demo(engine).await;
        let public_url = PublicUrl::parse(Some(public_url)).unwrap();
        let router = router::build(AppState::new(world.services.clone(), site(), public_url));
        Self { world, router }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// A device of `acme` that asks with its SDK key.
    pub(crate) async fn device(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(path).header("x-keylight-sdk-key", sdk_key());
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// A browser that posts a form from a page of its own.
    pub(crate) async fn post_form(&self, path: &str, form: &str, cookie: Option<&str>) -> Answer {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::HOST, "localhost:3000")
            .header(header::ORIGIN, "http://localhost:3000");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.send(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    /// Signs the demo's operator of that role in at `acme`.
    pub(crate) async fn sign_in(&self, role: Role) -> Browser<'_> {
        let form = format!(
            "email={}%40acme.test&password=keywright-demo",
            role.as_str()
        );
        let answer = self.post_form("/session", &form, None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let cookie = answer
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        Browser {
            server: self,
            cookie,
        }
    }
}

/// A browser whose operator is signed in.
pub(crate) struct Browser<'a> {
    pub(crate) server: &'a Server,
    pub(crate) cookie: String,
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::HOST, "localhost:3000");
        self.server.send(request.body(Body::empty()).unwrap()).await
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// A site whose files say nothing: what is tested here is the server.
fn site() -> Site {
    let names = [
        "keywright-frontend-1f.js",
        "keywright-frontend-1f_bg.wasm",
        "main-0a.css",
        "favicon.svg",
    ];
    let files = names.map(|name| (name.to_owned(), Bytes::from_static(b"/* file */")));
    Site::from_files(HashMap::from(files)).unwrap()
}
