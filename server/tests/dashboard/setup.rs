//! First-run setup in a browser.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use keywright_domain::role::Role;
use keywright_testing::{Engine, engine_test};
use scraper::{Html, Selector};

use crate::support::{
    Browser, TestResponse, TestServer,
    html::{parse, select_texts},
};

const PASSWORD: &str = "correct horse";

/// Starts a server without a tenant, and returns it with its setup code.
async fn start_without_tenant(engine: Engine) -> (TestServer, String) {
    let server = TestServer::without_tenants(engine).await;
    let code = server
        .context
        .services
        .setup
        .regenerate_code()
        .await
        .unwrap();
    let code = code.expose().to_string();
    (server, code)
}

/// Returns a form that is valid if `code` is.
fn valid_form(code: &str) -> String {
    form_with(
        code,
        "Mine+%26+Co",
        "mine",
        "me%40mine.test",
        "correct+horse",
    )
}

fn form_with(code: &str, name: &str, slug: &str, email: &str, password: &str) -> String {
    format!("code={code}&tenant_name={name}&slug={slug}&email={email}&password={password}")
}

async fn post(server: &TestServer, form: &str) -> TestResponse {
    server.post_form("/setup", form, None).await
}

fn status_and_location(answer: &TestResponse) -> (u16, &str) {
    (answer.status.as_u16(), answer.header("location"))
}

/// Returns the value and the error of a field, and checks that screen readers announce the error.
fn field_state(html: &Html, name: &str) -> (String, String) {
    let one = |selector: &str| {
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).next()
    };
    let input = one(&format!("main form input[name={name}]")).unwrap();
    let error = one(&format!("#{name}-error"));
    let described_by = input.attr("aria-describedby").unwrap();
    for id in described_by.split(' ') {
        assert!(one(&format!("#{id}")).is_some(), "{name}: {id}");
    }
    assert_eq!(input.attr("aria-invalid"), error.map(|_| "true"), "{name}");
    let is_announced = described_by.contains(&format!("{name}-error"));
    assert_eq!(is_announced, error.is_some(), "{name}");
    let error = error.map(|error| error.text().collect::<String>());
    let value = input.attr("value").unwrap_or_default().to_owned();
    (value, error.unwrap_or_default())
}

/// Checks the page for a rejected form: it has no script and contains neither code nor password.
fn assert_rejected(answer: &TestResponse, status: StatusCode, code: &str) -> Html {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
    let text = answer.text();
    for secret in [PASSWORD, "correct+horse", code, &code.replace('-', "")] {
        assert!(secret.is_empty() || !text.contains(secret), "{secret}");
    }
    assert!(!text.contains("import("), "the page is not hydrated");
    let html = parse(answer);
    assert_eq!(select_texts(&html, "title"), ["Setup failed · Keywright"]);
    assert_eq!(select_texts(&html, "main [role=alert]").len(), 1);
    html
}

#[engine_test]
async fn pages_redirect_to_setup_until_a_tenant_exists(engine: Engine) {
    let (server, code) = start_without_tenant(engine).await;
    for path in ["/", "/login", "/licenses", "/licenses?q=x", "/audit"] {
        assert_eq!(
            status_and_location(&server.get(path).await),
            (303, "/setup"),
            "{path}"
        );
    }
    let page = server.get("/setup").await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    assert!(
        page.header("content-security-policy")
            .contains("form-action 'self'")
    );
    let html = parse(&page);
    assert_eq!(select_texts(&html, "title"), ["Setup · Keywright"]);
    assert_eq!(
        select_texts(&html, "main form label"),
        ["Setup code", "Tenant name", "Slug", "Email", "Password"]
    );
    assert_eq!(select_texts(&html, "[role=alert]").len(), 0);
    for name in ["code", "tenant_name", "slug", "email", "password"] {
        assert_eq!(field_state(&html, name), (String::new(), String::new()));
    }
    assert!(!page.text().contains("import(") && !page.text().contains("style=\""));

    let done = post(&server, &valid_form(&code)).await;
    assert_eq!(status_and_location(&done), (303, "/"), "{}", done.text());
    for (path, login) in [("/licenses", "/login"), ("/audit", "/login?next=%2Faudit")] {
        assert_eq!(
            status_and_location(&server.get(path).await),
            (303, login),
            "{path}"
        );
    }
    assert_eq!(server.get("/login").await.status, StatusCode::OK);
}

