//! Sync's tables.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use deadpool_postgres::{GenericClient, Transaction};
use prost::Message as _;

use super::super::contracts::Cached;
use super::super::processor::Decision;
use super::Writes;
use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, DomainId, Offset, SubmissionId, Timestamp, UpdateId};
use crate::participant::confirmation::locks::ContractState;
use crate::participant::submission::{AcceptedChange, ChangeId};
use crate::protocol::{KnownPoint, MessageId, RequestId};
use crate::sequencer_client::Position;
use crate::storage::{Database, Error, Schema};
use crate::topology::PublishedTransaction;
use crate::wire::ledger as wire;

/// Registers submissions whose change was never accepted; gives the accepted changes of the others.
const REGISTER: &str = "
    WITH submitted AS (
        SELECT * FROM UNNEST($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[])
            AS submitted (message_id, change_id, request, completion)
    ), known AS (
        SELECT change_id, completion_offset, accepted_at, submission_id, update_id
        FROM {schema}.accepted_changes WHERE change_id = ANY($2)
    ), registered AS (
        INSERT INTO {schema}.in_flight_submissions (message_id, change_id, request, completion)
        SELECT message_id, change_id, request, completion FROM submitted
        WHERE $5 OR NOT EXISTS (SELECT FROM known WHERE known.change_id = submitted.change_id)
    )
    SELECT change_id, completion_offset, accepted_at, submission_id, update_id FROM known";

/// Everything of one turn: one statement, one transaction, one round trip.
const WRITE: &str = "
    WITH entries AS (
        INSERT INTO {schema}.event_log (event_offset, entry)
        SELECT * FROM UNNEST($1::int8[], $2::bytea[])
    ), contracts AS (
        INSERT INTO {schema}.contracts (contract_id, instance)
        SELECT * FROM UNNEST($3::bytea[], $4::bytea[])
        ON CONFLICT (contract_id) DO NOTHING
    ), activated AS (
        INSERT INTO {schema}.contract_states
            (contract_id, activated_at, archived_at, archived_offset)
        SELECT * FROM UNNEST($5::bytea[], $6::int8[], $7::int8[], $8::int8[])
    ), archived AS (
        UPDATE {schema}.contract_states AS state
        SET archived_at = change.archived_at, archived_offset = change.archived_offset
        FROM UNNEST($9::bytea[], $10::int8[], $11::int8[])
            AS change (contract_id, archived_at, archived_offset)
        WHERE state.contract_id = change.contract_id
    ), keyed AS (
        INSERT INTO {schema}.contract_keys (contract_id, key_hash, activated_at, place)
        SELECT * FROM UNNEST($28::bytea[], $29::bytea[], $30::int8[], $31::int4[])
    ), unkeyed AS (
        DELETE FROM {schema}.contract_keys WHERE contract_id = ANY($9::bytea[])
    ), accepted AS (
        INSERT INTO {schema}.accepted_changes
            (change_id, completion_offset, accepted_at, submission_id, update_id)
        SELECT * FROM UNNEST($12::bytea[], $13::int8[], $14::int8[], $15::text[], $16::text[])
        ON CONFLICT (change_id) DO UPDATE SET
            completion_offset = excluded.completion_offset,
            accepted_at = excluded.accepted_at,
            submission_id = excluded.submission_id,
            update_id = excluded.update_id
    ), finished AS (
        DELETE FROM {schema}.in_flight_submissions WHERE message_id = ANY($17::bytea[])
    ), topology AS (
        INSERT INTO {schema}.topology_log (sequenced_at, place, transaction)
        SELECT * FROM UNNEST($18::int8[], $19::int4[], $20::bytea[])
    ), undecided AS (
        INSERT INTO {schema}.undecided_requests (request_id, decision)
        SELECT * FROM UNNEST($21::int8[], $22::int2[])
    ), decided AS (
        DELETE FROM {schema}.undecided_requests WHERE request_id = ANY($23::int8[])
    ), times AS (
        INSERT INTO {schema}.offset_times (event_offset, record_time)
        SELECT * FROM UNNEST($24::int8[], $25::int8[])
    )
    INSERT INTO {schema}.domain_position (domain, processed, processed_hash, resume, resume_hash)
    SELECT $26::text, $27::int8, $32::bytea, $33::int8, $34::bytea WHERE $27::int8 IS NOT NULL
    ON CONFLICT (domain) DO UPDATE SET
        processed = excluded.processed,
        processed_hash = excluded.processed_hash,
        resume = excluded.resume,
        resume_hash = excluded.resume_hash";

