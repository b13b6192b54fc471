-- Where reading goes on: before the first request without a verdict. With the hashes of everything up to there and up to
-- the last event whose effects are here, no other history can be shown. Null where they were not kept yet.
ALTER TABLE {schema}.domain_position
    ADD COLUMN processed_hash bytea,
    ADD COLUMN resume bigint,
    ADD COLUMN resume_hash bytea;
