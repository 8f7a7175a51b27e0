-- The hash of the code that guards the setup, as long as there is no tenant. This one row always stands, to be locked.
CREATE TABLE setup_code (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    code_hash TEXT,
    wrong_tries BIGINT NOT NULL CHECK (wrong_tries >= 0)
);
INSERT INTO setup_code (id, code_hash, wrong_tries) VALUES (1, NULL, 0);
