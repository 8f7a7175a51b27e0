//! What `check` finds, on both engines.

use keywright_testing::{Engine, TestWorld, engine_test};

async fn faults_after(engine: Engine, damage: &'static str) -> Vec<String> {
    let world = TestWorld::with_demo(engine).await;
    world.database.execute(damage).await;
    world.services.check.run().await.unwrap().faults
}

/// Each of them: how a database is damaged, and what is said of it.
const DAMAGES: [(&str, &str); 9] = [
    (
        "UPDATE licenses SET active_count = active_count + 1 WHERE state = 'revoked'",
        "it counts other devices than hold its slots",
    ),
    (
        "UPDATE activations SET deactivated_at = 1 WHERE deactivated_at IS NULL",
        "it counts other devices than hold its slots",
    ),
    (
        "INSERT INTO validations (activation_number, at, lease_status, lease_expires_at) VALUES (1000000, 1, 'active', 2)",
        "validate of activation number 1000000: there is no such activation",
    ),
    (
        "UPDATE licenses SET state = 'reminted' WHERE state = 'revoked'",
        "it was reminted, and no license took its place",
    ),
    (
        "UPDATE licenses SET state = 'active' WHERE state = 'reminted'",
        "the license that it replaces does not say so",
    ),
    (
        "INSERT INTO audit_entries (tenant_id, id, created_at, actor_kind, actor_name, action, details)
         VALUES ('acme', '0', 1, 'operator', 'x', 'revoke', 'no json')",
        "it can't be read",
    ),
    (
        "INSERT INTO audit_entries (tenant_id, id, created_at, actor_kind, actor_name, action, license_id, details)
         VALUES ('acme', '0', 1, 'operator', 'x', 'revoke', '00', '{}')",
        "the license that it tells of is not there",
    ),
    (
        "UPDATE signing_keys SET sealed_private_key = 'AAAA' WHERE tenant_id = 'acme'",
        "signing key acme/k1: the master key does not open it",
    ),
    (
        "UPDATE signing_keys SET is_primary = 0 WHERE tenant_id = 'indie'",
        "tenant indie: it has no key to sign leases with",
    ),
];

#[engine_test]
async fn every_damage_is_found(engine: Engine) {
    let world = TestWorld::with_demo(engine).await;
    let report = world.services.check.run().await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    assert!(
        report.counted.licenses > 100 && report.counted.audit_entries > 100,
        "{report:?}"
    );
    assert_eq!(report.signing_keys, 2);
    for (damage, said) in DAMAGES {
        let faults = faults_after(engine, damage).await;
        assert!(
            !faults.is_empty() && faults.len() <= 20,
            "{damage}: {faults:?}"
        );
        assert!(
            faults.iter().all(|fault| fault.contains(said)),
            "{damage}: {faults:?}"
        );
    }
}

/// References that the engine was told not to look at.
#[engine_test]
async fn what_refers_to_nothing_is_found(engine: Engine) {
    for (sqlite, postgres, said) in [
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM key_types WHERE id = 'solo'",
            "SET session_replication_role = replica; DELETE FROM key_types WHERE id = 'solo'",
            "its key type is not there",
        ),
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM products WHERE id = 'pixel'",
            "SET session_replication_role = replica; DELETE FROM products WHERE id = 'pixel'",
            "its product is not there",
        ),
    ] {
        let damage = match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        };
        let faults = faults_after(engine, damage).await;
        assert!(
            faults.iter().any(|fault| fault.contains(said)),
            "{damage}: {faults:?}"
        );
    }
}
