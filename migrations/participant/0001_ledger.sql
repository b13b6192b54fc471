-- What sync owns: the truth of this participant.

-- Where sync stands in the domain's stream of sequenced events.
CREATE TABLE {schema}.domain_position (
    domain    text   PRIMARY KEY,
    -- sequencing time of the last event whose effects are in this database
    processed bigint NOT NULL
);

-- Requests without a verdict at that position, and what this participant has made of them.
CREATE TABLE {schema}.undecided_requests (
    request_id bigint   PRIMARY KEY,
    decision   smallint NOT NULL
);

-- Contracts seen by parties hosted here, by id: each payload once.
CREATE TABLE {schema}.contracts (
    contract_id bytea PRIMARY KEY,
    instance    bytea NOT NULL
);

-- Contracts with a stakeholder hosted here: active since, and until.
CREATE TABLE {schema}.contract_states (
    contract_id     bytea  PRIMARY KEY,
    activated_at    bigint NOT NULL,
    -- record time and offset of the archival; null while active
    archived_at     bigint,
    archived_offset bigint
) WITH (fillfactor = 80);

-- Append-only: one entry for each offset, from 1, without gaps.
CREATE TABLE {schema}.event_log (
    event_offset bigint PRIMARY KEY,
    entry        bytea  NOT NULL
);

-- Submissions on their way: registered before they are sent, removed with their completion.
CREATE TABLE {schema}.in_flight_submissions (
    message_id bytea PRIMARY KEY,
    change_id  bytea NOT NULL,
    -- the request as it is sent, so that it can be sent again
    request    bytea NOT NULL,
    -- what its completion says
    completion bytea NOT NULL
);

-- Accepted changes, by the hash of user, command id and submitters.
CREATE TABLE {schema}.accepted_changes (
    change_id         bytea  PRIMARY KEY,
    completion_offset bigint NOT NULL,
    -- record time of the transaction, microseconds since 1970
    accepted_at       bigint NOT NULL,
    submission_id     text   NOT NULL,
    update_id         text   NOT NULL
);

-- Offsets with their record times, sparse: to turn a deduplication duration into an offset.
CREATE TABLE {schema}.offset_times (
    event_offset bigint PRIMARY KEY,
    record_time  bigint NOT NULL
);

-- Topology transactions in the order in which the domain published them.
CREATE TABLE {schema}.topology_log (
    sequenced_at bigint NOT NULL,
    place        int    NOT NULL,
    transaction  bytea  NOT NULL,
    PRIMARY KEY (sequenced_at, place)
);

-- This participant's identity: its keys.
CREATE TABLE {schema}.identity (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    member        text    NOT NULL,
    namespace_key bytea   NOT NULL,
    signing_key   bytea   NOT NULL
);

-- Packages: archives as they were uploaded.
CREATE TABLE {schema}.packages (
    package_id  text   PRIMARY KEY,
    name        text   NOT NULL,
    version     text   NOT NULL,
    -- microseconds since 1970
    known_since bigint NOT NULL,
    payload     bytea  NOT NULL
);
