//! Parties that are known on the domain.

use super::Store;
use crate::model::Party;
use crate::storage::Error;

/// A party that is known on the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownParty {
    /// The party.
    pub party: Party,
    /// Whether it is hosted here.
    pub is_local: bool,
    /// The participants that host it.
    pub participants: Vec<String>,
}

const COLUMNS: &str = "party, is_local, participants";

impl Store {
    /// Those of the parties that are known, by name.
    pub(in super::super) async fn parties(
        &self,
        parties: &[String],
    ) -> Result<Vec<KnownParty>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {{schema}}.parties WHERE party = ANY($1::text[]) ORDER BY party"
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.schema.fill(&sql)).await?;
        let rows = client.query(&statement, &[&parties]).await?;
        rows.iter().map(known_party).collect()
    }

    /// Up to `max` parties after one, by name; those whose name begins as asked.
    pub(in super::super) async fn parties_after(
        &self,
        after: &str,
        prefix: &str,
        max: usize,
    ) -> Result<Vec<KnownParty>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {{schema}}.parties
             WHERE party > $1 AND starts_with(party, $2) ORDER BY party LIMIT $3"
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.schema.fill(&sql)).await?;
        let limit = i64::try_from(max).unwrap_or(i64::MAX);
        let rows = client.query(&statement, &[&after, &prefix, &limit]).await?;
        rows.iter().map(known_party).collect()
    }
}

fn known_party(row: &tokio_postgres::Row) -> Result<KnownParty, Error> {
    Ok(KnownParty {
        party: Party::parse(row.try_get(0)?).map_err(Error::corrupt)?,
        is_local: row.try_get(1)?,
        participants: row.try_get(2)?,
    })
}
