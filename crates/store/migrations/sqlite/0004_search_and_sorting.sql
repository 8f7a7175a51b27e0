-- Sorting and filtering the license list, and searching it.

CREATE INDEX licenses_by_expiry ON licenses (tenant_id, expires_at, id);
CREATE INDEX licenses_by_active_count ON licenses (tenant_id, active_count, id);
CREATE INDEX licenses_by_state ON licenses (tenant_id, state, created_at, id);
CREATE INDEX licenses_by_product ON licenses (tenant_id, product_id, created_at, id);

-- One row for the license itself (instance_id is empty) and one for each of its devices; the text is folded by the program.
CREATE TABLE search_entries (
    id INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    license_id TEXT NOT NULL,
    instance_id TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (tenant_id, license_id, instance_id),
    FOREIGN KEY (tenant_id, license_id) REFERENCES licenses (tenant_id, id)
);

-- Parts of texts, three symbols or longer.
CREATE VIRTUAL TABLE search_parts USING fts5 (text, content = 'search_entries', content_rowid = 'id', tokenize = 'trigram');

-- Beginnings of words, for shorter ones.
CREATE VIRTUAL TABLE search_words USING fts5 (text, content = 'search_entries', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2', detail = 'none');

CREATE TRIGGER search_entries_inserted AFTER INSERT ON search_entries BEGIN
    INSERT INTO search_parts (rowid, text) VALUES (new.id, new.text);
    INSERT INTO search_words (rowid, text) VALUES (new.id, new.text);
END;

CREATE TRIGGER search_entries_updated AFTER UPDATE OF text ON search_entries BEGIN
    INSERT INTO search_parts (search_parts, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO search_words (search_words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO search_parts (rowid, text) VALUES (new.id, new.text);
    INSERT INTO search_words (rowid, text) VALUES (new.id, new.text);
END;

CREATE TRIGGER search_entries_deleted AFTER DELETE ON search_entries BEGIN
    INSERT INTO search_parts (search_parts, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO search_words (search_words, rowid, text) VALUES ('delete', old.id, old.text);
END;

-- What is there already. The database folds ASCII only; a device's entry is folded anew when it activates again.
INSERT INTO search_entries (tenant_id, license_id, instance_id, text)
    SELECT tenant_id, id, '', lower(display_key || char(10) || COALESCE(customer_name, '') || char(10) || COALESCE(customer_email, ''))
    FROM licenses;
INSERT INTO search_entries (tenant_id, license_id, instance_id, text)
    SELECT tenant_id, license_id, id, lower(device_name || char(10) || id) FROM activations;
