//! Refusals as the event log has them, and as failures of the storage become them.

use super::{Category, ErrorId, Refusal, Resource};
use crate::storage;
use crate::wire::ledger;

impl From<Refusal> for ledger::Refusal {
    fn from(refusal: Refusal) -> Self {
        let resources = refusal.resources.into_iter();
        Self {
            error_id: refusal.id.as_str().to_owned(),
            message: refusal.message,
            metadata: refusal.metadata,
            resources: resources
                .map(|resource| ledger::Resource {
                    r#type: resource.kind,
                    name: resource.name,
                })
                .collect(),
            category: refusal
                .category
                .map_or(0, |category| u32::from(category.number())),
        }
    }
}

impl From<ledger::Refusal> for Refusal {
    /// An id that this version does not know becomes an internal error that names it.
    fn from(message: ledger::Refusal) -> Self {
        let resources = message.resources.into_iter();
        let id = ErrorId::parse(&message.error_id);
        Self {
            id: id.unwrap_or(ErrorId::LedgerApiInternalError),
            message: match id {
                Some(_) => message.message,
                None => format!("{}: {}", message.error_id, message.message),
            },
            metadata: message.metadata,
            resources: resources
                .map(|resource| Resource {
                    kind: resource.r#type,
                    name: resource.name,
                })
                .collect(),
            category: u8::try_from(message.category)
                .ok()
                .and_then(Category::from_number),
        }
    }
}

impl From<storage::Error> for Refusal {
    fn from(error: storage::Error) -> Self {
        if error.is_retryable() {
            Self::new(ErrorId::IndexDbSqlTransientError, error.to_string())
        } else {
            Self::internal(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_back_from_the_log_as_it_was_written() {
        let mut refusal = Refusal::new(ErrorId::DamlFailure, "no")
            .about("CONTRACT_ID", "00ab")
            .with("definite_answer", "true");
        refusal.category = Some(Category::ContentionOnSharedResources);
        let message = ledger::Refusal::from(refusal.clone());
        assert_eq!(Refusal::from(message), refusal);
    }

    #[test]
    fn an_id_of_a_newer_version_is_an_internal_error_that_names_it() {
        let message = ledger::Refusal {
            error_id: "FROM_THE_FUTURE".to_owned(),
            message: "hello".to_owned(),
            ..ledger::Refusal::default()
        };
        let refusal = Refusal::from(message);
        assert_eq!(refusal.id, ErrorId::LedgerApiInternalError);
        assert_eq!(refusal.message, "FROM_THE_FUTURE: hello");
    }
}
