//! What is shared with others, as it was computed, said and compared.

use std::collections::BTreeMap;

use tokio_postgres::Row;

use super::Store;
use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, Hash, ParticipantId, Timestamp};
use crate::participant::commitments::{Book, Compared, Computed, Known, Received};
use crate::participant::submission::DomainNumber;
use crate::protocol::{Period, SharedDigest};
use crate::storage::{Error, Transaction};

/// What others have said: written with the position after it.
#[derive(Debug, Default)]
pub(in super::super) struct CommitmentWrites {
    /// About periods to whose end this participant has not come yet.
    pub ahead: Vec<(ParticipantId, Received)>,
    /// Compared with what this participant has.
    pub compared: Vec<Compared>,
}

/// A contract as it is kept, not yet decoded.
#[derive(Debug)]
pub(in super::super) struct KeptContract {
    id: Vec<u8>,
    instance: Vec<u8>,
    activated_at: i64,
    archived_at: Option<i64>,
}

impl CommitmentWrites {
    pub(in super::super) const fn is_empty(&self) -> bool {
        self.ahead.is_empty() && self.compared.is_empty()
    }
}

impl KeptContract {
    /// Where the next page begins.
    pub(in super::super) fn id(&self) -> &[u8] {
        &self.id
    }

    pub(in super::super) fn decode(&self) -> Result<Known, Error> {
        let instance = ContractInstance::from_bytes(&self.instance).map_err(Error::corrupt)?;
        Ok(Known {
            contract: ContractId::from_bytes(&self.id).map_err(Error::corrupt)?,
            stakeholders: instance.stakeholders,
            activated_at: time(self.activated_at)?,
            archived_at: self.archived_at.map(time).transpose()?,
        })
    }
}

impl Store {
    /// Everything said lately about a domain.
    pub(in super::super) async fn commitments(&self, domain: DomainNumber) -> Result<Book, Error> {
        let computed = "SELECT period_start, period_end, counter_participants, digests, contracts
             FROM {schema}.commitments_computed WHERE domain = $1 ORDER BY period_end";
        let ahead = "SELECT period_start, period_end, counter_participant, digest, contracts
             FROM {schema}.commitments_received WHERE domain = $1 ORDER BY period_end";
        let compared = "SELECT period_start, period_end, counter_participant, own_digest,
                 own_contracts, received_digest, received_contracts
             FROM {schema}.commitments_compared WHERE domain = $1";
        let rows = async |sql: &str| -> Result<Vec<Row>, Error> {
            let client = self.database.client().await?;
            let sql = self.schema.fill(sql);
            Ok(client.query(&sql, &[&domain.0]).await?)
        };
        let computed: Vec<Computed> = all(&rows(computed).await?, read_computed)?;
        let ahead = all(&rows(ahead).await?, |row| {
            let received = Received {
                period: period(row)?,
                shared: shared(row, 3)?,
            };
            Ok((participant(row.try_get(2)?)?, received))
        })?;
        let compared = all(&rows(compared).await?, |row| {
            Ok(Compared {
                counter_participant: participant(row.try_get(2)?)?,
                period: period(row)?,
                own: shared(row, 3)?,
                received: shared(row, 5)?,
            })
        })?;
        Ok(Book::restore(computed, ahead, compared))
    }

    /// Contracts of a domain with a stakeholder here that were not archived before a time, in the order of their ids.
    pub(in super::super) async fn kept_contracts(
        &self,
        domain: DomainNumber,
        after: &[u8],
        archived_after: Timestamp,
        limit: i64,
    ) -> Result<Vec<KeptContract>, Error> {
        let sql = self.schema.fill(
            "SELECT state.contract_id, contract.instance, state.activated_at, state.archived_at
             FROM {schema}.contract_states AS state
             JOIN {schema}.contracts AS contract USING (contract_id)
             WHERE state.domain = $4 AND state.contract_id > $1
               AND (state.archived_at IS NULL OR state.archived_at > $2)
             ORDER BY state.contract_id LIMIT $3",
        );
        let client = self.database.client().await?;
        let statement = client.prepare_cached(&sql).await?;
        let rows = client
            .query(
                &statement,
                &[&after, &archived_after.micros(), &limit, &domain.0],
            )
            .await?;
        all(&rows, |row| {
            Ok(KeptContract {
                id: row.try_get(0)?,
                instance: row.try_get(1)?,
                activated_at: row.try_get(2)?,
                archived_at: row.try_get(3)?,
            })
        })
    }

    /// Keeps what was computed and what has become of what others have said about it before, and forgets
    /// what is older than `oldest`.
    pub(in super::super) async fn keep_computed(
        &self,
        domain: DomainNumber,
        computed: &Computed,
        compared: &[Compared],
        oldest: Timestamp,
    ) -> Result<(), Error> {
        self.database
            .transaction(async |client| {
                self.insert_computed(client, domain, computed).await?;
                let heard = self.schema.fill(
                    "DELETE FROM {schema}.commitments_received
                     WHERE domain = $1 AND period_end <= $2",
                );
                let end = computed.period.to.micros();
                client.execute(&heard, &[&domain.0, &end]).await?;
                let old = self.schema.fill(
                    "DELETE FROM {schema}.commitments_computed
                     WHERE domain = $1 AND (period_end < $2 OR period_end > $3)",
                );
                client
                    .execute(&old, &[&domain.0, &oldest.micros(), &end])
                    .await?;
                self.keep_compared(client, domain, compared).await
            })
            .await
    }

