//! The statements by which the read cache is pruned.

use super::rows::Rows;
use crate::model::{ContractId, Offset};
use crate::storage::{Database, Error, Schema};

/// As when rows are written: nothing is lost if it has to be done again.
const SETTINGS: &str = "SET LOCAL synchronous_commit TO OFF; \
    SET LOCAL enable_seqscan TO OFF; \
    SET LOCAL enable_hashjoin TO OFF; \
    SET LOCAL enable_mergejoin TO OFF";

const CUT: &str = include_str!("prune.sql");

/// The read cache, as far as it is pruned.
#[derive(Debug, Clone)]
pub(super) struct PruneStore {
    database: Database,
    cut: String,
    read_pruned: String,
    read_done: String,
}

impl PruneStore {
    pub(super) fn new(database: Database, schema: &Schema) -> Self {
        Self {
            database,
            cut: schema.fill(CUT),
            read_pruned: schema.fill("SELECT pruned_up_to FROM {schema}.pruning"),
            read_done: schema.fill("SELECT deleted_up_to FROM {schema}.cache_pruning"),
        }
    }

    /// What sync has decided.
    pub(super) async fn pruned(&self) -> Result<Offset, Error> {
        self.offset(&self.read_pruned).await
    }

    /// How far the cache is deleted.
    pub(super) async fn done(&self) -> Result<Offset, Error> {
        self.offset(&self.read_done).await
    }

    async fn offset(&self, sql: &str) -> Result<Offset, Error> {
        let client = self.database.client().await?;
        let value: i64 = client.query_one(sql, &[]).await?.try_get(0)?;
        Offset::new(value).ok_or_else(|| Error::corrupt("a negative offset"))
    }

    /// Deletes the rows of the entries between two offsets, and those of contracts that ended there;
    /// all or nothing.
    ///
    /// # Errors
    /// [`Error::Collision`] if somebody else has done it.
    pub(super) async fn cut(
        &self,
        from: Offset,
        to: Offset,
        rows: &Rows,
        ended: &[ContractId],
    ) -> Result<(), Error> {
        let update_ids: Vec<&str> = rows.update_ids.iter().map(|it| &*it.update_id).collect();
        let parties: Vec<i32> = rows.index.iter().map(|it| it.party).collect();
        let templates: Vec<i32> = rows.index.iter().map(|it| it.template).collect();
        let offsets: Vec<i64> = rows.index.iter().map(|it| it.offset).collect();
        let ended: Vec<&[u8]> = ended.iter().map(ContractId::as_bytes).collect();
        self.database
            .transaction(async |transaction| {
                transaction.batch_execute(SETTINGS).await?;
                let statement = transaction.prepare_cached(&self.cut).await?;
                let moved: i64 = transaction
                    .query_one(
                        &statement,
                        &[
                            &from.get(),
                            &to.get(),
                            &update_ids,
                            &parties,
                            &templates,
                            &offsets,
                            &ended,
                        ],
                    )
                    .await?
                    .try_get(0)?;
                if moved == 1 {
                    return Ok(());
                }
                Err(Error::Collision(format!(
                    "the read cache is not pruned up to offset {from}"
                )))
            })
            .await
    }
}
