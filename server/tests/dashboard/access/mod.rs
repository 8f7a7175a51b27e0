//! Access control: every route and every server function, requested directly as every role.

mod cross_site;
mod functions;
mod headers;
mod hostile;
mod table;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use keywright_domain::role::Role;
use keywright_testing::engine_test;

use self::table::{Access, POST, PathParams, ROUTES, SDK_KEY_FORMS, acme_params};
use crate::support::{Browser, TestServer};

#[test]
fn table_lists_every_route() {
    let listed: BTreeSet<_> = ROUTES
        .iter()
        .map(|(_, path, ..)| (*path).to_owned())
        .collect();
    let mut all = keywright::web::paths();
    assert!(
        all.remove("/fn/{*function}"),
        "server functions are tested individually"
    );
    assert_eq!(listed, all);
}

#[engine_test]
async fn routes_enforce_roles(server: TestServer) {
    let ids = acme_params(&server).await;
    let mut browsers = Vec::new();
    for role in Role::ALL {
        browsers.push((role, server.sign_in(role).await));
    }
    let anonymous = Browser {
        server: &server,
        cookie: "keywright_session=none".into(),
    };
    let forms = SDK_KEY_FORMS.map(|path| (POST, path, Access::AtLeast(Role::Admin), &[][..]));
    for (method, path, who, fields) in ROUTES.into_iter().chain(forms) {
        let request_path = ids.fill_path(path);
        let least = match who {
            Access::Public => continue,
            Access::AtLeast(least) => least,
        };
        let refused = anonymous.send_route(&method, &request_path, fields).await;
        let leads_away = refused.status == StatusCode::SEE_OTHER
            && refused.header("location").starts_with("/login");
        assert!(
            leads_away || refused.status == StatusCode::UNAUTHORIZED,
            "{method} {path}: {}",
            refused.status
        );
        for (role, browser) in &browsers {
            let answer = browser.send_route(&method, &request_path, fields).await;
            let is_refused = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(is_refused, *role < least, "{method} {path} by {role:?}");
            let is_known = answer.status != StatusCode::NOT_FOUND
                && answer.status != StatusCode::METHOD_NOT_ALLOWED
                && !answer.status.is_server_error();
            assert!(is_known, "{method} {path} by {role:?}: {}", answer.status);
        }
    }
}

#[engine_test]
async fn another_tenants_resources_are_not_found(server: TestServer) {
    let acme_ids = acme_params(&server).await;
    let indie = server.sign_in_as("owner@indie.test").await;
    let own_license = indie_license(&indie).await;
    let mixed_ids = PathParams {
        license: own_license,
        ..acme_params(&server).await
    };
    let before = server.context.store.count_rows().await.unwrap();
    let mut request_path = 0;
    for (method, path, _, fields) in ROUTES {
        if !path.contains("{id}") && !path.contains("{product}") && !path.contains("{fingerprint}")
        {
            continue;
        }
        let answer = indie
            .send_route(&method, &acme_ids.fill_path(path), fields)
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
        assert!(!answer.text().contains("acme"), "{method} {path}");
        request_path += 1;
        if path.contains("{instance}") {
            let answer = indie
                .send_route(&method, &mixed_ids.fill_path(path), fields)
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
        }
    }
    assert!(request_path > 15, "{request_path}");
    let stream = indie
        .get(&format!("/events?license={}", acme_ids.license))
        .await;
    assert_eq!(stream.status, StatusCode::NOT_FOUND);
    let after = server.context.store.count_rows().await.unwrap();
    assert_eq!(after, before, "nothing changed");
}

/// Returns the ID of one of `indie`'s licenses.
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
