//! Who may do what: every route and every server function, asked by everybody, without the pages that offer it.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use keywright_domain::{query::LicenseQuery, role::Role, sdk_key::OldKeys};
use keywright_store::Engine;
use serde_json::{Value, json};

use crate::{
    pages::{parse, texts},
    world::{Answer, Browser, PRO_KEY, Server, acme, encoded, license_id},
};

on_both_engines! {
    every_route_is_for_those_who_may => roles();
    nothing_of_another_tenant_is_found => foreign();
    every_function_is_for_those_who_may_and_finds_nothing_foreign => functions();
    whatever_is_sent_is_answered => nasty();
    names_are_texts_and_nothing_else => names();
    no_other_site_changes_anything => other_sites();
}

/// Who may ask, at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Everybody,
    SignedIn(Role),
}

use Role::{Admin, Support, Viewer};
use Who::{Everybody, SignedIn};

/// A form that would be taken.
type Fields = &'static [(&'static str, &'static str)];

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

const GET: Method = Method::GET;
const POST: Method = Method::POST;

/// Every route of the dashboard: how it is asked, who may, and what a form there holds.
const TABLE: [(Method, &str, Who, Fields); 49] = [
    (GET, "/", SignedIn(Viewer), NONE),
    (GET, "/audit", SignedIn(Viewer), NONE),
    (GET, "/audit/find", SignedIn(Viewer), NONE),
    (POST, "/audit/find", SignedIn(Viewer), SEARCH),
    (GET, "/audit/find/none", SignedIn(Viewer), NONE),
    (GET, "/events", SignedIn(Viewer), NONE),
    (GET, "/health", Everybody, NONE),
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

/// Forms that change the SDK key, which the table's other rows need: asked with nothing in them.
const SDK_KEY_FORMS: [&str; 2] = ["/settings/sdk-key/import", "/settings/sdk-key/new"];

/// What a path's places are filled with.
struct Ids {
    license: String,
    instance: String,
    product: &'static str,
    key_type: &'static str,
    fingerprint: String,
}

impl Ids {
    fn in_path(&self, path: &str) -> String {
        path.replace("{id}", &self.license)
            .replace("{instance}", &self.instance)
            .replace("{product}", self.product)
            .replace("{key_type}", self.key_type)
            .replace("{fingerprint}", &self.fingerprint)
            .replace("{file}", "main-0a.css")
    }
}

/// Things of `acme`, with a device on a license.
async fn of_acme(server: &Server) -> Ids {
    let body = json!({ "license_key": PRO_KEY, "machine_hash": "1".repeat(64) });
    let activated = server.device("/acme/notes/activate", &body).await.json();
    // Only a replaced key has an end.
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
    async fn ask_as_listed(&self, method: &Method, path: &str, fields: Fields) -> Answer {
        if *method == GET {
            return self.get(path).await;
        }
        self.fill(path, fields).await
    }
}

#[test]
fn the_table_has_every_route() {
    let listed: BTreeSet<_> = TABLE
        .iter()
        .map(|(_, path, ..)| (*path).to_owned())
        .collect();
    let mut all = keywright::web::paths();
    assert!(all.remove("/fn/{*function}"), "asked one by one");
    assert_eq!(listed, all);
}

async fn roles(engine: Engine) {
    let server = Server::start(engine).await;
    let ids = of_acme(&server).await;
    let mut browsers = Vec::new();
    for role in Role::ALL {
        browsers.push((role, server.sign_in(role).await));
    }
    let stranger = Browser {
        server: &server,
        cookie: "keywright_session=none".into(),
    };
    let forms = SDK_KEY_FORMS.map(|path| (POST, path, SignedIn(Admin), NONE));
    for (method, path, who, fields) in TABLE.into_iter().chain(forms) {
        let asked = ids.in_path(path);
        let least = match who {
            Everybody => continue,
            SignedIn(least) => least,
        };
        let refused = stranger.ask_as_listed(&method, &asked, fields).await;
        let leads_away = refused.status == StatusCode::SEE_OTHER
            && refused.header("location").starts_with("/login");
        assert!(
            leads_away || refused.status == StatusCode::UNAUTHORIZED,
            "{method} {path}: {}",
            refused.status
        );
        for (role, browser) in &browsers {
            let answer = browser.ask_as_listed(&method, &asked, fields).await;
            let is_refused = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(is_refused, *role < least, "{method} {path} by {role:?}");
            let is_known = answer.status != StatusCode::NOT_FOUND
                && answer.status != StatusCode::METHOD_NOT_ALLOWED
                && !answer.status.is_server_error();
            assert!(is_known, "{method} {path} by {role:?}: {}", answer.status);
        }
    }
}

async fn foreign(engine: Engine) {
    let server = Server::start(engine).await;
    let theirs = of_acme(&server).await;
    let indie = server.sign_in_as("owner@indie.test").await;
    let own_license = indie_license(&indie).await;
    let mixed = Ids {
        license: own_license,
        ..of_acme(&server).await
    };
    let before = server.world.store.count_everything().await.unwrap();
    let mut asked = 0;
    for (method, path, _, fields) in TABLE {
        if !path.contains("{id}") && !path.contains("{product}") && !path.contains("{fingerprint}")
        {
            continue;
        }
        let answer = indie
            .ask_as_listed(&method, &theirs.in_path(path), fields)
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
        assert!(!answer.text().contains("acme"), "{method} {path}");
        asked += 1;
        if path.contains("{instance}") {
            let answer = indie
                .ask_as_listed(&method, &mixed.in_path(path), fields)
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
        }
    }
    assert!(asked > 15, "{asked}");
    let stream = indie
        .get(&format!("/events?license={}", theirs.license))
        .await;
    assert_eq!(stream.status, StatusCode::NOT_FOUND);
    let after = server.world.store.count_everything().await.unwrap();
    assert_eq!(after, before, "nothing was done");
}

/// A license of `indie`'s.
async fn indie_license(indie: &Browser<'_>) -> String {
    let page = indie.get("/licenses").await.text();
    let (_, rest) = page.split_once("href=\"/licenses/").unwrap();
    let found = rest.split('"').next().unwrap();
    if found.len() == 64 {
        return found.to_owned();
    }
    let ids = page
        .split("/licenses/")
        .map(|rest| rest.split('"').next().unwrap());
    ids.into_iter()
        .find(|id| id.len() == 64)
        .unwrap()
        .to_owned()
}

/// Every server function: who may call it, and with what.
fn functions_of(ids: &Ids) -> Vec<(&'static str, Role, Value)> {
    let operator = Value::Null;
    let license = json!({ "operator": operator, "license": ids.license });
    let instance =
        json!({ "operator": operator, "license": ids.license, "instance": ids.instance });
    let query = json!({ "operator": operator, "query": LicenseQuery::default() });
    vec![
        ("/fn/licenses/list", Viewer, query),
        ("/fn/licenses/show", Viewer, license.clone()),
        (
            "/fn/licenses/find",
            Viewer,
            json!({ "operator": operator, "typed": "ada" }),
        ),
        ("/fn/licenses/deactivate-instance", Support, instance),
        ("/fn/licenses/revoke", Support, license.clone()),
        ("/fn/licenses/remint", Support, license),
    ]
}

impl Browser<'_> {
    async fn call_function(&self, path: &str, body: String) -> Answer {
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::HOST, "localhost:3000")
            .header(header::ORIGIN, "http://localhost:3000")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json");
        self.server
            .send(request.body(Body::from(body)).unwrap())
            .await
    }
}

