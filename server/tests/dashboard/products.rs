//! Products and key types: pages that every role can read, and forms for admins.

use axum::http::StatusCode;
use insta::assert_snapshot;
use keywright_domain::role::Role;
use keywright_testing::{Engine, engine_test};
use scraper::Selector;

use crate::support::{
    TestServer,
    html::{field_value, outline, parse, select_texts},
};

const PAINT: [(&str, &str); 5] = [
    ("name", "<b>Paint</b>"),
    ("slug", "paint"),
    ("key_prefix", "PNT1"),
    ("trial_days", "14"),
    ("free_tier", "yes"),
];

#[engine_test]
async fn product_and_key_type_are_created_and_updated(server: TestServer) {
    let admin = server.sign_in(Role::Admin).await;
    let created = admin.submit_form("/products/new", &PAINT).await;
    assert_eq!(
        created.status_and_location(),
        (StatusCode::SEE_OTHER, "/products/paint")
    );
    let html = parse(&admin.get("/products/paint").await);
    assert_snapshot!(outline(&html), @"
    # <b>Paint</b>
    Slug: paint
    Key prefix: PNT1
    Trial: 14 days
    Free tier: Yes
    ## Key types
    ");
    let key_type = [
        ("slug", "yearly"),
        ("activation_limit", "2"),
        ("duration", "1"),
        ("duration_unit", "years"),
        ("entitlements", "pro sync"),
        ("fallback", "yes"),
    ];
    let added = admin
        .submit_form("/products/paint/key-types/new", &key_type)
        .await;
    assert_eq!(
        added.status_and_location(),
        (StatusCode::SEE_OTHER, "/products/paint")
    );
    let html = parse(&admin.get("/products/paint").await);
    assert_snapshot!(outline(&html), @"
    # <b>Paint</b>
    Slug: paint
    Key prefix: PNT1
    Trial: 14 days
    Free tier: Yes
    ## Key types
    Key type | Devices | Valid for | Entitlements | After expiry | Licenses
    yearly | 2 | 1 year | pro sync | Reduced mode | 0
    ");

    let edit = "/products/paint/key-types/yearly/edit";
    let html = parse(&admin.get(edit).await);
    assert_eq!(
        (
            field_value(&html, "activation_limit"),
            field_value(&html, "entitlements")
        ),
        ("2".into(), "pro, sync".into())
    );
    let saved = admin
        .submit_form(
            edit,
            &[("activation_limit", "9"), ("duration_unit", "lifetime")],
        )
        .await;
    assert_eq!(
        saved.status_and_location(),
        (StatusCode::SEE_OTHER, "/products/paint")
    );
    let html = parse(&admin.get("/products/paint").await);
    assert_eq!(
        select_texts(&html, "tbody th, tbody td"),
        ["yearly", "9", "Lifetime", "None", "Never expires", "0"]
    );

    let saved = admin
        .submit_form("/products/paint/edit", &[("name", "Paint 2")])
        .await;
    assert_eq!(
        saved.status_and_location(),
        (StatusCode::SEE_OTHER, "/products/paint")
    );
    let html = parse(&admin.get("/products").await);
    assert_eq!(
        select_texts(&html, "tbody th"),
        ["Notes", "Paint 2", "Studio"]
    );
}

#[tokio::test]
async fn invalid_fields_show_errors_and_keep_their_input() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let admin = server.sign_in(Role::Admin).await;
    let refused = admin
        .submit_form(
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
    assert_eq!(select_texts(&html, "h1"), ["New product"]);
    assert_eq!(
        select_texts(&html, "#slug-error"),
        ["The slug may contain only a-z, 0-9, - and _, and must begin with a letter or digit."]
    );
    assert_eq!(select_texts(&html, "[role=alert] a").len(), 1);
    let invalid_input = Selector::parse(
        "#slug[aria-invalid=true][aria-describedby='slug-error slug-hint'][autofocus]",
    )
    .unwrap();
    assert_eq!(html.select(&invalid_input).count(), 1);
    assert_eq!(
        (field_value(&html, "name"), field_value(&html, "key_prefix")),
        ("Paint \"2\"".into(), "ACME".into())
    );
    let taken = admin
        .submit_form(
            "/products/new",
            &[("name", "P"), ("slug", "p"), ("key_prefix", "indi")],
        )
        .await;
    let html = parse(&taken);
    assert_eq!(
        select_texts(&html, "#key_prefix-error"),
        ["Another product on this server has this prefix."]
    );
    let nothing = admin
        .server
        .post_form("/products/new", "%FF=", Some(&admin.cookie))
        .await;
    assert_eq!(select_texts(&parse(&nothing), "h1"), ["New product"]);
    let twice = admin
        .submit_form("/products/new", &[("name", "a"), ("name", "b")])
        .await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(select_texts(&parse(&twice), "h1"), ["Bad request"]);
}

#[tokio::test]
async fn product_pages_enforce_roles_plans_and_tenants() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let forms = [
        "/products/new",
        "/products/notes/edit",
        "/products/notes/key-types/new",
        "/products/notes/key-types/pro/edit",
    ];
    for role in Role::ALL {
        let browser = server.sign_in(role).await;
        let can_edit = role >= Role::Admin;
        for page in ["/products", "/products/notes"] {
            let answer = browser.get(page).await;
            assert_eq!(answer.status, StatusCode::OK, "{role:?} {page}");
            assert!(!answer.text().to_uppercase().contains("HYDRATE"));
            let offered = select_texts(&parse(&answer), ".page-head .button");
            let changes = offered.iter().any(|verb| verb != "Mint licenses");
            assert_eq!(changes, can_edit, "{role:?} {page} {offered:?}");
        }
        for form in forms {
            let shown = browser.get(form).await;
            let expected = if can_edit {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(shown.status, expected, "{role:?} {form}");
            parse(&shown);
            let posted = browser.submit_form(form, &[]).await;
            let expected = if can_edit {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(posted.status, expected, "{role:?} {form}");
        }
    }
    let indie = server.sign_in_as("owner@indie.test").await;
    let full = indie.submit_form("/products/new", &PAINT).await;
    assert_eq!(full.status, StatusCode::PAYMENT_REQUIRED);
    assert!(select_texts(&parse(&full), "[role=alert]")[0].contains("Upgrade to Starter"));
    for path in [
        "/products/notes",
        "/products/notes/edit",
        "/products/notes/key-types/pro/edit",
        "/products/No%20Slug",
    ] {
        let answer = indie.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            select_texts(&parse(&answer), "main .metadata code").len(),
            1
        );
    }
    let foreign = indie
        .submit_form("/products/notes/edit", &[("name", "Mine")])
        .await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let html = parse(
        &server
            .sign_in(Role::Viewer)
            .await
            .get("/products/notes")
            .await,
    );
    assert_eq!(select_texts(&html, "h1"), ["Notes"]);
    assert_eq!(
        server.get("/products").await.status_and_location(),
        (StatusCode::SEE_OTHER, "/login?next=%2Fproducts")
    );
    assert_eq!(
        server
            .post_form("/products/new", "", None)
            .await
            .status_and_location(),
        (StatusCode::SEE_OTHER, "/login")
    );
}

#[tokio::test]
async fn only_an_unused_key_type_is_deleted_after_confirmation() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let admin = server.sign_in(Role::Admin).await;
    let in_use = "/products/notes/key-types/pro/delete";
    for answer in [
        admin.get(in_use).await,
        admin.submit_empty_form(in_use).await,
    ] {
        assert_eq!(answer.status, StatusCode::CONFLICT);
        let message = select_texts(&parse(&answer), "[role=alert]").concat();
        let number = message.trim_start_matches("This key type can't be deleted: ");
        let (number, rest) = number.split_once(' ').unwrap();
        assert!(number.parse::<u32>().unwrap() > 20, "{message}");
        assert!(
            rest.starts_with("licenses use this key type, counting every status"),
            "{message}"
        );
    }
    let spare = [
        ("slug", "spare"),
        ("activation_limit", "1"),
        ("duration_unit", "lifetime"),
    ];
    admin
        .submit_form("/products/notes/key-types/new", &spare)
        .await;
    let page = "/products/notes/key-types/spare/delete";
    let support = server.sign_in(Role::Support).await;
    for refused in [
        support.get(page).await,
        support.submit_empty_form(page).await,
    ] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    let html = parse(&admin.get(page).await);
    assert_eq!(select_texts(&html, "main h1"), ["Delete spare from Notes?"]);
    let deleted = admin.submit_empty_form(page).await;
    assert_eq!(
        deleted.status_and_location(),
        (StatusCode::SEE_OTHER, "/products/notes")
    );
    for answer in [admin.get(page).await, admin.submit_empty_form(page).await] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let rows = select_texts(&parse(&admin.get("/products/notes").await), "tbody th");
    assert_eq!(rows, ["pro", "solo", "team", "yearly"]);
    let log = select_texts(&parse(&admin.get("/audit").await), "tbody th p");
    let sentence = "admin@acme.test deleted the key type spare from notes";
    assert!(log.iter().any(|entry| entry == sentence), "{log:?}");
}

#[tokio::test]
async fn key_prefix_check_reports_errors_to_scripts() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let check = "/products/new/key-prefix?value=";
    let admin = server.sign_in(Role::Admin).await;
    for (typed, invalid_input) in [
        ("PNT1", serde_json::Value::Null),
        (
            "INDI",
            "Another product on this server has this prefix.".into(),
        ),
        (
            "%F0%9F%94%91",
            "Enter a prefix of 4 letters or digits.".into(),
        ),
    ] {
        let answer = admin.get(&format!("{check}{typed}")).await;
        assert_eq!(
            (answer.status, &answer.json()["wrong"]),
            (StatusCode::OK, &invalid_input),
            "{typed}"
        );
    }
    let page = admin.get("/products/new").await;
    assert!(
        page.text()
            .contains("data-validate-url=\"/products/new/key-prefix\"")
    );
    let support = server.sign_in(Role::Support).await;
    assert_eq!(
        support.get(&format!("{check}PNT1")).await.status,
        StatusCode::FORBIDDEN
    );
}
