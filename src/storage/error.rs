//! What can go wrong with a database, by what the caller can do about it.

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database is away, busy or read-only: whatever was asked did not take effect, or it is
    /// unknown whether it did. Try again; every write of ours may be repeated.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// Two transactions collided. Try again at once.
    #[error("database transaction collided with another: {0}")]
    Collision(String),
    /// The configuration cannot work.
    #[error("{0}")]
    Config(String),
    /// The data directory belongs to another process.
    #[error(
        "data directory {dir} is in use by another process ({holder}); stop it, or choose another \
         directory"
    )]
    InUse {
        /// The directory.
        dir: String,
        /// What the lock file says about its holder.
        holder: String,
    },
    /// Another process works with a schema.
    #[error(
        "schema {schema} is in use by another process: stop it, or use another database or other \
         names"
    )]
    Claimed {
        /// The schema.
        schema: String,
    },
    /// A migration failed or does not fit what is in the database.
    #[error("migration of schema {schema} failed: {reason}")]
    Migration {
        /// The schema.
        schema: String,
        /// What happened.
        reason: String,
    },
    /// A statement is wrong, or the data are not what they should be: a defect of ours.
    #[error("database statement failed: {0}")]
    Bug(String),
}

impl Error {
    /// Whether the same operation may work later.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Collision(_))
    }

    /// A row that does not hold what it must.
    pub fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Bug(format!("unexpected data: {what}"))
    }
}

impl From<Error> for crate::runtime::RoleFailure {
    /// A role without its database halts until it is back.
    fn from(error: Error) -> Self {
        let operational = error.is_retryable();
        Self::because("database", error).operational(operational)
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let text = describe(&error);
        match error.code() {
            None => Self::Unavailable(text),
            Some(code) if is_collision(code) => Self::Collision(text),
            Some(code) if is_unavailable(code) => Self::Unavailable(text),
            Some(_) => Self::Bug(text),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::from(error),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

fn is_collision(code: &SqlState) -> bool {
    *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
}

/// Classes 08 (connection), 53 (resources), 57 (operator), 58 (system); time-outs; a standby that
/// does not write.
fn is_unavailable(code: &SqlState) -> bool {
    let class = &code.code()[..2];
    matches!(class, "08" | "53" | "57" | "58") || *code == SqlState::READ_ONLY_SQL_TRANSACTION
}

/// The error with its causes on one line: tokio-postgres says only "db error" by itself.
fn describe(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    if let Some(db) = error.as_db_error() {
        text = format!("{} ({})", db.message(), db.code().code());
    } else if let Some(cause) = std::error::Error::source(error) {
        text = format!("{text}: {cause}");
    }
    text
}
