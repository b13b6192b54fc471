-- Active contracts with a key, of those with a stakeholder hosted here: by the hash of the key, in the
-- order in which they became active.
CREATE TABLE {schema}.contract_keys (
    contract_id  bytea  PRIMARY KEY,
    key_hash     bytea  NOT NULL,
    -- record time of the creation, and the place among the creations of its transaction
    activated_at bigint NOT NULL,
    place        int    NOT NULL
);
CREATE INDEX contract_keys_by_key ON {schema}.contract_keys (key_hash, activated_at, place);