async fn functions(engine: Engine) {
    let server = Server::start(engine).await;
    let ids = of_acme(&server).await;
    let table = functions_of(&ids);
    let listed: BTreeSet<_> = table.iter().map(|(path, ..)| *path).collect();
    let all = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path);
    assert_eq!(listed, all.collect(), "every function is in the table");

    let (viewer, support) = (server.sign_in(Viewer).await, server.sign_in(Support).await);
    let indie = server.sign_in_as("owner@indie.test").await;
    let stranger = Browser {
        server: &server,
        cookie: String::new(),
    };
    for (path, least, arguments) in table {
        let code = |answer: &Answer| {
            answer.json()["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let refused = stranger.call_function(path, arguments.to_string()).await;
        assert_eq!(
            (refused.status.as_u16(), code(&refused).as_str()),
            (401, "unauthenticated"),
            "{path}"
        );
        // Another tenant's ids are nobody's.
        if arguments.get("license").is_some() {
            let unknown = indie.call_function(path, arguments.to_string()).await;
            assert_eq!(
                (unknown.status.as_u16(), code(&unknown).as_str()),
                (404, "not_found"),
                "{path}"
            );
        }
        // Wrong, missing and extra arguments.
        let mut wrong = vec![
            String::new(),
            "null".into(),
            "[]".into(),
            "{".into(),
            "{}".into(),
            "\"\u{202e}\"".into(),
            format!("{{\"license\": \"{}\"}}", "9".repeat(10_000)),
        ];
        let names: Vec<_> = arguments
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| *name != "operator")
            .cloned()
            .collect();
        for name in &names {
            for value in [
                json!(7),
                json!([]),
                json!({}),
                json!("' OR 1=1 --"),
                json!("\u{0}"),
                Value::Null,
            ] {
                let mut changed = arguments.clone();
                changed[name] = value;
                wrong.push(changed.to_string());
            }
            let mut missing = arguments.clone();
            missing.as_object_mut().unwrap().remove(name);
            wrong.push(missing.to_string());
        }
        for body in wrong {
            let answer = support.call_function(path, body.clone()).await;
            let is_text = path.ends_with("find") && answer.status == StatusCode::OK;
            assert!(
                is_text || answer.status.is_client_error(),
                "{path} {body}: {}",
                answer.status
            );
            assert!(is_text || !code(&answer).is_empty(), "{path} {body}");
        }
        let mut extra = arguments.clone();
        extra["more"] = json!({ "than": "asked" });
        let done = support.call_function(path, extra.to_string()).await;
        assert!(
            done.status == StatusCode::OK || done.status == StatusCode::CONFLICT,
            "{path}: {} {}",
            done.status,
            done.text()
        );
        let by_viewer = viewer.call_function(path, arguments.to_string()).await;
        assert_eq!(
            by_viewer.status == StatusCode::FORBIDDEN,
            least > Viewer,
            "{path}: {}",
            by_viewer.text()
        );
    }
}

