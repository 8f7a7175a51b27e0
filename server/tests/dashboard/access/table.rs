//! Every route of the dashboard, and values for its path parameters.

use axum::http::Method;
use keywright_domain::{role::Role, sdk_key::GracePeriod};
use serde_json::json;

use crate::support::{Browser, PRO_KEY, TestResponse, TestServer, acme_caller, license_id};

/// Least privileged caller that a route accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Public,
    AtLeast(Role),
}

use Access::{AtLeast, Public};
use Role::{Admin, Support, Viewer};

/// Fields of a form that the route accepts.
pub(super) type FormFields = &'static [(&'static str, &'static str)];

const FORM_ID: (&str, &str) = ("form_id", "00000000-0000-4000-8000-000000000001");
const NONE: FormFields = &[];
const MINT: FormFields = &[FORM_ID, ("key_type", "notes/pro"), ("count", "1")];
const PRODUCT: FormFields = &[
    FORM_ID,
    ("name", "Paint"),
    ("slug", "paint"),
    ("key_prefix", "PNTX"),
];
const NAME: FormFields = &[("name", "Other")];
const KEY_TYPE: FormFields = &[FORM_ID, ("slug", "spare"), ("activation_limit", "3")];
const LIMIT: FormFields = &[("activation_limit", "3")];
const OLD_KEYS: FormFields = &[FORM_ID, ("old_keys", "7")];
const SEARCH: FormFields = &[("q", "ada")];

pub(super) const GET: Method = Method::GET;
pub(super) const POST: Method = Method::POST;

/// Every route of the dashboard: method, path, least privileged caller and form fields.
pub(super) const ROUTES: [(Method, &str, Access, FormFields); 50] = [
    (GET, "/", AtLeast(Viewer), NONE),
    (GET, "/audit", AtLeast(Viewer), NONE),
    (GET, "/audit/find", AtLeast(Viewer), NONE),
    (POST, "/audit/find", AtLeast(Viewer), SEARCH),
    (GET, "/audit/find/none", AtLeast(Viewer), NONE),
    (GET, "/events", AtLeast(Viewer), NONE),
    (GET, "/health", Public, NONE),
    (GET, "/openapi.json", Public, NONE),
    (GET, "/licenses", AtLeast(Viewer), NONE),
    (GET, "/licenses.csv", AtLeast(Support), NONE),
    (GET, "/licenses/find", AtLeast(Viewer), NONE),
    (POST, "/licenses/find", AtLeast(Viewer), SEARCH),
    (GET, "/licenses/find/none", AtLeast(Viewer), NONE),
    (GET, "/licenses/mint", AtLeast(Support), NONE),
    (POST, "/licenses/mint", AtLeast(Support), MINT),
    (GET, "/licenses/{id}", AtLeast(Viewer), NONE),
    (
        GET,
        "/licenses/{id}/instances/{instance}/deactivate",
        AtLeast(Support),
        NONE,
    ),
    (
        POST,
        "/licenses/{id}/instances/{instance}/deactivate",
        AtLeast(Support),
        NONE,
    ),
    (GET, "/licenses/{id}/remint", AtLeast(Support), NONE),
    (POST, "/licenses/{id}/remint", AtLeast(Support), NONE),
    (GET, "/licenses/{id}/revoke", AtLeast(Support), NONE),
    (POST, "/licenses/{id}/revoke", AtLeast(Support), NONE),
    (GET, "/login", Public, NONE),
    (GET, "/pkg/{file}", Public, NONE),
    (GET, "/products", AtLeast(Viewer), NONE),
    (GET, "/products/new", AtLeast(Admin), NONE),
    (POST, "/products/new", AtLeast(Admin), PRODUCT),
    (GET, "/products/new/key-prefix", AtLeast(Admin), NONE),
    (GET, "/products/{product}", AtLeast(Viewer), NONE),
    (GET, "/products/{product}/edit", AtLeast(Admin), NONE),
    (POST, "/products/{product}/edit", AtLeast(Admin), NAME),
    (
        GET,
        "/products/{product}/key-types/new",
        AtLeast(Admin),
        NONE,
    ),
    (
        POST,
        "/products/{product}/key-types/new",
        AtLeast(Admin),
        KEY_TYPE,
    ),
    (
        GET,
        "/products/{product}/key-types/{key_type}/delete",
        AtLeast(Admin),
        NONE,
    ),
    (
        POST,
        "/products/{product}/key-types/{key_type}/delete",
        AtLeast(Admin),
        NONE,
    ),
    (
        GET,
        "/products/{product}/key-types/{key_type}/edit",
        AtLeast(Admin),
        NONE,
    ),
    (
        POST,
        "/products/{product}/key-types/{key_type}/edit",
        AtLeast(Admin),
        LIMIT,
    ),
    (GET, "/ready", Public, NONE),
    (GET, "/session", Public, NONE),
    (GET, "/session/failed", Public, NONE),
    (POST, "/session", Public, NONE),
    (POST, "/session/end", Public, NONE),
    (POST, "/session/theme", Public, NONE),
    (GET, "/settings/sdk-key", AtLeast(Admin), NONE),
    (POST, "/settings/guide/end", AtLeast(Admin), NONE),
    (GET, "/settings/sdk-key/import", AtLeast(Admin), NONE),
    (GET, "/settings/sdk-key/new", AtLeast(Admin), NONE),
    (
        POST,
        "/settings/sdk-key/{fingerprint}/end",
        AtLeast(Admin),
        OLD_KEYS,
    ),
    (
        GET,
        "/settings/sdk-key/{fingerprint}/end",
        AtLeast(Admin),
        NONE,
    ),
    (GET, "/setup", Public, NONE),
];

/// Forms that change the SDK key. They are submitted empty, because other rows of the table need
/// the current key.
pub(super) const SDK_KEY_FORMS: [&str; 2] = ["/settings/sdk-key/import", "/settings/sdk-key/new"];

/// Values for path parameters.
pub(super) struct PathParams {
    pub(super) license: String,
    pub(super) instance: String,
    pub(super) product: &'static str,
    pub(super) key_type: &'static str,
    pub(super) fingerprint: String,
}

impl PathParams {
    pub(super) fn fill_path(&self, path: &str) -> String {
        path.replace("{id}", &self.license)
            .replace("{instance}", &self.instance)
            .replace("{product}", self.product)
            .replace("{key_type}", self.key_type)
            .replace("{fingerprint}", &self.fingerprint)
            .replace("{file}", "main-0a.css")
    }
}

/// Returns IDs that belong to `acme`, including a license with an active device.
pub(super) async fn acme_params(server: &TestServer) -> PathParams {
    let body = json!({ "license_key": PRO_KEY, "machine_hash": "1".repeat(64) });
    let activated = server
        .post_device("/acme/notes/activate", &body)
        .await
        .json();
    // Only a replaced key has an expiry.
    let (acme, sdk_keys) = (acme_caller(), &server.context.services.sdk_keys);
    let grace = GracePeriod::DEFAULT;
    sdk_keys.rotate(&acme, grace).await.unwrap();
    let keys = sdk_keys.list(&acme).await;
    PathParams {
        license: license_id(PRO_KEY).to_string(),
        instance: activated["instance_id"].as_str().unwrap().to_owned(),
        product: "notes",
        key_type: "pro",
        fingerprint: keys.unwrap().0[1].hash.to_string(),
    }
}

impl Browser<'_> {
    pub(super) async fn send_route(
        &self,
        method: &Method,
        path: &str,
        fields: FormFields,
    ) -> TestResponse {
        if *method == GET {
            return self.get(path).await;
        }
        self.submit_form(path, fields).await
    }
}
