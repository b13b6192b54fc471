//! The sequencer's tables.

use super::super::intake::{Accepted, MemberNumber};
use super::super::recent::Batch;
use crate::model::{Hash, Timestamp};
use crate::protocol::{ChainPoint, Envelope, MessageId};
use crate::storage::{Database, Error, Migration, MigrationSet, Schema};

const MIGRATIONS: MigrationSet = MigrationSet {
    component: "sequencer",
    steps: &[
        Migration {
            version: 1,
            name: "sequencer",
            sql: include_str!("../../../../migrations/sequencer/0001_sequencer.sql"),
        },
        Migration {
            version: 2,
            name: "trust",
            sql: include_str!("../../../../migrations/sequencer/0002_trust.sql"),
        },
    ],
};

/// Draws the times, writes batches and deliveries: one statement, one transaction, one round trip.
/// `$1` the time now, `$2` how many batches, `$3`–`$7` the batches, `$8`–`$9` the deliveries by
/// the batch's place, `$10`–`$12` points of chains that earlier batches led to.
const APPEND: &str = "
    WITH tick AS (
        UPDATE {schema}.clock
        SET previous_time = last_time, last_time = GREATEST(last_time + 1, $1) + $2 - 1
        RETURNING last_time - $2 AS before, previous_time AS previous
    ), sequenced AS (
        INSERT INTO {schema}.events (time, sender, message_id, envelopes)
        SELECT tick.before + batch.place, batch.sender, batch.message_id, batch.envelopes
        FROM tick, UNNEST($3::int8[], $4::int4[], $5::bytea[], $6::bytea[], $7::int8[])
             AS batch (place, sender, message_id, envelopes, max_time)
        WHERE tick.before + batch.place <= batch.max_time
        ON CONFLICT (sender, message_id) DO NOTHING
        RETURNING time
    ), delivered AS (
        INSERT INTO {schema}.deliveries (member_id, time)
        SELECT delivery.member_id, sequenced.time
        FROM tick, UNNEST($8::int8[], $9::int4[]) AS delivery (place, member_id), sequenced
        WHERE sequenced.time = tick.before + delivery.place
    ), chained AS (
        INSERT INTO {schema}.chain_checkpoints (member_id, time, hash)
        SELECT * FROM UNNEST($10::int4[], $11::int8[], $12::bytea[])
        ON CONFLICT DO NOTHING
    )
    SELECT tick.before, tick.previous, sequenced.time FROM tick LEFT JOIN sequenced ON true ORDER BY time";

/// Batches that were written.
#[derive(Debug)]
pub(in super::super) struct Appended {
    /// The last time that was drawn before them.
    pub previous: Timestamp,
    /// The last time that was drawn for these batches.
    pub last: Timestamp,
    /// The batches' times; none for one that was not written.
    pub times: Vec<Option<Timestamp>>,
}

/// The sequencer's database.
#[derive(Debug)]
pub(in super::super) struct Store {
    pub(super) database: Database,
    pub(super) schema: Schema,
    append: String,
    find: String,
    read: String,
}

impl Store {
    /// Brings the schema up to date.
    pub(in super::super) async fn open(database: Database, schema: Schema) -> Result<Self, Error> {
        MIGRATIONS.run(&database, &schema).await?;
        Ok(Self {
            append: schema.fill(APPEND),
            find: schema.fill(
                "SELECT envelopes FROM {schema}.events WHERE sender = $1 AND message_id = $2",
            ),
            read: schema.fill(
                "SELECT event.time, event.sender, event.message_id, event.envelopes
                 FROM {schema}.deliveries AS delivery
                 JOIN {schema}.events AS event USING (time)
                 WHERE delivery.member_id = $1 AND delivery.time > $2 AND delivery.time <= $3
                 ORDER BY delivery.time LIMIT $4",
            ),
            database,
            schema,
        })
    }

