-- Rotation of signing keys and SDK keys, product settings, installs without a key.

-- Retired: signs no more, leases of it may be out. Dropped: off the list, its private half erased; the row stays so that
-- its name is never given to another key.
ALTER TABLE signing_keys ADD COLUMN retired_at BIGINT;
ALTER TABLE signing_keys ADD COLUMN dropped_at BIGINT;

-- A tenant has one SDK key without an end; those that it replaced work until theirs.
CREATE UNIQUE INDEX sdk_keys_one_without_end ON sdk_keys (tenant_id) WHERE ends_at IS NULL;

-- NULL is "never set": apps are not told.
ALTER TABLE products ADD COLUMN trial_days BIGINT CHECK (trial_days BETWEEN 0 AND 36500);
ALTER TABLE products ADD COLUMN free_tier BIGINT CHECK (free_tier IN (0, 1));

-- One row a device and product: `device` is `machine:` and its machine hash, or else `install:` and the id that the app
-- gave itself.
CREATE TABLE keyless_installs (
    tenant_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    device TEXT NOT NULL,
    instance_id TEXT NOT NULL,
    machine_hash TEXT,
    state TEXT NOT NULL CHECK (state IN ('trial', 'free_tier', 'expired')),
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    app_version TEXT,
    sdk_version TEXT,
    sdk TEXT,
    platform TEXT,
    os_version TEXT,
    arch TEXT,
    cpu_cores TEXT,
    memory TEXT,
    trial_duration_days BIGINT,
    PRIMARY KEY (tenant_id, product_id, device),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id)
);

CREATE INDEX keyless_installs_by_last_seen ON keyless_installs (last_seen_at);