/// What somebody may send who means no good, or whose name is unusual.
fn nasty_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "' OR 1=1 --",
        "'; DROP TABLE licenses; --",
        "\" UNION SELECT password_hash FROM operators --",
        "%",
        "_",
        "\\",
        "*",
        "NEAR(a b)",
        "a\" OR \"b",
        "<script>alert(1)</script>",
        "</title><script>alert(1)</script>",
        "</textarea><img src=x onerror=alert(1)>",
        "\"><img src=x onerror=alert(1)>",
        "=cmd()|' /C calc'!A0",
        "{{7*7}}",
        "../../etc/passwd",
        "\u{202e}evil\u{202c}",
        "👩‍👩‍👧‍👦",
        "مرحبا",
        "\u{0}",
        "\r\nSet-Cookie: a=b",
        "9223372036854775808",
        "-1",
        "NaN",
        "created; DROP TABLE licenses",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("é".repeat(5_000));
    texts
}

async fn nasty(engine: Engine) {
    let server = Server::start(engine).await;
    let ids = of_acme(&server).await;
    let browser = server.sign_in(Role::Owner).await;
    let licenses = server
        .world
        .store
        .count_everything()
        .await
        .unwrap()
        .licenses;
    let mut asked = 0;
    for text in nasty_texts() {
        let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in [
            "/licenses",
            "/licenses.csv",
            "/audit",
            "/products/new/key-prefix",
            "/events",
            "/login",
        ] {
            for name in [
                "q",
                "status",
                "product",
                "sort",
                "after",
                "before",
                "action",
                "operator",
                "license",
                "from",
                "to",
                "key_prefix",
                "list",
                "next",
            ] {
                let answer = browser.get(&format!("{path}?{name}={escaped}")).await;
                assert!(
                    !answer.status.is_server_error(),
                    "{path}?{name}={text}: {}",
                    answer.status
                );
                expect_inert(&answer, &text);
                asked += 1;
            }
        }
        for (method, path, who, fields) in TABLE {
            if who == Everybody {
                continue;
            }
            for place in [
                "{id}",
                "{instance}",
                "{product}",
                "{key_type}",
                "{fingerprint}",
            ] {
                if !path.contains(place) || escaped.len() > 20_000 {
                    continue;
                }
                let path = ids.in_path(&path.replace(place, &escaped));
                let answer = browser.ask_as_listed(&method, &path, fields).await;
                assert!(
                    answer.status.is_client_error() || answer.status.is_redirection(),
                    "{method} {path}: {}",
                    answer.status
                );
                expect_inert(&answer, &text);
                asked += 1;
            }
            for changed in fields.iter().filter(|(name, _)| *name != "form_id") {
                let filled: Vec<_> = fields
                    .iter()
                    .map(|&(name, value)| {
                        if name == changed.0 {
                            (name, text.as_str())
                        } else {
                            (name, value)
                        }
                    })
                    .collect();
                let path = ids.in_path(path);
                let form = encoded(&filled);
                let answer = server.post_form(&path, &form, Some(&browser.cookie)).await;
                assert!(
                    !answer.status.is_server_error(),
                    "{path} {}={text}: {}",
                    changed.0,
                    answer.status
                );
                expect_inert(&answer, &text);
                asked += 1;
            }
        }
    }
    println!("{asked} requests");
    assert!(asked > 2_000, "{asked}");
    let after = server
        .world
        .store
        .count_everything()
        .await
        .unwrap()
        .licenses;
    assert_eq!(after, licenses, "no license was made or lost");
}

