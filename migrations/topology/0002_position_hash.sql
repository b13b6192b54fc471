-- The hash of everything up to the position; null where it was not kept yet.
ALTER TABLE {schema}.position ADD COLUMN chain_hash bytea;
