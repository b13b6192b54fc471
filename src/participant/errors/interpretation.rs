//! Errors of the engine as refusals.

use super::{Category, ErrorId, Refusal};
use crate::lf::error::Error;

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        let report = error.report();
        let id = ErrorId::parse(report.id).unwrap_or(ErrorId::DamlInterpretationError);
        let mut refusal = Self::new(id, error.to_string());
        if let Error::Failure(status) = error {
            // what the model says must not hide its own error's id
            refusal.metadata.clone_from(&status.metadata);
            refusal = refusal.with("error_id", &status.error_id);
        }
        refusal.category =
            Category::from_number(report.category).filter(|category| *category != id.category());
        for (kind, name) in report.resources {
            refusal = refusal.about(kind, name);
        }
        refusal
    }
}

impl Refusal {
    /// A failed command as a refusal, with the choices in which it failed.
    pub fn of_command(error: &Error, exercise_trace: &str) -> Self {
        let refusal = Self::from(error);
        match error {
            Error::Failure(_) => refusal.with("exercise_trace", exercise_trace),
            _ => refusal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lf::error::Limit;
    use crate::model::ContractId;

    #[test]
    fn every_id_that_the_engine_reports_stands_in_the_table() {
        let id = ContractId::new([1; 32], &[]);
        for error in [
            Error::ContractNotFound(id),
            Error::UserError("no".to_owned()),
            Error::ValueNesting,
            Error::MalformedText,
            Error::NonComparableValues,
            Error::Cancelled,
            Error::Limit(Limit::Steps(1)),
            Error::Internal {
                builtin: "CODE_POINTS_TO_TEXT",
                reason: "no".to_owned(),
            },
        ] {
            let report = error.report();
            assert!(ErrorId::parse(report.id).is_some(), "{}", report.id);
            assert_eq!(
                Refusal::from(&error).category().number(),
                report.category,
                "{}",
                report.id
            );
        }
    }
}