/// Sync's database.
#[derive(Debug)]
pub(in super::super) struct Store {
    pub(super) database: Database,
    pub(super) schema: Schema,
    register: String,
    write: String,
    contracts: String,
    pub(super) keyed: String,
}

/// A submission that is registered before it is sent.
#[derive(Debug)]
pub(in super::super) struct Registration {
    pub message_id: MessageId,
    pub change_id: ChangeId,
    /// The request as it is sent.
    pub request: Vec<u8>,
    pub in_flight: wire::InFlightSubmission,
}

/// A submission that was registered in an earlier life.
#[derive(Debug)]
pub(in super::super) struct InFlightRow {
    pub message_id: MessageId,
    pub change_id: ChangeId,
    pub request: Bytes,
    pub in_flight: wire::InFlightSubmission,
}

/// What a restart finds.
#[derive(Debug)]
pub(in super::super) struct Restored {
    /// The last event whose effects are kept; none if there was none yet.
    pub position: Position,
    pub undecided: BTreeMap<RequestId, Decision>,
    pub last_offset: Offset,
    pub in_flight: Vec<InFlightRow>,
    pub times: Vec<(Timestamp, Offset)>,
    pub topology: Vec<PublishedTransaction>,
}

impl Store {
    /// The tables in a schema that is up to date.
    pub(in super::super) fn new(database: Database, schema: Schema) -> Self {
        Self {
            register: schema.fill(REGISTER),
            write: schema.fill(WRITE),
            contracts: schema.fill(
                "SELECT contract.contract_id, contract.instance,
                        state.contract_id IS NOT NULL, state.archived_at IS NOT NULL
                 FROM {schema}.contracts AS contract
                 LEFT JOIN {schema}.contract_states AS state USING (contract_id)
                 WHERE contract.contract_id = ANY($1)",
            ),
            keyed: super::keys::statement(&schema),
            database,
            schema,
        }
    }

    /// Everything that the loop continues from.
    pub(in super::super) async fn restore(&self, domain: &DomainId) -> Result<Restored, Error> {
        Ok(Restored {
            position: self.position(domain).await?,
            undecided: self.undecided().await?,
            last_offset: self.last_offset().await?,
            in_flight: self.in_flight().await?,
            times: self.times().await?,
            topology: self.topology().await?,
        })
    }

    async fn rows(
        &self,
        sql: &str,
        params: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, Error> {
        let client = self.database.client().await?;
        Ok(client.query(&self.schema.fill(sql), params).await?)
    }

    async fn position(&self, domain: &DomainId) -> Result<Position, Error> {
        let sql = "SELECT processed, processed_hash, resume, resume_hash
                   FROM {schema}.domain_position WHERE domain = $1";
        let rows = self.rows(sql, &[&domain.as_str()]).await?;
        let Some(row) = rows.first() else {
            return Ok(Position::START);
        };
        let seen = Position::known(time(row.try_get(0)?)?, row.try_get(1)?);
        let resume: Option<i64> = row.try_get(2)?;
        Ok(Position {
            resume: match resume {
                Some(resume) => Position::known(time(resume)?, row.try_get(3)?),
                None => seen,
            },
            seen,
        })
    }

    async fn undecided(&self) -> Result<BTreeMap<RequestId, Decision>, Error> {
        let sql = "SELECT request_id, decision FROM {schema}.undecided_requests";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| {
                let decision = match row.try_get::<_, i16>(1)? {
                    HOLDS => Decision::Holds,
                    _ => Decision::Rejected,
                };
                Ok((RequestId(time(row.try_get(0)?)?), decision))
            })
            .collect()
    }

    async fn last_offset(&self) -> Result<Offset, Error> {
        let sql = "SELECT coalesce(max(event_offset), 0) FROM {schema}.event_log";
        let rows = self.rows(sql, &[]).await?;
        let last: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
        Offset::new(last).ok_or_else(|| Error::corrupt("a negative offset"))
    }

