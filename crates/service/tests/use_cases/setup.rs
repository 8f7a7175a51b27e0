//! First-run setup on both engines.

use keywright_api_types::page::PageRequest;
use keywright_domain::{
    audit::{Action, ActorKind},
    ids::TenantId,
    plan::Plan,
    role::Role,
    setup_code::SetupCode,
    slug::SlugError,
};
use keywright_service::{
    Error, InvalidInputError,
    operators::ClientInfo,
    tenants::CreateTenant,
    tenants::setup::{SetupError, SetupForm},
};
use keywright_store::{AuditEntryFilter, RecordedAuditEntry};
use keywright_testing::{Engine, NOW, TestContext, engine_test};

const PASSWORD: &str = "correct horse";

fn tenant_id() -> TenantId {
    "mine".parse().unwrap()
}

fn setup_form(code: &str) -> SetupForm {
    SetupForm {
        code: code.to_owned().into(),
        tenant_name: " My company ".into(),
        slug: "mine".into(),
        email: " me@mine.test ".into(),
        password: PASSWORD.to_owned().into(),
    }
}

async fn run(world: &TestContext, new: SetupForm) -> Result<(), SetupError> {
    let setup = &world.services.setup;
    setup.run(new, ClientInfo::default()).await.map(drop)
}

async fn new_code(world: &TestContext) -> String {
    let code = world.services.setup.regenerate_code().await.unwrap();
    code.expose().to_string()
}

async fn entries(world: &TestContext) -> Vec<RecordedAuditEntry> {
    let (tenant, filter) = (tenant_id(), AuditEntryFilter::default());
    let found = world
        .store
        .list_audit_entries(&tenant, &filter, PageRequest::First, 100, NOW);
    found.await.unwrap()
}

/// Returns a form with a well-formed but wrong code.
fn form_with_wrong_code() -> SetupForm {
    setup_form("AAAA-BBBB-CCCC-DDDD-EEEE")
}

/// Submits a wrong code and returns the number of attempts left.
async fn attempts_left_after_wrong_code(world: &TestContext) -> Option<u32> {
    match run(world, form_with_wrong_code()).await {
        Err(SetupError::WrongCode { tries_left }) => Some(tries_left),
        Err(SetupError::CodeVoid) => None,
        other => panic!("{other:?}"),
    }
}

#[engine_test]
async fn valid_code_creates_a_tenant_and_signs_in_its_owner(world: TestContext) {
    let (setup, operators) = (&world.services.setup, &world.services.operators);
    assert!(setup.is_required().await.unwrap());
    let typed = new_code(&world).await.to_lowercase().replace('-', " ");
    let origin = ClientInfo {
        user_agent: "browser".into(),
        address: "192.0.2.1".parse().ok(),
    };
    let token = setup.run(setup_form(&typed), origin).await.ok().unwrap();
    let session = operators.get_session(&token).await.unwrap();
    assert_eq!(
        (session.email.as_str(), session.role, session.plan),
        ("me@mine.test", Role::Owner, Plan::Enterprise)
    );
    assert_eq!(
        (&session.tenant_id, session.tenant_name.as_str()),
        (&tenant_id(), "My company")
    );
    let again = operators.sign_in("ME@mine.test", PASSWORD, ClientInfo::default());
    assert!(again.await.is_ok(), "the chosen password works");
    let keyset = world
        .services
        .signing_keys
        .keyset(&tenant_id())
        .await
        .unwrap();
    assert_eq!((keyset.signing_kid.as_str(), keyset.keys.len()), ("k1", 1));
    assert!(!setup.is_required().await.unwrap());
    assert!(
        !world
            .second_server()
            .await
            .services
            .setup
            .is_required()
            .await
            .unwrap()
    );
}

