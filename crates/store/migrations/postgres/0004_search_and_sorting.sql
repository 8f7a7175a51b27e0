-- Sorting and filtering the license list, and searching it.

CREATE INDEX licenses_by_expiry ON licenses (tenant_id, expires_at, id);
CREATE INDEX licenses_by_active_count ON licenses (tenant_id, active_count, id);
CREATE INDEX licenses_by_state ON licenses (tenant_id, state, created_at, id);
CREATE INDEX licenses_by_product ON licenses (tenant_id, product_id, created_at, id);

-- One row for the license itself (instance_id is empty) and one for each of its devices; the text is folded by the program.
CREATE TABLE search_entries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL,
    license_id TEXT COLLATE "C" NOT NULL,
    instance_id TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    UNIQUE (tenant_id, license_id, instance_id),
    FOREIGN KEY (tenant_id, license_id) REFERENCES licenses (tenant_id, id)
);

-- Beginnings of words. What stands between words becomes a space first: PostgreSQL would take an address for one word.
CREATE FUNCTION search_words(searched TEXT) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT to_tsvector('pg_catalog.simple', translate(searched, '-@._+/:·''"()&', '             ')) $$;
CREATE INDEX search_entries_words ON search_entries USING gin (search_words(text));

-- Parts of texts, three symbols or longer, where the extension may be had; else these are found by beginnings of words, too.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'pg_trgm is not available: %', SQLERRM;
END
$$;
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX search_entries_parts ON search_entries USING gin (text gin_trgm_ops);
    END IF;
END
$$;

-- What is there already. The database folds ASCII only; a device's entry is folded anew when it activates again.
INSERT INTO search_entries (tenant_id, license_id, instance_id, text)
    SELECT tenant_id, id, '', lower(display_key || chr(10) || COALESCE(customer_name, '') || chr(10) || COALESCE(customer_email, ''))
    FROM licenses;
INSERT INTO search_entries (tenant_id, license_id, instance_id, text)
    SELECT tenant_id, license_id, id, lower(device_name || chr(10) || id) FROM activations;