    async fn in_flight(&self) -> Result<Vec<InFlightRow>, Error> {
        let sql = "SELECT message_id, change_id, request, completion
                   FROM {schema}.in_flight_submissions";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| {
                let completion: &[u8] = row.try_get(3)?;
                Ok(InFlightRow {
                    message_id: MessageId::from_slice(row.try_get(0)?)
                        .ok_or_else(|| Error::corrupt("a message id of another length"))?,
                    change_id: ChangeId::from_slice(row.try_get(1)?)
                        .ok_or_else(|| Error::corrupt("a change id of another length"))?,
                    request: row.try_get::<_, Vec<u8>>(2)?.into(),
                    in_flight: wire::InFlightSubmission::decode(completion)
                        .map_err(Error::corrupt)?,
                })
            })
            .collect()
    }

    async fn times(&self) -> Result<Vec<(Timestamp, Offset)>, Error> {
        let sql = "SELECT record_time, event_offset FROM {schema}.offset_times
                   ORDER BY event_offset";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| Ok((time(row.try_get(0)?)?, offset(row.try_get(1)?)?)))
            .collect()
    }

    async fn topology(&self) -> Result<Vec<PublishedTransaction>, Error> {
        let sql = "SELECT transaction, sequenced_at FROM {schema}.topology_log
                   ORDER BY sequenced_at, place";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| {
                Ok(PublishedTransaction {
                    transaction: row.try_get::<_, Vec<u8>>(0)?.into(),
                    sequenced_at: time(row.try_get(1)?)?,
                })
            })
            .collect()
    }

    /// Contracts by id, as far as they are known.
    pub(in super::super) async fn contracts(
        &self,
        ids: &BTreeSet<ContractId>,
    ) -> Result<Vec<(ContractId, Cached)>, Error> {
        let ids: Vec<&[u8]> = ids.iter().map(ContractId::as_bytes).collect();
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.contracts).await?;
        let rows = client.query(&statement, &[&ids]).await?;
        rows.iter()
            .map(|row| {
                let id = ContractId::from_bytes(row.try_get(0)?).map_err(Error::corrupt)?;
                let instance =
                    ContractInstance::from_bytes(row.try_get(1)?).map_err(Error::corrupt)?;
                let (has_state, is_archived): (bool, bool) = (row.try_get(2)?, row.try_get(3)?);
                let state = match (has_state, is_archived) {
                    (false, _) => ContractState::Unknown,
                    (true, false) => ContractState::Active,
                    (true, true) => ContractState::Archived,
                };
                let instance = Arc::new(instance);
                Ok((id, Cached { instance, state }))
            })
            .collect()
    }

    /// Registers submissions before they are sent, but (unless `anyway`) not those whose change was
    /// accepted before: these are given back.
    pub(in super::super) async fn register(
        &self,
        registrations: &[Registration],
        anyway: bool,
    ) -> Result<BTreeMap<ChangeId, AcceptedChange>, Error> {
        let message_ids: Vec<&[u8]> = registrations
            .iter()
            .map(|it| it.message_id.as_bytes().as_slice())
            .collect();
        let change_ids: Vec<&[u8]> = registrations
            .iter()
            .map(|it| it.change_id.as_bytes().as_slice())
            .collect();
        let requests: Vec<&[u8]> = registrations.iter().map(|it| &*it.request).collect();
        let completions: Vec<Vec<u8>> = registrations
            .iter()
            .map(|it| it.in_flight.encode_to_vec())
            .collect();
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.register).await?;
        let rows = client
            .query(
                &statement,
                &[&message_ids, &change_ids, &requests, &completions, &anyway],
            )
            .await?;
        rows.iter().map(accepted_change).collect()
    }

    /// The accepted change with an id.
    pub(in super::super) async fn accepted(
        &self,
        change: ChangeId,
    ) -> Result<Option<AcceptedChange>, Error> {
        let sql = "SELECT change_id, completion_offset, accepted_at, submission_id, update_id
                   FROM {schema}.accepted_changes WHERE change_id = $1";
        let rows = self.rows(sql, &[&change.as_bytes().as_slice()]).await?;
        let found = rows.first().map(accepted_change).transpose()?;
        Ok(found.map(|(_, accepted)| accepted))
    }

    /// When changes were accepted; those that were not are left out.
    pub(in super::super) async fn accepted_at(
        &self,
        changes: &[ChangeId],
    ) -> Result<HashMap<ChangeId, Timestamp>, Error> {
        if changes.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<&[u8]> = changes.iter().map(|it| it.as_bytes().as_slice()).collect();
        let sql = "SELECT change_id, completion_offset, accepted_at, submission_id, update_id
                   FROM {schema}.accepted_changes WHERE change_id = ANY($1)";
        let rows = self.rows(sql, &[&ids]).await?;
        let accepted = rows.iter().map(accepted_change);
        accepted
            .map(|it| it.map(|(id, accepted)| (id, accepted.accepted_at)))
            .collect()
    }

    /// The entry that archived a contract.
    pub(in super::super) async fn archived_by(
        &self,
        id: &ContractId,
    ) -> Result<Option<Offset>, Error> {
        let sql = "SELECT archived_offset FROM {schema}.contract_states
                   WHERE contract_id = $1 AND archived_offset IS NOT NULL";
        let rows = self.rows(sql, &[&id.as_bytes()]).await?;
        rows.first().map(|row| offset(row.try_get(0)?)).transpose()
    }

    /// Writes everything of one turn, all or nothing.
    pub(in super::super) async fn write(
        &self,
        domain: &DomainId,
        writes: &Writes,
    ) -> Result<(), Error> {
        if writes.commitments.is_empty() {
            let client = self.database.client().await?;
            return self.execute(&client, domain, writes).await;
        }
        let with_commitments = async |client: &Transaction<'_>| {
            self.execute(client, domain, writes).await?;
            self.hear(client, domain, &writes.commitments).await
        };
        self.database.transaction(with_commitments).await
    }

    async fn execute(
        &self,
        client: &impl GenericClient,
        domain: &DomainId,
        writes: &Writes,
    ) -> Result<(), Error> {
        let columns = Columns::of(writes);
        let statement = client.prepare_cached(&self.write).await?;
        client
            .execute(
                &statement,
                &[
                    &columns.entry_offsets,
                    &columns.entries,
                    &columns.contract_ids,
                    &columns.instances,
                    &columns.activated_ids,
                    &columns.activated_at,
                    &columns.activated_archived_at,
                    &columns.activated_archived_by,
                    &columns.archived_ids,
                    &columns.archived_at,
                    &columns.archived_by,
                    &columns.change_ids,
                    &columns.change_offsets,
                    &columns.change_times,
                    &columns.change_submissions,
                    &columns.change_updates,
                    &columns.finished,
                    &columns.topology_times,
                    &columns.topology_places,
                    &columns.topology,
                    &columns.undecided_ids,
                    &columns.undecided_decisions,
                    &columns.decided_ids,
                    &columns.sample_offsets,
                    &columns.sample_times,
                    &domain.as_str(),
                    &writes.position.map(|it| it.seen.time.micros()),
                    &columns.keyed_ids,
                    &columns.key_hashes,
                    &columns.keyed_at,
                    &columns.key_places,
                    &hash(writes.position.map(|it| it.seen)),
                    &writes.position.map(|it| it.resume.time.micros()),
                    &hash(writes.position.map(|it| it.resume)),
                ],
            )
            .await?;
        Ok(())
    }
}

