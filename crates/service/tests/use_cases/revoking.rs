//! A license that is ended for good.

use keywright_domain::{audit::Action, key::LicenseKey, license::LicenseState, role::Role};
use keywright_service::{Caller, Error};

use crate::world::{PRO_KEY, acme, log, new_entries, somebody, world};

#[tokio::test]
async fn a_license_is_revoked_once_with_one_entry_in_the_log() {
    let world = world().await;
    let before = log(&world).await.len();
    let id = LicenseKey::parse(PRO_KEY).ok().unwrap().id();
    let licenses = &world.services.licenses;
    let refused = licenses.revoke(&somebody(Role::Viewer), id).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    let foreign = Caller::command_line("indie".parse().unwrap());
    assert!(matches!(
        licenses.revoke(&foreign, id).await,
        Err(Error::NotFound)
    ));
    licenses.revoke(&somebody(Role::Support), id).await.unwrap();
    let again = licenses.revoke(&somebody(Role::Support), id).await;
    assert!(matches!(
        again,
        Err(Error::Conflict("License is already revoked"))
    ));
    let license = world.store.license(&acme(), id).await.unwrap().unwrap();
    assert_eq!(license.state, LicenseState::Revoked);
    let entries = new_entries(&world, before).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].action, entries[0].license),
        (Action::Revoke, Some(id))
    );
    assert_eq!(entries[0].actor.name, "support@acme.test");
}
