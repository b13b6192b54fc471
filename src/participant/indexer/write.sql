-- All rows of a batch, if the cache ends where the indexer thinks; else nothing.
WITH guard AS (
    UPDATE {schema}.ledger_end SET event_offset = $2
    WHERE only_row AND event_offset = $1
    RETURNING 1
), put_names AS (
    INSERT INTO {schema}.names (name_id, name)
    SELECT n.id, n.name FROM guard, unnest($3::int[], $4::text[]) AS n (id, name)
), put_update_ids AS (
    INSERT INTO {schema}.update_ids (update_id, event_offset)
    SELECT u.id, u.event_offset
    FROM guard, unnest($5::text[], $6::bigint[]) AS u (id, event_offset)
), put_index AS (
    INSERT INTO {schema}.update_index (party, template, event_offset, delta)
    SELECT i.party, i.template, i.event_offset, i.delta
    FROM guard, unnest($7::int[], $8::int[], $9::bigint[], $10::boolean[])
        AS i (party, template, event_offset, delta)
), put_active AS (
    INSERT INTO {schema}.active_contracts
        (party, template, created_offset, node_id, contract_id)
    SELECT a.party, a.template, a.created_offset, a.node_id, a.contract_id
    FROM guard, unnest($11::int[], $12::int[], $13::bigint[], $14::int[], $15::bytea[])
        AS a (party, template, created_offset, node_id, contract_id)
), put_archived AS (
    INSERT INTO {schema}.archived_contracts
        (party, template, created_offset, node_id, contract_id, archived_offset)
    SELECT a.party, a.template, a.created_offset, a.node_id, a.contract_id, a.archived_offset
    FROM guard, unnest($16::int[], $17::int[], $18::bigint[], $19::int[], $20::bytea[], $21::bigint[])
        AS a (party, template, created_offset, node_id, contract_id, archived_offset)
), put_lives AS (
    INSERT INTO {schema}.contract_lives
        (contract_id, template, parties, created_offset, created_node, archived_offset, archived_node)
    SELECT l.contract_id, l.template, l.parties::int[], l.created_offset, l.created_node,
        l.archived_offset, l.archived_node
    FROM guard, unnest($22::bytea[], $23::int[], $24::text[], $25::bigint[], $26::int[],
            $27::bigint[], $28::int[])
        AS l (contract_id, template, parties, created_offset, created_node,
            archived_offset, archived_node)
), ended AS (
    UPDATE {schema}.contract_lives AS l
    SET archived_offset = e.archived_offset, archived_node = e.archived_node
    FROM guard, unnest($29::bytea[], $30::bigint[], $31::int[])
        AS e (contract_id, archived_offset, archived_node)
    WHERE l.contract_id = e.contract_id
    RETURNING l.contract_id, l.template, l.parties, l.created_offset, l.created_node,
        l.archived_offset
), ended_keys AS (
    SELECT unnest(0 || parties) AS party, template, created_offset, created_node, contract_id,
        archived_offset
    FROM ended
), removed AS (
    DELETE FROM {schema}.active_contracts AS a
    USING ended_keys AS k
    WHERE a.party = k.party AND a.template = k.template
        AND a.created_offset = k.created_offset AND a.node_id = k.created_node
), moved AS (
    INSERT INTO {schema}.archived_contracts
        (party, template, created_offset, node_id, contract_id, archived_offset)
    SELECT party, template, created_offset, created_node, contract_id, archived_offset
    FROM ended_keys
), put_completions AS (
    INSERT INTO {schema}.completions (event_offset, user_id, parties)
    SELECT c.event_offset, c.user_id, c.parties::int[]
    FROM guard, unnest($32::bigint[], $33::text[], $34::text[])
        AS c (event_offset, user_id, parties)
), put_parties AS (
    INSERT INTO {schema}.parties AS known (party, is_local, participants)
    SELECT p.party, p.is_local, p.participants::text[]
    FROM guard, unnest($35::text[], $36::boolean[], $37::text[])
        AS p (party, is_local, participants)
    ON CONFLICT (party) DO UPDATE SET
        is_local = excluded.is_local,
        participants = ARRAY(
            SELECT DISTINCT p FROM unnest(known.participants || excluded.participants) AS p
            WHERE p <> ALL (
                SELECT unnest(gone.participants::text[])
                FROM unnest($35::text[], $38::text[]) AS gone (party, participants)
                WHERE gone.party = excluded.party)
            ORDER BY p)
), put_times AS (
    INSERT INTO {schema}.domain_times AS known (domain, record_time)
    SELECT t.domain, t.record_time
    FROM guard, unnest($39::text[], $40::bigint[]) AS t (domain, record_time)
    ON CONFLICT (domain) DO UPDATE SET
        record_time = greatest(known.record_time, excluded.record_time)
)
SELECT count(*) FROM guard
