//! The sequencer's own identity and its members, in the database.

use bytes::Bytes;

use super::super::intake::{Member, MemberKey, MemberNumber, Members};
use super::postgres::Store;
use crate::crypto::{PublicKey, SigningKey};
use crate::model::{DomainId, MemberId, Timestamp};
use crate::storage::Error;

/// Who the sequencer is.
#[derive(Debug, Clone)]
pub(in super::super) struct Identity {
    pub key: SigningKey,
    /// The domain that it works for and its name there, once it was told.
    pub office: Option<(DomainId, MemberId)>,
    /// What the domain's namespace has signed for its key.
    pub certificate: Option<Vec<Bytes>>,
}

impl Store {
    /// The sequencer's identity; its key is made the first time.
    pub(in super::super) async fn identity(&self) -> Result<Identity, Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("SELECT signing_key, domain, member, certificate FROM {schema}.identity");
        if let Some(row) = client.query_opt(&sql, &[]).await? {
            let office = match (row.try_get(1)?, row.try_get(2)?) {
                (Some(domain), Some(member)) => Some((
                    DomainId::parse(domain).map_err(Error::corrupt)?,
                    MemberId::parse(member).map_err(Error::corrupt)?,
                )),
                _ => None,
            };
            let certificate: Option<Vec<Vec<u8>>> = row.try_get(3)?;
            return Ok(Identity {
                key: SigningKey::from_bytes(row.try_get(0)?).map_err(Error::corrupt)?,
                office,
                certificate: certificate.map(|it| it.into_iter().map(Bytes::from).collect()),
            });
        }
        let key = SigningKey::generate();
        let sql = self
            .schema
            .fill("INSERT INTO {schema}.identity (signing_key) VALUES ($1)");
        client.execute(&sql, &[&key.to_bytes().as_slice()]).await?;
        Ok(Identity {
            key,
            office: None,
            certificate: None,
        })
    }

    /// Keeps for whom the sequencer works.
    pub(in super::super) async fn keep_office(
        &self,
        domain: &DomainId,
        member: &MemberId,
    ) -> Result<(), Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("UPDATE {schema}.identity SET domain = $1, member = $2");
        client
            .execute(&sql, &[&domain.as_str(), &member.to_string()])
            .await?;
        Ok(())
    }

    /// Keeps what the domain's namespace has signed.
    pub(in super::super) async fn keep_certificate(
        &self,
        certificate: &[Bytes],
    ) -> Result<(), Error> {
        let client = self.database.client().await?;
        let sql = self
            .schema
            .fill("UPDATE {schema}.identity SET certificate = $1");
        let certificate: Vec<&[u8]> = certificate.iter().map(AsRef::as_ref).collect();
        client.execute(&sql, &[&certificate]).await?;
        Ok(())
    }

    /// The registered members.
    pub(in super::super) async fn members(&self) -> Result<Members, Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill(
            "SELECT member, member_id, acknowledged, public_key, valid_until
             FROM {schema}.members LEFT JOIN {schema}.member_keys USING (member_id)",
        );
        let mut members = Members::default();
        for row in client.query(&sql, &[]).await? {
            let id = MemberId::parse(row.try_get(0)?).map_err(Error::corrupt)?;
            if members.get(&id).is_none() {
                let member = Member {
                    number: row.try_get(1)?,
                    keys: Vec::new(),
                    acknowledged: time(row.try_get(2)?)?,
                };
                members.insert(id.clone(), member);
            }
            let valid_until: Option<i64> = row.try_get(4)?;
            if let (Some(member), Some(key)) = (members.get_mut(&id), row.try_get(3)?) {
                member.keys.push(MemberKey {
                    key: PublicKey::from_bytes(key).map_err(Error::corrupt)?,
                    valid_until: valid_until.map(time).transpose()?,
                });
            }
        }
        Ok(members)
    }

    /// Registers a member with its keys; its number. Other keys of the member end at a time.
    pub(in super::super) async fn register(
        &self,
        member: &MemberId,
        keys: &[PublicKey],
        others_until: Timestamp,
    ) -> Result<MemberNumber, Error> {
        let add = self.schema.fill(
            "WITH added AS (
                 INSERT INTO {schema}.members (member, registered_at)
                 SELECT $1, last_time FROM {schema}.clock
                 ON CONFLICT (member) DO NOTHING RETURNING member_id
             )
             SELECT member_id FROM added
             UNION ALL SELECT member_id FROM {schema}.members WHERE member = $1",
        );
        let retire = self.schema.fill(
            "UPDATE {schema}.member_keys SET valid_until = $3
             WHERE member_id = $1 AND public_key <> ALL($2::bytea[]) AND valid_until IS NULL",
        );
        let enter = self.schema.fill(
            "INSERT INTO {schema}.member_keys (member_id, public_key)
             SELECT $1, * FROM UNNEST($2::bytea[])
             ON CONFLICT (member_id, public_key) DO UPDATE SET valid_until = NULL",
        );
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.to_bytes().to_vec()).collect();
        self.database
            .transaction(async |transaction| {
                let row = transaction.query_one(&add, &[&member.to_string()]).await?;
                let number: MemberNumber = row.try_get(0)?;
                transaction
                    .execute(&retire, &[&number, &keys, &others_until.micros()])
                    .await?;
                transaction.execute(&enter, &[&number, &keys]).await?;
                Ok(number)
            })
            .await
    }

    /// Notes up to where a member has kept its events, unless it said more before.
    pub(in super::super) async fn acknowledge(
        &self,
        number: MemberNumber,
        up_to: Timestamp,
    ) -> Result<(), Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill(
            "UPDATE {schema}.members SET acknowledged = $2
             WHERE member_id = $1 AND acknowledged < $2",
        );
        client.execute(&sql, &[&number, &up_to.micros()]).await?;
        Ok(())
    }
}

fn time(micros: i64) -> Result<Timestamp, Error> {
    Timestamp::from_micros(micros).map_err(Error::corrupt)
}
