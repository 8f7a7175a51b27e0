//! First-run setup on both engines.

use keywright_api_types::page::Position;
use keywright_domain::{
    audit::{Action, ActorKind},
    ids::TenantId,
    plan::Plan,
    role::Role,
    setup::SetupCode,
    slug::SlugError,
};
use keywright_service::{
    Error, Invalid,
    operators::Origin,
    tenants::CreateTenant,
    tenants::setup::{SetupError, SetupForm},
};
use keywright_store::{EntryFilter, RecordedEntry};
use keywright_testing::{Engine, NOW, TestWorld, engine_test};

const PASSWORD: &str = "correct horse";

fn mine() -> TenantId {
    "mine".parse().unwrap()
}

fn order(code: &str) -> SetupForm {
    SetupForm {
        code: code.to_owned().into(),
        tenant_name: " My company ".into(),
        slug: "mine".into(),
        email: " me@mine.test ".into(),
        password: PASSWORD.to_owned().into(),
    }
}

async fn run(world: &TestWorld, new: SetupForm) -> Result<(), SetupError> {
    let setup = &world.services.setup;
    setup.run(new, Origin::default()).await.map(drop)
}

async fn code(world: &TestWorld) -> String {
    let code = world.services.setup.new_code().await.unwrap();
    code.expose().to_string()
}

async fn entries(world: &TestWorld) -> Vec<RecordedEntry> {
    let (tenant, filter) = (mine(), EntryFilter::default());
    let found = world
        .store
        .audit_entries(&tenant, &filter, Position::Start, 100, NOW);
    found.await.unwrap()
}

/// Returns a form with a well-formed but wrong code.
fn wrong() -> SetupForm {
    order("AAAA-BBBB-CCCC-DDDD-EEEE")
}

/// Submits a wrong code and returns the number of attempts left.
async fn tries_left(world: &TestWorld) -> Option<u32> {
    match run(world, wrong()).await {
        Err(SetupError::WrongCode { tries_left }) => Some(tries_left),
        Err(SetupError::CodeVoid) => None,
        other => panic!("{other:?}"),
    }
}

#[engine_test]
async fn valid_code_creates_a_tenant_and_signs_in_its_owner(world: TestWorld) {
    let (setup, operators) = (&world.services.setup, &world.services.operators);
    assert!(setup.is_due().await.unwrap());
    let typed = code(&world).await.to_lowercase().replace('-', " ");
    let origin = Origin {
        user_agent: "browser".into(),
        address: "192.0.2.1".parse().ok(),
    };
    let token = setup.run(order(&typed), origin).await.ok().unwrap();
    let session = operators.session(&token).await.unwrap();
    assert_eq!(
        (session.email.as_str(), session.role, session.plan),
        ("me@mine.test", Role::Owner, Plan::Enterprise)
    );
    assert_eq!(
        (&session.tenant_id, session.tenant_name.as_str()),
        (&mine(), "My company")
    );
    let again = operators.sign_in("ME@mine.test", PASSWORD, Origin::default());
    assert!(again.await.is_ok(), "the chosen password works");
    let keyset = world.services.signing_keys.keyset(&mine()).await.unwrap();
    assert_eq!((keyset.primary.as_str(), keyset.keys.len()), ("k1", 1));
    assert!(!setup.is_due().await.unwrap());
    assert!(!world.beside().await.services.setup.is_due().await.unwrap());
}

#[engine_test]
async fn setup_is_recorded_in_the_owners_name(world: TestWorld) {
    let right = code(&world).await;
    tries_left(&world).await;
    run(&world, order(&right)).await.unwrap();
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
async fn setup_stores_no_secrets_and_runs_only_once(world: TestWorld) {
    let right = code(&world).await;
    run(&world, order(&right)).await.unwrap();
    assert!(world.store.setup_code().await.unwrap().hash.is_none());
    let stored = world.database.everything_stored().await;
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
        let again = run(&world, order(code)).await;
        assert!(matches!(again, Err(SetupError::Done)), "{again:?}");
    }
    let refused = world.services.setup.new_code().await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
    assert!(world.services.setup.first_code().await.unwrap().is_none());
}

#[engine_test]
async fn five_failed_attempts_void_the_code_until_a_new_one_is_created(world: TestWorld) {
    let first = code(&world).await;
    for left in [Some(4), Some(3), Some(2), Some(1), None, None] {
        assert_eq!(tries_left(&world).await, left);
    }
    let void = run(&world, order(&first)).await;
    assert!(matches!(void, Err(SetupError::CodeVoid)), "{void:?}");
    let second = code(&world).await;
    let replaced = run(&world, order(&first)).await;
    let four = SetupError::WrongCode { tries_left: 4 };
    assert_eq!(replaced.unwrap_err().to_string(), four.to_string());
    run(&world, order(&second)).await.unwrap();
}

