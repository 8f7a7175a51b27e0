//! Signing in and out.

use keywright_domain::{audit::Action, role::Role};
use keywright_service::{
    Caller, Error, Invalid,
    operators::{IDLE_MILLIS, Origin, SESSION_DAYS, SessionToken},
    testing::NOW,
};

use crate::world::{acme, log, new_entries, settled, somebody, world};

const EMAIL: &str = "owner@acme.test";
const PASSWORD: &str = "keywright-demo";

fn origin() -> Origin {
    Origin {
        user_agent: "browser".into(),
        address: "192.0.2.1".into(),
    }
}

#[tokio::test]
async fn the_right_password_begins_a_session_and_is_recorded() {
    let world = world().await;
    let before = log(&world).await.len();
    let token = world
        .services
        .operators
        .sign_in("Owner@ACME.test", PASSWORD, origin())
        .await
        .unwrap();
    let session = world.services.operators.session(&token).await.unwrap();
    assert_eq!((session.email.as_str(), session.role), (EMAIL, Role::Owner));
    assert_eq!(
        (session.tenant, session.tenant_name.as_str()),
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
async fn a_wrong_password_is_refused_and_recorded_for_a_known_account_only() {
    let world = world().await;
    let before = log(&world).await.len();
    for (email, password) in [
        (EMAIL, "wrong"),
        ("nobody@acme.test", PASSWORD),
        ("", ""),
        (EMAIL, ""),
    ] {
        let refused = world
            .services
            .operators
            .sign_in(email, password, origin())
            .await;
        assert!(matches!(refused, Err(Error::Unauthenticated)), "{email}");
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
async fn a_session_ends_at_sign_out() {
    let world = world().await;
    let token = world
        .services
        .operators
        .sign_in(EMAIL, PASSWORD, origin())
        .await
        .unwrap();
    let other = world
        .services
        .operators
        .sign_in(EMAIL, PASSWORD, origin())
        .await
        .unwrap();
    world.services.operators.sign_out(&token).await.unwrap();
    assert!(matches!(
        world.services.operators.session(&token).await,
        Err(Error::Unauthenticated)
    ));
    assert!(
        world.services.operators.session(&other).await.is_ok(),
        "the other browser's goes on"
    );
}

#[tokio::test]
async fn a_session_ends_when_idle_for_twelve_hours_and_after_thirty_days_in_any_case() {
    let world = world().await;
    let token = world
        .services
        .operators
        .sign_in(EMAIL, PASSWORD, origin())
        .await
        .unwrap();
    let end = NOW.plus_days(SESSION_DAYS);
    let mut now = NOW;
    while now.plus_millis(IDLE_MILLIS - 1) < end {
        now = now.plus_millis(IDLE_MILLIS - 1);
        world.clock.set(now);
        assert!(
            world.services.operators.session(&token).await.is_ok(),
            "seen often enough"
        );
        settled(&world).await;
    }
    world.clock.set(end);
    assert!(
        world.services.operators.session(&token).await.is_err(),
        "thirty days"
    );

    let token = world
        .services
        .operators
        .sign_in(EMAIL, PASSWORD, origin())
        .await
        .unwrap();
    world.clock.set(end.plus_millis(IDLE_MILLIS));
    assert!(
        world.services.operators.session(&token).await.is_err(),
        "twelve hours"
    );
}

#[tokio::test]
async fn a_made_up_token_is_no_session() {
    let world = world().await;
    for token in ["", "x", &"A".repeat(43)] {
        let found = world
            .services
            .operators
            .session(&SessionToken::from_cookie(token))
            .await;
        assert!(matches!(found, Err(Error::Unauthenticated)));
    }
}

#[tokio::test]
async fn accounts_are_made_by_those_who_may_with_a_good_password() {
    let world = world().await;
    let operators = &world.services.operators;
    let owner = Caller::command_line(acme());
    let add = |caller: Caller, email: &'static str, role, password: &'static str| async move {
        operators.add(&caller, email, role, password).await
    };
    assert!(
        add(owner.clone(), "new@acme.test", Role::Admin, "long enough")
            .await
            .is_ok()
    );
    assert!(
        operators
            .sign_in("new@acme.test", "long enough", origin())
            .await
            .is_ok()
    );
    let taken = add(owner.clone(), "NEW@acme.test", Role::Admin, "long enough").await;
    assert!(matches!(taken, Err(Error::Conflict(message)) if message.contains("e-mail")));
    let short = add(owner.clone(), "short@acme.test", Role::Viewer, "short").await;
    assert!(matches!(
        short,
        Err(Error::Invalid(Invalid::Password { .. }))
    ));
    let nobody = add(owner, "nobody", Role::Viewer, "long enough").await;
    assert!(matches!(nobody, Err(Error::Invalid(Invalid::Email))));
    for (caller, role, allowed) in [
        (Role::Admin, Role::Support, true),
        (Role::Admin, Role::Admin, false),
        (Role::Support, Role::Viewer, false),
    ] {
        let added = add(somebody(caller), "x@acme.test", role, "long enough").await;
        assert_eq!(
            added.is_ok(),
            allowed,
            "{caller:?} makes {role:?}: {added:?}"
        );
    }
}
