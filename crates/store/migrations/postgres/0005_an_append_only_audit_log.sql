-- The audit log is append-only whatever mistake a program makes: no entry is changed, and none is deleted before its time.

-- Entries up to here have outlived their 365 days. The purge raises it, by the server's clock; nothing lowers it.
CREATE TABLE audit_horizon (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    outlived_until BIGINT NOT NULL
);
INSERT INTO audit_horizon (id, outlived_until) VALUES (1, 0);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_refuse('an audit entry is never changed');

-- The horizon beside the table itself: a temporary table, or one of another schema, must not stand in for it.
CREATE FUNCTION audit_refuse_early_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    horizon BIGINT;
BEGIN
    EXECUTE format('SELECT outlived_until FROM %I.audit_horizon', TG_TABLE_SCHEMA) INTO horizon;
    IF OLD.created_at > COALESCE(horizon, 0) THEN
        RAISE EXCEPTION 'an audit entry lives 365 days' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER audit_entries_live_365_days BEFORE DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_early_delete();
CREATE TRIGGER audit_entries_live_365_days_all BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('an audit entry lives 365 days');

CREATE TRIGGER audit_horizon_only_rises BEFORE UPDATE ON audit_horizon
    FOR EACH ROW WHEN (NEW.outlived_until < OLD.outlived_until) EXECUTE FUNCTION audit_refuse('the audit horizon only rises');
CREATE TRIGGER audit_horizon_stays BEFORE DELETE ON audit_horizon
    FOR EACH ROW EXECUTE FUNCTION audit_refuse('the audit horizon only rises');
CREATE TRIGGER audit_horizon_stays_all BEFORE TRUNCATE ON audit_horizon
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('the audit horizon only rises');

-- In sessions that replicate, too, for which triggers are off else.
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_never_change;
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_live_365_days;
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_live_365_days_all;
ALTER TABLE audit_horizon ENABLE ALWAYS TRIGGER audit_horizon_only_rises;
ALTER TABLE audit_horizon ENABLE ALWAYS TRIGGER audit_horizon_stays;
ALTER TABLE audit_horizon ENABLE ALWAYS TRIGGER audit_horizon_stays_all;

-- For the purge, and for the filters of the audit log.
CREATE INDEX audit_entries_by_age ON audit_entries (created_at);
CREATE INDEX audit_entries_by_action ON audit_entries (tenant_id, action, created_at, id);
CREATE INDEX audit_entries_by_actor ON audit_entries (tenant_id, actor_kind, actor_id, created_at, id);
CREATE INDEX audit_entries_by_actor_and_action ON audit_entries (tenant_id, actor_kind, actor_id, action, created_at, id);
