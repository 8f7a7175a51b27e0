-- Less to write for a validate and for an activation.

-- What a validate notes is kept beside the row of its activation, which is long: many times as many notes are in a page. Devices are
-- named by a number there.
ALTER TABLE activations ADD COLUMN number BIGINT GENERATED ALWAYS AS IDENTITY;

DROP INDEX activations_by_created;

-- Requests of clients that send no machine hash, when they are repeated.
CREATE INDEX activations_by_request ON activations (tenant_id, license_id, request_id)
    WHERE machine_hash IS NULL AND request_id IS NOT NULL;

-- The newest validate of an activation, unless its row has a newer one. Rows of activations are never deleted.
CREATE TABLE validations (
    activation_number BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    lease_status TEXT COLLATE "C" NOT NULL CHECK (lease_status IN ('active', 'expired', 'fallback')),
    lease_expires_at BIGINT NOT NULL
);

-- Room in each page for a row's next version: it then changes no index.
ALTER TABLE validations SET (fillfactor = 70);

-- Of licenses with as many devices the newest are activated most: they stand together now.
DROP INDEX licenses_by_active_count;
CREATE INDEX licenses_by_active_count ON licenses (tenant_id, active_count, created_at, id);