    async fn insert_computed(
        &self,
        client: &Transaction<'_>,
        domain: DomainNumber,
        computed: &Computed,
    ) -> Result<(), Error> {
        let sql = self.schema.fill(
            "INSERT INTO {schema}.commitments_computed
                 (domain, period_start, period_end, counter_participants, digests, contracts)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (domain, period_end) DO UPDATE SET
                 period_start = excluded.period_start,
                 counter_participants = excluded.counter_participants,
                 digests = excluded.digests,
                 contracts = excluded.contracts",
        );
        let shared = &computed.shared;
        let names: Vec<String> = shared.keys().map(ToString::to_string).collect();
        let digests: Vec<&[u8]> = shared
            .values()
            .map(|it| it.hash.as_bytes().as_slice())
            .collect();
        let contracts: Vec<i64> = shared
            .values()
            .map(|it| it.contracts.cast_signed())
            .collect();
        let Period { from, to } = computed.period;
        let (from, to) = (from.micros(), to.micros());
        client
            .execute(&sql, &[&domain.0, &from, &to, &names, &digests, &contracts])
            .await?;
        Ok(())
    }

    /// Keeps what others have said.
    pub(super) async fn hear(
        &self,
        client: &Transaction<'_>,
        domain: DomainNumber,
        writes: &CommitmentWrites,
    ) -> Result<(), Error> {
        let sql = self.schema.fill(
            "INSERT INTO {schema}.commitments_received
                 (domain, counter_participant, period_start, period_end, digest, contracts)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        );
        for (from, received) in &writes.ahead {
            let Received { period, shared } = received;
            let hash = shared.hash.as_bytes().as_slice();
            client
                .execute(
                    &sql,
                    &[
                        &domain.0,
                        &from.to_string(),
                        &period.from.micros(),
                        &period.to.micros(),
                        &hash,
                        &shared.contracts.cast_signed(),
                    ],
                )
                .await?;
        }
        self.keep_compared(client, domain, &writes.compared).await
    }

    async fn keep_compared(
        &self,
        client: &Transaction<'_>,
        domain: DomainNumber,
        compared: &[Compared],
    ) -> Result<(), Error> {
        let sql = self.schema.fill(
            "INSERT INTO {schema}.commitments_compared AS kept
                 (domain, counter_participant, period_start, period_end, own_digest,
                  own_contracts, received_digest, received_contracts)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (domain, counter_participant) DO UPDATE SET
                 period_start = excluded.period_start,
                 period_end = excluded.period_end,
                 own_digest = excluded.own_digest,
                 own_contracts = excluded.own_contracts,
                 received_digest = excluded.received_digest,
                 received_contracts = excluded.received_contracts
             WHERE kept.period_end <= excluded.period_end",
        );
        for it in compared {
            let (own, received) = (&it.own, &it.received);
            client
                .execute(
                    &sql,
                    &[
                        &domain.0,
                        &it.counter_participant.to_string(),
                        &it.period.from.micros(),
                        &it.period.to.micros(),
                        &own.hash.as_bytes().as_slice(),
                        &own.contracts.cast_signed(),
                        &received.hash.as_bytes().as_slice(),
                        &received.contracts.cast_signed(),
                    ],
                )
                .await?;
        }
        Ok(())
    }
}

fn all<T>(rows: &[Row], read: impl Fn(&Row) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    rows.iter().map(read).collect()
}

fn read_computed(row: &Row) -> Result<Computed, Error> {
    let names: Vec<&str> = row.try_get(2)?;
    let digests: Vec<&[u8]> = row.try_get(3)?;
    let contracts: Vec<i64> = row.try_get(4)?;
    let mut shared = BTreeMap::new();
    for ((name, digest), contracts) in names.into_iter().zip(digests).zip(contracts) {
        shared.insert(participant(name)?, digest_of(digest, contracts)?);
    }
    Ok(Computed {
        period: period(row)?,
        shared,
    })
}

/// The first two columns.
fn period(row: &Row) -> Result<Period, Error> {
    Ok(Period {
        from: time(row.try_get(0)?)?,
        to: time(row.try_get(1)?)?,
    })
}

/// Two columns.
fn shared(row: &Row, first: usize) -> Result<SharedDigest, Error> {
    digest_of(row.try_get(first)?, row.try_get(first + 1)?)
}

fn digest_of(hash: &[u8], contracts: i64) -> Result<SharedDigest, Error> {
    Ok(SharedDigest {
        hash: Hash::from_slice(hash).ok_or_else(|| Error::corrupt("a hash of another length"))?,
        contracts: contracts.cast_unsigned(),
    })
}

fn participant(text: &str) -> Result<ParticipantId, Error> {
    ParticipantId::parse(text).map_err(Error::corrupt)
}

fn time(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_micros(micros).map_err(Error::corrupt)
}
