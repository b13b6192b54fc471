//! What the ledger's refusals mean, by their error ids.

use std::collections::BTreeMap;

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
        "DAML_FAILURE" => status(text).map(|status| Reason::Interpretation(Error::Failure(status))),
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

/// `User failure: ID (error category N): message`
fn status(text: &str) -> Option<FailureStatus> {
    let rest = after(text, "User failure: ")?;
    let (error_id, rest) = rest.split_once(" (error category ")?;
    let (category, message) = rest.split_once("): ")?;
    Some(FailureStatus {
        error_id: error_id.to_owned(),
        category: category.parse().ok()?,
        message: message.to_owned(),
        metadata: BTreeMap::new(),
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
