-- Only SQLite had a validation log. The engines keep the same schema version.
SELECT 1;
