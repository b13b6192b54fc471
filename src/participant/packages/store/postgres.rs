//! The table of packages.

use super::super::known::{Known, KnownPackages};
use super::super::upload::CheckedPackage;
use crate::model::{PackageId, PackageName, PackageVersion, Timestamp};
use crate::storage::{Database, Error, Schema};

/// The packages of one participant.
#[derive(Debug)]
pub(in super::super) struct Store {
    database: Database,
    known: String,
    payload: String,
    insert: String,
}

impl Store {
    pub(in super::super) fn new(database: Database, schema: &Schema) -> Self {
        Self {
            database,
            known: schema.fill(
                "SELECT package_id, name, version, known_since, length(payload)
                 FROM {schema}.packages",
            ),
            payload: schema.fill("SELECT payload FROM {schema}.packages WHERE package_id = $1"),
            insert: schema.fill(
                "INSERT INTO {schema}.packages (package_id, name, version, known_since, payload)
                 SELECT package_id, name, version, $4, payload
                 FROM UNNEST($1::text[], $2::text[], $3::text[], $5::bytea[])
                      AS package (package_id, name, version, payload)
                 ON CONFLICT (package_id) DO NOTHING",
            ),
        }
    }

    pub(in super::super) async fn known(&self) -> Result<KnownPackages, Error> {
        let client = self.database.client().await?;
        let mut packages = KnownPackages::default();
        for row in client.query(&self.known, &[]).await? {
            let size: i32 = row.try_get(4)?;
            let known = Known {
                name: PackageName::parse(row.try_get(1)?).map_err(Error::corrupt)?,
                version: PackageVersion::parse(row.try_get(2)?).map_err(Error::corrupt)?,
                known_since: Timestamp::from_micros(row.try_get(3)?).map_err(Error::corrupt)?,
                size: usize::try_from(size).unwrap_or_default(),
            };
            let id = PackageId::parse(row.try_get(0)?).map_err(Error::corrupt)?;
            packages.insert(id, known);
        }
        Ok(packages)
    }

    pub(in super::super) async fn payload(&self, id: &PackageId) -> Result<Option<Vec<u8>>, Error> {
        let client = self.database.client().await?;
        let row = client.query_opt(&self.payload, &[&id.as_str()]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub(in super::super) async fn insert(
        &self,
        packages: &[CheckedPackage],
        now: Timestamp,
    ) -> Result<(), Error> {
        let ids: Vec<&str> = packages.iter().map(|it| it.id.as_str()).collect();
        let names: Vec<&str> = packages.iter().map(|it| it.name.as_str()).collect();
        let versions: Vec<&str> = packages.iter().map(|it| it.version.as_str()).collect();
        let payloads: Vec<&[u8]> = packages.iter().map(|it| it.payload.as_slice()).collect();
        let client = self.database.client().await?;
        client
            .execute(
                &self.insert,
                &[&ids, &names, &versions, &now.micros(), &payloads],
            )
            .await?;
        Ok(())
    }
}