/// Products, devices and customers may be called what they like: it is shown as it is, and is no markup.
async fn names(engine: Engine) {
    let server = Server::start(engine).await;
    let ids = of_acme(&server).await;
    let browser = server.sign_in(Role::Owner).await;
    let license = format!("/licenses/{}", ids.license);
    let pages = [
        "/licenses",
        &license,
        "/licenses?product=notes",
        "/products",
        "/products/notes",
        "/products/notes/edit",
        "/products/notes/key-types/new",
        "/licenses/mint",
        "/audit",
    ];
    for text in nasty_texts() {
        browser
            .fill("/products/notes/edit", &[("name", &text)])
            .await;
        let device = json!({
            "license_key": PRO_KEY, "machine_hash": "1".repeat(64), "instance_name": text, "app_version": text,
            "platform": text, "free_tier_instance_id": text,
        });
        let activated = server.device("/acme/notes/activate", &device).await;
        assert!(
            activated.status == StatusCode::OK || activated.status == StatusCode::BAD_REQUEST,
            "{text}"
        );
        for page in pages {
            let answer = browser.get(page).await;
            assert_eq!(answer.status, StatusCode::OK, "{page} {text}");
            expect_inert(&answer, &text);
        }
        let shown = parse(&browser.get("/products/notes").await);
        let name = texts(&shown, "main h1").remove(0);
        assert_eq!(texts(&shown, "title"), [format!("{name} · Keywright")]);
        let csv = browser.get("/licenses.csv").await;
        assert_eq!(csv.status, StatusCode::OK);
    }
    // As it is, not only harmless.
    let name = "</title><b>Notes & Söhne مرحبا 👩‍👩‍👧‍👦 \"=1+1\"";
    browser
        .fill("/products/notes/edit", &[("name", name)])
        .await;
    let shown = parse(&browser.get("/products/notes").await);
    assert_eq!(texts(&shown, "main h1"), [name]);
    assert_eq!(texts(&shown, "title"), [format!("{name} · Keywright")]);
}

/// A page needs no repair, whatever stands on it, and nothing that was sent has become markup.
fn expect_inert(answer: &Answer, sent: &str) {
    if !answer.header("content-type").starts_with("text/html") {
        return;
    }
    assert_eq!(answer.header("set-cookie"), "");
    let page = answer.text();
    assert!(!page.contains('\0'), "{sent}");
    parse(answer);
    for markup in ["<script>alert", "<img src=x"] {
        assert!(!page.contains(markup), "{sent}");
    }
}

