//! Contracts: their payloads, their lives, and which are active.

use tokio_postgres::Row;

use super::{Keys, Store};
use crate::model::{ContractId, Offset};
use crate::storage::Error;

/// Where an active contract stands in the order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(in super::super) struct ActivePosition {
    pub(in super::super) created_offset: i64,
    pub(in super::super) node_id: i32,
}

/// Where an archived contract stands in the order of archival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(in super::super) struct ArchivedPosition {
    pub(in super::super) archived_offset: i64,
    pub(in super::super) created: ActivePosition,
}

/// Where a contract's life is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct LifeRow {
    pub(in super::super) created: ActivePosition,
    pub(in super::super) archived: Option<ActivePosition>,
}

impl Store {
    /// Up to `max` contracts after a position that were active at offset `at` and are not archived
    /// up to offset `still`, in the order of creation.
    pub(in super::super) async fn active(
        &self,
        keys: &Keys,
        at: Offset,
        still: Offset,
        after: ActivePosition,
        max: usize,
    ) -> Result<Vec<ActivePosition>, Error> {
        let sql = format!(
            "WITH RECURSIVE {active_keys}
            SELECT DISTINCT created_offset, node_id
            FROM (
                SELECT f.created_offset, f.node_id
                FROM keys CROSS JOIN LATERAL (
                    SELECT a.created_offset, a.node_id FROM {{schema}}.active_contracts AS a
                    WHERE a.party = keys.party AND a.template = keys.template
                        AND (a.created_offset, a.node_id) > ($6, $7) AND a.created_offset <= $4
                    ORDER BY a.created_offset, a.node_id LIMIT $8
                ) AS f
                UNION ALL
                SELECT f.created_offset, f.node_id
                FROM ({archived_keys}) AS keys CROSS JOIN LATERAL (
                    SELECT a.created_offset, a.node_id FROM {{schema}}.archived_contracts AS a
                    WHERE a.party = keys.party AND a.template = keys.template
                        AND a.archived_offset > $5
                        AND (a.created_offset, a.node_id) > ($6, $7) AND a.created_offset <= $4
                    ORDER BY a.created_offset, a.node_id LIMIT $8
                ) AS f
            ) AS found
            ORDER BY created_offset, node_id LIMIT $8",
            active_keys = Keys::sql("active_contracts"),
            archived_keys = Self::archived_keys(),
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.schema.fill(&sql)).await?;
        let limit = i64::try_from(max).unwrap_or(i64::MAX);
        let rows = client
            .query(
                &statement,
                &[
                    &keys.parties,
                    &keys.templates,
                    &keys.wildcards,
                    &at.get(),
                    &still.get(),
                    &after.created_offset,
                    &after.node_id,
                    &limit,
                ],
            )
            .await?;
        rows.iter().map(|row| active_position(row, 0)).collect()
    }

    /// Up to `max` contracts after a position that were active at offset `at` and are archived up
    /// to offset `until`, in the order of archival.
    pub(in super::super) async fn archived_since(
        &self,
        keys: &Keys,
        at: Offset,
        until: Offset,
        after: ArchivedPosition,
        max: usize,
    ) -> Result<Vec<ArchivedPosition>, Error> {
        let sql = format!(
            "WITH RECURSIVE keys AS ({keys})
            SELECT DISTINCT f.archived_offset, f.created_offset, f.node_id
            FROM keys CROSS JOIN LATERAL (
                SELECT a.archived_offset, a.created_offset, a.node_id
                FROM {{schema}}.archived_contracts AS a
                WHERE a.party = keys.party AND a.template = keys.template
                    AND a.archived_offset > $4 AND a.archived_offset <= $5
                    AND (a.archived_offset, a.created_offset, a.node_id) > ($6, $7, $8)
                    AND a.created_offset <= $4
                ORDER BY a.archived_offset, a.created_offset, a.node_id LIMIT $9
            ) AS f
            ORDER BY f.archived_offset, f.created_offset, f.node_id LIMIT $9",
            keys = Self::archived_keys(),
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.schema.fill(&sql)).await?;
        let limit = i64::try_from(max).unwrap_or(i64::MAX);
        let rows = client
            .query(
                &statement,
                &[
                    &keys.parties,
                    &keys.templates,
                    &keys.wildcards,
                    &at.get(),
                    &until.get(),
                    &after.archived_offset,
                    &after.created.created_offset,
                    &after.created.node_id,
                    &limit,
                ],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ArchivedPosition {
                    archived_offset: row.try_get(0)?,
                    created: active_position(row, 1)?,
                })
            })
            .collect()
    }

    /// The keys under which archived contracts stand, as a statement of its own.
    fn archived_keys() -> String {
        format!(
            "WITH RECURSIVE {} SELECT party, template FROM keys",
            Keys::sql("archived_contracts")
        )
    }

    /// Where a contract's life is told.
    pub(in super::super) async fn life(&self, id: &ContractId) -> Result<Option<LifeRow>, Error> {
        let sql = self.schema.fill(
            "SELECT created_offset, created_node, archived_offset, archived_node
             FROM {schema}.contract_lives WHERE contract_id = $1",
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&sql).await?;
        let found = client.query_opt(&statement, &[&id.as_bytes()]).await?;
        found
            .map(|row| {
                let archived: (Option<i64>, Option<i32>) = (row.try_get(2)?, row.try_get(3)?);
                Ok(LifeRow {
                    created: active_position(&row, 0)?,
                    archived: archived
                        .0
                        .zip(archived.1)
                        .map(|(offset, node)| ActivePosition {
                            created_offset: offset,
                            node_id: node,
                        }),
                })
            })
            .transpose()
    }

    /// The payloads of contracts in this order, until they are too large; those that are not stored
    /// are left out.
    pub(in super::super) async fn instances(
        &self,
        ids: &[&[u8]],
        bytes_max: Option<i64>,
    ) -> Result<Vec<(ContractId, Vec<u8>)>, Error> {
        let sql = self.schema.fill(
            "SELECT contract_id, instance
             FROM (
                 SELECT c.contract_id, c.instance,
                     sum(octet_length(c.instance)) OVER (ORDER BY w.position) AS total
                 FROM unnest($1::bytea[]) WITH ORDINALITY AS w (contract_id, position)
                 JOIN {schema}.contracts AS c USING (contract_id)
             ) AS sized
             WHERE $2::bigint IS NULL OR total <= $2",
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&sql).await?;
        let rows = client.query(&statement, &[&ids, &bytes_max]).await?;
        rows.iter()
            .map(|row| {
                let id: &[u8] = row.try_get(0)?;
                let id = ContractId::from_bytes(id).map_err(Error::corrupt)?;
                Ok((id, row.try_get(1)?))
            })
            .collect()
    }
}

fn active_position(row: &Row, column: usize) -> Result<ActivePosition, Error> {
    Ok(ActivePosition {
        created_offset: row.try_get(column)?,
        node_id: row.try_get(column + 1)?,
    })
}
