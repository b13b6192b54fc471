//! Contracts by their keys.

use super::Store;
use crate::model::{ContractId, Hash};
use crate::storage::{Error, Schema};

/// Where a contract stands among those with its key: record time and place in the transaction.
pub(in super::super) type KeyPosition = (i64, i32);

/// The position after all others.
pub(in super::super) const LATEST: KeyPosition = (i64::MAX, i32::MAX);

/// The statement that reads them.
pub(super) fn statement(schema: &Schema) -> String {
    schema.fill(
        "SELECT contract_id, activated_at, place FROM {schema}.contract_keys
         WHERE key_hash = $1 AND (activated_at, place) < ($2, $3)
         ORDER BY activated_at DESC, place DESC LIMIT $4",
    )
}

impl Store {
    /// Active contracts with a key before a position, the latest first, at most `limit`.
    pub(in super::super) async fn keyed(
        &self,
        key: &Hash,
        before: KeyPosition,
        limit: i64,
    ) -> Result<Vec<(ContractId, KeyPosition)>, Error> {
        let key = key.as_bytes().as_slice();
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.keyed).await?;
        let rows = client
            .query(&statement, &[&key, &before.0, &before.1, &limit])
            .await?;
        rows.iter()
            .map(|row| {
                let id = ContractId::from_bytes(row.try_get(0)?).map_err(Error::corrupt)?;
                Ok((id, (row.try_get(1)?, row.try_get(2)?)))
            })
            .collect()
    }
}