/// Every form and function, as another site would have a browser of ours send it.
async fn other_sites(engine: Engine) {
    let server = Server::start(engine).await;
    let ids = of_acme(&server).await;
    let browser = server.sign_in(Role::Owner).await;
    let before = server.world.store.count_everything().await.unwrap();
    let functions = functions_of(&ids)
        .into_iter()
        .map(|(path, ..)| path.to_owned());
    let forms = TABLE.into_iter().filter(|(method, ..)| *method == POST);
    let forms = forms.map(|(_, path, ..)| ids.in_path(path));
    let paths: Vec<String> = forms
        .chain(functions)
        .chain(SDK_KEY_FORMS.map(str::to_owned))
        .collect();
    assert!(paths.len() > 20);
    // By what browsers say of where it comes from; and where they say nothing of it, over plain HTTP to a name or an address.
    let refused: [&[(&str, &str)]; 7] = [
        &[
            ("host", "localhost:3000"),
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.test"),
        ],
        &[
            ("host", "localhost:3000"),
            ("sec-fetch-site", "same-site"),
            ("origin", "http://localhost:4000"),
        ],
        &[("host", "licenses.test"), ("sec-fetch-site", "cross-site")],
        &[("host", "192.0.2.7:3000"), ("origin", "http://evil.test")],
        &[
            ("host", "192.0.2.7:3000"),
            ("origin", "http://192.0.2.7:4000"),
        ],
        &[("host", "licenses.test"), ("origin", "null")],
        &[
            ("host", "licenses.test"),
            ("origin", "http://licenses.test.evil.test"),
        ],
    ];
    for path in &paths {
        for headers in refused {
            let mut request = Request::post(path.as_str()).header(header::COOKIE, &browser.cookie);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let answer = server.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    assert_eq!(server.world.store.count_everything().await.unwrap(), before);
    // The same from pages of ours, under each name.
    for (host, origin) in [
        ("localhost:3000", "http://localhost:3000"),
        ("192.0.2.7:3000", "http://192.0.2.7:3000"),
        ("licenses.test", "https://licenses.test"),
    ] {
        let request = Request::post("/session/theme")
            .header(header::HOST, host)
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = server
            .send(request.body(Body::from("theme=dark")).unwrap())
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{host}");
    }
}

/// Whatever is asked, however, by whomever: also where it is refused, unknown or not a method.
#[tokio::test]
async fn every_answer_of_every_route_carries_the_security_headers() {
    for public_url in ["http://localhost:3000", "https://licenses.test"] {
        let server = Server::reached_by(Engine::Sqlite, public_url).await;
        let ids = of_acme(&server).await;
        let is_https = public_url.starts_with("https");
        let mut paths = keywright::web::paths();
        paths.extend(["/nothing", "/licenses/", "/pkg/none", "/fn/none"].map(str::to_owned));
        for path in paths {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
                let request = Request::builder()
                    .method(method)
                    .uri(ids.in_path(&path))
                    .header(header::HOST, "localhost:3000");
                let answer = server.send(request.body(Body::empty()).unwrap()).await;
                let asked = format!("{method} {path}");
                assert!(
                    !answer.status.is_server_error(),
                    "{asked}: {}",
                    answer.status
                );
                for (name, value) in [
                    ("x-content-type-options", "nosniff"),
                    ("x-frame-options", "DENY"),
                    ("referrer-policy", "same-origin"),
                    (
                        "permissions-policy",
                        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
                    ),
                    ("cross-origin-opener-policy", "same-origin"),
                    ("cross-origin-resource-policy", "same-origin"),
                    ("access-control-allow-origin", ""),
                    (
                        "strict-transport-security",
                        if is_https { "max-age=63072000" } else { "" },
                    ),
                ] {
                    assert_eq!(answer.header(name), value, "{asked}: {name}");
                }
                let policy = answer.header("content-security-policy");
                for part in ["frame-ancestors 'none'", "base-uri 'none'", "form-action"] {
                    assert!(policy.contains(part), "{asked}: {policy}");
                }
                assert!(!policy.contains("'unsafe-"), "{asked}: {policy}");
                let has_nonce = policy.contains("script-src 'self' 'nonce-");
                assert!(
                    has_nonce || policy.contains("default-src 'none'"),
                    "{asked}: {policy}"
                );
                let is_page = answer.header("content-type").starts_with("text/html");
                assert!(has_nonce || !is_page, "{asked}: {policy}");
                assert_eq!(answer.header("x-request-id").len(), 32, "{asked}");
                let is_kept = answer.header("cache-control") != "no-store";
                assert_eq!(
                    is_kept,
                    path == "/pkg/{file}" && answer.status == StatusCode::OK,
                    "{asked}"
                );
            }
        }
    }
}
