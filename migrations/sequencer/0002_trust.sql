-- The sequencer's key; its domain, its name and what the domain's namespace has signed for the key, once it is told.
CREATE TABLE {schema}.identity (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    signing_key bytea   NOT NULL,
    domain      text,
    member      text,
    certificate bytea[]
);

-- Keys with which members sign what they send. A key that was replaced stays valid for a moment.
CREATE TABLE {schema}.member_keys (
    member_id   int    NOT NULL,
    public_key  bytea  NOT NULL,
    valid_until bigint,
    PRIMARY KEY (member_id, public_key)
);

-- Up to where a member has kept its events. Never goes back.
ALTER TABLE {schema}.members ADD COLUMN acknowledged bigint NOT NULL DEFAULT 0;

-- The chain of each member's events, at some of them: the hashes of the others follow.
CREATE TABLE {schema}.chain_checkpoints (
    member_id int    NOT NULL,
    time      bigint NOT NULL,
    hash      bytea  NOT NULL,
    PRIMARY KEY (member_id, time)
);
