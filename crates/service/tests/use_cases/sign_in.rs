//! Sign-in, session expiry, and protection against password guessing.

use keywright_domain::{audit::Action, role::Role};
use keywright_service::{
    Caller, Error, InvalidInputError,
    operators::{
        ClientInfo, IDLE_TIMEOUT_MILLIS, SESSION_LIFETIME_DAYS, SessionToken, SignInError,
    },
    rate_limit::{LOGIN_WINDOW_MINUTES, RateLimitConfig},
};
use keywright_testing::NOW;

use crate::support::{
    acme, audit_log, demo_world, new_entries, operator_with_role, wait_for_background_writes,
};

const EMAIL: &str = "owner@acme.test";
const PASSWORD: &str = "keywright-demo";

fn client() -> ClientInfo {
    client_at("192.0.2.1")
}

fn client_at(address: &str) -> ClientInfo {
    ClientInfo {
        user_agent: "browser".into(),
        address: address.parse().ok(),
    }
}

#[tokio::test]
async fn correct_password_starts_a_session_and_is_recorded() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let token = world
        .services
        .operators
        .sign_in("Owner@ACME.test", PASSWORD, client())
        .await
        .unwrap();
    let session = world.services.operators.get_session(&token).await.unwrap();
    assert_eq!((session.email.as_str(), session.role), (EMAIL, Role::Owner));
    assert_eq!(
        (session.tenant_id, session.tenant_name.as_str()),
        (acme(), "Acme")
    );
    let entries = new_entries(&world, before).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].action, entries[0].actor.name.as_str()),
        (Action::SignIn, EMAIL)
    );
    assert!(!entries[0].details.to_string().contains(token.expose()));
}

#[tokio::test]
async fn wrong_password_is_recorded_only_for_a_known_account() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    for (email, password) in [
        (EMAIL, "wrong"),
        ("nobody@acme.test", PASSWORD),
        ("", ""),
        (EMAIL, ""),
    ] {
        let refused = world
            .services
            .operators
            .sign_in(email, password, client())
            .await;
        assert!(
            matches!(refused, Err(SignInError::InvalidCredentials)),
            "{email}"
        );
    }
    let entries = new_entries(&world, before).await;
    assert_eq!(entries.len(), 2);
    assert!(
        entries
            .iter()
            .all(|entry| entry.action == Action::SignInRefused && entry.actor.name == EMAIL)
    );
}

#[tokio::test]
async fn sign_out_ends_only_that_session() {
    let world = demo_world().await;
    let token = world
        .services
        .operators
        .sign_in(EMAIL, PASSWORD, client())
        .await
        .unwrap();
    let other = world
        .services
        .operators
        .sign_in(EMAIL, PASSWORD, client())
        .await
        .unwrap();
    world.services.operators.sign_out(&token).await.unwrap();
    assert!(matches!(
        world.services.operators.get_session(&token).await,
        Err(Error::Unauthenticated)
    ));
    assert!(
        world.services.operators.get_session(&other).await.is_ok(),
        "the other browser's session continues"
    );
}

#[tokio::test]
async fn session_expires_after_12_idle_hours_or_30_days() {
    let world = demo_world().await;
    let token = world
        .services
        .operators
        .sign_in(EMAIL, PASSWORD, client())
        .await
        .unwrap();
    let end = NOW.plus_days(SESSION_LIFETIME_DAYS);
    let mut now = NOW;
    while now.plus_millis(IDLE_TIMEOUT_MILLIS - 1) < end {
        now = now.plus_millis(IDLE_TIMEOUT_MILLIS - 1);
        world.clock.set(now);
        assert!(
            world.services.operators.get_session(&token).await.is_ok(),
            "not idle for twelve hours"
        );
        wait_for_background_writes(&world).await;
    }
    world.clock.set(end);
    assert!(
        world.services.operators.get_session(&token).await.is_err(),
        "thirty days"
    );

    let token = world
        .services
        .operators
        .sign_in(EMAIL, PASSWORD, client())
        .await
        .unwrap();
    world.clock.set(end.plus_millis(IDLE_TIMEOUT_MILLIS));
    assert!(
        world.services.operators.get_session(&token).await.is_err(),
        "twelve hours"
    );
}

#[tokio::test]
async fn invalid_token_is_unauthenticated() {
    let world = demo_world().await;
    for token in ["", "x", &"A".repeat(43)] {
        let found = world
            .services
            .operators
            .get_session(&SessionToken::from_cookie(token))
            .await;
        assert!(matches!(found, Err(Error::Unauthenticated)));
    }
}

