//! An in-process server with the demo data, and clients to call it.

pub(crate) mod device;
pub(crate) mod html;
pub(crate) mod instance;
pub(crate) mod raw_http;

use std::{collections::HashMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::Response,
};
use futures::FutureExt;
use http_body_util::BodyExt;
use keywright::{
    client_ip::TrustedProxies,
    router::{self, Surfaces},
    site::Site,
    sse_connections::SseConnections,
    state::{AppState, PublicUrl},
};
use keywright_domain::{
    activation::Activation,
    ids::{InstanceId, LicenseId},
    license::License,
    role::Role,
};
use keywright_service::{Caller, rate_limit::RateLimitConfig};
use keywright_store::StoreError;
use keywright_testing::{Engine, EngineFixture, TestContext, builders};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const PRO_KEY: &str = "ACME-PRO0-0000-0001";

/// Request ID that devices send.
pub(crate) const REQUEST_ID: &str = "0a1B-request";

pub(crate) fn license_id(key: &str) -> LicenseId {
    builders::license_key(key).id()
}

/// Returns a command-line caller that acts for `acme`.
pub(crate) fn acme_caller() -> Caller {
    Caller::for_command_line("acme".parse().unwrap())
}

/// Returns the demo tenant's SDK key.
pub(crate) fn sdk_key() -> String {
    format!("sdk_live_{}", "0".repeat(64))
}

/// An in-process server and its services.
pub(crate) struct TestServer {
    pub(crate) context: TestContext,
    pub(crate) router: Router,
    pub(crate) sse_connections: SseConnections,
}

/// A response whose body has been read.
pub(crate) struct TestResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl EngineFixture for TestServer {
    async fn create(engine: Engine) -> Self {
        Self::with_demo_data(engine).await
    }
}

impl TestServer {
    pub(crate) async fn with_demo_data(engine: Engine) -> Self {
        Self::with_public_url(engine, "http://localhost:3000").await
    }

    pub(crate) async fn with_public_url(engine: Engine, public_url: &str) -> Self {
        Self::from_context(TestContext::with_demo(engine).await, public_url)
    }

    /// Starts a server without a tenant.
    pub(crate) async fn without_tenants(engine: Engine) -> Self {
        Self::from_context(TestContext::create(engine).await, "http://localhost:3000")
    }

    /// Starts a second server on the same database.
    pub(crate) async fn second_server(&self) -> Self {
        Self::from_context(self.context.second_server().await, "http://localhost:3000")
    }

    /// Starts a server with the demo data, the given rate limits and the given trusted proxies.
    pub(crate) async fn with_rate_limits(
        engine: Engine,
        limits: RateLimitConfig,
        proxies: &[&str],
    ) -> Self {
        let world = TestContext::with_demo(engine).await;
        let proxies: Vec<_> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        Self::from_context_with(
            world.with_rate_limits(limits).await,
            "http://localhost:3000",
            |state| AppState {
                trusted_proxies: TrustedProxies::new(&proxies),
                ..state
            },
        )
    }

    fn from_context(world: TestContext, public_url: &str) -> Self {
        Self::from_context_with(world, public_url, |state| state)
    }

    fn from_context_with(
        world: TestContext,
        public_url: &str,
        change: impl FnOnce(AppState) -> AppState,
    ) -> Self {
        let public_url = PublicUrl::parse(Some(public_url)).unwrap();
        let state = change(AppState::new(
            world.services.clone(),
            placeholder_site(),
            public_url,
        ));
        Self {
            context: world,
            sse_connections: state.sse_connections.clone(),
            router: router::build_router(state, Surfaces::Both),
        }
    }

