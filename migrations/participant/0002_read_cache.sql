-- What the indexer owns: everything that the ledger API reads, derived from the event log.

-- The last offset that readers may see.
CREATE TABLE {schema}.ledger_end (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    event_offset bigint  NOT NULL
);
INSERT INTO {schema}.ledger_end (event_offset) VALUES (0);

-- The newest sequencing time of each domain at that offset.
CREATE TABLE {schema}.domain_times (
    domain      text   PRIMARY KEY,
    record_time bigint NOT NULL
);

-- Parties and identifiers (package:module:name) as numbers, from 1.
CREATE TABLE {schema}.names (
    name_id int  PRIMARY KEY,
    name    text NOT NULL UNIQUE
);

-- Transactions and topology updates by id.
CREATE TABLE {schema}.update_ids (
    update_id    text   PRIMARY KEY,
    event_offset bigint NOT NULL
);

-- Which updates show which party (0: any) an event of which template (0: a topology event).
CREATE TABLE {schema}.update_index (
    party        int     NOT NULL,
    template     int     NOT NULL,
    event_offset bigint  NOT NULL,
    -- also in the shape of a change of active contracts
    delta        boolean NOT NULL,
    PRIMARY KEY (party, template, event_offset)
);

-- Which contracts are active for which stakeholder (0: any).
CREATE TABLE {schema}.active_contracts (
    party          int    NOT NULL,
    template       int    NOT NULL,
    created_offset bigint NOT NULL,
    node_id        int    NOT NULL,
    contract_id    bytea  NOT NULL,
    PRIMARY KEY (party, template, created_offset, node_id)
);

-- Which contracts were active, until when: for snapshots of the past.
CREATE TABLE {schema}.archived_contracts (
    party           int    NOT NULL,
    template        int    NOT NULL,
    archived_offset bigint NOT NULL,
    created_offset  bigint NOT NULL,
    node_id         int    NOT NULL,
    contract_id     bytea  NOT NULL,
    PRIMARY KEY (party, template, archived_offset, created_offset, node_id)
);

-- Where a contract's life is told, and under which keys it stands in the two tables above.
CREATE TABLE {schema}.contract_lives (
    contract_id     bytea  PRIMARY KEY,
    template        int    NOT NULL,
    -- stakeholders hosted here
    parties         int[]  NOT NULL,
    created_offset  bigint NOT NULL,
    created_node    int    NOT NULL,
    archived_offset bigint,
    archived_node   int
) WITH (fillfactor = 80);

-- Who is to be told of which completion.
CREATE TABLE {schema}.completions (
    event_offset bigint PRIMARY KEY,
    user_id      text   NOT NULL,
    parties      int[]  NOT NULL
);
CREATE INDEX completions_by_user ON {schema}.completions (user_id, event_offset);

-- Parties known on the domain.
CREATE TABLE {schema}.parties (
    party        text    PRIMARY KEY,
    is_local     boolean NOT NULL,
    participants text[]  NOT NULL
);
