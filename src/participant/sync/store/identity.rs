//! The row with the participant's keys.

use super::super::identity::Identity;
use super::postgres::Store;
use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::ParticipantId;
use crate::storage::{Client, Error};

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
