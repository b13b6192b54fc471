//! What the ledger's refusals mean, by their error ids.

use std::collections::HashMap;

use crate::ledger_client::Failure;
use crate::lf::error::{Error, FailureStatus};
use crate::model::ContractId;
use crate::script::ledger::Reason;

/// Why a submission failed.
pub(super) fn reason(failure: &Failure) -> Reason {
    let text = text(&failure.message);
    let known = match failure.id.as_str() {
        "CONTRACT_NOT_FOUND" | "CONTRACT_NOT_ACTIVE" => {
            contract_in(text).map(|id| Reason::Interpretation(Error::ContractNotFound(id)))
        }
        "DAML_FAILURE" => {
            let status = status(text, &failure.metadata);
            status.map(|status| Reason::Interpretation(Error::Failure(status)))
        }
        // its words are for those who read logs
        "CONTRACT_KEY_NOT_FOUND" => after(text, "GlobalKey(").map(|key| Reason::Told {
            id: failure.id.clone(),
            message: format!(
                "no contract of {} has the key, or none that may be seen",
                key.split(',').next().unwrap_or_default()
            ),
        }),
        "INTERPRETATION_USER_ERROR" => {
            let message = after(text, "User abort: ");
            message.map(|message| Reason::Interpretation(Error::UserError(message.to_owned())))
        }
        _ => None,
    };
    known.unwrap_or_else(|| Reason::Told {
        id: failure.id.clone(),
        message: text.to_owned(),
    })
}

/// A message without what stands before every message: `ID(category,correlation): `.
fn text(message: &str) -> &str {
    match message.split_once("): ") {
        Some((head, rest)) if !head.contains(' ') => rest,
        _ => message,
    }
}

fn after<'m>(text: &'m str, words: &str) -> Option<&'m str> {
    text.split_once(words).map(|(_, rest)| rest)
}

fn contract_in(text: &str) -> Option<ContractId> {
    let mut words = text.split(|c: char| !c.is_ascii_hexdigit());
    words.find_map(|word| ContractId::parse(word).ok())
}

/// What the ledger adds to what the model says about its failure.
const OF_THE_LEDGER: [&str; 5] = [
    "error_id",
    "category",
    "definite_answer",
    "tid",
    "exercise_trace",
];

/// `User failure: ID (error category N): message`, and what else the model says.
fn status(text: &str, metadata: &HashMap<String, String>) -> Option<FailureStatus> {
    let rest = after(text, "User failure: ")?;
    let (error_id, rest) = rest.split_once(" (error category ")?;
    let (category, message) = rest.split_once("): ")?;
    let entries = metadata.iter();
    let of_the_model = entries
        .filter(|(key, _)| !OF_THE_LEDGER.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()));
    Some(FailureStatus {
        error_id: metadata
            .get("error_id")
            .map_or(error_id, String::as_str)
            .to_owned(),
        category: category.parse().ok()?,
        message: message.to_owned(),
        metadata: of_the_model.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(id: &str, message: &str) -> Failure {
        Failure {
            id: id.to_owned(),
            category: None,
            code: tonic::Code::FailedPrecondition,
            message: message.to_owned(),
            metadata: HashMap::default(),
            retry_after: None,
        }
    }

    #[test]
    fn a_failure_of_daml_code_is_taken_apart() {
        let message = "DAML_FAILURE(9,0): Interpretation error: Error: User failure: \
                       UNHANDLED_EXCEPTION/A:B (error category 9): no (really): no";
        let Reason::Interpretation(Error::Failure(status)) =
            reason(&failure("DAML_FAILURE", message))
        else {
            panic!("another reason");
        };
        assert_eq!(status.error_id, "UNHANDLED_EXCEPTION/A:B");
        assert_eq!(status.category, 9);
        assert_eq!(status.message, "no (really): no");
        assert!(status.metadata.is_empty());
    }

    #[test]
    fn what_the_model_says_besides_is_told_apart_from_what_the_ledger_says() {
        let message = "DAML_FAILURE(9,0): Interpretation error: Error: User failure: \
                       too.long...";
        let entries = [
            ("error_id", "too.long.id"),
            ("colour", "red"),
            ("category", "9"),
        ];
        let entries = entries.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let with = |message: &str| Failure {
            metadata: entries.clone().into(),
            ..failure("DAML_FAILURE", message)
        };
        assert!(matches!(reason(&with(message)), Reason::Told { .. }));
        let whole = "Interpretation error: Error: User failure: x (error category 9): no";
        let Reason::Interpretation(Error::Failure(status)) = reason(&with(whole)) else {
            panic!("another reason");
        };
        assert_eq!(status.error_id, "too.long.id");
        let colour = ("colour".to_owned(), "red".to_owned());
        assert_eq!(status.metadata, [colour].into());
    }

    #[test]
    fn a_key_that_is_not_found_is_told_in_words() {
        let message = "CONTRACT_KEY_NOT_FOUND(11,0): dependency error: couldn't find key: GlobalKey(Main:Account, main, Record(None,ImmArray()), Hash(00))";
        let told = reason(&failure("CONTRACT_KEY_NOT_FOUND", message)).to_string();
        assert_eq!(
            told,
            "CONTRACT_KEY_NOT_FOUND: no contract of Main:Account has the key, or none that may be seen"
        );
    }

    #[test]
    fn what_is_not_known_keeps_its_id_and_words() {
        let told = reason(&failure(
            "SOMETHING_ELSE",
            "SOMETHING_ELSE(9,0): it is late",
        ));
        assert_eq!(
            told,
            Reason::Told {
                id: "SOMETHING_ELSE".to_owned(),
                message: "it is late".to_owned()
            }
        );
    }
}
