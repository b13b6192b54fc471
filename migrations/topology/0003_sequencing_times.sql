-- When a publication was sequenced, in microseconds since 1970, once that was seen: its changes come into
-- force some time after it, and newcomers are told.
ALTER TABLE {schema}.publications ADD COLUMN sequenced_at bigint;

-- What was sequenced before this step is in force: any time in the past will do, in the same order.
UPDATE {schema}.publications SET sequenced_at = publication WHERE is_sequenced;
