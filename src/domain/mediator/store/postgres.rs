//! The mediator's tables.

use bytes::Bytes;
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::super::replays::UsedUuid;
use crate::crypto::SigningKey;
use crate::model::{Hash, Timestamp};
use crate::sequencer_client::Position;
use crate::storage::{Database, Error, Migration, MigrationSet, Schema};
use crate::topology::PublishedTransaction;

const MIGRATIONS: MigrationSet = MigrationSet {
    component: "mediator",
    steps: &[
        Migration {
            version: 1,
            name: "mediator",
            sql: include_str!("../../../../migrations/mediator/0001_mediator.sql"),
        },
        Migration {
            version: 2,
            name: "position hash",
            sql: include_str!("../../../../migrations/mediator/0002_position_hash.sql"),
        },
        Migration {
            version: 3,
            name: "request uuids",
            sql: include_str!("../../../../migrations/mediator/0003_request_uuids.sql"),
        },
    ],
};

/// The mediator's database.
#[derive(Debug)]
pub(in super::super) struct Store {
    database: Database,
    schema: Schema,
}

impl Store {
    /// Brings the schema up to date.
    pub(in super::super) async fn open(database: Database, schema: Schema) -> Result<Self, Error> {
        MIGRATIONS.run(&database, &schema).await?;
        Ok(Self { database, schema })
    }

    /// The mediator's key, made the first time.
    pub(in super::super) async fn signing_key(&self) -> Result<SigningKey, Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("SELECT signing_key FROM {schema}.identity");
        if let Some(row) = client.query_opt(&sql, &[]).await? {
            return SigningKey::from_bytes(row.try_get(0)?).map_err(Error::corrupt);
        }
        let key = SigningKey::generate();
        let sql = self
            .schema
            .fill("INSERT INTO {schema}.identity (signing_key) VALUES ($1)");
        client.execute(&sql, &[&key.to_bytes().as_slice()]).await?;
        Ok(key)
    }

    /// Everything sequenced up to here is decided.
    pub(in super::super) async fn position(&self) -> Result<Position, Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("SELECT decided, decided_hash, seen, seen_hash FROM {schema}.position");
        let row = client.query_one(&sql, &[]).await?;
        let time = |micros| Timestamp::from_micros(micros).map_err(Error::corrupt);
        let resume = Position::known(time(row.try_get(0)?)?, row.try_get(1)?);
        let seen: Option<i64> = row.try_get(2)?;
        Ok(Position {
            resume,
            seen: match seen {
                Some(seen) => Position::known(time(seen)?, row.try_get(3)?),
                None => resume,
            },
        })
    }

    /// The topology transactions published up to the position, in order.
    pub(in super::super) async fn topology(&self) -> Result<Vec<PublishedTransaction>, Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill(
            "SELECT transaction, sequenced_at FROM {schema}.topology_log
             ORDER BY sequenced_at, place",
        );
        let rows = client.query(&sql, &[]).await?;
        rows.iter()
            .map(|row| {
                Ok(PublishedTransaction {
                    transaction: Bytes::from(row.try_get::<_, Vec<u8>>(0)?),
                    sequenced_at: Timestamp::from_micros(row.try_get(1)?)
                        .map_err(Error::corrupt)?,
                })
            })
            .collect()
    }

    /// The names of requests up to the position that cannot be used again yet.
    pub(in super::super) async fn used_uuids(
        &self,
        position: Timestamp,
    ) -> Result<Vec<UsedUuid>, Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill(
            "SELECT request_uuid, requested_at, used_until FROM {schema}.request_uuids
             WHERE used_until >= $1",
        );
        let rows = client.query(&sql, &[&position.micros()]).await?;
        let time = |micros| Timestamp::from_micros(micros).map_err(Error::corrupt);
        rows.iter()
            .map(|row| {
                let uuid: &[u8] = row.try_get(0)?;
                Ok(UsedUuid {
                    uuid: uuid.try_into().map_err(Error::corrupt)?,
                    at: time(row.try_get(1)?)?,
                    until: time(row.try_get(2)?)?,
                })
            })
            .collect()
    }

    /// Moves the position, with what was published and which requests came up to it.
    pub(in super::super) async fn keep(
        &self,
        position: &Position,
        topology: &[PublishedTransaction],
        used: &[UsedUuid],
    ) -> Result<(), Error> {
        let times: Vec<i64> = topology.iter().map(|it| it.sequenced_at.micros()).collect();
        let places: Vec<i32> = (0..).take(topology.len()).collect();
        let transactions: Vec<&[u8]> = topology.iter().map(|it| it.transaction.as_ref()).collect();
        self.database
            .transaction(async |transaction| {
                let sql = self.schema.fill(
                    "UPDATE {schema}.position
                     SET decided = $1, decided_hash = $2, seen = $3, seen_hash = $4",
                );
                let Position { resume, seen } = position;
                let hash = |hash: Option<Hash>| hash.map(|it| it.as_bytes().to_vec());
                transaction
                    .execute(
                        &sql,
                        &[
                            &resume.time.micros(),
                            &hash(resume.hash),
                            &seen.time.micros(),
                            &hash(seen.hash),
                        ],
                    )
                    .await?;
                if !topology.is_empty() {
                    let sql = self.schema.fill(
                        "INSERT INTO {schema}.topology_log (sequenced_at, place, transaction)
                         SELECT * FROM UNNEST($1::int8[], $2::int4[], $3::bytea[])",
                    );
                    transaction
                        .execute(&sql, &[&times, &places, &transactions])
                        .await?;
                }
                self.keep_uuids(transaction, position.resume.time, used)
                    .await
            })
            .await
    }

    /// Keeps the names of requests, and forgets those that can be used again.
    async fn keep_uuids(
        &self,
        transaction: &Transaction<'_>,
        position: Timestamp,
        used: &[UsedUuid],
    ) -> Result<(), Error> {
        let uuids: Vec<&[u8]> = used.iter().map(|it| it.uuid.as_slice()).collect();
        let times: Vec<i64> = used.iter().map(|it| it.at.micros()).collect();
        let ends: Vec<i64> = used.iter().map(|it| it.until.micros()).collect();
        let sql = self.schema.fill(
            "WITH forgotten AS (DELETE FROM {schema}.request_uuids WHERE used_until < $1)
             INSERT INTO {schema}.request_uuids (request_uuid, requested_at, used_until)
             SELECT * FROM UNNEST($2::bytea[], $3::int8[], $4::int8[])",
        );
        let parameters: [&(dyn ToSql + Sync); 4] = [&position.micros(), &uuids, &times, &ends];
        transaction.execute(&sql, &parameters).await?;
        Ok(())
    }
}
