//! Products and key types: pages that everyone reads, and forms for those who may.

use axum::http::StatusCode;
use keywright_domain::role::Role;
use keywright_store::Engine;
use scraper::{Html, Selector};

use crate::{
    pages::{parse, texts},
    world::{Answer, Browser, Server},
};

on_both_engines! {
    made => a_product_and_a_key_type_are_made_and_changed();
}

impl Browser<'_> {
    async fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = String::new();
        for (name, value) in fields {
            form.push_str(name);
            form.push('=');
            form.extend(value.bytes().map(|byte| format!("%{byte:02X}")));
            form.push('&');
        }
        self.server.post_form(path, &form, Some(&self.cookie)).await
    }
}

const PAINT: [(&str, &str); 5] = [
    ("name", "<b>Paint</b>"),
    ("slug", "paint"),
    ("key_prefix", "PNT1"),
    ("trial_days", "14"),
    ("free_tier", "yes"),
];

fn led(answer: &Answer) -> (StatusCode, &str) {
    (answer.status, answer.header("location"))
}

/// The value of the field of that name.
fn value(html: &Html, name: &str) -> String {
    let field = Selector::parse(&format!("[name={name}]")).unwrap();
    let field = html.select(&field).next().unwrap();
    field.attr("value").unwrap_or_default().to_owned()
}

async fn a_product_and_a_key_type_are_made_and_changed(engine: Engine) {
    let server = Server::start(engine).await;
    let admin = server.sign_in(Role::Admin).await;
    let made = admin.fill("/products/new", &PAINT).await;
    assert_eq!(led(&made), (StatusCode::SEE_OTHER, "/products/paint"));
    let html = parse(&admin.get("/products/paint").await);
    assert_eq!(texts(&html, "h1"), ["<b>Paint</b>"], "inert");
    assert_eq!(
        texts(&html, ".facts dd"),
        ["paint", "PNT1", "14 days", "Yes"]
    );
    let key_type = [
        ("slug", "yearly"),
        ("activation_limit", "2"),
        ("duration", "1"),
        ("duration_unit", "years"),
        ("entitlements", "pro sync"),
        ("fallback", "yes"),
    ];
    let added = admin.fill("/products/paint/key-types/new", &key_type).await;
    assert_eq!(led(&added), (StatusCode::SEE_OTHER, "/products/paint"));
    let html = parse(&admin.get("/products/paint").await);
    assert_eq!(
        texts(&html, "tbody th, tbody td"),
        ["yearly", "2", "1 year", "prosync", "Reduced mode"]
    );

    let edit = "/products/paint/key-types/yearly/edit";
    let html = parse(&admin.get(edit).await);
    assert_eq!(
        (
            value(&html, "activation_limit"),
            value(&html, "entitlements")
        ),
        ("2".into(), "pro, sync".into())
    );
    let saved = admin
        .fill(
            edit,
            &[("activation_limit", "9"), ("duration_unit", "lifetime")],
        )
        .await;
    assert_eq!(led(&saved), (StatusCode::SEE_OTHER, "/products/paint"));
    let html = parse(&admin.get("/products/paint").await);
    assert_eq!(
        texts(&html, "tbody th, tbody td"),
        ["yearly", "9", "Lifetime", "None", "Never expires"]
    );

    let saved = admin
        .fill("/products/paint/edit", &[("name", "Paint 2")])
        .await;
    assert_eq!(led(&saved), (StatusCode::SEE_OTHER, "/products/paint"));
    let html = parse(&admin.get("/products").await);
    assert_eq!(texts(&html, "tbody th"), ["Notes", "Paint 2", "Studio"]);
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let server = Server::start(Engine::Sqlite).await;
    let admin = server.sign_in(Role::Admin).await;
    let refused = admin
        .fill(
            "/products/new",
            &[
                ("name", "Paint \"2\""),
                ("slug", "No Slug"),
                ("key_prefix", "ACME"),
            ],
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let html = parse(&refused);
    assert_eq!(texts(&html, "h1"), ["New product"]);
    assert_eq!(
        texts(&html, "#slug-error"),
        ["A slug may hold only a-z, 0-9, - and _, and must begin with a letter or digit."]
    );
    assert_eq!(texts(&html, "[role=alert] a").len(), 1);
    let wrong = Selector::parse(
        "#slug[aria-invalid=true][aria-describedby='slug-error slug-hint'][autofocus]",
    )
    .unwrap();
    assert_eq!(html.select(&wrong).count(), 1);
    assert_eq!(
        (value(&html, "name"), value(&html, "key_prefix")),
        ("Paint \"2\"".into(), "ACME".into())
    );
    let taken = admin
        .fill(
            "/products/new",
            &[("name", "P"), ("slug", "p"), ("key_prefix", "indi")],
        )
        .await;
    let html = parse(&taken);
    assert_eq!(
        texts(&html, "#key_prefix-error"),
        ["Another product on this server has this prefix."]
    );
    let nothing = admin
        .server
        .post_form("/products/new", "%FF=", Some(&admin.cookie))
        .await;
    assert_eq!(texts(&parse(&nothing), "h1"), ["New product"]);
    let twice = admin
        .fill("/products/new", &[("name", "a"), ("name", "b")])
        .await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(texts(&parse(&twice), "h1"), ["Not understood"]);
}

#[tokio::test]
async fn roles_plans_and_tenants_decide() {
    let server = Server::start(Engine::Sqlite).await;
    let forms = [
        "/products/new",
        "/products/notes/edit",
        "/products/notes/key-types/new",
        "/products/notes/key-types/pro/edit",
    ];
    for role in Role::ALL {
        let browser = server.sign_in(role).await;
        let may = role >= Role::Admin;
        for page in ["/products", "/products/notes"] {
            let answer = browser.get(page).await;
            assert_eq!(answer.status, StatusCode::OK, "{role:?} {page}");
            assert!(!answer.text().to_uppercase().contains("HYDRATE"));
            let offered = texts(&parse(&answer), ".page-head .button").len();
            assert_eq!(offered > 0, may, "{role:?} {page}");
        }
        for form in forms {
            let shown = browser.get(form).await;
            let expected = if may {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(shown.status, expected, "{role:?} {form}");
            parse(&shown);
            let posted = browser.fill(form, &[]).await;
            let expected = if may {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(posted.status, expected, "{role:?} {form}");
        }
    }
    let indie = server.sign_in_as("owner@indie.test").await;
    let full = indie.fill("/products/new", &PAINT).await;
    assert_eq!(full.status, StatusCode::PAYMENT_REQUIRED);
    assert!(texts(&parse(&full), "[role=alert]")[0].contains("needs the plan starter"));
    for path in [
        "/products/notes",
        "/products/notes/edit",
        "/products/notes/key-types/pro/edit",
        "/products/No%20Slug",
    ] {
        let answer = indie.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(texts(&parse(&answer), "main .meta code").len(), 1);
    }
    let foreign = indie
        .fill("/products/notes/edit", &[("name", "Mine")])
        .await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let html = parse(
        &server
            .sign_in(Role::Viewer)
            .await
            .get("/products/notes")
            .await,
    );
    assert_eq!(texts(&html, "h1"), ["Notes"]);
    assert_eq!(
        led(&server.get("/products").await),
        (StatusCode::SEE_OTHER, "/login")
    );
    assert_eq!(
        led(&server.post_form("/products/new", "", None).await),
        (StatusCode::SEE_OTHER, "/login")
    );
}
