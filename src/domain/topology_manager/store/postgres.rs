//! The topology manager's tables.

use bytes::Bytes;

use super::super::core::Publication;
use super::super::identity::Identity;
use crate::crypto::SigningKey;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::{KnownPoint, MessageId};
use crate::sequencer_client::Position;
use crate::storage::{Database, Error, Migration, MigrationSet, Schema, Transaction};

const MIGRATIONS: MigrationSet = MigrationSet {
    component: "topology",
    steps: &[
        Migration {
            version: 1,
            name: "topology",
            sql: include_str!("../../../../migrations/topology/0001_topology.sql"),
        },
        Migration {
            version: 2,
            name: "position hash",
            sql: include_str!("../../../../migrations/topology/0002_position_hash.sql"),
        },
    ],
};

/// The topology manager's database.
#[derive(Debug)]
pub(in super::super) struct Store {
    database: Database,
    schema: Schema,
}

/// An answer to a submission that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Refusal {
    pub submission_id: MessageId,
    pub member: MemberId,
    pub reason: String,
}

impl Store {
    /// Brings the schema up to date.
    pub(in super::super) async fn open(database: Database, schema: Schema) -> Result<Self, Error> {
        MIGRATIONS.run(&database, &schema).await?;
        Ok(Self { database, schema })
    }

    /// The domain's identity, made with `generate` the first time.
    pub(in super::super) async fn identity(
        &self,
        generate: impl FnOnce() -> Result<Identity, Error>,
    ) -> Result<Identity, Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("SELECT domain, namespace_key, signing_key FROM {schema}.identity");
        if let Some(row) = client.query_opt(&sql, &[]).await? {
            let key = |index| -> Result<SigningKey, Error> {
                SigningKey::from_bytes(row.try_get(index)?).map_err(Error::corrupt)
            };
            let domain = DomainId::parse(row.try_get(0)?).map_err(Error::corrupt)?;
            return Identity::new(domain, key(1)?, key(2)?).map_err(Error::corrupt);
        }
        let identity = generate()?;
        let sql = self.schema.fill(
            "INSERT INTO {schema}.identity (domain, namespace_key, signing_key)
             VALUES ($1, $2, $3)",
        );
        client
            .execute(
                &sql,
                &[
                    &identity.domain.as_str(),
                    &identity.namespace_key.to_bytes().as_slice(),
                    &identity.signing_key.to_bytes().as_slice(),
                ],
            )
            .await?;
        Ok(identity)
    }

    /// Every publication in order, and whether the sequencer has it.
    pub(in super::super) async fn publications(&self) -> Result<Vec<(Publication, bool)>, Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill(
            "SELECT publication, transactions, admits, is_sequenced, recipients
             FROM {schema}.publications ORDER BY publication",
        );
        let rows = client.query(&sql, &[]).await?;
        rows.iter()
            .map(|row| {
                let transactions: Vec<Vec<u8>> = row.try_get(1)?;
                let admits: Option<&str> = row.try_get(2)?;
                let recipients: Vec<&str> = row.try_get(4)?;
                let publication = Publication {
                    number: row.try_get(0)?,
                    transactions: transactions.into_iter().map(Bytes::from).collect(),
                    admits: admits
                        .map(MemberId::parse)
                        .transpose()
                        .map_err(Error::corrupt)?,
                    recipients: recipients
                        .into_iter()
                        .map(MemberId::parse)
                        .collect::<Result<_, _>>()
                        .map_err(Error::corrupt)?,
                };
                Ok((publication, row.try_get(3)?))
            })
            .collect()
    }

    /// Submissions sequenced up to here are answered.
    pub(in super::super) async fn position(&self) -> Result<Position, Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("SELECT processed, chain_hash FROM {schema}.position");
        let row = client.query_one(&sql, &[]).await?;
        let time = Timestamp::from_micros(row.try_get(0)?).map_err(Error::corrupt)?;
        Ok(Position::at(Position::known(time, row.try_get(1)?)))
    }

    /// Answers that the sequencer may not have.
    pub(in super::super) async fn refusals(&self) -> Result<Vec<Refusal>, Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("SELECT submission_id, member, reason FROM {schema}.refusals");
        let rows = client.query(&sql, &[]).await?;
        rows.iter()
            .map(|row| {
                Ok(Refusal {
                    submission_id: MessageId::from_slice(row.try_get(0)?)
                        .ok_or_else(|| Error::corrupt("a submission id of another length"))?,
                    member: MemberId::parse(row.try_get(1)?).map_err(Error::corrupt)?,
                    reason: row.try_get(2)?,
                })
            })
            .collect()
    }

    /// Keeps what was decided up to a position.
    pub(in super::super) async fn keep(
        &self,
        publications: &[Publication],
        refusals: &[Refusal],
        position: Option<KnownPoint>,
    ) -> Result<(), Error> {
        self.database
            .transaction(async |transaction| {
                for publication in publications {
                    self.insert_publication(transaction, publication).await?;
                }
                for refusal in refusals {
                    self.insert_refusal(transaction, refusal).await?;
                }
                if let Some(position) = position {
                    let sql = self
                        .schema
                        .fill("UPDATE {schema}.position SET processed = $1, chain_hash = $2");
                    let hash = position.hash.map(|hash| hash.as_bytes().to_vec());
                    transaction
                        .execute(&sql, &[&position.time.micros(), &hash])
                        .await?;
                }
                Ok(())
            })
            .await
    }

    async fn insert_publication(
        &self,
        transaction: &Transaction<'_>,
        publication: &Publication,
    ) -> Result<(), Error> {
        let sql = self.schema.fill(
            "INSERT INTO {schema}.publications
                 (publication, transactions, admits, recipients, is_sequenced)
             VALUES ($1, $2, $3, $4, false)",
        );
        let transactions: Vec<&[u8]> = publication.transactions.iter().map(AsRef::as_ref).collect();
        let admits = publication.admits.as_ref().map(ToString::to_string);
        let recipients: Vec<String> = publication
            .recipients
            .iter()
            .map(ToString::to_string)
            .collect();
        transaction
            .execute(
                &sql,
                &[&publication.number, &transactions, &admits, &recipients],
            )
            .await?;
        Ok(())
    }

    async fn insert_refusal(
        &self,
        transaction: &Transaction<'_>,
        refusal: &Refusal,
    ) -> Result<(), Error> {
        let sql = self.schema.fill(
            "INSERT INTO {schema}.refusals (submission_id, member, reason) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        );
        transaction
            .execute(
                &sql,
                &[
                    &refusal.submission_id.as_bytes().as_slice(),
                    &refusal.member.to_string(),
                    &refusal.reason,
                ],
            )
            .await?;
        Ok(())
    }

    /// The sequencer has a publication.
    pub(in super::super) async fn mark_sequenced(&self, number: i64) -> Result<(), Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("UPDATE {schema}.publications SET is_sequenced = true WHERE publication = $1");
        client.execute(&sql, &[&number]).await?;
        Ok(())
    }

    /// The sequencer has an answer, or its member will not read it any more.
    pub(in super::super) async fn forget_refusal(&self, id: MessageId) -> Result<(), Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("DELETE FROM {schema}.refusals WHERE submission_id = $1");
        client.execute(&sql, &[&id.as_bytes().as_slice()]).await?;
        Ok(())
    }
}
