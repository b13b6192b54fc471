//! Sync's tables.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use prost::Message as _;

use super::super::contracts::Cached;
use super::Writes;
use super::columns::Columns;
use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, Offset, SubmissionId, Timestamp, UpdateId};
use crate::participant::confirmation::locks::ContractState;
use crate::participant::submission::{AcceptedChange, ChangeId, DomainNumber};
use crate::protocol::{KnownPoint, MessageId};
use crate::storage::{Database, Error, Schema};
use crate::wire::ledger as wire;

/// Registers submissions whose change was never accepted; gives the accepted changes of the others.
const REGISTER: &str = "
    WITH submitted AS (
        SELECT * FROM UNNEST($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $6::int2[])
            AS submitted (message_id, change_id, request, completion, domain)
    ), known AS (
        SELECT change_id, completion_offset, accepted_at, submission_id, update_id
        FROM {schema}.accepted_changes WHERE change_id = ANY($2)
    ), registered AS (
        INSERT INTO {schema}.in_flight_submissions
            (message_id, change_id, request, completion, domain)
        SELECT message_id, change_id, request, completion, domain FROM submitted
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
            (contract_id, activated_at, archived_at, archived_offset, domain)
        SELECT activated.*, $26::int2
        FROM UNNEST($5::bytea[], $6::int8[], $7::int8[], $8::int8[]) AS activated
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
        INSERT INTO {schema}.topology_log (sequenced_at, place, transaction, domain)
        SELECT topology.*, $26::int2
        FROM UNNEST($18::int8[], $19::int4[], $20::bytea[]) AS topology
    ), undecided AS (
        INSERT INTO {schema}.undecided_requests (request_id, decision, domain)
        SELECT undecided.*, $26::int2 FROM UNNEST($21::int8[], $22::int2[]) AS undecided
    ), decided AS (
        DELETE FROM {schema}.undecided_requests
        WHERE domain = $26::int2 AND request_id = ANY($23::int8[])
    ), times AS (
        INSERT INTO {schema}.offset_times (event_offset, record_time)
        SELECT * FROM UNNEST($24::int8[], $25::int8[])
    )
    INSERT INTO {schema}.domain_position (domain, processed, processed_hash, resume, resume_hash)
    SELECT domain, $27::int8, $32::bytea, $33::int8, $34::bytea FROM {schema}.domains
    WHERE number = $26::int2 AND $27::int8 IS NOT NULL
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
    pub domain: DomainNumber,
    pub message_id: MessageId,
    pub change_id: ChangeId,
    /// The request as it is sent.
    pub request: Vec<u8>,
    pub in_flight: wire::InFlightSubmission,
}

impl Store {
    /// The tables in a schema that is up to date.
    pub(in super::super) fn new(database: Database, schema: Schema) -> Self {
        Self {
            register: schema.fill(REGISTER),
            write: schema.fill(WRITE),
            contracts: schema.fill(
                "SELECT contract.contract_id, contract.instance,
                        state.domain, state.archived_at IS NOT NULL
                 FROM {schema}.contracts AS contract
                 LEFT JOIN {schema}.contract_states AS state USING (contract_id)
                 WHERE contract.contract_id = ANY($1)",
            ),
            keyed: super::keys::statement(&schema),
            database,
            schema,
        }
    }

    pub(super) async fn rows(
        &self,
        sql: &str,
        params: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, Error> {
        let client = self.database.client().await?;
        Ok(client.query(&self.schema.fill(sql), params).await?)
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
                let domain: Option<i16> = row.try_get(2)?;
                let state = match (domain, row.try_get(3)?) {
                    (None, _) => ContractState::Unknown,
                    (Some(_), false) => ContractState::Active,
                    (Some(_), true) => ContractState::Archived,
                };
                let cached = Cached {
                    instance: Arc::new(instance),
                    state,
                    domain: domain.map(DomainNumber),
                };
                Ok((id, cached))
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
        let domains: Vec<i16> = registrations.iter().map(|it| it.domain.0).collect();
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&self.register).await?;
        let rows = client
            .query(
                &statement,
                &[
                    &message_ids,
                    &change_ids,
                    &requests,
                    &completions,
                    &anyway,
                    &domains,
                ],
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
    pub(in super::super) async fn write(&self, writes: &Writes) -> Result<(), Error> {
        let columns = Columns::of(writes);
        let client = self.database.client().await?;
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
                    &writes.domain.map(|it| it.0),
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

pub(super) const HOLDS: i16 = 1;
pub(super) const REJECTED: i16 = 2;

pub(super) fn time(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_micros(micros).map_err(Error::corrupt)
}

fn hash(point: Option<KnownPoint>) -> Option<Vec<u8>> {
    Some(point?.hash?.as_bytes().to_vec())
}

pub(super) fn offset(value: i64) -> Result<Offset, Error> {
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
