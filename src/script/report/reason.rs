//! Reasons as they are shown: short, with short names of contracts, and with a way out where one is known.

use super::labels::Labels;

/// Longest reason and longest trace that are shown, in characters.
const LENGTH_MAX: usize = 4_096;

/// Errors of a running ledger that does not have the packages of the scripts.
const WITHOUT_PACKAGES: [&str; 8] = [
    "PACKAGE_NAMES_NOT_FOUND",
    "PACKAGE_NOT_FOUND",
    "PACKAGE_SELECTION_FAILED",
    "UNRESOLVED_PACKAGE_NAME",
    "NO_PREFERRED_PACKAGES_FOUND",
    "NO_TEMPLATES_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME",
    "NO_INTERFACE_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME",
    "TEMPLATES_OR_INTERFACES_NOT_FOUND",
];

/// A text with short names of contracts; without its end if it is long.
pub(super) fn shown(text: &str, labels: &Labels) -> String {
    // ids become shorter: what is beyond twice the length is not looked at
    let (looked_at, unseen) = cut(text, 2 * LENGTH_MAX);
    let replaced = labels.replace(looked_at);
    let (kept, left_out) = cut(&replaced, LENGTH_MAX);
    match left_out + unseen {
        0 => replaced,
        1 => format!("{kept}… (1 more character)"),
        more => format!("{kept}… ({more} more characters)"),
    }
}

/// The beginning of a text, and how many characters follow.
fn cut(text: &str, length_max: usize) -> (&str, usize) {
    let end = text.char_indices().nth(length_max).map(|(end, _)| end);
    match end.and_then(|end| text.split_at_checked(end)) {
        Some((kept, rest)) => (kept, rest.chars().count()),
        None => (text, 0),
    }
}

/// What one may do about a reason.
pub(super) fn hint(reason: &str) -> Option<&'static str> {
    if reason.contains("Tried to rollback side-effectful node") {
        return Some(
            "with --protocol-version 34 an exception undoes creates and archives; on a running ledger the \
             protocol version of its domain decides",
        );
    }
    let lacks_packages = WITHOUT_PACKAGES.iter().any(|id| reason.starts_with(id));
    lacks_packages.then_some("if the ledger does not have the packages of the DAR: --upload-dar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_and_says_so() {
        let labels = Labels::default();
        let short = "é".repeat(LENGTH_MAX);
        assert_eq!(shown(&short, &labels), short);
        assert_eq!(
            shown(&format!("{short}x"), &labels),
            format!("{short}… (1 more character)")
        );
        let long = shown(&"é".repeat(1_000_000), &labels);
        assert!(long.ends_with("é… (995904 more characters)"), "{long}");
    }

    #[test]
    fn contracts_that_the_script_has_not_made_have_the_beginning_of_their_id() {
        let id = crate::model::ContractId::new([7; 32], &[0xca, 0x12]);
        let reason = format!("Contract could not be found with id {id}");
        assert_eq!(
            shown(&reason, &Labels::default()),
            "Contract could not be found with id 000707070707…"
        );
    }

    #[test]
    fn a_way_out_is_told_where_one_is_known() {
        let hint = |reason| hint(reason).unwrap_or_default();
        assert!(hint("Tried to rollback side-effectful node(s): x").contains("34"));
        assert!(hint("PACKAGE_NAMES_NOT_FOUND: x").contains("--upload-dar"));
        assert_eq!(hint("User abort: PACKAGE_NAMES_NOT_FOUND"), "");
    }
}
