//! Live updates report only changes that the operator may view.

use std::time::Duration;

use keywright_api_types::subscription::Subject;
use keywright_domain::{license_key::LicenseKey, role::Role};
use keywright_service::{Caller, Error, live_updates::Subscription};

use crate::support::{PRO_KEY, demo_world, operator_with_role};

fn pro_license() -> Subject {
    Subject::License(LicenseKey::parse(PRO_KEY).ok().unwrap().id())
}

/// The timeout keeps a failing test from hanging.
async fn wait_for_change(watch: &mut Subscription) {
    tokio::time::timeout(Duration::from_secs(20), watch.changed())
        .await
        .unwrap();
}

#[tokio::test]
async fn viewer_can_subscribe_to_license_changes() {
    let world = demo_world().await;
    let viewer = operator_with_role(Role::Viewer);
    let events = &world.services.live_updates;
    let mut license = events.subscribe(&viewer, pro_license()).await.unwrap();
    let mut list = events.subscribe(&viewer, Subject::Licenses).await.unwrap();
    let Subject::License(id) = pro_license() else {
        panic!("expected a license")
    };
    let support = operator_with_role(Role::Support);
    world.services.licenses.revoke(&support, id).await.unwrap();
    wait_for_change(&mut license).await;
    wait_for_change(&mut list).await;
    // A rejected action reports no change.
    let again = world.services.licenses.revoke(&support, id).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    assert!(!license.has_changed() && !list.has_changed());
}

#[tokio::test]
async fn subscribing_to_another_tenants_license_is_not_found() {
    let world = demo_world().await;
    let events = &world.services.live_updates;
    let unknown = Subject::License("0".repeat(64).parse().unwrap());
    let indie = Caller::for_command_line("indie".parse().unwrap());
    for (caller, subject) in [
        (operator_with_role(Role::Owner), unknown),
        (indie, pro_license()),
    ] {
        let refused = events.subscribe(&caller, subject).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    assert_eq!(world.store.changes().subject_count(), 0);
}