#[tokio::test]
async fn account_creation_checks_role_email_and_password() {
    let world = demo_world().await;
    let operators = &world.services.operators;
    let owner = Caller::for_command_line(acme());
    let add = |caller: Caller, email: &'static str, role, password: &'static str| async move {
        operators.create(&caller, email, role, password).await
    };
    assert!(
        add(owner.clone(), "new@acme.test", Role::Admin, "long enough")
            .await
            .is_ok()
    );
    assert!(
        operators
            .sign_in("new@acme.test", "long enough", client())
            .await
            .is_ok()
    );
    let taken = add(owner.clone(), "NEW@acme.test", Role::Admin, "long enough").await;
    assert!(matches!(taken, Err(Error::Conflict(message)) if message.contains("email")));
    let short = add(owner.clone(), "short@acme.test", Role::Viewer, "short").await;
    assert!(matches!(
        short,
        Err(Error::Invalid(InvalidInputError::PasswordLength { .. }))
    ));
    let nobody = add(owner, "nobody", Role::Viewer, "long enough").await;
    assert!(matches!(
        nobody,
        Err(Error::Invalid(InvalidInputError::InvalidEmail))
    ));
    for (caller, role, allowed) in [
        (Role::Admin, Role::Support, true),
        (Role::Admin, Role::Admin, false),
        (Role::Support, Role::Viewer, false),
    ] {
        let added = add(
            operator_with_role(caller),
            "x@acme.test",
            role,
            "long enough",
        )
        .await;
        assert_eq!(
            added.is_ok(),
            allowed,
            "{caller:?} creates {role:?}: {added:?}"
        );
    }
}

/// Returns the time to wait in seconds, if rate limited.
fn wait_seconds(refused: Result<SessionToken, SignInError>) -> Option<u64> {
    match refused {
        Ok(_) | Err(SignInError::InvalidCredentials) => None,
        Err(SignInError::RateLimited(wait)) => Some(wait.as_secs()),
        Err(SignInError::Internal(error)) => panic!("{error}"),
    }
}

#[tokio::test]
async fn ten_wrong_passwords_block_the_account_for_that_address() {
    let world = demo_world().await;
    let operators = &world.services.operators;
    let try_from =
        |email, password, address| operators.sign_in(email, password, client_at(address));
    for second in 0..10 {
        world.clock.set(NOW.plus_millis(second * 1_000));
        let refused = try_from(EMAIL, "wrong password", "192.0.2.1").await;
        assert!(
            matches!(refused, Err(SignInError::InvalidCredentials)),
            "{second}"
        );
    }
    let whole = u64::from(LOGIN_WINDOW_MINUTES) * 60;
    for email in [EMAIL, "OWNER@acme.TEST"] {
        let blocked = try_from(email, PASSWORD, "192.0.2.1").await;
        assert_eq!(wait_seconds(blocked), Some(whole - 9));
    }
    // Other accounts and other addresses are not affected.
    for (email, address) in [
        ("admin@acme.test", "192.0.2.1"),
        (EMAIL, "192.0.2.2"),
        (EMAIL, "2001:db8::1"),
    ] {
        assert!(
            try_from(email, PASSWORD, address).await.is_ok(),
            "{address}"
        );
    }
    let end = NOW.plus_millis(i64::try_from(whole).unwrap() * 1_000);
    world.clock.set(end.plus_millis(-1));
    let blocked = try_from(EMAIL, PASSWORD, "192.0.2.1").await;
    assert_eq!(wait_seconds(blocked), Some(0));
    world.clock.set(end);
    assert!(try_from(EMAIL, PASSWORD, "192.0.2.1").await.is_ok());
}

#[tokio::test]
async fn unknown_account_is_rate_limited_like_a_known_one() {
    let world = demo_world().await;
    let mut waits = Vec::new();
    for email in [EMAIL, "nobody@acme.test"] {
        let tries = (0..12).map(|_| {
            let operators = &world.services.operators;
            operators.sign_in(email, "wrong password", client_at("192.0.2.7"))
        });
        let mut told = Vec::new();
        for refused in tries {
            told.push(wait_seconds(refused.await));
        }
        waits.push(told);
    }
    assert_eq!(waits[0], waits[1]);
    assert_eq!(waits[0].iter().flatten().count(), 2);
}

#[tokio::test]
async fn address_that_tries_many_accounts_is_blocked() {
    let world = demo_world().await;
    let operators = &world.services.operators;
    for number in 0..30 {
        let email = format!("nobody{number}@acme.test");
        let refused = operators.sign_in(&email, "wrong password", client()).await;
        assert!(
            matches!(refused, Err(SignInError::InvalidCredentials)),
            "{number}"
        );
    }
    let blocked = operators.sign_in(EMAIL, PASSWORD, client()).await;
    assert!(wait_seconds(blocked).is_some());
}

