//! What is noted about parties.

use std::collections::BTreeMap;

use super::super::super::administration::{Annotations, Metadata, UpdateError};
use crate::model::Party;
use crate::storage::{Database, Error, Schema};

/// What is noted about the parties of one participant.
#[derive(Debug, Clone)]
pub(crate) struct PartyRecords {
    database: Database,
    schema: Schema,
}

impl PartyRecords {
    pub(crate) fn new(database: Database, schema: Schema) -> Self {
        Self { database, schema }
    }

    pub(in super::super) async fn get(
        &self,
        parties: impl Iterator<Item = &Party> + Send,
    ) -> Result<BTreeMap<Party, Metadata>, Error> {
        let names: Vec<&str> = parties.map(Party::as_str).collect();
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = self.schema.fill(
            "SELECT party, resource_version, annotations FROM {schema}.party_records
             WHERE party = ANY($1::text[])",
        );
        let client = self.database.client().await?;
        let rows = client.query(&sql, &[&names]).await?;
        rows.iter()
            .map(|row| {
                let party = Party::parse(row.try_get(0)?).map_err(Error::corrupt)?;
                Ok((party, metadata(row.try_get(1)?, row.try_get(2)?)?))
            })
            .collect()
    }

    /// Notes something about a party that was allocated just now.
    pub(in super::super) async fn note(
        &self,
        party: &Party,
        annotations: &Annotations,
    ) -> Result<Metadata, Error> {
        let changed = self.update(party, None, Some(annotations)).await?;
        changed.map_err(|error| Error::corrupt(format!("{error:?} for {party}")))
    }

    /// Changes what is noted about a party.
    pub(in super::super) async fn update(
        &self,
        party: &Party,
        version: Option<i64>,
        annotations: Option<&Annotations>,
    ) -> Result<Result<Metadata, UpdateError>, Error> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let sql = self.schema.fill(
            "SELECT resource_version, annotations FROM {schema}.party_records
             WHERE party = $1 FOR UPDATE",
        );
        let found = transaction.query_opt(&sql, &[&party.as_str()]).await?;
        let current = match found {
            None => Metadata::default(),
            Some(row) => metadata(row.try_get(0)?, row.try_get(1)?)?,
        };
        let changed = match current.changed(version, annotations) {
            Ok(changed) => changed,
            Err(error) => return Ok(Err(error)),
        };
        let sql = self.schema.fill(
            "INSERT INTO {schema}.party_records (
                party, identity_provider_id, resource_version, annotations
             ) VALUES ($1, '', $2, $3)
             ON CONFLICT (party) DO UPDATE SET resource_version = $2, annotations = $3",
        );
        let json = serde_json::to_string(&changed.annotations).map_err(Error::corrupt)?;
        let number = changed.version.unwrap_or_default();
        transaction
            .execute(&sql, &[&party.as_str(), &number, &json])
            .await?;
        transaction.commit().await?;
        Ok(Ok(changed))
    }
}

fn metadata(version: i64, annotations: &str) -> Result<Metadata, Error> {
    Ok(Metadata {
        version: Some(version),
        annotations: serde_json::from_str(annotations).map_err(Error::corrupt)?,
    })
}