    /// The last time given out.
    pub(in super::super) async fn last_time(&self) -> Result<Timestamp, Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill("SELECT last_time FROM {schema}.clock");
        let row = client.query_one(&sql, &[]).await?;
        Timestamp::from_micros(row.try_get(0)?).map_err(Error::corrupt)
    }

    /// Gives the batches their times, in their order. `None` for a batch that was not written: it
    /// was sequenced before, or its time is over.
    pub(in super::super) async fn append(
        &self,
        batches: &[Accepted],
        points: &[(MemberNumber, ChainPoint)],
        now: Timestamp,
    ) -> Result<Appended, Error> {
        let chained = ChainColumns::of(points);
        let columns = Columns::of(batches);
        let count = i64::try_from(batches.len()).unwrap_or(i64::MAX);
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.append).await?;
        let rows = client
            .query(
                &statement,
                &[
                    &now.micros(),
                    &count,
                    &columns.places,
                    &columns.senders,
                    &columns.message_ids,
                    &columns.envelopes,
                    &columns.max_times,
                    &columns.delivery_places,
                    &columns.delivery_members,
                    &chained.members,
                    &chained.times,
                    &chained.hashes,
                ],
            )
            .await?;
        let first = rows.first().ok_or_else(|| Error::corrupt("no clock"))?;
        let before: i64 = first.try_get(0)?;
        let mut times = vec![None; batches.len()];
        for row in &rows {
            let Some(time) = row.try_get::<_, Option<i64>>(2)? else {
                continue;
            };
            let slot = usize::try_from(time - before - 1)
                .ok()
                .and_then(|index| times.get_mut(index))
                .ok_or_else(|| Error::corrupt("a batch out of place"))?;
            *slot = Some(Timestamp::from_micros(time).map_err(Error::corrupt)?);
        }
        let time = |micros| Timestamp::from_micros(micros).map_err(Error::corrupt);
        Ok(Appended {
            previous: time(first.try_get(1)?)?,
            last: time(before.saturating_add(count))?,
            times,
        })
    }

    /// Whether a batch was sequenced before; `None` if another one was under its message id.
    pub(in super::super) async fn is_sequenced(
        &self,
        batch: &Accepted,
    ) -> Result<Option<bool>, Error> {
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.find).await?;
        let found = client
            .query_opt(
                &statement,
                &[&batch.sender, &batch.message_id.as_bytes().as_slice()],
            )
            .await?;
        let Some(row) = found else {
            return Ok(Some(false));
        };
        let is_same = row.try_get::<_, &[u8]>(0)? == Envelope::encode_all(&batch.envelopes);
        Ok(is_same.then_some(true))
    }

    /// A member's batches after a time and up to another.
    pub(in super::super) async fn read(
        &self,
        number: MemberNumber,
        after: Timestamp,
        until: Timestamp,
        max: usize,
    ) -> Result<Vec<Batch>, Error> {
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.read).await?;
        let rows = client
            .query(
                &statement,
                &[&number, &after.micros(), &until.micros(), &max],
            )
            .await?;
        rows.iter().map(batch).collect()
    }

    /// The last point of a member's chain that is kept, up to a time.
    pub(in super::super) async fn checkpoint(
        &self,
        number: MemberNumber,
        until: Timestamp,
    ) -> Result<Option<ChainPoint>, Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill(
            "SELECT time, hash FROM {schema}.chain_checkpoints
             WHERE member_id = $1 AND time <= $2 ORDER BY time DESC LIMIT 1",
        );
        let found = client.query_opt(&sql, &[&number, &until.micros()]).await?;
        found
            .map(|row| {
                Ok(ChainPoint {
                    time: Timestamp::from_micros(row.try_get(0)?).map_err(Error::corrupt)?,
                    hash: Hash::from_slice(row.try_get(1)?)
                        .ok_or_else(|| Error::corrupt("a hash of another length"))?,
                })
            })
            .transpose()
    }

    /// Keeps a point of a member's chain.
    pub(in super::super) async fn keep_checkpoint(
        &self,
        number: MemberNumber,
        point: &ChainPoint,
    ) -> Result<(), Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill(
            "INSERT INTO {schema}.chain_checkpoints (member_id, time, hash) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        );
        let hash = point.hash.as_bytes().as_slice();
        client
            .execute(&sql, &[&number, &point.time.micros(), &hash])
            .await?;
        Ok(())
    }
}

fn batch(row: &tokio_postgres::Row) -> Result<Batch, Error> {
    let message_id: &[u8] = row.try_get(2)?;
    let envelopes: Vec<u8> = row.try_get(3)?;
    Ok(Batch {
        time: Timestamp::from_micros(row.try_get(0)?).map_err(Error::corrupt)?,
        sender: row.try_get(1)?,
        message_id: MessageId::from_slice(message_id)
            .ok_or_else(|| Error::corrupt("a message id of another length"))?,
        envelopes: Envelope::decode_all(envelopes.into()).map_err(Error::corrupt)?,
    })
}

/// Points of chains turned on their side.
struct ChainColumns<'a> {
    members: Vec<MemberNumber>,
    times: Vec<i64>,
    hashes: Vec<&'a [u8]>,
}

impl<'a> ChainColumns<'a> {
    fn of(points: &'a [(MemberNumber, ChainPoint)]) -> Self {
        let all = points.iter();
        Self {
            members: all.clone().map(|(member, _)| *member).collect(),
            times: all.clone().map(|(_, it)| it.time.micros()).collect(),
            hashes: all.map(|(_, it)| it.hash.as_bytes().as_slice()).collect(),
        }
    }
}

/// The batches turned on their side, as UNNEST takes them. Places count from 1.
#[derive(Default)]
struct Columns<'a> {
    places: Vec<i64>,
    senders: Vec<MemberNumber>,
    message_ids: Vec<&'a [u8]>,
    envelopes: Vec<Vec<u8>>,
    max_times: Vec<i64>,
    delivery_places: Vec<i64>,
    delivery_members: Vec<MemberNumber>,
}

impl<'a> Columns<'a> {
    fn of(batches: &'a [Accepted]) -> Self {
        let mut columns = Self::default();
        for (place, batch) in (1..).zip(batches) {
            columns.places.push(place);
            columns.senders.push(batch.sender);
            columns.message_ids.push(batch.message_id.as_bytes());
            columns
                .envelopes
                .push(Envelope::encode_all(&batch.envelopes));
            columns.max_times.push(batch.max_time.micros());
            for addressee in &batch.addressees {
                columns.delivery_places.push(place);
                columns.delivery_members.push(addressee.number);
            }
        }
        columns
    }
}
