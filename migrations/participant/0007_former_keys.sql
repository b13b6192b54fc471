-- Keys that this participant has replaced, oldest first: to read what was encrypted with them, and to sign
-- until the new ones are in force.
CREATE TABLE {schema}.former_keys (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    usage  text   NOT NULL CHECK (usage IN ('signing', 'encryption')),
    secret bytea  NOT NULL
);
