//! The statements by which sync prunes.

use bytes::Bytes;

use super::super::plan::Plan;
use super::super::safety::Pruned;
use crate::model::{Offset, Timestamp};
use crate::storage::{Database, Error, Schema, Transaction};

/// Every look-up is by key, whatever the statistics say.
const BY_KEY: &str = "SET LOCAL enable_seqscan TO OFF; \
    SET LOCAL enable_hashjoin TO OFF; \
    SET LOCAL enable_mergejoin TO OFF";

const READ_ENTRIES: &str = "
    SELECT event_offset, entry
    FROM (
        SELECT event_offset, entry,
            sum(octet_length(entry)) OVER (ORDER BY event_offset) AS total,
            row_number() OVER (ORDER BY event_offset) AS place
        FROM (
            SELECT event_offset, entry FROM {schema}.event_log
            WHERE event_offset > $1 AND event_offset <= $2 ORDER BY event_offset LIMIT $3
        ) AS next
    ) AS sized
    WHERE total <= $4 OR place = 1
    ORDER BY event_offset";

/// An older change may be accepted anew at this moment: then it is not old any more.
const FORGET_CHANGES: &str = "
    DELETE FROM {schema}.accepted_changes WHERE change_id IN (
        SELECT change_id FROM {schema}.accepted_changes WHERE completion_offset <= $1
        FOR UPDATE SKIP LOCKED)
    AND completion_offset <= $1";

/// The tables of sync, as far as they are pruned.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    schema: Schema,
}

/// How far pruning has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Progress {
    /// Decided.
    pub pruned: Offset,
    /// Done.
    pub deleted: Offset,
}

/// Some entries, and how far they reach.
#[derive(Debug)]
pub(in super::super) struct Stretch {
    pub entries: Vec<(Offset, Bytes)>,
    pub to: Offset,
}

impl Store {
    /// The tables in a schema that is up to date.
    pub fn new(database: Database, schema: Schema) -> Self {
        Self { database, schema }
    }

