//! What a restart finds.

use std::collections::BTreeMap;

use bytes::Bytes;
use prost::Message as _;

use super::super::processor::Decision;
use super::super::register::Submitted;
use super::postgres::{HOLDS, Store, offset, time};
use crate::model::{DomainId, Offset, Timestamp};
use crate::participant::submission::{ChangeId, DomainNumber};
use crate::protocol::{MessageId, RequestId};
use crate::sequencer_client::Position;
use crate::storage::Error;
use crate::topology::PublishedTransaction;
use crate::wire::ledger as wire;

/// What a restart finds.
#[derive(Debug)]
pub(in super::super) struct Restored {
    pub last_offset: Offset,
    pub in_flight: Vec<(MessageId, Submitted)>,
    pub times: Vec<(Timestamp, Offset)>,
}

/// What a new connection to a domain finds.
#[derive(Debug)]
pub(in super::super) struct RestoredDomain {
    pub number: DomainNumber,
    /// The last event whose effects are kept; none if there was none yet.
    pub position: Position,
    pub undecided: BTreeMap<RequestId, Decision>,
    pub topology: Vec<PublishedTransaction>,
    /// What was registered to be sent there and has no completion.
    pub requests: Vec<Bytes>,
}

impl Store {
    /// Everything that the loop continues from.
    pub(in super::super) async fn restore(&self) -> Result<Restored, Error> {
        Ok(Restored {
            last_offset: self.last_offset().await?,
            in_flight: self.in_flight().await?,
            times: self.times().await?,
        })
    }

    /// Everything that the loop continues from on a domain.
    pub(in super::super) async fn restore_domain(
        &self,
        domain: &DomainId,
    ) -> Result<RestoredDomain, Error> {
        let number = self.number(domain).await?;
        Ok(RestoredDomain {
            number,
            position: self.position(domain).await?,
            undecided: self.undecided(number).await?,
            topology: self.topology(number).await?,
            requests: self.requests(number).await?,
        })
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

    async fn undecided(
        &self,
        domain: DomainNumber,
    ) -> Result<BTreeMap<RequestId, Decision>, Error> {
        let sql = "SELECT request_id, decision FROM {schema}.undecided_requests WHERE domain = $1";
        let rows = self.rows(sql, &[&domain.0]).await?;
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

    async fn in_flight(&self) -> Result<Vec<(MessageId, Submitted)>, Error> {
        let sql = "SELECT message_id, change_id, completion, domain
                   FROM {schema}.in_flight_submissions";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| {
                let message_id = MessageId::from_slice(row.try_get(0)?)
                    .ok_or_else(|| Error::corrupt("a message id of another length"))?;
                let completion: &[u8] = row.try_get(2)?;
                let submitted = Submitted {
                    change_id: ChangeId::from_slice(row.try_get(1)?)
                        .ok_or_else(|| Error::corrupt("a change id of another length"))?,
                    domain: DomainNumber(row.try_get(3)?),
                    in_flight: wire::InFlightSubmission::decode(completion)
                        .map_err(Error::corrupt)?,
                };
                Ok((message_id, submitted))
            })
            .collect()
    }

    async fn requests(&self, domain: DomainNumber) -> Result<Vec<Bytes>, Error> {
        let sql = "SELECT request FROM {schema}.in_flight_submissions WHERE domain = $1";
        let rows = self.rows(sql, &[&domain.0]).await?;
        rows.iter()
            .map(|row| Ok(row.try_get::<_, Vec<u8>>(0)?.into()))
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

    async fn topology(&self, domain: DomainNumber) -> Result<Vec<PublishedTransaction>, Error> {
        let sql = "SELECT transaction, sequenced_at FROM {schema}.topology_log
                   WHERE domain = $1 ORDER BY sequenced_at, place";
        let rows = self.rows(sql, &[&domain.0]).await?;
        rows.iter()
            .map(|row| {
                Ok(PublishedTransaction {
                    transaction: row.try_get::<_, Vec<u8>>(0)?.into(),
                    sequenced_at: time(row.try_get(1)?)?,
                })
            })
            .collect()
    }
}
