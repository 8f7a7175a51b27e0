//! Cross-site requests that a signed-in browser is made to send.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use keywright_domain::role::Role;
use keywright_testing::engine_test;

use super::{
    functions::server_functions,
    table::{POST, ROUTES, SDK_KEY_FORMS, acme_params},
};
use crate::support::TestServer;

/// Sends every form and server function as another site would make the browser send it.
#[engine_test]
async fn cross_site_requests_change_nothing(server: TestServer) {
    let ids = acme_params(&server).await;
    let browser = server.sign_in(Role::Owner).await;
    let before = server.context.store.count_rows().await.unwrap();
    let functions = server_functions(&ids)
        .into_iter()
        .map(|(path, ..)| path.to_owned());
    let forms = ROUTES.into_iter().filter(|(method, ..)| *method == POST);
    let forms = forms.map(|(_, path, ..)| ids.fill_path(path));
    let paths: Vec<String> = forms
        .chain(functions)
        .chain(SDK_KEY_FORMS.map(str::to_owned))
        .collect();
    assert!(paths.len() > 20);
    // Rejected by `Sec-Fetch-Site`, or by `Origin` where browsers omit that header: over plain
    // HTTP to a host name or an IP address.
    let rejected_headers: [&[(&str, &str)]; 7] = [
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
        for headers in rejected_headers {
            let mut request = Request::post(path.as_str()).header(header::COOKIE, &browser.cookie);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let answer = server.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    assert_eq!(server.context.store.count_rows().await.unwrap(), before);
    // Same-origin requests are accepted under each host name.
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
