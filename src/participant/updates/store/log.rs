//! Entries of the event log, found by the index or by their position.

use tokio_postgres::Row;

use super::{Keys, Store};
use crate::model::{Offset, UpdateId};
use crate::storage::Error;

/// Bytes of entries read at once at most, though at least one entry.
const PAGE_BYTES_MAX: i64 = 8 << 20;

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Order {
    Ascending,
    Descending,
}

/// Offsets after the first up to and including the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Range {
    pub(in super::super) after: Offset,
    pub(in super::super) to: Offset,
}

/// An entry as the log has it.
pub(in super::super) type LogRow = (Offset, Vec<u8>);

/// Entries of a range, from one of its ends.
#[derive(Debug)]
pub(in super::super) struct LogPage {
    pub(in super::super) rows: Vec<LogRow>,
    /// Whether the range has no more.
    pub(in super::super) is_last: bool,
}

impl Order {
    const fn sql(self) -> &'static str {
        match self {
            Self::Ascending => "ASC",
            Self::Descending => "DESC",
        }
    }
}

/// The end of each statement: entries at the offsets of `found`, until they are too large.
fn with_entries(order: Order) -> String {
    format!(
        "SELECT event_offset, entry, found
         FROM (
             SELECT l.event_offset, l.entry, count(*) OVER () AS found,
                 row_number() OVER running AS position,
                 sum(octet_length(l.entry)) OVER running AS total
             FROM found JOIN {{schema}}.event_log AS l USING (event_offset)
             WINDOW running AS (ORDER BY l.event_offset {order})
         ) AS sized
         WHERE total <= {PAGE_BYTES_MAX} OR position = 1
         ORDER BY event_offset {order}",
        order = order.sql()
    )
}

impl Store {
    /// Up to `max` entries of a range that the index has under one of the keys. In the shape of a
    /// delta, only those that change active contracts.
    pub(in super::super) async fn indexed(
        &self,
        keys: &Keys,
        delta: bool,
        range: Range,
        order: Order,
        max: usize,
    ) -> Result<LogPage, Error> {
        let sql = format!(
            "WITH RECURSIVE {keys}, found AS (
                SELECT DISTINCT i.event_offset
                FROM keys CROSS JOIN LATERAL (
                    SELECT u.event_offset FROM {{schema}}.update_index AS u
                    WHERE u.party = keys.party AND u.template = keys.template
                        AND u.event_offset > $4 AND u.event_offset <= $5
                        AND (u.delta OR NOT $6 OR u.template = 0)
                    ORDER BY u.event_offset {order} LIMIT $7
                ) AS i
                ORDER BY i.event_offset {order} LIMIT $7
            ) {entries}",
            keys = Keys::sql("update_index"),
            order = order.sql(),
            entries = with_entries(order),
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
                    &range.after.get(),
                    &range.to.get(),
                    &delta,
                    &limit,
                ],
            )
            .await?;
        page(&rows, max)
    }

    /// Up to `max` entries of a range, whatever they are.
    pub(in super::super) async fn entries_of(
        &self,
        range: Range,
        order: Order,
        max: usize,
    ) -> Result<LogPage, Error> {
        let sql = format!(
            "WITH found AS (
                SELECT event_offset FROM {{schema}}.event_log
                WHERE event_offset > $1 AND event_offset <= $2
                ORDER BY event_offset {order} LIMIT $3
            ) {entries}",
            order = order.sql(),
            entries = with_entries(order),
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.schema.fill(&sql)).await?;
        let limit = i64::try_from(max).unwrap_or(i64::MAX);
        let rows = client
            .query(&statement, &[&range.after.get(), &range.to.get(), &limit])
            .await?;
        page(&rows, max)
    }

    /// The entries at distinct offsets, in this order, until they are too large.
    pub(in super::super) async fn entries_at(&self, offsets: &[i64]) -> Result<Vec<LogRow>, Error> {
        let sql = format!(
            "SELECT event_offset, entry
             FROM (
                 SELECT l.event_offset, l.entry, w.position,
                     sum(octet_length(l.entry)) OVER (ORDER BY w.position) AS total
                 FROM unnest($1::bigint[]) WITH ORDINALITY AS w (event_offset, position)
                 JOIN {{schema}}.event_log AS l USING (event_offset)
             ) AS sized
             WHERE total <= {PAGE_BYTES_MAX} OR position = 1
             ORDER BY position"
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.schema.fill(&sql)).await?;
        let rows = client.query(&statement, &[&offsets]).await?;
        rows.iter().map(row).collect()
    }

    /// The update with an id.
    pub(in super::super) async fn entry_of_update(
        &self,
        id: &UpdateId,
    ) -> Result<Option<LogRow>, Error> {
        let sql = self.schema.fill(
            "SELECT l.event_offset, l.entry
             FROM {schema}.update_ids AS u JOIN {schema}.event_log AS l USING (event_offset)
             WHERE u.update_id = $1",
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&sql).await?;
        let found = client.query_opt(&statement, &[&id.as_str()]).await?;
        found.as_ref().map(row).transpose()
    }

    /// Up to `max` entries of a range with a completion for one of the parties, of one user or of
    /// any. No parties stand for any.
    pub(in super::super) async fn completions(
        &self,
        user_id: Option<&str>,
        parties: &[String],
        range: Range,
        max: usize,
    ) -> Result<LogPage, Error> {
        let sql = format!(
            "WITH asked AS (
                SELECT array_agg(name_id) AS parties FROM {{schema}}.names
                WHERE name = ANY($2::text[])
            ), found AS (
                SELECT c.event_offset FROM {{schema}}.completions AS c, asked AS a
                WHERE c.event_offset > $3 AND c.event_offset <= $4
                    AND ($1::text IS NULL OR c.user_id = $1)
                    AND (cardinality($2::text[]) = 0 OR c.parties && a.parties)
                ORDER BY c.event_offset LIMIT $5
            ) {entries}",
            entries = with_entries(Order::Ascending),
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.schema.fill(&sql)).await?;
        let limit = i64::try_from(max).unwrap_or(i64::MAX);
        let rows = client
            .query(
                &statement,
                &[
                    &user_id,
                    &parties,
                    &range.after.get(),
                    &range.to.get(),
                    &limit,
                ],
            )
            .await?;
        page(&rows, max)
    }
}

fn page(rows: &[Row], max: usize) -> Result<LogPage, Error> {
    let found: i64 = match rows.first() {
        Some(row) => row.try_get(2)?,
        None => 0,
    };
    let found = usize::try_from(found).map_err(Error::corrupt)?;
    Ok(LogPage {
        is_last: found < max && rows.len() == found,
        rows: rows.iter().map(row).collect::<Result<_, _>>()?,
    })
}

fn row(row: &Row) -> Result<LogRow, Error> {
    let offset: i64 = row.try_get(0)?;
    let offset = Offset::new(offset).ok_or_else(|| Error::corrupt("negative offset"))?;
    Ok((offset, row.try_get(1)?))
}
