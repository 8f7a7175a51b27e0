-- Devices are found by their names where they are, and by the beginning of their instance ids: without an entry of its own for each.

-- Both are made anew below; they would be written to for each row meanwhile.
ALTER TABLE activations DROP CONSTRAINT activations_pkey;
DROP INDEX activations_one_per_machine;

-- The name in the form in which it is searched; the program folds it.
ALTER TABLE activations ADD COLUMN folded_name TEXT COLLATE "C";
UPDATE activations a SET folded_name = left(e.text, length(e.text) - length(a.id) - 1) FROM search_entries e
    WHERE e.tenant_id = a.tenant_id AND e.license_id = a.license_id AND e.instance_id = a.id;
UPDATE activations SET folded_name = lower(device_name) WHERE folded_name IS NULL;
ALTER TABLE activations ALTER COLUMN folded_name SET NOT NULL;

-- The server issues these ids. In this order they are found by their beginnings, too.
ALTER TABLE activations ADD PRIMARY KEY (tenant_id, id);

-- One device holds one slot of a license, whoever races. What holds none is in it, too: it is how a license's devices are found.
CREATE UNIQUE INDEX activations_one_per_machine
    ON activations (tenant_id, license_id, (CASE WHEN deactivated_at IS NULL THEN machine_hash END));

-- How many licenses of a product have some state is counted by this one alone.
DROP INDEX licenses_by_state_and_expiry;
CREATE INDEX licenses_by_state_and_expiry ON licenses (tenant_id, state, expires_at, product_id);

-- What licenses themselves are found by; the program folds it.
CREATE TABLE license_texts (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL,
    license_id TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    UNIQUE (tenant_id, license_id),
    FOREIGN KEY (tenant_id, license_id) REFERENCES licenses (tenant_id, id)
);
INSERT INTO license_texts (tenant_id, license_id, text)
    SELECT l.tenant_id, l.id, COALESCE(e.text,
        lower(l.display_key || chr(10) || COALESCE(l.customer_name, '') || chr(10) || COALESCE(l.customer_email, '')))
    FROM licenses l
    LEFT JOIN search_entries e ON e.tenant_id = l.tenant_id AND e.license_id = l.id AND e.instance_id = ''
    ORDER BY e.id;
DROP TABLE search_entries;

-- Beginnings of words, and, where the extension may be had, parts of texts, three symbols or longer.
CREATE INDEX license_texts_words ON license_texts USING gin (search_words(text));
CREATE INDEX activations_words ON activations USING gin (search_words(folded_name));
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX license_texts_parts ON license_texts USING gin (text gin_trgm_ops);
        CREATE INDEX activations_parts ON activations USING gin (folded_name gin_trgm_ops);
    END IF;
END
$$;