#[engine_test]
async fn concurrent_failed_attempts_are_all_counted(world: TestWorld) {
    let right = code(&world).await;
    let tries = (0..12).map(|_| tries_left(&world));
    let mut left = futures::future::join_all(tries).await;
    left.sort();
    let counted = [Some(1), Some(2), Some(3), Some(4)];
    assert!(
        left[..8].iter().all(Option::is_none) && left[8..] == counted,
        "{left:?}"
    );
    let void = run(&world, order(&right)).await;
    assert!(matches!(void, Err(SetupError::CodeVoid)), "{void:?}");
}

#[engine_test]
async fn concurrent_setups_create_one_tenant(engine: Engine) {
    let world = TestWorld::on(engine).await;
    let beside = world.beside().await;
    let right = code(&world).await;
    let other = |slug: &str| SetupForm {
        slug: slug.into(),
        email: format!("me@{slug}.test"),
        ..order(&right)
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
    let ends = futures::future::join_all(runs).await;
    let done = ends.iter().filter(|end| end.is_ok()).count();
    let late = |end: &&Result<(), SetupError>| matches!(end, Err(SetupError::Done));
    assert_eq!((done, ends.iter().filter(late).count()), (1, 5), "{ends:?}");
    assert_eq!(world.store.tenant_ids().await.unwrap().len(), 1);
}

#[engine_test]
async fn all_invalid_fields_are_reported_without_counting_an_attempt(world: TestWorld) {
    let right = code(&world).await;
    let nothing = SetupForm {
        code: " - ".to_owned().into(),
        tenant_name: " ".into(),
        slug: String::new(),
        email: "nobody".into(),
        password: "012345678".to_owned().into(),
    };
    let length = SlugError::Length { min: 3, max: 40 };
    let all = [
        ("code", Invalid::SetupCodeMissing),
        ("tenant_name", Invalid::Name { max: 80 }),
        ("slug", Invalid::Slug(length)),
        ("email", Invalid::Email),
        ("password", Invalid::Password { min: 10, max: 200 }),
    ];
    let all = all.map(|(name, error)| (name, format!("{error}.")));
    assert_eq!(wrong_fields(&world, nothing).await, all);
    for (slug, error) in [
        ("Mine", SlugError::Character),
        ("licenses", SlugError::Reserved),
    ] {
        // Right or wrong code: the code is not checked while a field is invalid.
        for code in [&right, "AAAA"] {
            let new = SetupForm {
                slug: slug.into(),
                ..order(code)
            };
            let only = [("slug", format!("{}.", Invalid::Slug(error)))];
            assert_eq!(wrong_fields(&world, new).await, only);
        }
    }
    assert!(
        world.services.setup.is_due().await.unwrap(),
        "no partial setup"
    );
    assert_eq!(
        tries_left(&world).await,
        Some(4),
        "invalid forms did not count as attempts"
    );
    run(&world, order(&right)).await.unwrap();
}

async fn wrong_fields(world: &TestWorld, new: SetupForm) -> Vec<(&'static str, String)> {
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
async fn failed_setup_changes_nothing_and_keeps_the_code_valid(world: TestWorld) {
    let right = code(&world).await;
    // Make the last write fail.
    world
        .database
        .execute("ALTER TABLE sessions RENAME TO away")
        .await;
    let failed = run(&world, order(&right)).await;
    assert!(matches!(failed, Err(SetupError::Other(_))), "{failed:?}");
    assert_eq!(world.store.tenant_ids().await.unwrap(), []);
    world
        .database
        .execute("ALTER TABLE away RENAME TO sessions")
        .await;
    run(&world, order(&right)).await.unwrap();
    assert_eq!(entries(&world).await.len(), 4);
}

#[engine_test]
async fn startup_generates_a_code_only_if_none_is_valid(world: TestWorld) {
    let setup = &world.services.setup;
    let first = setup.first_code().await.unwrap().unwrap();
    assert!(setup.accepts(&first).await.unwrap());
    assert!(setup.first_code().await.unwrap().is_none());
    for _ in 0..5 {
        tries_left(&world).await;
    }
    assert!(!setup.accepts(&first).await.unwrap());
    let second = setup.first_code().await.unwrap().unwrap();
    assert!(setup.accepts(&second).await.unwrap() && !setup.accepts(&first).await.unwrap());
    let new = CreateTenant::new(mine(), "Mine", Plan::Free);
    world.services.tenants.create(new).await.unwrap();
    assert!(!setup.accepts(&second).await.unwrap());
    let late = run(&world, order(&second.expose())).await;
    assert!(matches!(late, Err(SetupError::Done)), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_startups_generate_one_code() {
    let world = TestWorld::on(Engine::Postgres).await;
    let beside = world.beside().await;
    let starts = [&world, &beside, &world, &beside].map(|world| world.services.setup.first_code());
    let codes = futures::future::join_all(starts).await;
    let made: Vec<SetupCode> = codes
        .into_iter()
        .filter_map(Result::unwrap_or_default)
        .collect();
    assert_eq!(made.len(), 1);
    assert!(beside.services.setup.accepts(&made[0]).await.unwrap());
}
