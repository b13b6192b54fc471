-- Members that may send and receive.
CREATE TABLE {schema}.members (
    member_id     int    PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    member        text   NOT NULL UNIQUE,
    -- time of the first event that it can receive is later than this
    registered_at bigint NOT NULL
);

-- The last sequencing time given out, and the one before it was. Every writer takes this row's lock, so commit order is
-- sequencing order.
CREATE TABLE {schema}.clock (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_time bigint  NOT NULL,
    previous_time bigint NOT NULL
);
INSERT INTO {schema}.clock (last_time, previous_time) VALUES (0, 0);

-- Batches in their order.
CREATE TABLE {schema}.events (
    time       bigint PRIMARY KEY,
    sender     int    NOT NULL,
    message_id bytea  NOT NULL,
    envelopes  bytea  NOT NULL,
    UNIQUE (sender, message_id)
);

-- Who receives which batch.
CREATE TABLE {schema}.deliveries (
    member_id int    NOT NULL,
    time      bigint NOT NULL,
    PRIMARY KEY (member_id, time)
);
