//! The service's table.

use crate::model::{MemberId, Timestamp};
use crate::storage::{Database, Error, Migration, MigrationSet, Schema};

const MIGRATIONS: MigrationSet = MigrationSet {
    component: "service",
    steps: &[Migration {
        version: 1,
        name: "service",
        sql: include_str!("../../../../migrations/service/0001_service.sql"),
    }],
};

/// The service's database.
#[derive(Debug)]
pub(in super::super) struct Store {
    database: Database,
    schema: Schema,
}

impl Store {
    /// Brings the schema up to date.
    pub(in super::super) async fn open(database: Database, schema: Schema) -> Result<Self, Error> {
        MIGRATIONS.run(&database, &schema).await?;
        Ok(Self { database, schema })
    }

    /// Keeps a decision; the latest one about a member counts.
    pub(in super::super) async fn keep(
        &self,
        member: &MemberId,
        refusal: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let client = self.database.client().await?;
        let sql = self.schema.fill(
            "INSERT INTO {schema}.onboarding_requests (member, admitted, reason, decided_at)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (member) DO UPDATE
             SET admitted = $2, reason = $3, decided_at = $4",
        );
        client
            .execute(
                &sql,
                &[
                    &member.to_string(),
                    &refusal.is_none(),
                    &refusal.unwrap_or_default(),
                    &now.micros(),
                ],
            )
            .await?;
        Ok(())
    }
}
