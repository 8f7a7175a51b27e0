-- Validations are written to their table directly.
INSERT INTO validations (activation_number, at, lease_status, lease_expires_at)
    -- SQLite takes the other columns from the row that has the maximum.
    SELECT activation_number, MAX(at), lease_status, lease_expires_at FROM validations_log
    WHERE TRUE GROUP BY activation_number
    ON CONFLICT (activation_number) DO UPDATE SET at = excluded.at,
    lease_status = excluded.lease_status, lease_expires_at = excluded.lease_expires_at
    WHERE validations.at <= excluded.at;
DROP TABLE validations_log;