/// Guessing from many addresses affects neither existing sessions nor new sign-ins from their
/// addresses.
#[tokio::test]
async fn guessing_from_many_addresses_does_not_lock_out_the_owner() {
    let world = demo_world().await;
    let operators = &world.services.operators;
    let sign_in = |address| operators.sign_in(EMAIL, PASSWORD, client_at(address));
    let open = sign_in("192.0.2.1").await.unwrap();
    for number in 0..100 {
        let address = format!("198.51.100.{}", number / 9);
        let refused = operators
            .sign_in(EMAIL, "wrong password", client_at(&address))
            .await;
        assert!(
            matches!(refused, Err(SignInError::InvalidCredentials)),
            "{number}"
        );
    }
    assert!(wait_seconds(sign_in("203.0.113.1").await).is_some());
    assert!(operators.get_session(&open).await.is_ok());
    assert!(sign_in("192.0.2.1").await.is_ok());
    // A new address stays blocked.
    operators.sign_out(&open).await.unwrap();
    assert!(wait_seconds(sign_in("203.0.113.1").await).is_some());
}

#[tokio::test]
async fn concurrent_attempts_are_all_counted() {
    let world = demo_world().await;
    let operators = &world.services.operators;
    let tries = (0..24).map(|_| operators.sign_in(EMAIL, "wrong password", client()));
    let refused = futures::future::join_all(tries).await;
    let checked = refused
        .iter()
        .filter(|refused| matches!(refused, Err(SignInError::InvalidCredentials)));
    assert_eq!(checked.count(), 10);
    // Successful attempts are not counted.
    for _ in 0..30 {
        let right = operators
            .sign_in("admin@acme.test", PASSWORD, client_at("192.0.2.9"))
            .await;
        assert!(right.is_ok());
    }
}

#[tokio::test]
async fn zero_limit_disables_rate_limiting() {
    let world = demo_world().await;
    let limits = RateLimitConfig {
        failed_logins: 0,
        ..RateLimitConfig::default()
    };
    let world = world.with_rate_limits(limits).await;
    for _ in 0..40 {
        let refused = world
            .services
            .operators
            .sign_in(EMAIL, "wrong password", client());
        assert!(matches!(
            refused.await,
            Err(SignInError::InvalidCredentials)
        ));
    }
}

#[tokio::test]
async fn password_change_ends_all_sessions_and_is_recorded() {
    let world = demo_world().await;
    let operators = &world.services.operators;
    let sign_in = |password| operators.sign_in(EMAIL, password, client());
    let (one, two) = (
        sign_in(PASSWORD).await.unwrap(),
        sign_in(PASSWORD).await.unwrap(),
    );
    let other = operators
        .sign_in("admin@acme.test", PASSWORD, client())
        .await
        .unwrap();
    let before = audit_log(&world).await.len();
    // Entries of the same millisecond have no defined order.
    world.clock.set(NOW.plus_millis(1));
    let command_line = Caller::for_command_line(acme());
    let change = |caller, email, password| async move {
        operators.set_password(&caller, email, password).await
    };

    let short = change(command_line.clone(), EMAIL, "short").await;
    assert!(matches!(
        short,
        Err(Error::Invalid(InvalidInputError::PasswordLength { .. }))
    ));
    for unknown in ["nobody@acme.test", "owner@indie.test"] {
        let refused = change(command_line.clone(), unknown, "another password").await;
        assert!(matches!(refused, Err(Error::NotFound)), "{unknown}");
    }
    for role in [Role::Support, Role::Admin] {
        let refused = change(operator_with_role(role), EMAIL, "another password").await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}");
    }
    assert!(
        operators.get_session(&one).await.is_ok(),
        "rejected changes have no effect"
    );

    change(command_line, "Owner@acme.TEST", "another password")
        .await
        .unwrap();
    for ended in [&one, &two] {
        let session = operators.get_session(ended).await;
        assert!(matches!(session, Err(Error::Unauthenticated)));
    }
    assert!(operators.get_session(&other).await.is_ok());
    assert!(matches!(
        sign_in(PASSWORD).await,
        Err(SignInError::InvalidCredentials)
    ));
    assert!(sign_in("another password").await.is_ok());
    let entries = new_entries(&world, before).await;
    let entry = entries
        .iter()
        .find(|entry| entry.action == Action::OperatorPasswordChange)
        .unwrap();
    assert_eq!(entry.details["email"], EMAIL);
    assert!(!entry.details.to_string().contains("another password"));
}
