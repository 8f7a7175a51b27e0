//! Hostile or unusual input, which must be handled and shown as plain text.

use std::{cell::Cell, fmt::Write};

use axum::http::StatusCode;
use keywright_domain::role::Role;
use keywright_testing::engine_test;
use serde_json::json;

use super::table::{Access, PathParams, ROUTES, acme_params};
use crate::support::{
    Browser, PRO_KEY, TestResponse, TestServer,
    html::{parse, select_texts},
};

const PATHS_WITH_QUERIES: [&str; 6] = [
    "/licenses",
    "/licenses.csv",
    "/audit",
    "/products/new/key-prefix",
    "/events",
    "/login",
];

const PARAMETERS: [&str; 14] = [
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
];

const PATH_PARAMS: [&str; 5] = [
    "{id}",
    "{instance}",
    "{product}",
    "{key_type}",
    "{fingerprint}",
];

/// Returns input that an attacker, or someone with an unusual name, may send.
fn hostile_inputs() -> Vec<String> {
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

/// An owner whose browser sends arbitrary input.
struct HostileClient<'a> {
    browser: Browser<'a>,
    ids: PathParams,
    response_count: Cell<u32>,
}

impl HostileClient<'_> {
    /// Checks that the response is not a server error and shows the input as plain text.
    fn assert_handled(&self, answer: &TestResponse, asked: &str, sent: &str) {
        self.response_count.set(self.response_count.get() + 1);
        let status = answer.status;
        assert!(!status.is_server_error(), "{asked} with {sent}: {status}");
        assert_inert(answer, sent);
    }

    async fn send_as_parameters(&self, text: &str) {
        let escaped = percent_encode(text);
        for path in PATHS_WITH_QUERIES {
            for name in PARAMETERS {
                let answer = self.browser.get(&format!("{path}?{name}={escaped}")).await;
                self.assert_handled(&answer, &format!("{path}?{name}"), text);
            }
        }
    }

    async fn send_as_path_params(&self, text: &str) {
        let escaped = percent_encode(text);
        for (method, path, who, fields) in ROUTES {
            for place in PATH_PARAMS {
                if who == Access::Public || !path.contains(place) {
                    continue;
                }
                let filled = self.ids.fill_path(&path.replace(place, &escaped));
                let answer = self.browser.send_route(&method, &filled, fields).await;
                self.assert_handled(&answer, path, text);
                let is_taken = answer.status == StatusCode::OK;
                assert!(!is_taken, "{method} {path} with {text}");
            }
        }
    }

    async fn send_as_fields(&self, text: &str) {
        for (_, path, _, fields) in ROUTES {
            for (changed, _) in fields.iter().filter(|(name, _)| *name != "form_id") {
                let filled = fields.iter().map(|&(name, value)| match name {
                    name if name == *changed => (name, text),
                    name => (name, value),
                });
                let filled: Vec<_> = filled.collect();
                let answer = self
                    .browser
                    .submit_form(&self.ids.fill_path(path), &filled)
                    .await;
                self.assert_handled(&answer, &format!("{path}: {changed}"), text);
            }
        }
    }
}

fn percent_encode(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        write!(escaped, "%{byte:02X}").unwrap();
    }
    escaped
}

async fn count_licenses(server: &TestServer) -> i64 {
    let counted = server.context.store.count_rows().await;
    counted.unwrap().license_count
}

#[engine_test]
async fn hostile_input_causes_no_server_error(server: TestServer) {
    let sender = HostileClient {
        ids: acme_params(&server).await,
        browser: server.sign_in(Role::Owner).await,
        response_count: Cell::new(0),
    };
    let licenses = count_licenses(&server).await;
    for text in hostile_inputs() {
        sender.send_as_parameters(&text).await;
        // A longer URL is rejected before it is parsed.
        if text.len() < 5_000 {
            sender.send_as_path_params(&text).await;
        }
        sender.send_as_fields(&text).await;
    }
    assert!(
        sender.response_count.get() > 3_000,
        "{}",
        sender.response_count.get()
    );
    assert_eq!(
        count_licenses(&server).await,
        licenses,
        "no license was created or lost"
    );
}

/// Names of products, devices and customers are shown verbatim and never become markup.
#[engine_test]
async fn names_are_escaped(server: TestServer) {
    let ids = acme_params(&server).await;
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
    for text in hostile_inputs() {
        browser
            .submit_form("/products/notes/edit", &[("name", &text)])
            .await;
        let device = json!({
            "license_key": PRO_KEY, "machine_hash": "1".repeat(64), "instance_name": text, "app_version": text,
            "platform": text, "free_tier_instance_id": text,
        });
        let activated = server.post_device("/acme/notes/activate", &device).await;
        assert!(
            activated.status == StatusCode::OK || activated.status == StatusCode::BAD_REQUEST,
            "{text}"
        );
        for page in pages {
            let answer = browser.get(page).await;
            assert_eq!(answer.status, StatusCode::OK, "{page} {text}");
            assert_inert(&answer, &text);
        }
        let shown = parse(&browser.get("/products/notes").await);
        let name = select_texts(&shown, "main h1").remove(0);
        assert_eq!(
            select_texts(&shown, "title"),
            [format!("{name} · Keywright")]
        );
        let csv = browser.get("/licenses.csv").await;
        assert_eq!(csv.status, StatusCode::OK);
    }
    // The name is shown verbatim, not just harmlessly.
    let name = "</title><b>Notes & Söhne مرحبا 👩‍👩‍👧‍👦 \"=1+1\"";
    browser
        .submit_form("/products/notes/edit", &[("name", name)])
        .await;
    let shown = parse(&browser.get("/products/notes").await);
    assert_eq!(select_texts(&shown, "main h1"), [name]);
    assert_eq!(
        select_texts(&shown, "title"),
        [format!("{name} · Keywright")]
    );
}

/// Checks that the page is valid HTML and that no input has become markup.
fn assert_inert(answer: &TestResponse, sent: &str) {
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