    /// What was pruned; none if nothing was.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn pruned(&self) -> Result<Option<Pruned>, Error> {
        let sql = self
            .schema
            .fill("SELECT pruned_up_to, pruned_at FROM {schema}.pruning");
        let row = self.database.client().await?.query_one(&sql, &[]).await?;
        let at: Option<i64> = row.try_get(1)?;
        let up_to = offset(row.try_get(0)?)?;
        Ok(at.map(|at| Pruned {
            up_to,
            at: Timestamp::from_micros_clamped(at),
        }))
    }

    /// Keeps what is to be pruned. From then on it is gone, whatever happens.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn decide(&self, pruned: Pruned) -> Result<(), Error> {
        let sql = self.schema.fill(
            "UPDATE {schema}.pruning SET pruned_up_to = $1, pruned_at = $2
             WHERE pruned_up_to < $1",
        );
        let client = self.database.client().await?;
        client
            .execute(&sql, &[&pruned.up_to.get(), &pruned.at.micros()])
            .await?;
        Ok(())
    }

    /// How far pruning has come.
    pub(in super::super) async fn progress(&self) -> Result<Progress, Error> {
        let sql = self
            .schema
            .fill("SELECT pruned_up_to, deleted_up_to FROM {schema}.pruning");
        let row = self.database.client().await?.query_one(&sql, &[]).await?;
        Ok(Progress {
            pruned: offset(row.try_get(0)?)?,
            deleted: offset(row.try_get(1)?)?,
        })
    }

    /// Up to `max` entries between two offsets, at most `bytes_max` of them together but at least
    /// one.
    pub(in super::super) async fn entries(
        &self,
        after: Offset,
        to: Offset,
        max: usize,
        bytes_max: usize,
    ) -> Result<Stretch, Error> {
        let limit = i64::try_from(max).unwrap_or(i64::MAX);
        let bytes_max = i64::try_from(bytes_max).unwrap_or(i64::MAX);
        let client = self.database.client().await?;
        let statement = client
            .prepare_cached(&self.schema.fill(READ_ENTRIES))
            .await?;
        let rows = client
            .query(&statement, &[&after.get(), &to.get(), &limit, &bytes_max])
            .await?;
        let entries: Vec<(Offset, Bytes)> = rows
            .iter()
            .map(|row| {
                let bytes: Vec<u8> = row.try_get(1)?;
                Ok((offset(row.try_get(0)?)?, bytes.into()))
            })
            .collect::<Result<_, Error>>()?;
        let last = entries.last().map_or(to, |(offset, _)| *offset);
        Ok(Stretch { entries, to: last })
    }

    /// Does what was planned for the entries between two offsets; all or nothing.
    ///
    /// # Errors
    /// [`Error::Collision`] if somebody else has done it.
    pub(in super::super) async fn apply(
        &self,
        plan: &Plan,
        after: Offset,
        to: Offset,
    ) -> Result<(), Error> {
        self.database
            .transaction(async |transaction| {
                transaction.batch_execute(BY_KEY).await?;
                self.advance(transaction, after, to).await?;
                self.cut_log(transaction, plan).await?;
                self.forget_contracts(transaction, plan).await?;
                self.forget_times(transaction, to).await
            })
            .await
    }

    async fn advance(
        &self,
        transaction: &Transaction<'_>,
        after: Offset,
        to: Offset,
    ) -> Result<(), Error> {
        let sql = "UPDATE {schema}.pruning SET deleted_up_to = $2 WHERE deleted_up_to = $1";
        let moved = self
            .run(transaction, sql, &[&after.get(), &to.get()])
            .await?;
        match moved {
            1 => Ok(()),
            _ => Err(Error::Collision(format!(
                "the log is not pruned up to offset {after}"
            ))),
        }
    }

    async fn cut_log(&self, transaction: &Transaction<'_>, plan: &Plan) -> Result<(), Error> {
        let gone: Vec<i64> = plan.gone.iter().map(|offset| offset.get()).collect();
        let sql = "DELETE FROM {schema}.event_log WHERE event_offset = ANY($1::int8[])";
        self.run(transaction, sql, &[&gone]).await?;

        let (offsets, entries): (Vec<i64>, Vec<&[u8]>) = plan
            .shortened
            .iter()
            .map(|(offset, entry)| (offset.get(), &entry[..]))
            .unzip();
        let sql = "UPDATE {schema}.event_log AS log SET entry = short.entry
             FROM UNNEST($1::int8[], $2::bytea[]) AS short (event_offset, entry)
             WHERE log.event_offset = short.event_offset";
        self.run(transaction, sql, &[&offsets, &entries]).await?;

        let (ids, offsets): (Vec<&[u8]>, Vec<i64>) = plan
            .kept
            .iter()
            .map(|(id, offset)| (&id[..], offset.get()))
            .unzip();
        let sql = "INSERT INTO {schema}.kept_creations (contract_id, event_offset)
             SELECT * FROM UNNEST($1::bytea[], $2::int8[]) ON CONFLICT (contract_id) DO NOTHING";
        self.run(transaction, sql, &[&ids, &offsets]).await?;

        let sql = self.schema.fill(
            "DELETE FROM {schema}.kept_creations WHERE contract_id = ANY($1::bytea[])
             RETURNING event_offset",
        );
        let ended = ids_of(&plan.ended);
        let released = transaction.query(&sql, &[&ended]).await?;
        let released: Vec<i64> = released
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?;
        let sql = "DELETE FROM {schema}.event_log AS log WHERE event_offset = ANY($1::int8[])
             AND NOT EXISTS (SELECT FROM {schema}.kept_creations AS kept
                WHERE kept.event_offset = log.event_offset)";
        self.run(transaction, sql, &[&released]).await?;
        Ok(())
    }

    async fn forget_contracts(
        &self,
        transaction: &Transaction<'_>,
        plan: &Plan,
    ) -> Result<(), Error> {
        let ended = ids_of(&plan.ended);
        let sql = "DELETE FROM {schema}.contract_states
             WHERE contract_id = ANY($1::bytea[]) AND archived_at IS NOT NULL";
        self.run(transaction, sql, &[&ended]).await?;
        let sql = "DELETE FROM {schema}.contracts AS contract
             WHERE contract_id = ANY($1::bytea[]) AND NOT EXISTS (
                SELECT FROM {schema}.contract_states AS state
                WHERE state.contract_id = contract.contract_id)";
        self.run(transaction, sql, &[&ended]).await?;
        let witnessed = ids_of(&plan.witnessed);
        self.run(transaction, sql, &[&witnessed]).await?;
        Ok(())
    }

    async fn forget_times(&self, transaction: &Transaction<'_>, to: Offset) -> Result<(), Error> {
        self.run(transaction, FORGET_CHANGES, &[&to.get()]).await?;
        // the last one says how late what follows it may be
        let sql = "DELETE FROM {schema}.offset_times WHERE event_offset < (
                SELECT max(event_offset) FROM {schema}.offset_times WHERE event_offset <= $1)";
        self.run(transaction, sql, &[&to.get()]).await?;
        Ok(())
    }

    async fn run(
        &self,
        transaction: &Transaction<'_>,
        sql: &str,
        parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<u64, Error> {
        let statement = transaction.prepare_cached(&self.schema.fill(sql)).await?;
        Ok(transaction.execute(&statement, parameters).await?)
    }
}

fn ids_of(ids: &[Bytes]) -> Vec<&[u8]> {
    ids.iter().map(|id| &id[..]).collect()
}

fn offset(value: i64) -> Result<Offset, Error> {
    Offset::new(value).ok_or_else(|| Error::corrupt("a negative offset"))
}
