//! Permissions for live updates.

use std::time::Duration;

use keywright_api_types::subscription::Subject;
use keywright_domain::{key::LicenseKey, role::Role};
use keywright_service::{Caller, Error, events::Watch};

use crate::support::{PRO_KEY, somebody, world};

fn pro() -> Subject {
    Subject::License(LicenseKey::parse(PRO_KEY).ok().unwrap().id())
}

/// The timeout keeps a failing test from hanging.
async fn woken(watch: &mut Watch) {
    tokio::time::timeout(Duration::from_secs(20), watch.changed())
        .await
        .unwrap();
}

#[tokio::test]
async fn viewer_can_subscribe_to_license_changes() {
    let world = world().await;
    let viewer = somebody(Role::Viewer);
    let events = &world.services.events;
    let mut license = events.watch(&viewer, pro()).await.unwrap();
    let mut list = events.watch(&viewer, Subject::Licenses).await.unwrap();
    let Subject::License(id) = pro() else {
        panic!("expected a license")
    };
    let support = somebody(Role::Support);
    world.services.licenses.revoke(&support, id).await.unwrap();
    woken(&mut license).await;
    woken(&mut list).await;
    // A rejected action reports no change.
    let again = world.services.licenses.revoke(&support, id).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    assert!(!license.has_changed() && !list.has_changed());
}

#[tokio::test]
async fn subscribing_to_another_tenants_license_is_not_found() {
    let world = world().await;
    let events = &world.services.events;
    let unknown = Subject::License("0".repeat(64).parse().unwrap());
    let indie = Caller::command_line("indie".parse().unwrap());
    for (caller, subject) in [(somebody(Role::Owner), unknown), (indie, pro())] {
        let refused = events.watch(&caller, subject).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    assert_eq!(world.store.changes().watched(), 0);
}
