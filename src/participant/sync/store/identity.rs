//! The row with the participant's keys.

use super::super::identity::{FormerKeys, Identity};
use super::postgres::Store;
use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::ParticipantId;
use crate::storage::{Client, Error};

const SIGNING: &str = "signing";

/// Former keys that are still used: nothing is on its way for longer than a few changes.
const FORMER_KEYS_MAX: i64 = 64;

impl Store {
    /// The participant's identity, made with `generate` the first time.
    pub(in super::super) async fn identity(
        &self,
        generate: impl FnOnce() -> Result<Identity, Error>,
    ) -> Result<Identity, Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill(
            "SELECT member, namespace_key, signing_key, encryption_key FROM {schema}.identity",
        );
        if let Some(row) = client.query_opt(&sql, &[]).await? {
            let key = |index| -> Result<SigningKey, Error> {
                SigningKey::from_bytes(row.try_get(index)?).map_err(Error::corrupt)
            };
            let encryption_key = match row.try_get::<_, Option<&[u8]>>(3)? {
                Some(bytes) => EncryptionKey::from_bytes(bytes).map_err(Error::corrupt)?,
                None => self.first_encryption_key(&client).await?,
            };
            return Ok(Identity {
                participant: ParticipantId::parse(row.try_get(0)?).map_err(Error::corrupt)?,
                namespace_key: key(1)?,
                signing_key: key(2)?,
                encryption_key,
                former: self.former_keys(&client).await?,
            });
        }
        let identity = generate()?;
        let sql = self.schema.fill(
            "INSERT INTO {schema}.identity (member, namespace_key, signing_key, encryption_key)
             VALUES ($1, $2, $3, $4)",
        );
        client
            .execute(
                &sql,
                &[
                    &identity.participant.as_str(),
                    &identity.namespace_key.to_bytes().as_slice(),
                    &identity.signing_key.to_bytes().as_slice(),
                    &identity.encryption_key.to_bytes().as_slice(),
                ],
            )
            .await?;
        Ok(identity)
    }

    async fn former_keys(&self, client: &Client) -> Result<FormerKeys, Error> {
        let sql = self.schema.fill(
            "SELECT usage, secret FROM
                 (SELECT * FROM {schema}.former_keys ORDER BY number DESC LIMIT $1) AS latest
             ORDER BY number",
        );
        let mut former = FormerKeys::default();
        for row in client.query(&sql, &[&FORMER_KEYS_MAX]).await? {
            let secret: &[u8] = row.try_get(1)?;
            if row.try_get::<_, &str>(0)? == SIGNING {
                let key = SigningKey::from_bytes(secret).map_err(Error::corrupt)?;
                former.signing.push(key);
            } else {
                let key = EncryptionKey::from_bytes(secret).map_err(Error::corrupt)?;
                former.encryption.push(key);
            }
        }
        Ok(former)
    }

    /// Keeps an identity with new keys, and the keys that they replace.
    pub(in super::super) async fn keep_identity(
        &self,
        old: &Identity,
        new: &Identity,
    ) -> Result<(), Error> {
        let signing = (
            SIGNING,
            old.signing_key.to_bytes(),
            new.signing_key.to_bytes(),
        );
        let (before, after) = (&old.encryption_key, &new.encryption_key);
        let encryption = ("encryption", before.to_bytes(), after.to_bytes());
        self.database
            .transaction(async |transaction| {
                let sql = self
                    .schema
                    .fill("INSERT INTO {schema}.former_keys (usage, secret) VALUES ($1, $2)");
                for (usage, before, after) in [&signing, &encryption] {
                    if before != after {
                        transaction
                            .execute(&sql, &[usage, &before.as_slice()])
                            .await?;
                    }
                }
                let sql = self
                    .schema
                    .fill("UPDATE {schema}.identity SET signing_key = $1, encryption_key = $2");
                transaction
                    .execute(&sql, &[&signing.2.as_slice(), &encryption.2.as_slice()])
                    .await?;
                Ok(())
            })
            .await
    }

    /// For a participant from before there were such keys.
    async fn first_encryption_key(&self, client: &Client) -> Result<EncryptionKey, Error> {
        let key = EncryptionKey::generate();
        let sql = self
            .schema
            .fill("UPDATE {schema}.identity SET encryption_key = $1");
        client.execute(&sql, &[&key.to_bytes().as_slice()]).await?;
        Ok(key)
    }
}