#[engine_test]
async fn setup_is_recorded_in_the_owners_name(world: TestContext) {
    let right = new_code(&world).await;
    attempts_left_after_wrong_code(&world).await;
    run(&world, setup_form(&right)).await.unwrap();
    let mut entries = entries(&world).await;
    entries.sort_by_key(|entry| entry.action.as_str());
    let actions: Vec<Action> = entries.iter().map(|entry| entry.action).collect();
    assert_eq!(
        actions,
        [
            Action::OperatorCreate,
            Action::SignIn,
            Action::SigningKeyCreate,
            Action::TenantCreate
        ]
    );
    for entry in &entries {
        assert_eq!(
            (entry.actor.kind, entry.actor.name.as_str(), entry.at),
            (ActorKind::Operator, "me@mine.test", NOW)
        );
        let details = entry.details.to_string();
        assert!(!details.contains(PASSWORD) && !details.contains(&right));
    }
    assert_eq!(entries[3].details["plan"], "enterprise");
}

#[engine_test]
async fn setup_stores_no_secrets_and_runs_only_once(world: TestContext) {
    let right = new_code(&world).await;
    run(&world, setup_form(&right)).await.unwrap();
    assert!(
        world
            .store
            .decode_setup_code()
            .await
            .unwrap()
            .hash
            .is_none()
    );
    let stored = world.database.dump_contents().await;
    let is_kept = |text: &str| {
        stored
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(
        is_kept("me@mine.test"),
        "the search covers everything stored"
    );
    for secret in [PASSWORD, &right, &right.replace('-', "")] {
        assert!(!is_kept(secret), "{secret}");
    }
    for code in [&*right, "AAAA", ""] {
        let again = run(&world, setup_form(code)).await;
        assert!(matches!(again, Err(SetupError::AlreadySetUp)), "{again:?}");
    }
    let refused = world.services.setup.regenerate_code().await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
    assert!(world.services.setup.ensure_code().await.unwrap().is_none());
}

#[engine_test]
async fn five_failed_attempts_void_the_code_until_a_new_one_is_created(world: TestContext) {
    let first = new_code(&world).await;
    for left in [Some(4), Some(3), Some(2), Some(1), None, None] {
        assert_eq!(attempts_left_after_wrong_code(&world).await, left);
    }
    let void = run(&world, setup_form(&first)).await;
    assert!(matches!(void, Err(SetupError::CodeVoid)), "{void:?}");
    let second = new_code(&world).await;
    let replaced = run(&world, setup_form(&first)).await;
    let four = SetupError::WrongCode { tries_left: 4 };
    assert_eq!(replaced.unwrap_err().to_string(), four.to_string());
    run(&world, setup_form(&second)).await.unwrap();
}

#[engine_test]
async fn concurrent_failed_attempts_are_all_counted(world: TestContext) {
    let right = new_code(&world).await;
    let tries = (0..12).map(|_| attempts_left_after_wrong_code(&world));
    let mut left = futures::future::join_all(tries).await;
    left.sort();
    let counted = [Some(1), Some(2), Some(3), Some(4)];
    assert!(
        left[..8].iter().all(Option::is_none) && left[8..] == counted,
        "{left:?}"
    );
    let void = run(&world, setup_form(&right)).await;
    assert!(matches!(void, Err(SetupError::CodeVoid)), "{void:?}");
}

#[engine_test]
async fn concurrent_setups_create_one_tenant(engine: Engine) {
    let world = TestContext::create(engine).await;
    let beside = world.second_server().await;
    let right = new_code(&world).await;
    let other = |slug: &str| SetupForm {
        slug: slug.into(),
        email: format!("me@{slug}.test"),
        ..setup_form(&right)
    };
    let mut servers = vec![&world];
    if engine == Engine::Postgres {
        servers.push(&beside);
    }
    let runs = (0..6).map(|number| {
        run(
            servers[number % servers.len()],
            other(&format!("mine{number}")),
        )
    });
    let results = futures::future::join_all(runs).await;
    let done = results.iter().filter(|end| end.is_ok()).count();
    let is_done = |end: &&Result<(), SetupError>| matches!(end, Err(SetupError::AlreadySetUp));
    assert_eq!(
        (done, results.iter().filter(is_done).count()),
        (1, 5),
        "{results:?}"
    );
    assert_eq!(world.store.list_tenant_ids().await.unwrap().len(), 1);
}

#[engine_test]
async fn all_invalid_fields_are_reported_without_counting_an_attempt(world: TestContext) {
    let right = new_code(&world).await;
    let nothing = SetupForm {
        code: " - ".to_owned().into(),
        tenant_name: " ".into(),
        slug: String::new(),
        email: "nobody".into(),
        password: "012345678".to_owned().into(),
    };
    let length = SlugError::Length { min: 3, max: 40 };
    let all = [
        ("code", InvalidInputError::SetupCodeMissing),
        ("tenant_name", InvalidInputError::InvalidName { max: 80 }),
        ("slug", InvalidInputError::InvalidSlug(length)),
        ("email", InvalidInputError::InvalidEmail),
        (
            "password",
            InvalidInputError::PasswordLength { min: 10, max: 200 },
        ),
    ];
    let all = all.map(|(name, error)| (name, format!("{error}.")));
    assert_eq!(invalid_fields(&world, nothing).await, all);
    for (slug, error) in [
        ("Mine", SlugError::Character),
        ("licenses", SlugError::Reserved),
    ] {
        // Right or wrong code: the code is not checked while a field is invalid.
        for code in [&right, "AAAA"] {
            let new = SetupForm {
                slug: slug.into(),
                ..setup_form(code)
            };
            let only = [(
                "slug",
                format!("{}.", InvalidInputError::InvalidSlug(error)),
            )];
            assert_eq!(invalid_fields(&world, new).await, only);
        }
    }
    assert!(
        world.services.setup.is_required().await.unwrap(),
        "no partial setup"
    );
    assert_eq!(
        attempts_left_after_wrong_code(&world).await,
        Some(4),
        "invalid forms did not count as attempts"
    );
    run(&world, setup_form(&right)).await.unwrap();
}

async fn invalid_fields(world: &TestContext, new: SetupForm) -> Vec<(&'static str, String)> {
    match run(world, new).await {
        Err(SetupError::Invalid(errors)) => {
            let errors = errors.iter();
            errors
                .map(|(name, error)| (name, error.to_owned()))
                .collect()
        }
        other => panic!("{other:?}"),
    }
}

#[engine_test]
async fn failed_setup_changes_nothing_and_keeps_the_code_valid(world: TestContext) {
    let right = new_code(&world).await;
    // Make the last write fail.
    world
        .database
        .execute("ALTER TABLE sessions RENAME TO away")
        .await;
    let failed = run(&world, setup_form(&right)).await;
    assert!(matches!(failed, Err(SetupError::Other(_))), "{failed:?}");
    assert_eq!(world.store.list_tenant_ids().await.unwrap(), []);
    world
        .database
        .execute("ALTER TABLE away RENAME TO sessions")
        .await;
    run(&world, setup_form(&right)).await.unwrap();
    assert_eq!(entries(&world).await.len(), 4);
}

#[engine_test]
async fn startup_generates_a_code_only_if_none_is_valid(world: TestContext) {
    let setup = &world.services.setup;
    let first = setup.ensure_code().await.unwrap().unwrap();
    assert!(setup.is_valid_code(&first).await.unwrap());
    assert!(setup.ensure_code().await.unwrap().is_none());
    for _ in 0..5 {
        attempts_left_after_wrong_code(&world).await;
    }
    assert!(!setup.is_valid_code(&first).await.unwrap());
    let second = setup.ensure_code().await.unwrap().unwrap();
    assert!(
        setup.is_valid_code(&second).await.unwrap() && !setup.is_valid_code(&first).await.unwrap()
    );
    let new = CreateTenant::new(tenant_id(), "Mine", Plan::Free);
    world.services.tenants.create(new).await.unwrap();
    assert!(!setup.is_valid_code(&second).await.unwrap());
    let is_done = run(&world, setup_form(&second.expose())).await;
    assert!(
        matches!(is_done, Err(SetupError::AlreadySetUp)),
        "{is_done:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_startups_generate_one_code() {
    let world = TestContext::create(Engine::Postgres).await;
    let beside = world.second_server().await;
    let starts = [&world, &beside, &world, &beside].map(|world| world.services.setup.ensure_code());
    let codes = futures::future::join_all(starts).await;
    let made: Vec<SetupCode> = codes
        .into_iter()
        .filter_map(Result::unwrap_or_default)
        .collect();
    assert_eq!(made.len(), 1);
    assert!(beside.services.setup.is_valid_code(&made[0]).await.unwrap());
}
