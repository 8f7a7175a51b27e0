-- Less to write for a validate and for an activation.

-- What a validate notes is kept beside the row of its activation, which is long: many times as many notes are in a page. Devices are
-- named by a number there. SQLite gives a table its numbers only when it is made, so it is made anew.
CREATE TABLE activations_anew (
    number INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    license_id TEXT NOT NULL,
    id TEXT NOT NULL,
    machine_hash TEXT,
    request_id TEXT,
    device_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_validated_at BIGINT NOT NULL,
    deactivated_at BIGINT,
    deactivated_by TEXT,
    lease_status TEXT NOT NULL CHECK (lease_status IN ('active', 'expired', 'fallback')),
    lease_expires_at BIGINT NOT NULL,
    free_tier_instance_id TEXT,
    app_version TEXT,
    sdk_version TEXT,
    sdk TEXT,
    platform TEXT,
    os_version TEXT,
    arch TEXT,
    cpu_cores TEXT,
    memory TEXT,
    trial_duration_days BIGINT,
    UNIQUE (tenant_id, license_id, id),
    FOREIGN KEY (tenant_id, license_id) REFERENCES licenses (tenant_id, id)
);
INSERT INTO activations_anew (tenant_id, license_id, id, machine_hash, request_id, device_name, created_at,
    last_validated_at, deactivated_at, deactivated_by, lease_status, lease_expires_at, free_tier_instance_id, app_version,
    sdk_version, sdk, platform, os_version, arch, cpu_cores, memory, trial_duration_days)
SELECT tenant_id, license_id, id, machine_hash, request_id, device_name, created_at,
    last_validated_at, deactivated_at, deactivated_by, lease_status, lease_expires_at, free_tier_instance_id, app_version,
    sdk_version, sdk, platform, os_version, arch, cpu_cores, memory, trial_duration_days
FROM activations;
DROP TABLE activations;
ALTER TABLE activations_anew RENAME TO activations;

-- One device holds one slot of a license, whoever races.
CREATE UNIQUE INDEX activations_one_per_machine ON activations (tenant_id, license_id, machine_hash)
    WHERE deactivated_at IS NULL AND machine_hash IS NOT NULL;

-- Requests of clients that send no machine hash, when they are repeated.
CREATE INDEX activations_by_request ON activations (tenant_id, license_id, request_id)
    WHERE machine_hash IS NULL AND request_id IS NOT NULL;

-- The newest validate of an activation, unless its row has a newer one. Rows of activations are never deleted.
CREATE TABLE validations (
    activation_number INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    lease_status TEXT NOT NULL CHECK (lease_status IN ('active', 'expired', 'fallback')),
    lease_expires_at BIGINT NOT NULL
);

-- Validates as they come. They are put into `validations` by and by, many in a page.
CREATE TABLE validations_log (
    activation_number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    lease_status TEXT NOT NULL CHECK (lease_status IN ('active', 'expired', 'fallback')),
    lease_expires_at BIGINT NOT NULL
);

-- Of licenses with as many devices the newest are activated most: they stand together now.
DROP INDEX licenses_by_active_count;
CREATE INDEX licenses_by_active_count ON licenses (tenant_id, active_count, created_at, id);
