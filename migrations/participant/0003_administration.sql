-- What the ledger API owns: users, and what people note about parties.

CREATE TABLE {schema}.users (
    user_id              text    PRIMARY KEY,
    -- empty: none
    primary_party        text    NOT NULL,
    is_deactivated       boolean NOT NULL,
    primary_party_authentication boolean NOT NULL,
    -- empty: the participant's own
    identity_provider_id text    NOT NULL,
    resource_version     bigint  NOT NULL,
    -- microseconds since 1970
    created_at           bigint  NOT NULL,
    -- a JSON object of strings
    annotations          text    NOT NULL
);

CREATE TABLE {schema}.user_rights (
    user_id    text     NOT NULL REFERENCES {schema}.users ON DELETE CASCADE,
    kind       smallint NOT NULL,
    -- empty for rights that are not about one party
    party      text     NOT NULL,
    -- microseconds since 1970
    granted_at bigint   NOT NULL,
    PRIMARY KEY (user_id, kind, party)
);

CREATE TABLE {schema}.party_records (
    party                text   PRIMARY KEY,
    identity_provider_id text   NOT NULL,
    resource_version     bigint NOT NULL,
    -- a JSON object of strings
    annotations          text   NOT NULL
);

-- The user with whom administration begins; it can be deleted like any other.
INSERT INTO {schema}.users (
    user_id, primary_party, is_deactivated, primary_party_authentication, identity_provider_id,
    resource_version, created_at, annotations
) VALUES ('participant_admin', '', false, false, '', 0, 0, '{}');

INSERT INTO {schema}.user_rights (user_id, kind, party, granted_at)
VALUES ('participant_admin', 1, '', 0);
