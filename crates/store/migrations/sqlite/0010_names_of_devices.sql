-- Devices are found by their names where they are, and by the beginning of their instance ids: without an entry of its own for each.

CREATE TABLE activations_anew (
    number INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    license_id TEXT NOT NULL,
    id TEXT NOT NULL,
    machine_hash TEXT,
    request_id TEXT,
    device_name TEXT NOT NULL,
    -- The name in the form in which it is searched; the program folds it.
    folded_name TEXT NOT NULL,
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
    -- The server issues these ids. In this order they are found by their beginnings, too.
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, license_id) REFERENCES licenses (tenant_id, id)
);
INSERT INTO activations_anew (number, tenant_id, license_id, id, machine_hash, request_id, device_name, folded_name, created_at,
    last_validated_at, deactivated_at, deactivated_by, lease_status, lease_expires_at, free_tier_instance_id, app_version,
    sdk_version, sdk, platform, os_version, arch, cpu_cores, memory, trial_duration_days)
SELECT a.number, a.tenant_id, a.license_id, a.id, a.machine_hash, a.request_id, a.device_name,
    COALESCE(substr(e.text, 1, length(e.text) - length(a.id) - 1), lower(a.device_name)), a.created_at,
    a.last_validated_at, a.deactivated_at, a.deactivated_by, a.lease_status, a.lease_expires_at, a.free_tier_instance_id,
    a.app_version, a.sdk_version, a.sdk, a.platform, a.os_version, a.arch, a.cpu_cores, a.memory, a.trial_duration_days
FROM activations a
LEFT JOIN search_entries e ON e.tenant_id = a.tenant_id AND e.license_id = a.license_id AND e.instance_id = a.id
ORDER BY a.number;
DROP TABLE activations;
ALTER TABLE activations_anew RENAME TO activations;

-- One device holds one slot of a license, whoever races. What holds none is in it, too: it is how a license's devices are found.
CREATE UNIQUE INDEX activations_one_per_machine
    ON activations (tenant_id, license_id, (CASE WHEN deactivated_at IS NULL THEN machine_hash END));

-- Requests of clients that send no machine hash, when they are repeated.
CREATE INDEX activations_by_request ON activations (tenant_id, license_id, request_id)
    WHERE machine_hash IS NULL AND request_id IS NOT NULL;

-- All that a validate reads of a license, in one page.
CREATE INDEX licenses_of_devices ON licenses (tenant_id, id, product_id, state, expires_at, entitlements, fallback);

-- Else that one would be read from end to end to count the licenses of a product that have some state.
DROP INDEX licenses_by_state_and_expiry;
CREATE INDEX licenses_by_state_and_expiry ON licenses (tenant_id, state, expires_at, product_id);

-- What licenses themselves are found by; the program folds it.
CREATE TABLE license_texts (
    number INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    license_id TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (tenant_id, license_id),
    FOREIGN KEY (tenant_id, license_id) REFERENCES licenses (tenant_id, id)
);
INSERT INTO license_texts (tenant_id, license_id, text)
    SELECT l.tenant_id, l.id, COALESCE(e.text,
        lower(l.display_key || char(10) || COALESCE(l.customer_name, '') || char(10) || COALESCE(l.customer_email, '')))
    FROM licenses l
    LEFT JOIN search_entries e ON e.tenant_id = l.tenant_id AND e.license_id = l.id AND e.instance_id = ''
    ORDER BY e.id;
DROP TABLE search_parts;
DROP TABLE search_words;
DROP TABLE search_entries;

-- Parts of texts, three symbols or longer, and beginnings of words, for shorter ones.
CREATE VIRTUAL TABLE license_parts USING fts5 (text, content = 'license_texts', content_rowid = 'number', tokenize = 'trigram');
CREATE VIRTUAL TABLE license_words USING fts5 (text, content = 'license_texts', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2', detail = 'none');
CREATE VIRTUAL TABLE device_parts USING fts5 (folded_name, content = 'activations', content_rowid = 'number', tokenize = 'trigram');
CREATE VIRTUAL TABLE device_words USING fts5 (folded_name, content = 'activations', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2', detail = 'none');
INSERT INTO license_parts (license_parts) VALUES ('rebuild');
INSERT INTO license_words (license_words) VALUES ('rebuild');
INSERT INTO device_parts (device_parts) VALUES ('rebuild');
INSERT INTO device_words (device_words) VALUES ('rebuild');

-- A license is never called something else, and neither it nor an activation is ever deleted.
CREATE TRIGGER license_texts_inserted AFTER INSERT ON license_texts BEGIN
    INSERT INTO license_parts (rowid, text) VALUES (new.number, new.text);
    INSERT INTO license_words (rowid, text) VALUES (new.number, new.text);
END;
CREATE TRIGGER activations_inserted AFTER INSERT ON activations BEGIN
    INSERT INTO device_parts (rowid, folded_name) VALUES (new.number, new.folded_name);
    INSERT INTO device_words (rowid, folded_name) VALUES (new.number, new.folded_name);
END;
CREATE TRIGGER activations_renamed AFTER UPDATE OF folded_name ON activations WHEN old.folded_name <> new.folded_name BEGIN
    INSERT INTO device_parts (device_parts, rowid, folded_name) VALUES ('delete', old.number, old.folded_name);
    INSERT INTO device_words (device_words, rowid, folded_name) VALUES ('delete', old.number, old.folded_name);
    INSERT INTO device_parts (rowid, folded_name) VALUES (new.number, new.folded_name);
    INSERT INTO device_words (rowid, folded_name) VALUES (new.number, new.folded_name);
END;
