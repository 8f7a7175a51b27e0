-- What device calls of a tenant are answered by, apart from its licenses, has a revision: a server that remembers it reads with
-- each license whether that is still so, whoever changed it.
CREATE TABLE tenant_revisions (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id),
    revision BIGINT NOT NULL
);
INSERT INTO tenant_revisions (tenant_id, revision) SELECT id, 0 FROM tenants;

CREATE TRIGGER tenants_begin AFTER INSERT ON tenants BEGIN
    INSERT INTO tenant_revisions (tenant_id, revision) VALUES (new.id, 0);
END;
CREATE TRIGGER tenants_revised AFTER UPDATE OF suspended_at ON tenants BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = new.id;
END;

CREATE TRIGGER sdk_keys_inserted AFTER INSERT ON sdk_keys BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = new.tenant_id;
END;
-- When a key was last used is of no account.
CREATE TRIGGER sdk_keys_revised AFTER UPDATE OF tenant_id, hash, ends_at ON sdk_keys BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id IN (old.tenant_id, new.tenant_id);
END;
CREATE TRIGGER sdk_keys_deleted AFTER DELETE ON sdk_keys BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = old.tenant_id;
END;

CREATE TRIGGER products_inserted AFTER INSERT ON products BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = new.tenant_id;
END;
CREATE TRIGGER products_revised AFTER UPDATE ON products BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id IN (old.tenant_id, new.tenant_id);
END;
CREATE TRIGGER products_deleted AFTER DELETE ON products BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = old.tenant_id;
END;

CREATE TRIGGER signing_keys_inserted AFTER INSERT ON signing_keys BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = new.tenant_id;
END;
CREATE TRIGGER signing_keys_revised AFTER UPDATE ON signing_keys BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id IN (old.tenant_id, new.tenant_id);
END;
CREATE TRIGGER signing_keys_deleted AFTER DELETE ON signing_keys BEGIN
    UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = old.tenant_id;
END;

-- How many licenses work and how many have expired, without a look at each.
CREATE INDEX licenses_by_state_and_expiry ON licenses (tenant_id, state, expires_at);
