-- What this participant shares with others at the ends of periods: the latest, for what others say late. Made
-- from the tables of contracts, as is what it says to them.
CREATE TABLE {schema}.commitments_computed (
    domain               smallint NOT NULL,
    -- sequencing times, microseconds since 1970; the start is exclusive
    period_start         bigint   NOT NULL,
    period_end           bigint   NOT NULL,
    -- with whom what: three lists of one length
    counter_participants text[]   NOT NULL,
    digests              bytea[]  NOT NULL,
    contracts            bigint[] NOT NULL,
    PRIMARY KEY (domain, period_end)
);

-- What others have said about periods to whose end this participant has not come yet.
CREATE TABLE {schema}.commitments_received (
    domain              smallint NOT NULL,
    counter_participant text   NOT NULL,
    period_start        bigint NOT NULL,
    period_end          bigint NOT NULL,
    digest              bytea  NOT NULL,
    contracts           bigint NOT NULL,
    PRIMARY KEY (domain, counter_participant, period_end)
);

-- The latest comparison with each other participant.
CREATE TABLE {schema}.commitments_compared (
    domain              smallint NOT NULL,
    counter_participant text   NOT NULL,
    period_start        bigint NOT NULL,
    period_end          bigint NOT NULL,
    own_digest          bytea  NOT NULL,
    own_contracts       bigint NOT NULL,
    received_digest     bytea  NOT NULL,
    received_contracts  bigint NOT NULL,
    PRIMARY KEY (domain, counter_participant)
);
