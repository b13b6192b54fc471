//! The domains that a participant knows: their numbers, and those of other processes that it is to be
//! connected to.

use super::postgres::Store;
use crate::model::DomainId;
use crate::participant::submission::{DomainConnection, DomainNumber};
use crate::storage::Error;

impl Store {
    /// The number of a domain; given the first time.
    pub(in super::super) async fn number(&self, domain: &DomainId) -> Result<DomainNumber, Error> {
        let sql = "WITH given AS (
                       INSERT INTO {schema}.domains (number, domain)
                       SELECT coalesce(max(number), 0) + 1, $1 FROM {schema}.domains
                       HAVING NOT coalesce(bool_or(domain = $1), false)
                       RETURNING number
                   )
                   SELECT number FROM given
                   UNION ALL SELECT number FROM {schema}.domains WHERE domain = $1";
        let rows = self.rows(sql, &[&domain.as_str()]).await?;
        let row = rows.first();
        let row = row.ok_or_else(|| Error::corrupt("a domain was given no number"))?;
        Ok(DomainNumber(row.try_get(0)?))
    }

    /// All domains that have a number.
    pub(in super::super) async fn numbers(&self) -> Result<Vec<(DomainNumber, DomainId)>, Error> {
        let sql = "SELECT number, domain FROM {schema}.domains";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| {
                let domain = DomainId::parse(row.try_get(1)?).map_err(Error::corrupt)?;
                Ok((DomainNumber(row.try_get(0)?), domain))
            })
            .collect()
    }

    /// The domains of other processes.
    pub(in super::super) async fn connections(&self) -> Result<Vec<DomainConnection>, Error> {
        let sql = "SELECT alias, address, priority, is_enabled, domain
                   FROM {schema}.domain_connections ORDER BY alias";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| {
                let domain: Option<&str> = row.try_get(4)?;
                Ok(DomainConnection {
                    alias: row.try_get(0)?,
                    address: row.try_get(1)?,
                    priority: row.try_get(2)?,
                    is_enabled: row.try_get(3)?,
                    domain: domain
                        .map(DomainId::parse)
                        .transpose()
                        .map_err(Error::corrupt)?,
                })
            })
            .collect()
    }

    /// Keeps what is known of a connection now.
    pub(in super::super) async fn keep_connection(
        &self,
        connection: &DomainConnection,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO {schema}.domain_connections
                       (alias, address, priority, is_enabled, domain)
                   VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (alias) DO UPDATE SET
                       address = excluded.address,
                       priority = excluded.priority,
                       is_enabled = excluded.is_enabled,
                       domain = excluded.domain";
        let domain = connection.domain.as_ref().map(DomainId::as_str);
        self.rows(
            sql,
            &[
                &connection.alias,
                &connection.address,
                &connection.priority,
                &connection.is_enabled,
                &domain,
            ],
        )
        .await?;
        Ok(())
    }
}
