-- What is for this participant alone is encrypted with this key. NULL until the first start after this
-- step, which makes one.
ALTER TABLE {schema}.identity ADD COLUMN encryption_key bytea;