const HOLDS: i16 = 1;
const REJECTED: i16 = 2;

fn time(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_micros(micros).map_err(Error::corrupt)
}

fn hash(point: Option<KnownPoint>) -> Option<Vec<u8>> {
    Some(point?.hash?.as_bytes().to_vec())
}

fn offset(value: i64) -> Result<Offset, Error> {
    Offset::new(value).ok_or_else(|| Error::corrupt("a negative offset"))
}

fn accepted_change(row: &tokio_postgres::Row) -> Result<(ChangeId, AcceptedChange), Error> {
    let id = ChangeId::from_slice(row.try_get(0)?)
        .ok_or_else(|| Error::corrupt("a change id of another length"))?;
    let accepted = AcceptedChange {
        completion_offset: offset(row.try_get(1)?)?,
        accepted_at: time(row.try_get(2)?)?,
        submission_id: SubmissionId::parse(row.try_get(3)?).map_err(Error::corrupt)?,
        update_id: UpdateId::parse(row.try_get(4)?).map_err(Error::corrupt)?,
    };
    Ok((id, accepted))
}

/// The writes turned on their side, as UNNEST takes them.
#[derive(Default)]
struct Columns<'a> {
    entry_offsets: Vec<i64>,
    entries: Vec<&'a [u8]>,
    contract_ids: Vec<&'a [u8]>,
    instances: Vec<&'a [u8]>,
    activated_ids: Vec<&'a [u8]>,
    activated_at: Vec<i64>,
    activated_archived_at: Vec<Option<i64>>,
    activated_archived_by: Vec<Option<i64>>,
    keyed_ids: Vec<&'a [u8]>,
    key_hashes: Vec<&'a [u8]>,
    keyed_at: Vec<i64>,
    key_places: Vec<i32>,
    archived_ids: Vec<&'a [u8]>,
    archived_at: Vec<i64>,
    archived_by: Vec<i64>,
    change_ids: Vec<&'a [u8]>,
    change_offsets: Vec<i64>,
    change_times: Vec<i64>,
    change_submissions: Vec<&'a str>,
    change_updates: Vec<&'a str>,
    finished: Vec<&'a [u8]>,
    topology_times: Vec<i64>,
    topology_places: Vec<i32>,
    topology: Vec<&'a [u8]>,
    undecided_ids: Vec<i64>,
    undecided_decisions: Vec<i16>,
    decided_ids: Vec<i64>,
    sample_offsets: Vec<i64>,
    sample_times: Vec<i64>,
}

