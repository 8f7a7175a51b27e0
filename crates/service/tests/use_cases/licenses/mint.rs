//! Minting: all or nothing, audited, and once per form.

use std::sync::{Arc, Mutex};

use keywright_api_types::license_list::LicenseQuery;
use keywright_domain::{
    audit::{Action, ActorKind},
    license::{Customer, Status},
    role::Role,
};
use keywright_service::{
    Caller, Error, InvalidInputError,
    forms::{FormError, IdempotentResult},
    licenses::{MAX_LICENSES_PER_MINT, MintForm, MintRequest},
};
use keywright_testing::NOW;

use crate::support::{acme, audit_log, demo_world, license_id, new_entries, operator_with_role};

fn mint_request(key_type: Option<&str>, count: u32) -> MintRequest {
    MintRequest {
        product_id: "notes".parse().unwrap(),
        key_type_id: key_type.map(|slug| slug.parse().unwrap()),
        customer: Customer::default(),
        count,
    }
}

#[tokio::test]
async fn minted_license_copies_its_key_type_and_is_recorded() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let customer = Customer {
        name: Some("森 明子".into()),
        email: Some("mori@example.test".into()),
    };
    let order = MintRequest {
        customer: customer.clone(),
        ..mint_request(Some("team"), 1)
    };
    let minted = world
        .services
        .licenses
        .mint(&operator_with_role(Role::Support), order)
        .await
        .unwrap();
    let license = world
        .store
        .find_license(&acme(), minted[0].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(minted[0].key.id(), license.id);
    assert!(minted[0].key.expose().starts_with("ACME-"));
    assert_eq!(license.display_key, minted[0].display_key);
    assert_eq!(
        (
            license.status(NOW),
            license.activation_limit,
            license.active_count
        ),
        (Status::Active, 10, 0)
    );
    assert_eq!(license.expires_at, Some(NOW.plus_days(365)));
    assert_eq!(
        (license.entitlements.to_string().as_str(), license.customer),
        ("pro,sync", customer)
    );
    let entries = new_entries(&world, before).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].action, license_id(entries[0].license.as_ref())),
        (Action::ManualMint, Some(license.id))
    );
    assert_eq!(entries[0].actor.name, "support@acme.test");
    assert!(
        !entries[0]
            .details
            .to_string()
            .contains(minted[0].key.expose())
    );
}

#[tokio::test]
async fn batch_mint_creates_unique_licenses_with_one_entry_each() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let caller = Caller::for_command_line(acme());
    let minted = world
        .services
        .licenses
        .mint(&caller, mint_request(Some("pro"), 50))
        .await
        .unwrap();
    let ids: std::collections::HashSet<_> = minted.iter().map(|minted| minted.id).collect();
    assert_eq!(ids.len(), 50);
    let entries = new_entries(&world, before).await;
    assert_eq!(entries.len(), 50);
    assert!(
        entries
            .iter()
            .all(|entry| entry.actor.kind == ActorKind::CommandLine)
    );
}

#[tokio::test]
async fn invalid_mint_request_changes_nothing() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let caller = operator_with_role(Role::Support);
    let unknown_product = MintRequest {
        product_id: "nothing".parse().unwrap(),
        ..mint_request(None, 1)
    };
    let bad_email = Customer {
        email: Some("nobody".into()),
        ..Customer::default()
    };
    let bad_name = Customer {
        name: Some("a\nb".into()),
        ..Customer::default()
    };
    for (order, expected) in [
        (
            unknown_product,
            InvalidInputError::UnknownProduct("nothing".parse().unwrap()),
        ),
        (
            mint_request(Some("nothing"), 1),
            InvalidInputError::UnknownKeyType("notes".parse().unwrap(), "nothing".parse().unwrap()),
        ),
        (
            mint_request(None, 1),
            InvalidInputError::KeyTypeRequired("notes".parse().unwrap()),
        ),
        (
            mint_request(Some("pro"), 0),
            InvalidInputError::CountOutOfRange { max: 1_000 },
        ),
        (
            mint_request(Some("pro"), MAX_LICENSES_PER_MINT + 1),
            InvalidInputError::CountOutOfRange { max: 1_000 },
        ),
        (
            MintRequest {
                customer: bad_email,
                ..mint_request(Some("pro"), 1)
            },
            InvalidInputError::InvalidEmail,
        ),
        (
            MintRequest {
                customer: bad_name,
                ..mint_request(Some("pro"), 1)
            },
            InvalidInputError::InvalidName { max: 80 },
        ),
    ] {
        match world.services.licenses.mint(&caller, order).await {
            Err(Error::Invalid(found)) => assert_eq!(found, expected),
            Err(other) => panic!("{expected:?}: {other:?}"),
            Ok(_) => panic!("{expected:?}: minted"),
        }
    }
    assert_eq!(audit_log(&world).await.len(), before);
}

