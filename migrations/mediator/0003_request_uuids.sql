-- The UUIDs of requests up to the position that cannot be used again yet. One may be there twice, if it was used again later.
CREATE TABLE {schema}.request_uuids (
    requested_at bigint PRIMARY KEY,
    request_uuid bytea  NOT NULL,
    used_until   bigint NOT NULL
);
CREATE INDEX request_uuids_by_end ON {schema}.request_uuids (used_until);
