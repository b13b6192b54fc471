-- Several domains: each has a number here. What belongs to a domain says so.
CREATE TABLE {schema}.domains (
    number smallint PRIMARY KEY,
    domain text     NOT NULL UNIQUE
);
-- There was one at most.
INSERT INTO {schema}.domains (number, domain) SELECT 1, domain FROM {schema}.domain_position LIMIT 1;

ALTER TABLE {schema}.undecided_requests
    ADD COLUMN domain smallint NOT NULL DEFAULT 1,
    DROP CONSTRAINT undecided_requests_pkey,
    ADD PRIMARY KEY (domain, request_id);
ALTER TABLE {schema}.undecided_requests ALTER COLUMN domain DROP DEFAULT;

ALTER TABLE {schema}.topology_log
    ADD COLUMN domain smallint NOT NULL DEFAULT 1,
    DROP CONSTRAINT topology_log_pkey,
    ADD PRIMARY KEY (domain, sequenced_at, place);
ALTER TABLE {schema}.topology_log ALTER COLUMN domain DROP DEFAULT;

ALTER TABLE {schema}.in_flight_submissions ADD COLUMN domain smallint NOT NULL DEFAULT 1;
ALTER TABLE {schema}.in_flight_submissions ALTER COLUMN domain DROP DEFAULT;

-- Where the contract can be used.
ALTER TABLE {schema}.contract_states ADD COLUMN domain smallint NOT NULL DEFAULT 1;
ALTER TABLE {schema}.contract_states ALTER COLUMN domain DROP DEFAULT;

-- Domains of other processes, by the names that this participant has for them.
CREATE TABLE {schema}.domain_connections (
    alias      text    PRIMARY KEY,
    -- of the domain's public API
    address    text    NOT NULL,
    -- the higher, the rather it is used
    priority   int     NOT NULL,
    is_enabled boolean NOT NULL,
    -- which it is, once it has answered: another must not answer under this name
    domain     text
);
