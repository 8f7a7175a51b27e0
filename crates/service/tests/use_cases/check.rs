//! The integrity check on both engines.

use keywright_testing::{Engine, TestContext, engine_test};

async fn faults_after(engine: Engine, damage: &'static str) -> Vec<String> {
    let world = TestContext::with_demo(engine).await;
    world.database.execute(damage).await;
    world.services.check.run().await.unwrap().faults
}

/// SQL that damages a database, and the expected fault.
const DAMAGE_CASES: [(&str, &str); 9] = [
    (
        "UPDATE licenses SET active_count = active_count + 1 WHERE state = 'revoked'",
        "active count does not match its active devices",
    ),
    (
        "UPDATE activations SET deactivated_at = 1 WHERE deactivated_at IS NULL",
        "active count does not match its active devices",
    ),
    (
        "INSERT INTO validations (activation_number, at, lease_status, lease_expires_at) VALUES (1000000, 1, 'active', 2)",
        "validation of activation number 1000000: activation does not exist",
    ),
    (
        "UPDATE licenses SET state = 'reminted' WHERE state = 'revoked'",
        "reminted, but without a valid successor",
    ),
    (
        "UPDATE licenses SET state = 'active' WHERE state = 'reminted'",
        "predecessor does not refer to it",
    ),
    (
        "INSERT INTO audit_entries (tenant_id, id, created_at, actor_kind, actor_name, action, details)
         VALUES ('acme', '0', 1, 'operator', 'x', 'revoke', 'no json')",
        "can't be read",
    ),
    (
        "INSERT INTO audit_entries (tenant_id, id, created_at, actor_kind, actor_name, action, license_id, details)
         VALUES ('acme', '0', 1, 'operator', 'x', 'revoke', '00', '{}')",
        "license does not exist",
    ),
    (
        "UPDATE signing_keys SET sealed_private_key = 'AAAA' WHERE tenant_id = 'acme'",
        "signing key acme/k1: can't be opened with the master key",
    ),
    (
        "UPDATE signing_keys SET is_primary = 0 WHERE tenant_id = 'indie'",
        "tenant indie: no primary signing key",
    ),
];

#[engine_test]
async fn every_kind_of_damage_is_reported(engine: Engine) {
    let world = TestContext::with_demo(engine).await;
    let report = world.services.check.run().await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    assert!(
        report.counts.license_count > 100 && report.counts.audit_entry_count > 100,
        "{report:?}"
    );
    assert_eq!(report.signing_key_count, 2);
    for (damage, expected) in DAMAGE_CASES {
        let faults = faults_after(engine, damage).await;
        assert!(
            !faults.is_empty() && faults.len() <= 20,
            "{damage}: {faults:?}"
        );
        assert!(
            faults.iter().all(|fault| fault.contains(expected)),
            "{damage}: {faults:?}"
        );
    }
}

/// Dangling references, created with constraint checks turned off.
#[engine_test]
async fn dangling_references_are_reported(engine: Engine) {
    for (sqlite, postgres, expected) in [
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM key_types WHERE id = 'solo'",
            "SET session_replication_role = replica; DELETE FROM key_types WHERE id = 'solo'",
            "key type does not exist",
        ),
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM products WHERE id = 'pixel'",
            "SET session_replication_role = replica; DELETE FROM products WHERE id = 'pixel'",
            "product does not exist",
        ),
    ] {
        let damage = match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        };
        let faults = faults_after(engine, damage).await;
        assert!(
            faults.iter().any(|fault| fault.contains(expected)),
            "{damage}: {faults:?}"
        );
    }
}
