-- The hash of everything up to the position, and the last event that was seen: reading goes on from the position, and
-- what was seen must come again. Null where it was not kept yet.
ALTER TABLE {schema}.position
    ADD COLUMN decided_hash bytea,
    ADD COLUMN seen bigint,
    ADD COLUMN seen_hash bytea;
