-- Who asked to join, and what became of it.
CREATE TABLE {schema}.onboarding_requests (
    member     text    PRIMARY KEY,
    admitted   boolean NOT NULL,
    -- why not, if not
    reason     text    NOT NULL,
    -- microseconds since 1970
    decided_at bigint  NOT NULL
);
