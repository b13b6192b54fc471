//! Users and their rights.

use std::collections::BTreeSet;

use tokio_postgres::Row;

use super::super::super::administration::{Annotations, Metadata, UpdateError};
use super::super::user::{Right, User, UserChange};
use crate::model::{Party, Timestamp, UserId};
use crate::storage::{Database, Error, Schema, Transaction};

const COLUMNS: &str = "user_id, primary_party, is_deactivated, primary_party_authentication, \
                       identity_provider_id, resource_version, annotations";

/// The users of one participant.
#[derive(Debug, Clone)]
pub(crate) struct Users {
    database: Database,
    schema: Schema,
}

/// Some users after a name, by name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    pub(crate) after: &'a str,
    pub(crate) max: usize,
}

/// Why rights were not granted.
#[derive(Debug)]
pub(crate) enum GrantError {
    /// There is no such user.
    NotFound,
    /// The user would have too many.
    TooMany,
}

impl Users {
    pub(crate) fn new(database: Database, schema: Schema) -> Self {
        Self { database, schema }
    }

    /// Adds a user; whether there was none with this id.
    pub(in super::super) async fn create(
        &self,
        user: &User,
        rights: &BTreeSet<Right>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let sql = self.schema.fill(
            "INSERT INTO {schema}.users (
                user_id, primary_party, is_deactivated, primary_party_authentication,
                identity_provider_id, resource_version, created_at, annotations
             ) VALUES ($1, $2, $3, $4, $5, 0, $6, $7) ON CONFLICT DO NOTHING",
        );
        let inserted = transaction
            .execute(
                &sql,
                &[
                    &user.id.as_str(),
                    &party_text(user.primary_party.as_ref()),
                    &user.is_deactivated,
                    &user.primary_party_authentication,
                    &user.identity_provider,
                    &now.micros(),
                    &to_json(&user.metadata.annotations)?,
                ],
            )
            .await?;
        if inserted == 1 {
            self.insert_rights(&transaction, &user.id, rights, now)
                .await?;
            transaction.commit().await?;
        }
        Ok(inserted == 1)
    }

    pub(in super::super) async fn get(
        &self,
        id: &UserId,
        identity_provider: &str,
    ) -> Result<Option<User>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {{schema}}.users
             WHERE user_id = $1 AND identity_provider_id = $2"
        );
        let client = self.database.client().await?;
        let found = client
            .query_opt(&self.schema.fill(&sql), &[&id.as_str(), &identity_provider])
            .await?;
        found.as_ref().map(user).transpose()
    }

    /// Removes a user; whether there was one.
    pub(in super::super) async fn delete(
        &self,
        id: &UserId,
        identity_provider: &str,
    ) -> Result<bool, Error> {
        let sql = self
            .schema
            .fill("DELETE FROM {schema}.users WHERE user_id = $1 AND identity_provider_id = $2");
        let client = self.database.client().await?;
        let deleted = client
            .execute(&sql, &[&id.as_str(), &identity_provider])
            .await?;
        Ok(deleted == 1)
    }

    pub(in super::super) async fn list(
        &self,
        page: Page<'_>,
        identity_provider: &str,
    ) -> Result<Vec<User>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {{schema}}.users
             WHERE user_id > $1 AND identity_provider_id = $2 ORDER BY user_id LIMIT $3"
        );
        let limit = i64::try_from(page.max).unwrap_or(i64::MAX);
        let client = self.database.client().await?;
        let rows = client
            .query(
                &self.schema.fill(&sql),
                &[&page.after, &identity_provider, &limit],
            )
            .await?;
        rows.iter().map(user).collect()
    }

    pub(in super::super) async fn update(
        &self,
        change: &UserChange,
    ) -> Result<Result<User, UpdateError>, Error> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let found = self
            .lock(&transaction, &change.id, &change.identity_provider)
            .await?;
        let Some(found) = found else {
            return Ok(Err(UpdateError::NotFound));
        };
        let changed = match change.apply(found) {
            Ok(changed) => changed,
            Err(error) => return Ok(Err(error)),
        };
        let sql = self.schema.fill(
            "UPDATE {schema}.users SET primary_party = $2, is_deactivated = $3,
                primary_party_authentication = $4, resource_version = $5, annotations = $6
             WHERE user_id = $1",
        );
        transaction
            .execute(
                &sql,
                &[
                    &changed.id.as_str(),
                    &party_text(changed.primary_party.as_ref()),
                    &changed.is_deactivated,
                    &changed.primary_party_authentication,
                    &changed.metadata.version.unwrap_or_default(),
                    &to_json(&changed.metadata.annotations)?,
                ],
            )
            .await?;
        transaction.commit().await?;
        Ok(Ok(changed))
    }

    /// The rights of a user, if there is one.
    pub(in super::super) async fn rights(
        &self,
        id: &UserId,
        identity_provider: &str,
    ) -> Result<Option<BTreeSet<Right>>, Error> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if self
            .lock(&transaction, id, identity_provider)
            .await?
            .is_none()
        {
            return Ok(None);
        }
        self.read_rights(&transaction, id).await.map(Some)
    }

    /// Gives a user rights; those that he had not.
    pub(in super::super) async fn grant(
        &self,
        id: &UserId,
        identity_provider: &str,
        rights: &BTreeSet<Right>,
        max: usize,
        now: Timestamp,
    ) -> Result<Result<BTreeSet<Right>, GrantError>, Error> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if self
            .lock(&transaction, id, identity_provider)
            .await?
            .is_none()
        {
            return Ok(Err(GrantError::NotFound));
        }
        let current = self.read_rights(&transaction, id).await?;
        let new: BTreeSet<Right> = rights.difference(&current).cloned().collect();
        if current.len() + new.len() > max {
            return Ok(Err(GrantError::TooMany));
        }
        self.insert_rights(&transaction, id, &new, now).await?;
        transaction.commit().await?;
        Ok(Ok(new))
    }

    /// Takes rights from a user; those that he had. None if there is no such user.
    pub(in super::super) async fn revoke(
        &self,
        id: &UserId,
        identity_provider: &str,
        rights: &BTreeSet<Right>,
    ) -> Result<Option<BTreeSet<Right>>, Error> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if self
            .lock(&transaction, id, identity_provider)
            .await?
            .is_none()
        {
            return Ok(None);
        }
        let current = self.read_rights(&transaction, id).await?;
        let gone: BTreeSet<Right> = rights.intersection(&current).cloned().collect();
        let (kinds, parties) = columns(&gone);
        let sql = self.schema.fill(
            "DELETE FROM {schema}.user_rights AS r
             USING unnest($2::smallint[], $3::text[]) AS gone (kind, party)
             WHERE r.user_id = $1 AND r.kind = gone.kind AND r.party = gone.party",
        );
        transaction
            .execute(&sql, &[&id.as_str(), &kinds, &parties])
            .await?;
        transaction.commit().await?;
        Ok(Some(gone))
    }

    /// A user, whom nobody else changes until the end of the transaction.
    async fn lock(
        &self,
        transaction: &Transaction<'_>,
        id: &UserId,
        identity_provider: &str,
    ) -> Result<Option<User>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {{schema}}.users
             WHERE user_id = $1 AND identity_provider_id = $2 FOR UPDATE"
        );
        let found = transaction
            .query_opt(&self.schema.fill(&sql), &[&id.as_str(), &identity_provider])
            .await?;
        found.as_ref().map(user).transpose()
    }

    async fn read_rights(
        &self,
        transaction: &Transaction<'_>,
        id: &UserId,
    ) -> Result<BTreeSet<Right>, Error> {
        let sql = self
            .schema
            .fill("SELECT kind, party FROM {schema}.user_rights WHERE user_id = $1");
        let rows = transaction.query(&sql, &[&id.as_str()]).await?;
        rows.iter()
            .map(|row| {
                let party = read_party(row.try_get(1)?)?;
                let right = Right::of(row.try_get(0)?, party);
                right.ok_or_else(|| Error::corrupt("a right of an unknown kind"))
            })
            .collect()
    }

    async fn insert_rights(
        &self,
        transaction: &Transaction<'_>,
        id: &UserId,
        rights: &BTreeSet<Right>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (kinds, parties) = columns(rights);
        let sql = self.schema.fill(
            "INSERT INTO {schema}.user_rights (user_id, kind, party, granted_at)
             SELECT $1, kind, party, $4
             FROM unnest($2::smallint[], $3::text[]) AS new (kind, party)",
        );
        transaction
            .execute(&sql, &[&id.as_str(), &kinds, &parties, &now.micros()])
            .await?;
        Ok(())
    }
}

fn columns(rights: &BTreeSet<Right>) -> (Vec<i16>, Vec<&str>) {
    let each = rights.iter();
    each.map(|right| (right.kind(), party_text(right.party())))
        .unzip()
}

fn party_text(party: Option<&Party>) -> &str {
    party.map_or("", Party::as_str)
}

fn read_party(text: &str) -> Result<Option<Party>, Error> {
    let text = Some(text).filter(|text| !text.is_empty());
    text.map(Party::parse).transpose().map_err(Error::corrupt)
}

fn to_json(annotations: &Annotations) -> Result<String, Error> {
    serde_json::to_string(annotations).map_err(Error::corrupt)
}

fn user(row: &Row) -> Result<User, Error> {
    let annotations: &str = row.try_get(6)?;
    Ok(User {
        id: UserId::parse(row.try_get(0)?).map_err(Error::corrupt)?,
        primary_party: read_party(row.try_get(1)?)?,
        is_deactivated: row.try_get(2)?,
        primary_party_authentication: row.try_get(3)?,
        identity_provider: row.try_get(4)?,
        metadata: Metadata {
            version: Some(row.try_get(5)?),
            annotations: serde_json::from_str(annotations).map_err(Error::corrupt)?,
        },
    })
}
