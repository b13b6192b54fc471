//! What an error must say, as the SDK reads it.

use canton_ledger::Error;
use tonic::Code;

/// Checks that a request was refused with an error id, a gRPC code and a category, and that the
/// rest of the error is consistent with them. The error, for what else it must say.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(
    answer: Result<T, Error>,
    reason: &str,
    code: Code,
    category: i32,
) -> Error {
    let error = answer.expect_err(reason);
    let info = error
        .error_info()
        .unwrap_or_else(|| panic!("no error info: {error:?}"));
    assert_eq!(info.reason, reason, "{error}");
    assert_eq!(error.code(), Some(code), "{error}");
    let found = error.category().expect("a category");
    assert_eq!(found.as_i32(), category, "{error}");
    assert_eq!(info.metadata["category"], category.to_string());
    assert!(error.correlation_id().is_some(), "no request id: {error:?}");
    assert_eq!(
        error.retry_delay().is_some(),
        error.is_retriable(),
        "a pause is told where it helps to try again: {error:?}"
    );
    let said = error.to_string();
    assert!(said.contains(&format!("{reason}({category},")), "{said}");
    error
}

/// Checks that an error names a contract.
#[track_caller]
pub fn names_contract(error: &Error, contract_id: &str) {
    let resources = error.resource_info();
    let named = resources
        .iter()
        .any(|it| it.resource_type.contains("CONTRACT_ID") && it.resource_name == contract_id);
    assert!(named, "{contract_id} is not in {resources:?}");
}