    /// Sends a request and returns the response without reading its body.
    pub(crate) async fn send_unread(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> TestResponse {
        let (parts, body) = self.send_unread(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        TestResponse {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Sends a device request with `acme`'s SDK key.
    pub(crate) async fn post_device(&self, path: &str, body: &Value) -> TestResponse {
        let request = Request::post(path).header("x-keylight-sdk-key", sdk_key());
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// Like [`Self::post_device`], but from `address` and with an optional `X-Forwarded-For`
    /// header.
    pub(crate) async fn post_device_from(
        &self,
        address: &str,
        forwarded_for: Option<&str>,
        path: &str,
        body: &Value,
    ) -> TestResponse {
        let mut request = Request::post(path).header("x-keylight-sdk-key", sdk_key());
        if let Some(forwarded_for) = forwarded_for {
            request = request.header("x-forwarded-for", forwarded_for);
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        self.send(with_peer_address(address, request)).await
    }

    /// Sends an arbitrary device request.
    pub(crate) async fn send_device_request(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Body,
    ) -> TestResponse {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-keylight-request-id", REQUEST_ID);
        if let Some(key) = key {
            request = request.header("x-keylight-sdk-key", key);
        }
        self.send(request.body(body).unwrap()).await
    }

    /// Inserts test license number 1 with `activation_limit` slots, and returns its key.
    pub(crate) async fn insert_license_with_limit(&self, activation_limit: u32) -> String {
        self.insert_license(1, |license| License {
            activation_limit,
            ..license
        })
        .await
    }

    /// Inserts an active lifetime license for `acme`'s product `notes` with three slots, as
    /// modified by `change`, and returns its key.
    pub(crate) async fn insert_license(
        &self,
        number: u32,
        change: impl FnOnce(License) -> License,
    ) -> String {
        let key_text = format!("ACME-TEST-0000-{number:04}");
        let key = builders::license_key(&key_text);
        let license = change(License {
            entitlements: ["pro".parse().unwrap()].into_iter().collect(),
            ..builders::license(&key)
        });
        let insert = self
            .context
            .store
            .write(move |tx| async move { tx.insert_license(&license).await }.boxed());
        insert.await.map_err(|error: StoreError| error).unwrap();
        key_text
    }

    /// Inserts an activation directly, regardless of the license status, and returns its
    /// instance ID. The license must have been created with a matching `active_count`.
    pub(crate) async fn insert_activation(&self, key: &str, machine: u32) -> InstanceId {
        let activation = builders::activation(license_id(key), machine);
        let instance = activation.instance_id;
        let insert = self
            .context
            .store
            .write(move |tx| async move { tx.insert_activations(&[activation]).await }.boxed());
        insert.await.map_err(|error: StoreError| error).unwrap();
        instance
    }

    /// Returns all devices of a license, including deactivated ones.
    pub(crate) async fn list_activations(&self, key: &str) -> Vec<Activation> {
        let tenant = "acme".parse().unwrap();
        let devices = self
            .context
            .store
            .list_activations(&tenant, license_id(key))
            .await;
        devices.unwrap()
    }

    /// Counts the active devices, and checks that `active_count` agrees.
    pub(crate) async fn count_active_devices(&self, key: &str) -> usize {
        let tenant = "acme".parse().unwrap();
        let license = self
            .context
            .store
            .find_license(&tenant, license_id(key))
            .await;
        let devices = self.list_activations(key).await;
        let active = devices
            .iter()
            .filter(|device| device.deactivation.is_none());
        let active = active.count();
        let counted = license.unwrap().unwrap().active_count;
        assert_eq!(
            active, counted as usize,
            "`active_count` equals the number of rows"
        );
        active
    }

    /// Posts a form as a browser does from a same-origin page.
    pub(crate) async fn post_form(
        &self,
        path: &str,
        form: &str,
        cookie: Option<&str>,
    ) -> TestResponse {
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

    /// Signs in as `acme`'s demo operator with `role`.
    pub(crate) async fn sign_in(&self, role: Role) -> Browser<'_> {
        self.sign_in_as(&format!("{}@acme.test", role.as_str()))
            .await
    }

    /// Signs in as a demo operator.
    pub(crate) async fn sign_in_as(&self, email: &str) -> Browser<'_> {
        let form = format!("email={email}&password=keywright-demo").replace('@', "%40");
        let answer = self.post_form("/session", &form, None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let cookie = answer.cookie().to_owned();
        Browser {
            server: self,
            cookie,
        }
    }
}

/// Sets the peer address of a request.
pub(crate) fn with_peer_address(address: &str, mut request: Request<Body>) -> Request<Body> {
    let peer = SocketAddr::new(address.parse().unwrap(), 4711);
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// Encodes form fields as a browser does.
pub(crate) fn encode_form(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        form.push_str(name);
        form.push('=');
        form.extend(value.bytes().map(|byte| format!("%{byte:02X}")));
        form.push('&');
    }
    form
}

/// A browser with a signed-in operator.
pub(crate) struct Browser<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) cookie: String,
}

impl Browser<'_> {
    /// Posts a form without fields from a same-origin page.
    pub(crate) async fn submit_empty_form(&self, path: &str) -> TestResponse {
        self.server.post_form(path, "", Some(&self.cookie)).await
    }

    /// Posts a form with `fields` from a same-origin page.
    pub(crate) async fn submit_form(&self, path: &str, fields: &[(&str, &str)]) -> TestResponse {
        let form = encode_form(fields);
        self.server.post_form(path, &form, Some(&self.cookie)).await
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        let request = Request::get(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::HOST, "localhost:3000");
        self.server.send(request.body(Body::empty()).unwrap()).await
    }
}

impl TestResponse {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the status and the `Location` header.
    pub(crate) fn status_and_location(&self) -> (StatusCode, &str) {
        (self.status, self.header("location"))
    }

    /// Returns the name and value of the cookie that the response sets.
    pub(crate) fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap()
    }
}

/// Builds a site with placeholder files, because only the server is under test.
fn placeholder_site() -> Site {
    let names = [
        "keywright-frontend-1f.js",
        "keywright-frontend-1f_bg.wasm",
        "main-0a.css",
        "enhance-0b.js",
        "favicon.svg",
    ];
    let files = names.map(|name| (name.to_owned(), Bytes::from_static(b"/* file */")));
    Site::from_files(HashMap::from(files)).unwrap()
}
