-- The mediator's key.
CREATE TABLE {schema}.identity (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    signing_key bytea   NOT NULL
);

-- Every request sequenced up to here is decided and its verdict sequenced.
CREATE TABLE {schema}.position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    decided  bigint  NOT NULL
);
INSERT INTO {schema}.position (decided) VALUES (0);

-- Topology transactions published up to that position.
CREATE TABLE {schema}.topology_log (
    sequenced_at bigint NOT NULL,
    place        int    NOT NULL,
    transaction  bytea  NOT NULL,
    PRIMARY KEY (sequenced_at, place)
);
