-- From an empty server to a licensed device in the browser.

-- What a form made that makes something each time it is sent: sent again, it makes nothing.
CREATE TABLE used_forms (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    made TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX used_forms_by_age ON used_forms (used_at);

-- Who made an SDK key, as they were called then, and when a device last came with it: to the minute.
ALTER TABLE sdk_keys ADD COLUMN created_by TEXT;
ALTER TABLE sdk_keys ADD COLUMN last_used_at BIGINT;

-- When the guided start was put away. Who has devices already needs none.
ALTER TABLE tenants ADD COLUMN guide_ended_at BIGINT;

UPDATE tenants SET guide_ended_at = created_at
WHERE EXISTS (SELECT 1 FROM activations WHERE activations.tenant_id = tenants.id);

-- A key type that licenses are of is not deleted; they are counted, and looked for whenever one is.
CREATE INDEX licenses_by_key_type ON licenses (tenant_id, product_id, key_type_id);
