-- Ids and text are TEXT; numbers, flags and times (Unix milliseconds) are BIGINT; JSON is TEXT. `sqlx::Any` reads no more.
-- Tenants, products and key types are named by their slugs, which never change.

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    plan TEXT NOT NULL CHECK (plan IN ('free', 'starter', 'pro', 'enterprise')),
    suspended_at BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE sdk_keys (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT,
    PRIMARY KEY (tenant_id, hash)
);

CREATE TABLE signing_keys (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    kid TEXT NOT NULL,
    public_key TEXT NOT NULL,
    sealed_private_key TEXT NOT NULL,
    is_primary BIGINT NOT NULL CHECK (is_primary IN (0, 1)),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kid)
);

-- A tenant signs with one key at a time.
CREATE UNIQUE INDEX signing_keys_one_primary ON signing_keys (tenant_id) WHERE is_primary = 1;

CREATE TABLE products (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    key_prefix TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE key_types (
    tenant_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    id TEXT NOT NULL,
    activation_limit BIGINT NOT NULL CHECK (activation_limit >= 1),
    duration_days BIGINT CHECK (duration_days >= 1),
    entitlements TEXT NOT NULL,
    fallback BIGINT NOT NULL CHECK (fallback IN (0, 1)),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, product_id, id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id)
);

-- Lifetime is expires_at = 9223372036854775807, so that the column sorts alike on both engines.
-- active_count may exceed activation_limit where the limit was lowered later; `take_slot` keeps it from rising there.
CREATE TABLE licenses (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    key_type_id TEXT NOT NULL,
    display_key TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'revoked', 'reminted')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    activation_limit BIGINT NOT NULL CHECK (activation_limit >= 1),
    active_count BIGINT NOT NULL CHECK (active_count >= 0),
    entitlements TEXT NOT NULL,
    fallback BIGINT NOT NULL CHECK (fallback IN (0, 1)),
    customer_name TEXT,
    customer_email TEXT,
    predecessor_id TEXT,
    successor_id TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, product_id, key_type_id) REFERENCES key_types (tenant_id, product_id, id)
);

CREATE INDEX licenses_by_created ON licenses (tenant_id, created_at, id);

CREATE TABLE activations (
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
    PRIMARY KEY (tenant_id, license_id, id),
    FOREIGN KEY (tenant_id, license_id) REFERENCES licenses (tenant_id, id)
);

CREATE INDEX activations_by_created ON activations (tenant_id, license_id, created_at);

-- One device holds one slot of a license, whoever races.
CREATE UNIQUE INDEX activations_one_per_machine ON activations (tenant_id, license_id, machine_hash)
    WHERE deactivated_at IS NULL AND machine_hash IS NOT NULL;

CREATE TABLE operators (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL,
    email_folded TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'support', 'admin', 'owner')),
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX operators_by_tenant ON operators (tenant_id);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    operator_id TEXT NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
);

CREATE INDEX sessions_by_operator ON sessions (operator_id);
CREATE INDEX sessions_by_end ON sessions (ends_at);

CREATE TABLE audit_entries (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    license_id TEXT,
    details TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX audit_entries_by_created ON audit_entries (tenant_id, created_at, id);
CREATE INDEX audit_entries_by_license ON audit_entries (tenant_id, license_id, created_at, id);

-- Facts about this database as a whole: the check value of its master key, whether `demo` filled it.
CREATE TABLE server_facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
