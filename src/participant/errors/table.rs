//! The table of public errors.

use super::Category;
use Category as C;

/// Declares the ids with their category, meaning and remedy.
macro_rules! errors {
    ($($id:ident = $text:literal, $category:expr, $meaning:literal, $remedy:literal;)*) => {
        /// A public error. Never renamed: clients decide on the text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorId {
            $(#[doc = $meaning] $id,)*
        }

        impl ErrorId {
            /// Every error, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$id,)*];

            /// The id as clients see it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$id => $text,)* }
            }

            /// What a client can do about it.
            pub const fn category(self) -> Category {
                match self { $(Self::$id => $category,)* }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$id => $meaning,)* }
            }

            /// What to do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$id => $remedy,)* }
            }
        }
    };
}

errors! {
    // retry, deduplication, contention
    DuplicateCommand = "DUPLICATE_COMMAND", C::InvalidGivenCurrentSystemStateResourceExists,
        "A command with this change id was accepted within the deduplication period.",
        "Read the completion of the accepted submission, which the error names.";
    SubmissionAlreadyInFlight = "SUBMISSION_ALREADY_IN_FLIGHT", C::ContentionOnSharedResources,
        "A command with this change id is being processed.",
        "Wait for its completion.";
    ContractNotFound = "CONTRACT_NOT_FOUND", C::InvalidGivenCurrentSystemStateResourceMissing,
        "The contract is unknown, archived, or not visible to the submitters.",
        "Read the active contracts again.";
    LocalVerdictLockedContracts = "LOCAL_VERDICT_LOCKED_CONTRACTS", C::ContentionOnSharedResources,
        "Another request uses the contract at the moment.",
        "Try again; the contract may be archived by then.";
    LocalVerdictInactiveContracts = "LOCAL_VERDICT_INACTIVE_CONTRACTS", C::InvalidGivenCurrentSystemStateResourceMissing,
        "The contract was archived by a transaction that came first.",
        "Read the active contracts again.";
    LocalVerdictTimeout = "LOCAL_VERDICT_TIMEOUT", C::ContentionOnSharedResources,
        "The domain gave no verdict in time.",
        "Try again.";
    LocalVerdictLedgerTimeOutOfBound = "LOCAL_VERDICT_LEDGER_TIME_OUT_OF_BOUND", C::ContentionOnSharedResources,
        "The ledger time is too far from the time at which the request was sequenced.",
        "Try again; check the clocks if it happens again.";
    LocalVerdictPreparationTimeOutOfBound = "LOCAL_VERDICT_PREPARATION_TIME_OUT_OF_BOUND", C::ContentionOnSharedResources,
        "The preparation time is too far from the time at which the request was sequenced.",
        "Prepare the submission again.";
    LocalVerdictMalformedRequest = "LOCAL_VERDICT_MALFORMED_REQUEST", C::SecurityAlert,
        "The request does not follow the protocol.",
        "Somebody runs a faulty or malicious participant: look into the log.";
    MediatorSaysTxTimedOut = "MEDIATOR_SAYS_TX_TIMED_OUT", C::ContentionOnSharedResources,
        "Not all confirmations arrived in time.",
        "Try again; find out which participant is away.";
    NotSequencedTimeout = "NOT_SEQUENCED_TIMEOUT", C::ContentionOnSharedResources,
        "The request was not sequenced in time.",
        "Try again.";
    FailedToDetermineLedgerTime = "FAILED_TO_DETERMINE_LEDGER_TIME", C::ContentionOnSharedResources,
        "No ledger time fits the contracts used.",
        "Try again.";

    // overload and availability
    ParticipantBackpressure = "PARTICIPANT_BACKPRESSURE", C::ContentionOnSharedResources,
        "The participant has as much work as it takes.",
        "Try again with a pause.";
    SequencerRequestFailed = "SEQUENCER_REQUEST_FAILED", C::ContentionOnSharedResources,
        "The request could not be handed to the sequencer.",
        "Try again.";
    ServiceNotRunning = "SERVICE_NOT_RUNNING", C::TransientServerFailure,
        "A part of the node is starting or restarting.",
        "Try again.";
    IndexDbSqlTransientError = "INDEX_DB_SQL_TRANSIENT_ERROR", C::TransientServerFailure,
        "The database does not answer.",
        "Try again.";
    AbortedDueToShutdown = "ABORTED_DUE_TO_SHUTDOWN", C::TransientServerFailure,
        "The node is going down.",
        "Try again, at another replica or later.";
    RequestTimeOut = "REQUEST_TIME_OUT", C::DeadlineExceededRequestStateUnknown,
        "The outcome did not arrive in time; it may still come.",
        "Submit again with the same command id, or read the completions.";
    LedgerApiInternalError = "LEDGER_API_INTERNAL_ERROR", C::SystemInternalAssumptionViolated,
        "A defect of the node.",
        "Report it with the correlation id.";

    // routing, topology, packages
    NotConnectedToAnySynchronizer = "NOT_CONNECTED_TO_ANY_SYNCHRONIZER", C::InvalidGivenCurrentSystemStateOther,
        "The participant is not connected to any domain.",
        "Connect it.";
    NoSynchronizerOnWhichAllSubmittersCanSubmit = "NO_SYNCHRONIZER_ON_WHICH_ALL_SUBMITTERS_CAN_SUBMIT", C::InvalidGivenCurrentSystemStateResourceMissing,
        "No domain lets all submitters submit from this participant.",
        "Submit at the participants that host the parties.";
    UnknownInformees = "UNKNOWN_INFORMEES", C::InvalidGivenCurrentSystemStateResourceMissing,
        "A party that must see the transaction is not known on any connected domain.",
        "Check the party; allocate it first.";
    UnknownSubmitters = "UNKNOWN_SUBMITTERS", C::InvalidGivenCurrentSystemStateResourceMissing,
        "A submitter is not known on any connected domain.",
        "Check the party; allocate it first.";
    PackageNotVettedByRecipients = "PACKAGE_NOT_VETTED_BY_RECIPIENTS", C::InvalidGivenCurrentSystemStateOther,
        "A participant that must validate the transaction has not vetted a package.",
        "Upload the package there.";
    PackageSelectionFailed = "PACKAGE_SELECTION_FAILED", C::InvalidGivenCurrentSystemStateOther,
        "No package with this name can be used.",
        "Upload the package at all participants concerned.";

    // interpretation
    DamlAuthorizationError = "DAML_AUTHORIZATION_ERROR", C::InvalidIndependentOfSystemState,
        "A party whose authority is needed has not given it.",
        "Submit as that party, too, or change the model.";
    DamlInterpretationError = "DAML_INTERPRETATION_ERROR", C::InvalidGivenCurrentSystemStateOther,
        "The command could not be interpreted.",
        "The message says why.";
    DamlFailure = "DAML_FAILURE", C::InvalidGivenCurrentSystemStateOther,
        "Daml code failed.",
        "The message comes from the model.";
    ContractNotActive = "CONTRACT_NOT_ACTIVE", C::InvalidGivenCurrentSystemStateResourceMissing,
        "The contract was archived earlier in the same transaction.",
        "Change the commands.";
    WronglyTypedContract = "WRONGLY_TYPED_CONTRACT", C::InvalidGivenCurrentSystemStateOther,
        "The contract is of another template.",
        "Use the contract's own template.";
    ContractDoesNotImplementInterface = "CONTRACT_DOES_NOT_IMPLEMENT_INTERFACE", C::InvalidIndependentOfSystemState,
        "The contract's template does not implement the interface.",
        "Use a contract whose template does.";
    CommandPreprocessingFailed = "COMMAND_PREPROCESSING_FAILED", C::InvalidIndependentOfSystemState,
        "The command does not fit the package: unknown template, choice or field, or a value of another type.",
        "The message says what does not fit.";
    DisclosedContractAuthenticationFailed = "DISCLOSED_CONTRACT_AUTHENTICATION_FAILED", C::InvalidIndependentOfSystemState,
        "A disclosed contract does not match its contract id.",
        "Pass the blob as it was read.";

    // requests
    MissingField = "MISSING_FIELD", C::InvalidIndependentOfSystemState,
        "A required field is absent.",
        "Set it.";
    InvalidField = "INVALID_FIELD", C::InvalidIndependentOfSystemState,
        "A field has a value that it cannot have.",
        "The message says what is expected.";
    InvalidArgument = "INVALID_ARGUMENT", C::InvalidIndependentOfSystemState,
        "The request is malformed.",
        "The message says what is expected.";
    InvalidToken = "INVALID_TOKEN", C::InvalidIndependentOfSystemState,
        "The request names no user, and there is no token to take one from.",
        "Set the user id.";
    Unimplemented = "UNIMPLEMENTED", C::InternalUnsupportedOperation,
        "Jura does not do this yet.",
        "The message says what is missing.";
}

impl ErrorId {
    /// The error with an id.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_and_of_cantons_form() {
        let mut seen = std::collections::BTreeSet::new();
        for id in ErrorId::ALL {
            let text = id.as_str();
            assert!(seen.insert(text), "{text} stands twice");
            assert!(text.len() <= 63, "{text} is too long");
            assert!(
                text.bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'),
                "{text}"
            );
            assert_eq!(ErrorId::parse(text), Some(*id));
        }
    }
}
