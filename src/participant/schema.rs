//! The tables of a participant: one schema, three owners.

use crate::storage::{Migration, MigrationSet};

/// The schema of a participant.
pub const MIGRATIONS: MigrationSet = MigrationSet {
    component: "participant",
    steps: &[
        Migration {
            version: 1,
            name: "ledger",
            sql: include_str!("../../migrations/participant/0001_ledger.sql"),
        },
        Migration {
            version: 2,
            name: "read cache",
            sql: include_str!("../../migrations/participant/0002_read_cache.sql"),
        },
        Migration {
            version: 3,
            name: "administration",
            sql: include_str!("../../migrations/participant/0003_administration.sql"),
        },
        Migration {
            version: 4,
            name: "contract keys",
            sql: include_str!("../../migrations/participant/0004_contract_keys.sql"),
        },
        Migration {
            version: 5,
            name: "encryption key",
            sql: include_str!("../../migrations/participant/0005_encryption_key.sql"),
        },
        Migration {
            version: 6,
            name: "position hash",
            sql: include_str!("../../migrations/participant/0006_position_hash.sql"),
        },
        Migration {
            version: 7,
            name: "former keys",
            sql: include_str!("../../migrations/participant/0007_former_keys.sql"),
        },
        Migration {
            version: 8,
            name: "domains",
            sql: include_str!("../../migrations/participant/0008_domains.sql"),
        },
    ],
};