#[engine_test]
async fn owner_is_signed_in_after_setup(engine: Engine) {
    let (server, code) = start_without_tenant(engine).await;
    let typed = code.to_lowercase().replace('-', "+");
    let done = post(&server, &valid_form(&typed)).await;
    let cookie = done.header("set-cookie");
    for attribute in ["keywright_session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let browser = Browser {
        server: &server,
        cookie: done.cookie().to_owned(),
    };
    let page = browser.get("/licenses").await;
    assert_eq!(page.status, StatusCode::OK);
    let html = parse(&page);
    assert!(
        select_texts(&html, "header")
            .concat()
            .contains("Tenant: Mine & Co")
    );
    assert_eq!(select_texts(&html, "main h2"), ["No licenses yet"]);
    let log = parse(&browser.get("/audit").await);
    let entries = select_texts(&log, "tbody th p");
    assert_eq!(entries.len(), 4, "{entries:?}");
    for sentence in [
        "me@mine.test created this tenant on the enterprise plan",
        "me@mine.test created the signing key k1",
        "me@mine.test created the operator me@mine.test with the role owner",
        "me@mine.test signed in",
    ] {
        assert!(entries.iter().any(|entry| entry == sentence), "{entries:?}");
    }
}

#[engine_test]
async fn setup_page_is_gone_after_setup(engine: Engine) {
    let (server, code) = start_without_tenant(engine).await;
    let second = server.second_server().await;
    assert_eq!(second.get("/setup").await.status, StatusCode::OK);
    let done = post(&server, &valid_form(&code)).await;
    let cookie = done.cookie();
    let nothing = server.get("/nothing").await;
    let title = select_texts(&parse(&nothing), "title");
    for server in [&server, &second] {
        let browser = Browser {
            server,
            cookie: cookie.to_owned(),
        };
        for answer in [
            server.get("/setup").await,
            post(server, &valid_form(&code)).await,
            post(server, "").await,
            browser.get("/setup").await,
            browser.submit_empty_form("/setup").await,
        ] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
            assert_eq!(select_texts(&parse(&answer), "title"), title);
            assert_eq!(answer.header("set-cookie"), "");
        }
    }
}

/// The first valid form completes setup, whichever server receives it.
#[engine_test]
async fn concurrent_setups_create_one_tenant(engine: Engine) {
    let (server, code) = start_without_tenant(engine).await;
    let second = server.second_server().await;
    let form = &valid_form(&code);
    let posts = (0..12).map(|number| post([&server, &second][number % 2], form));
    let answers = futures::future::join_all(posts).await;
    let done = answers
        .iter()
        .filter(|answer| status_and_location(answer) == (303, "/"));
    assert_eq!(done.count(), 1);
    for refused in answers
        .iter()
        .filter(|answer| status_and_location(answer) != (303, "/"))
    {
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert_eq!(refused.header("set-cookie"), "");
    }
    assert_eq!(
        server.context.store.list_tenant_ids().await.unwrap().len(),
        1
    );
}

#[engine_test]
async fn setup_code_is_void_after_five_failed_attempts(engine: Engine) {
    let (server, code) = start_without_tenant(engine).await;
    for sentence in [
        "Wrong setup code. 4 attempts left.",
        "Wrong setup code. 3 attempts left.",
        "Wrong setup code. 2 attempts left.",
        "Wrong setup code. 1 attempt left.",
        "The setup code is void after 5 failed attempts. Run `keywright setup-code` on the server to create a new one.",
    ] {
        let answer = post(&server, &valid_form("AAAA-AAAA-AAAA-AAAA-AAAA")).await;
        let html = assert_rejected(&answer, StatusCode::FORBIDDEN, "AAAA-AAAA-AAAA-AAAA-AAAA");
        assert_eq!(
            field_state(&html, "code"),
            (String::new(), sentence.to_owned())
        );
        assert_eq!(
            select_texts(&html, "[role=alert] a[href='#code']"),
            [format!("Setup code: {sentence}")]
        );
        let kept = ["tenant_name", "slug", "email"].map(|name| field_state(&html, name));
        assert_eq!(
            kept.map(|(value, error)| value + &error),
            ["Mine & Co", "mine", "me@mine.test"]
        );
    }
    let void = post(&server, &valid_form(&code)).await;
    assert_rejected(&void, StatusCode::FORBIDDEN, &code);
    let another = server
        .context
        .services
        .setup
        .regenerate_code()
        .await
        .unwrap();
    let done = post(&server, &valid_form(&another.expose())).await;
    assert_eq!(status_and_location(&done), (303, "/"));
}

