-- The keys of the domain's namespace and of the topology manager.
CREATE TABLE {schema}.identity (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    domain        text    NOT NULL,
    namespace_key bytea   NOT NULL,
    signing_key   bytea   NOT NULL
);

-- Submissions sequenced up to here are answered.
CREATE TABLE {schema}.position (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    processed bigint  NOT NULL
);
INSERT INTO {schema}.position (processed) VALUES (0);

-- Publications in their order: one batch to all members each.
CREATE TABLE {schema}.publications (
    publication  bigint  PRIMARY KEY,
    -- encoded topology transactions
    transactions bytea[] NOT NULL,
    -- the member that is admitted with it, if one is: it gets everything published before
    admits       text,
    recipients   text[]  NOT NULL,
    -- whether the sequencer has it
    is_sequenced boolean NOT NULL
);

-- Answers to submissions that were refused, until the sequencer has them.
CREATE TABLE {schema}.refusals (
    submission_id bytea PRIMARY KEY,
    member        text  NOT NULL,
    reason        text  NOT NULL
);
