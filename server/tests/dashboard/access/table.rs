//! Every route of the dashboard, and values for its path parameters.

use axum::http::Method;
use keywright_domain::{role::Role, sdk_key::OldKeys};
use serde_json::json;

use crate::support::{Answer, Browser, PRO_KEY, Server, acme, license_id};

/// Least privileged caller that a route accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Everybody,
    SignedIn(Role),
}

use Role::{Admin, Support, Viewer};
use Who::{Everybody, SignedIn};

/// Fields of a form that the route accepts.
pub(super) type Fields = &'static [(&'static str, &'static str)];

const FORM_ID: (&str, &str) = ("form_id", "00000000-0000-4000-8000-000000000001");
const NONE: Fields = &[];
const MINT: Fields = &[FORM_ID, ("key_type", "notes/pro"), ("count", "1")];
const PRODUCT: Fields = &[
    FORM_ID,
    ("name", "Paint"),
    ("id", "paint"),
    ("key_prefix", "PNTX"),
];
const NAME: Fields = &[("name", "Other")];
const KEY_TYPE: Fields = &[FORM_ID, ("id", "spare"), ("activation_limit", "3")];
const LIMIT: Fields = &[("activation_limit", "3")];
const OLD_KEYS: Fields = &[FORM_ID, ("old_keys", "7")];
const SEARCH: Fields = &[("q", "ada")];

pub(super) const GET: Method = Method::GET;
pub(super) const POST: Method = Method::POST;

/// Every route of the dashboard: method, path, least privileged caller and form fields.
pub(super) const TABLE: [(Method, &str, Who, Fields); 50] = [
    (GET, "/", SignedIn(Viewer), NONE),
    (GET, "/audit", SignedIn(Viewer), NONE),
    (GET, "/audit/find", SignedIn(Viewer), NONE),
    (POST, "/audit/find", SignedIn(Viewer), SEARCH),
    (GET, "/audit/find/none", SignedIn(Viewer), NONE),
    (GET, "/events", SignedIn(Viewer), NONE),
    (GET, "/health", Everybody, NONE),
    (GET, "/openapi.json", Everybody, NONE),
    (GET, "/licenses", SignedIn(Viewer), NONE),
    (GET, "/licenses.csv", SignedIn(Support), NONE),
    (GET, "/licenses/find", SignedIn(Viewer), NONE),
    (POST, "/licenses/find", SignedIn(Viewer), SEARCH),
    (GET, "/licenses/find/none", SignedIn(Viewer), NONE),
    (GET, "/licenses/mint", SignedIn(Support), NONE),
    (POST, "/licenses/mint", SignedIn(Support), MINT),
    (GET, "/licenses/{id}", SignedIn(Viewer), NONE),
    (
        GET,
        "/licenses/{id}/instances/{instance}/deactivate",
        SignedIn(Support),
        NONE,
    ),
    (
        POST,
        "/licenses/{id}/instances/{instance}/deactivate",
        SignedIn(Support),
        NONE,
    ),
    (GET, "/licenses/{id}/remint", SignedIn(Support), NONE),
    (POST, "/licenses/{id}/remint", SignedIn(Support), NONE),
    (GET, "/licenses/{id}/revoke", SignedIn(Support), NONE),
    (POST, "/licenses/{id}/revoke", SignedIn(Support), NONE),
    (GET, "/login", Everybody, NONE),
    (GET, "/pkg/{file}", Everybody, NONE),
    (GET, "/products", SignedIn(Viewer), NONE),
    (GET, "/products/new", SignedIn(Admin), NONE),
    (POST, "/products/new", SignedIn(Admin), PRODUCT),
    (GET, "/products/new/key-prefix", SignedIn(Admin), NONE),
    (GET, "/products/{product}", SignedIn(Viewer), NONE),
    (GET, "/products/{product}/edit", SignedIn(Admin), NONE),
    (POST, "/products/{product}/edit", SignedIn(Admin), NAME),
    (
        GET,
        "/products/{product}/key-types/new",
        SignedIn(Admin),
        NONE,
    ),
    (
        POST,
        "/products/{product}/key-types/new",
        SignedIn(Admin),
        KEY_TYPE,
    ),
    (
        GET,
        "/products/{product}/key-types/{key_type}/delete",
        SignedIn(Admin),
        NONE,
    ),
    (
        POST,
        "/products/{product}/key-types/{key_type}/delete",
        SignedIn(Admin),
        NONE,
    ),
    (
        GET,
        "/products/{product}/key-types/{key_type}/edit",
        SignedIn(Admin),
        NONE,
    ),
    (
        POST,
        "/products/{product}/key-types/{key_type}/edit",
        SignedIn(Admin),
        LIMIT,
    ),
    (GET, "/ready", Everybody, NONE),
    (GET, "/session", Everybody, NONE),
    (GET, "/session/failed", Everybody, NONE),
    (POST, "/session", Everybody, NONE),
    (POST, "/session/end", Everybody, NONE),
    (POST, "/session/theme", Everybody, NONE),
    (GET, "/settings/sdk-key", SignedIn(Admin), NONE),
    (POST, "/settings/guide/end", SignedIn(Admin), NONE),
    (GET, "/settings/sdk-key/import", SignedIn(Admin), NONE),
    (GET, "/settings/sdk-key/new", SignedIn(Admin), NONE),
    (
        POST,
        "/settings/sdk-key/{fingerprint}/end",
        SignedIn(Admin),
        OLD_KEYS,
    ),
    (
        GET,
        "/settings/sdk-key/{fingerprint}/end",
        SignedIn(Admin),
        NONE,
    ),
    (GET, "/setup", Everybody, NONE),
];

/// Forms that change the SDK key. They are submitted empty, because other rows of the table need
/// the current key.
pub(super) const SDK_KEY_FORMS: [&str; 2] = ["/settings/sdk-key/import", "/settings/sdk-key/new"];

/// Values for path parameters.
pub(super) struct Ids {
    pub(super) license: String,
    pub(super) instance: String,
    pub(super) product: &'static str,
    pub(super) key_type: &'static str,
    pub(super) fingerprint: String,
}

impl Ids {
    pub(super) fn in_path(&self, path: &str) -> String {
        path.replace("{id}", &self.license)
            .replace("{instance}", &self.instance)
            .replace("{product}", self.product)
            .replace("{key_type}", self.key_type)
            .replace("{fingerprint}", &self.fingerprint)
            .replace("{file}", "main-0a.css")
    }
}

/// Returns ids of `acme`, including a license with an active device.
pub(super) async fn of_acme(server: &Server) -> Ids {
    let body = json!({ "license_key": PRO_KEY, "machine_hash": "1".repeat(64) });
    let activated = server.device("/acme/notes/activate", &body).await.json();
    // Only a replaced key has an expiry.
    let (acme, sdk_keys) = (acme(), &server.world.services.sdk_keys);
    let grace = OldKeys::KEEP_FOR_GRACE;
    sdk_keys.rotate(&acme, grace).await.unwrap();
    let keys = sdk_keys.list(&acme).await;
    Ids {
        license: license_id(PRO_KEY).to_string(),
        instance: activated["instance_id"].as_str().unwrap().to_owned(),
        product: "notes",
        key_type: "pro",
        fingerprint: keys.unwrap().0[1].hash.to_string(),
    }
}

impl Browser<'_> {
    pub(super) async fn ask_as_listed(
        &self,
        method: &Method,
        path: &str,
        fields: Fields,
    ) -> Answer {
        if *method == GET {
            return self.get(path).await;
        }
        self.fill(path, fields).await
    }
}
