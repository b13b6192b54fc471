//! The suites of others pass, as they do with the reference runner.

use super::*;
use crate::lf::test_dars;

/// Scripts that undo effects by an exception, which protocol version 35 does not allow.
const UNDO_EFFECTS: [&str; 4] = [
    "Splice.Scripts.TestWallet:testBuyMemberTraffic",
    "Splice.Scripts.TestWallet:testInsufficientFundsBatchAmuletPaymentRequests",
    "Splice.Scripts.TestWallet:testInsufficientFundsBatchSubscriptions",
    "Splice.Scripts.Wallet.TestTransferOffers:testTransferOffers",
];

fn reports(name: &str, rollback_effects: bool) -> Option<Vec<ScriptReport>> {
    let bytes = test_dars::one(name)?;
    let options = Options {
        rollback_effects,
        ..Options::default()
    };
    Some(run_all(&ScriptDar::load(&bytes, &options).unwrap()))
}

fn failed(reports: &[ScriptReport]) -> Vec<&ScriptReport> {
    let failed = reports.iter().filter(|report| report.failure.is_some());
    failed.collect()
}

#[test]
fn all_scripts_of_the_canton_examples_pass() {
    let Some(reports) = reports("CantonExamples-3.2.0", true) else {
        return;
    };
    let verdicts: Vec<String> = reports.iter().map(verdict).collect();
    assert_eq!(failed(&reports).len(), 0, "{verdicts:#?}");
    assert_eq!(reports.len(), 11);
}

#[test]
fn all_scripts_of_the_wallet_pass_where_exceptions_may_undo_effects() {
    let Some(reports) = reports("splice-wallet-test-0.1.8", true) else {
        return;
    };
    let verdicts: Vec<String> = reports.iter().map(verdict).collect();
    assert_eq!(failed(&reports).len(), 0, "{verdicts:#?}");
    assert_eq!(reports.len(), 20);
}

#[test]
fn exactly_the_scripts_that_undo_effects_fail_where_that_is_not_allowed() {
    let Some(reports) = reports("splice-wallet-test-0.1.8", false) else {
        return;
    };
    let failed = failed(&reports);
    let names: Vec<&str> = failed.iter().map(|report| &*report.name).collect();
    assert_eq!(names, UNDO_EFFECTS);
    for report in failed {
        let failure = report.failure.as_ref().unwrap();
        let hint = failure.hint.unwrap();
        assert!(hint.contains("--protocol-version 34"), "{hint}");
        assert!(
            failure
                .reason
                .starts_with("Tried to rollback side-effectful node(s): "),
            "{}",
            failure.reason
        );
        let place = &failure.places.first().unwrap();
        assert!(place.line.as_ref().unwrap().contains("submit"), "{place:?}");
    }
}
