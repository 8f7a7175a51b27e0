//! Planner statistics for a database with a million licenses. Query plans must not depend on them.

use keywright_testing::{Engine, EngineFixture};
use sqlx::{AnyConnection, Connection};

use crate::support::StoreFixture;

/// Statistics as sampled by `PRAGMA optimize`, which estimates about 500 licenses per tenant.
const SAMPLED_STATISTICS: &str = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('licenses', 'licenses_by_state_and_expiry', '1245888 505 505 1 1'),
    ('licenses', 'licenses_of_devices', '1300550 505 1 1 1 1 1 1'),
    ('licenses', 'licenses_by_active_count', '917280 505 253 1 1'),
    ('licenses', 'licenses_by_key_type', '1373328 505 505 505'),
    ('licenses', 'licenses_by_product', '953040 505 505 1 1'),
    ('licenses', 'licenses_by_state', '922336 505 505 1 1'),
    ('licenses', 'licenses_by_expiry', '1209780 505 1 1'),
    ('licenses', 'licenses_by_created', '894400 505 1 1'),
    ('licenses', 'sqlite_autoindex_licenses_1', '1055700 505 1'),
    ('activations', 'activations_one_per_machine', '2558790 507 3 1'),
    ('activations', 'sqlite_autoindex_activations_1', '2587950 507 1'),
    ('license_texts', 'sqlite_autoindex_license_texts_1', '1055700 505 1'),
    ('products', 'sqlite_autoindex_products_2', '3 2 1'),
    ('products', 'sqlite_autoindex_products_1', '3 1')";

/// Statistics as counted by a full `ANALYZE`.
const ANALYZED_STATISTICS: &str = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('licenses', 'licenses_by_state_and_expiry', '1000000 1000000 333334 2 1'),
    ('licenses', 'licenses_of_devices', '1000000 1000000 1 1 1 1 1 1'),
    ('licenses', 'licenses_by_active_count', '1000000 1000000 125000 1 1'),
    ('licenses', 'licenses_by_key_type', '1000000 1000000 500000 250000'),
    ('licenses', 'licenses_by_product', '1000000 1000000 500000 1 1'),
    ('licenses', 'licenses_by_state', '1000000 1000000 333334 1 1'),
    ('licenses', 'licenses_by_expiry', '1000000 1000000 3 1'),
    ('licenses', 'licenses_by_created', '1000000 1000000 1 1'),
    ('licenses', 'sqlite_autoindex_licenses_1', '1000000 1000000 1'),
    ('activations', 'activations_one_per_machine', '2500000 2500000 3 1'),
    ('activations', 'sqlite_autoindex_activations_1', '2500000 2500000 1'),
    ('license_texts', 'sqlite_autoindex_license_texts_1', '1000000 1000000 1'),
    ('products', 'sqlite_autoindex_products_2', '3 2 1'),
    ('products', 'sqlite_autoindex_products_1', '3 1')";

/// Returns SQLite databases without statistics, with sampled and with analyzed statistics, or a
/// single PostgreSQL database.
pub(crate) async fn worlds_with_statistics(engine: Engine) -> Vec<StoreFixture> {
    let mut worlds = vec![StoreFixture::create(engine).await];
    if engine == Engine::Sqlite {
        for statistics in [SAMPLED_STATISTICS, ANALYZED_STATISTICS] {
            let database = StoreFixture::create(engine).await.database;
            // `ANALYZE` creates the table. Its statistics of the few rows here are not needed.
            database.execute("ANALYZE; DELETE FROM sqlite_stat1").await;
            database.execute(statistics).await;
            // A connection reads the statistics when it is opened.
            let store = database.open().await;
            worlds.push(StoreFixture { store, database });
        }
    }
    worlds
}

#[tokio::test]
async fn optimize_samples_the_indexes_instead_of_reading_them_whole() {
    let world = StoreFixture::create(Engine::Sqlite).await;
    world.store.optimize().await.unwrap();
    let mut connection = AnyConnection::connect(world.database.url()).await.unwrap();
    let mut count = async |sql: &'static str| {
        let count = sqlx::query_scalar::<_, i64>(sql);
        count.fetch_one(&mut connection).await.unwrap()
    };
    let analyzed = "SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'tenants'";
    assert_eq!(count(analyzed).await, 1);
    // SQLite collects these histograms only where it reads a whole index.
    assert_eq!(count("SELECT COUNT(*) FROM sqlite_stat4").await, 0);
}