#[tokio::test]
async fn invalid_fields_show_all_errors_and_use_no_attempt() {
    let (server, code) = start_without_tenant(Engine::Sqlite).await;
    let bad = form_with("+-+", "%09", "licenses", "nobody", "short");
    for (form, sentences) in [
        (
            bad.as_str(),
            [
                "Enter the setup code that the server printed when it started.",
                "Enter a name of up to 80 characters, without control characters.",
                "The slug is reserved.",
                "Enter a full email address, such as ada@example.com.",
                "Enter a password of 10 to 200 characters.",
            ],
        ),
        (
            "",
            [
                "Enter the setup code that the server printed when it started.",
                "Enter a name of up to 80 characters, without control characters.",
                "The slug must be 3 to 40 characters long.",
                "Enter a full email address, such as ada@example.com.",
                "Enter a password of 10 to 200 characters.",
            ],
        ),
        (
            &form_with(&code, "Mine", "Mine!", "a%40b", PASSWORD),
            [
                "",
                "",
                "The slug may contain only a-z, 0-9, - and _, and must begin with a letter or digit.",
                "",
                "",
            ],
        ),
    ] {
        let html = assert_rejected(
            &post(&server, form).await,
            StatusCode::UNPROCESSABLE_ENTITY,
            &code,
        );
        let names = ["code", "tenant_name", "slug", "email", "password"];
        for (name, sentence) in names.into_iter().zip(sentences) {
            assert_eq!(field_state(&html, name).1, sentence, "{name}");
            let link = format!("[role=alert] a[href='#{name}']");
            assert_eq!(
                select_texts(&html, &link).len(),
                usize::from(!sentence.is_empty()),
                "{name}"
            );
        }
        let first = names
            .into_iter()
            .zip(sentences)
            .find(|(_, sentence)| !sentence.is_empty());
        let focused_field = format!("input[name={}][autofocus]", first.unwrap().0);
        assert_eq!(
            html.select(&Selector::parse(&focused_field).unwrap())
                .count(),
            1
        );
    }
    let wrong = post(&server, &valid_form("AAAA")).await;
    assert!(
        wrong.text().contains("4 attempts left"),
        "invalid forms use no attempt"
    );
}

#[tokio::test]
async fn cross_site_setup_is_rejected() {
    let (server, code) = start_without_tenant(Engine::Sqlite).await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        let request = Request::post("/setup")
            .header(header::HOST, "localhost:3000")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value);
        let answer = server
            .send(request.body(Body::from(valid_form(&code))).unwrap())
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
    assert_eq!(server.get("/setup").await.status, StatusCode::OK);
    let done = post(&server, &valid_form(&code)).await;
    assert_eq!(status_and_location(&done), (303, "/"));
}

#[tokio::test]
async fn setup_reports_a_database_outage_and_keeps_the_input() {
    let (server, code) = start_without_tenant(Engine::Sqlite).await;
    server.context.services.close().await;
    let page = server.get("/setup").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    let html = assert_rejected(
        &post(&server, &valid_form(&code)).await,
        StatusCode::SERVICE_UNAVAILABLE,
        &code,
    );
    assert_eq!(field_state(&html, "slug").0, "mine");
    assert_eq!(
        select_texts(&html, "[role=alert] .metadata").len(),
        1,
        "the request ID"
    );
}

#[tokio::test]
async fn demo_server_has_no_setup_page() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    for answer in [
        server.get("/setup").await,
        post(&server, &valid_form("AAAA")).await,
        server.sign_in(Role::Owner).await.get("/setup").await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}
