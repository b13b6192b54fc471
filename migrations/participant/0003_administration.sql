-- What the ledger API owns: users, and what people note about parties.

CREATE TABLE {schema}.users (
    user_id              text    PRIMARY KEY,
    primary_party        text    NOT NULL,
    is_deactivated       boolean NOT NULL,
    identity_provider_id text    NOT NULL,
    resource_version     bigint  NOT NULL,
    created_at           bigint  NOT NULL,
    annotations          jsonb   NOT NULL
);

CREATE TABLE {schema}.user_rights (
    user_id    text     NOT NULL REFERENCES {schema}.users ON DELETE CASCADE,
    kind       smallint NOT NULL,
    -- empty for rights that are not about one party
    party      text     NOT NULL,
    granted_at bigint   NOT NULL,
    PRIMARY KEY (user_id, kind, party)
);

CREATE TABLE {schema}.party_records (
    party                text   PRIMARY KEY,
    identity_provider_id text   NOT NULL,
    resource_version     bigint NOT NULL,
    annotations          jsonb  NOT NULL
);
