-- Rows of entries that are pruned: found by what the entries say, as they were when they were written.
WITH guard AS (
    UPDATE {schema}.cache_pruning SET deleted_up_to = $2
    WHERE only_row AND deleted_up_to = $1
    RETURNING 1
), cut_update_ids AS (
    DELETE FROM {schema}.update_ids AS u
    USING guard, unnest($3::text[]) AS gone (update_id)
    WHERE u.update_id = gone.update_id
), cut_index AS (
    DELETE FROM {schema}.update_index AS i
    USING guard, unnest($4::int[], $5::int[], $6::bigint[]) AS gone (party, template, event_offset)
    WHERE i.party = gone.party AND i.template = gone.template
        AND i.event_offset = gone.event_offset
), cut_completions AS (
    DELETE FROM {schema}.completions AS c
    USING guard
    WHERE c.event_offset > $1 AND c.event_offset <= $2
), ended AS (
    DELETE FROM {schema}.contract_lives AS l
    USING guard, unnest($7::bytea[]) AS gone (contract_id)
    WHERE l.contract_id = gone.contract_id
    RETURNING l.template, l.parties, l.created_offset, l.created_node, l.archived_offset
), ended_keys AS (
    SELECT unnest(0 || parties) AS party, template, created_offset, created_node, archived_offset
    FROM ended
), cut_archived AS (
    DELETE FROM {schema}.archived_contracts AS a
    USING ended_keys AS k
    WHERE a.party = k.party AND a.template = k.template
        AND a.archived_offset = k.archived_offset
        AND a.created_offset = k.created_offset AND a.node_id = k.created_node
)
SELECT count(*) FROM guard
