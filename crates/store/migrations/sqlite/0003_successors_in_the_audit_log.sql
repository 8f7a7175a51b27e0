-- A remint is about two licenses: the one that ended, which is its target, and the one that took its place.
ALTER TABLE audit_entries ADD COLUMN successor_id TEXT;

CREATE INDEX audit_entries_by_successor ON audit_entries (tenant_id, successor_id, created_at, id)
    WHERE successor_id IS NOT NULL;
