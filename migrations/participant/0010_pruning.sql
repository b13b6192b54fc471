-- What of the beginning of the log is gone. Owned by sync.
CREATE TABLE {schema}.pruning (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    -- nothing up to here is shown or remembered: decided before anything is deleted
    pruned_up_to  bigint  NOT NULL,
    -- no entry up to there has a later record time; null while there is none
    pruned_at     bigint,
    -- what sync owns was deleted up to here
    deleted_up_to bigint  NOT NULL
);
INSERT INTO {schema}.pruning (pruned_up_to, deleted_up_to) VALUES (0, 0);

-- Contracts that were created before that and have not ended before that: the entries with their
-- creations stay. Owned by sync.
CREATE TABLE {schema}.kept_creations (
    contract_id  bytea  PRIMARY KEY,
    event_offset bigint NOT NULL
);
CREATE INDEX kept_creations_by_offset ON {schema}.kept_creations (event_offset);

CREATE INDEX accepted_changes_by_offset ON {schema}.accepted_changes (completion_offset);

-- How much of the read cache is gone. Owned by the indexer.
CREATE TABLE {schema}.cache_pruning (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    deleted_up_to bigint  NOT NULL
);
INSERT INTO {schema}.cache_pruning (deleted_up_to) VALUES (0);