#[tokio::test]
async fn key_type_is_optional_if_the_product_has_one() {
    let world = demo_world().await;
    let order = MintRequest {
        product_id: "studio".parse().unwrap(),
        ..mint_request(None, 1)
    };
    assert!(
        world
            .services
            .licenses
            .mint(&operator_with_role(Role::Support), order)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn viewer_can_list_but_not_mint() {
    let world = demo_world().await;
    let viewer = operator_with_role(Role::Viewer);
    assert!(
        world
            .services
            .licenses
            .list(&viewer, &LicenseQuery::default())
            .await
            .is_ok()
    );
    let refused = world
        .services
        .licenses
        .mint(&viewer, mint_request(Some("pro"), 1))
        .await;
    assert!(matches!(refused, Err(Error::Forbidden)));
}

#[tokio::test]
async fn form_mints_once_and_its_result_expires() {
    let world = demo_world().await;
    let (licenses, support) = (&world.services.licenses, operator_with_role(Role::Support));
    let typed = |form: &str| MintForm {
        form_id: form.to_owned(),
        key_type: "notes/pro".into(),
        customer_email: " ada@example.test ".into(),
        count: "30".into(),
        ..MintForm::default()
    };
    let form = licenses.new_form().to_string();
    let (order, id) = licenses
        .validate_form(&support, typed(&form))
        .await
        .unwrap();
    assert_eq!(order.customer.email.as_deref(), Some("ada@example.test"));
    let written = Arc::new(Mutex::new(Vec::new()));
    let progress = written.clone();
    let minted = licenses
        .mint_from_form(&support, &order, id, move |count| {
            progress.lock().unwrap().push(count);
        })
        .await
        .unwrap();
    assert_eq!((minted.len(), written.lock().unwrap().len()), (30, 30));
    assert_eq!(written.lock().unwrap().last(), Some(&30));

    let before = audit_log(&world).await.len();
    let first: Vec<_> = minted.iter().take(20).map(|minted| minted.id).collect();
    let is_known = |answer: Result<(), FormError>| match answer {
        Err(FormError::Duplicate(IdempotentResult::Licenses {
            count: 30,
            first: named,
        })) => named
            .iter()
            .map(|license| license.id)
            .eq(first.iter().copied()),
        other => panic!("{other:?}"),
    };
    // Detected by the check before minting, and by the database for concurrent submissions.
    assert!(is_known(
        licenses
            .validate_form(&support, typed(&form))
            .await
            .map(drop)
    ));
    assert!(is_known(
        licenses
            .mint_from_form(&support, &order, id, |_| {})
            .await
            .map(drop)
    ));
    assert_eq!(audit_log(&world).await.len(), before);
    let stored = world
        .store
        .idempotent_result(&acme(), id)
        .await
        .unwrap()
        .unwrap()
        .to_string();
    assert!(
        minted
            .iter()
            .all(|minted| !stored.contains(minted.key.expose()))
    );

    for (days, is_there) in [(60, true), (61, false)] {
        world.clock.set(NOW.plus_days(days));
        world.services.run_maintenance().await.unwrap();
        let stored = world.store.idempotent_result(&acme(), id).await.unwrap();
        assert_eq!(stored.is_some(), is_there, "{days}");
    }
}

/// Permissions are checked before the form is validated.
#[tokio::test]
async fn viewer_is_rejected_before_the_form_is_validated() {
    let world = demo_world().await;
    let refused = world
        .services
        .licenses
        .validate_form(&operator_with_role(Role::Viewer), MintForm::default())
        .await;
    assert!(
        matches!(refused, Err(FormError::Other(Error::Forbidden))),
        "{refused:?}"
    );
}
