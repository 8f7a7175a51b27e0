-- The audit log is append-only whatever mistake a program makes: no entry is changed, and none is deleted before its time.

-- Entries up to here have outlived their 365 days. The purge raises it, by the server's clock; nothing lowers it.
CREATE TABLE audit_horizon (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    outlived_until BIGINT NOT NULL
);
INSERT INTO audit_horizon (id, outlived_until) VALUES (1, 0);

CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries BEGIN
    SELECT RAISE(ABORT, 'an audit entry is never changed');
END;

-- Without this `INSERT OR REPLACE` would delete the entry in the way, and no other trigger would hear of it.
CREATE TRIGGER audit_entries_are_not_replaced BEFORE INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE tenant_id = new.tenant_id AND id = new.id)
    OR EXISTS (SELECT 1 FROM audit_entries WHERE rowid = new.rowid) BEGIN
    SELECT RAISE(ABORT, 'an audit entry is never changed');
END;

CREATE TRIGGER audit_entries_live_365_days BEFORE DELETE ON audit_entries
WHEN old.created_at > COALESCE((SELECT outlived_until FROM audit_horizon), 0) BEGIN
    SELECT RAISE(ABORT, 'an audit entry lives 365 days');
END;

CREATE TRIGGER audit_horizon_only_rises BEFORE UPDATE ON audit_horizon
WHEN new.outlived_until < old.outlived_until OR typeof(new.outlived_until) <> 'integer' BEGIN
    SELECT RAISE(ABORT, 'the audit horizon only rises');
END;

CREATE TRIGGER audit_horizon_stays BEFORE DELETE ON audit_horizon BEGIN
    SELECT RAISE(ABORT, 'the audit horizon only rises');
END;

CREATE TRIGGER audit_horizon_is_not_replaced BEFORE INSERT ON audit_horizon BEGIN
    SELECT RAISE(ABORT, 'the audit horizon only rises');
END;

-- For the purge, and for the filters of the audit log.
CREATE INDEX audit_entries_by_age ON audit_entries (created_at);
CREATE INDEX audit_entries_by_action ON audit_entries (tenant_id, action, created_at, id);
CREATE INDEX audit_entries_by_actor ON audit_entries (tenant_id, actor_kind, actor_id, created_at, id);
CREATE INDEX audit_entries_by_actor_and_action ON audit_entries (tenant_id, actor_kind, actor_id, action, created_at, id);
