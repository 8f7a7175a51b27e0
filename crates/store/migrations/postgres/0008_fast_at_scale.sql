-- What device calls of a tenant are answered by, apart from its licenses, has a revision: a server that remembers it reads with
-- each license whether that is still so, whoever changed it.
CREATE TABLE tenant_revisions (
    tenant_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES tenants (id),
    revision BIGINT NOT NULL
);
INSERT INTO tenant_revisions (tenant_id, revision) SELECT id, 0 FROM tenants;

CREATE FUNCTION tenant_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tenant_revisions (tenant_id, revision) VALUES (NEW.id, 0);
    RETURN NULL;
END
$$;
CREATE TRIGGER tenants_begin AFTER INSERT ON tenants FOR EACH ROW EXECUTE FUNCTION tenant_begins();

CREATE FUNCTION tenant_is_revised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'tenants' THEN
        UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = NEW.id;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = OLD.tenant_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE tenant_revisions SET revision = revision + 1 WHERE tenant_id = NEW.tenant_id;
    END IF;
    RETURN NULL;
END
$$;

-- At the end of the transaction, so that whoever holds the row of a tenant's revision waits for nobody any more.
CREATE CONSTRAINT TRIGGER tenants_revised AFTER UPDATE OF suspended_at ON tenants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tenant_is_revised();

-- When a key was last used is of no account.
CREATE CONSTRAINT TRIGGER sdk_keys_revised AFTER INSERT OR DELETE OR UPDATE OF tenant_id, hash, ends_at ON sdk_keys
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tenant_is_revised();
CREATE CONSTRAINT TRIGGER products_revised AFTER INSERT OR DELETE OR UPDATE ON products
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tenant_is_revised();
CREATE CONSTRAINT TRIGGER signing_keys_revised AFTER INSERT OR DELETE OR UPDATE ON signing_keys
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tenant_is_revised();

-- Room in each page for a row's next version: a validate then changes no index.
ALTER TABLE activations SET (fillfactor = 85);

-- How many licenses work and how many have expired, without a look at each.
CREATE INDEX licenses_by_state_and_expiry ON licenses (tenant_id, state, expires_at);