impl<'a> Columns<'a> {
    fn of(writes: &'a Writes) -> Self {
        let mut columns = Self::default();
        columns.log(writes);
        columns.contracts(writes);
        columns.rest(writes);
        columns
    }

    fn log(&mut self, writes: &'a Writes) {
        for (offset, entry) in &writes.entries {
            self.entry_offsets.push(offset.get());
            self.entries.push(entry);
        }
        for (offset, time) in &writes.times {
            self.sample_offsets.push(offset.get());
            self.sample_times.push(time.micros());
        }
        for (id, accepted) in &writes.accepted {
            self.change_ids.push(id.as_bytes());
            self.change_offsets.push(accepted.completion_offset.get());
            self.change_times.push(accepted.accepted_at.micros());
            self.change_submissions
                .push(accepted.submission_id.as_str());
            self.change_updates.push(accepted.update_id.as_str());
        }
    }

    fn contracts(&mut self, writes: &'a Writes) {
        for (id, instance) in &writes.contracts {
            self.contract_ids.push(id.as_bytes());
            self.instances.push(instance);
        }
        for activation in &writes.activated {
            self.activated_ids.push(activation.id.as_bytes());
            self.activated_at.push(activation.at.micros());
            let archived = activation.archived;
            self.activated_archived_at
                .push(archived.map(|(at, _)| at.micros()));
            self.activated_archived_by
                .push(archived.map(|(_, by)| by.get()));
            if let (Some((hash, place)), None) = (&activation.key, archived) {
                self.keyed_ids.push(activation.id.as_bytes());
                self.key_hashes.push(hash.as_bytes());
                self.keyed_at.push(activation.at.micros());
                self.key_places.push(*place);
            }
        }
        for (id, at, by) in &writes.archived {
            self.archived_ids.push(id.as_bytes());
            self.archived_at.push(at.micros());
            self.archived_by.push(by.get());
        }
    }

    fn rest(&mut self, writes: &'a Writes) {
        let finished = writes.finished.iter();
        self.finished
            .extend(finished.map(|id| id.as_bytes().as_slice()));
        for (place, it) in (0..).zip(&writes.topology) {
            self.topology_times.push(it.sequenced_at.micros());
            self.topology_places.push(place);
            self.topology.push(&it.transaction);
        }
        for (request, decision) in &writes.undecided_added {
            self.undecided_ids.push(request.0.micros());
            self.undecided_decisions.push(match decision {
                Decision::Holds => HOLDS,
                Decision::Rejected => REJECTED,
            });
        }
        let decided = writes.undecided_removed.iter();
        self.decided_ids
            .extend(decided.map(|request| request.0.micros()));
    }
}
