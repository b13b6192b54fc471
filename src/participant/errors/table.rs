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
    ContractKeyNotFound = "CONTRACT_KEY_NOT_FOUND", C::InvalidGivenCurrentSystemStateResourceMissing,
        "No active contract with the key is known, or none that is visible to the submitters.",
        "Read the active contracts again.";
    InconsistentContractKey = "INCONSISTENT_CONTRACT_KEY", C::InvalidGivenCurrentSystemStateOther,
        "The contracts with the key have changed while the command was interpreted.",
        "Try again.";
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
    NoViewWithValidRecipients = "NO_VIEW_WITH_VALID_RECIPIENTS", C::ContentionOnSharedResources,
        "Parties got other hosts, or permissions changed, while the request was on its way.",
        "Submit the command again.";
    MediatorSaysTxTimedOut = "MEDIATOR_SAYS_TX_TIMED_OUT", C::ContentionOnSharedResources,
        "Not all confirmations arrived in time.",
        "Try again; find out which participant is away.";
    MediatorReceivedMalformedMessage = "MEDIATOR_RECEIVED_MALFORMED_MESSAGE", C::SecurityAlert,
        "The mediator got a request that does not follow the protocol.",
        "Somebody runs a faulty or malicious participant: look into the log of the mediator.";
    DuplicateConfirmationRequestUuid = "DUPLICATE_CONFIRMATION_REQUEST_UUID", C::SecurityAlert,
        "The mediator has got a request with the same UUID before.",
        "Submit the command again. Find out who says again what was said before.";
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
    RequestDeadlineExceeded = "REQUEST_DEADLINE_EXCEEDED", C::DeadlineExceededRequestStateUnknown,
        "The client's deadline was over before the request was handled.",
        "Submit again with the same command id and a later deadline.";
    MaximumNumberOfStreams = "MAXIMUM_NUMBER_OF_STREAMS", C::ContentionOnSharedResources,
        "As many streams are open as the node serves.",
        "Close streams, or try again later.";
    LedgerApiInternalError = "LEDGER_API_INTERNAL_ERROR", C::SystemInternalAssumptionViolated,
        "A defect of the node.",
        "Report it with the correlation id.";

    // routing, topology, packages
    NotConnectedToAnySynchronizer = "NOT_CONNECTED_TO_ANY_SYNCHRONIZER", C::InvalidGivenCurrentSystemStateOther,
        "The participant is not connected to any domain.",
        "Connect it.";
    NotConnectedToSynchronizer = "NOT_CONNECTED_TO_SYNCHRONIZER", C::InvalidGivenCurrentSystemStateOther,
        "The participant is not connected to the domain that the request names.",
        "Connect it, or name another.";
    NoSynchronizerOnWhichAllSubmittersCanSubmit = "NO_SYNCHRONIZER_ON_WHICH_ALL_SUBMITTERS_CAN_SUBMIT", C::InvalidGivenCurrentSystemStateResourceMissing,
        "No domain lets all submitters submit from this participant.",
        "Submit at the participants that host the parties.";
    NoSynchronizerForSubmission = "NO_SYNCHRONIZER_FOR_SUBMISSION", C::InvalidGivenCurrentSystemStateOther,
        "No connected domain can take the transaction: a package is not vetted, or the protocol version is too old.",
        "The message says why for each domain.";
    UnknownInformees = "UNKNOWN_INFORMEES", C::InvalidGivenCurrentSystemStateResourceMissing,
        "A party that must see the transaction is not known on any connected domain.",
        "Check the party; allocate it first.";
    UnknownSubmitters = "UNKNOWN_SUBMITTERS", C::InvalidGivenCurrentSystemStateResourceMissing,
        "A submitter is not known on any connected domain.",
        "Check the party; allocate it first.";
    PackageNotVettedByRecipients = "PACKAGE_NOT_VETTED_BY_RECIPIENTS", C::InvalidGivenCurrentSystemStateOther,
        "A participant that must validate the transaction has not vetted a package.",
        "Upload the package there.";
    InvalidPrescribedSynchronizerId = "INVALID_PRESCRIBED_SYNCHRONIZER_ID", C::InvalidGivenCurrentSystemStateOther,
        "The domain that the command names cannot be used for it.",
        "Leave the domain out, or name one that the participant is connected to.";
    DisclosedContractsSynchronizerIdMismatch = "DISCLOSED_CONTRACTS_SYNCHRONIZER_ID_MISMATCH", C::InvalidIndependentOfSystemState,
        "Disclosed contracts that were used are said to be on different domains.",
        "Use disclosed contracts of one domain, or read them again.";
    PrescribedSynchronizerIdMismatch = "PRESCRIBED_SYNCHRONIZER_ID_MISMATCH", C::InvalidIndependentOfSystemState,
        "A disclosed contract that was used is said to be on another domain than the one that the command names.",
        "Use disclosed contracts of that domain, or leave the domain out.";
    PackageNotFound = "PACKAGE_NOT_FOUND", C::InvalidGivenCurrentSystemStateResourceMissing,
        "No package with this id is known.",
        "Upload the package.";
    InvalidDar = "INVALID_DAR", C::InvalidIndependentOfSystemState,
        "The file is no DAR.",
        "Upload a DAR as the Daml compiler makes it.";
    InvalidZipEntry = "INVALID_ZIP_ENTRY", C::InvalidIndependentOfSystemState,
        "The DAR lacks a file that its manifest names.",
        "Build the DAR again, or download it again.";
    ZipBomb = "ZIP_BOMB", C::InvalidIndependentOfSystemState,
        "The DAR is too large when unpacked.",
        "Split the model, or raise the limit.";
    DarParseError = "DAR_PARSE_ERROR", C::InvalidIndependentOfSystemState,
        "A package of the DAR cannot be read.",
        "Upload a DAR of a supported version of the language, whole.";
    DarValidationError = "DAR_VALIDATION_ERROR", C::InvalidIndependentOfSystemState,
        "A package of the DAR is not well-formed.",
        "Compile the model again.";
    DarDependenciesNotValid = "DAR_DEPENDENCIES_NOT_VALID", C::InvalidIndependentOfSystemState,
        "The DAR does not have all packages that it needs.",
        "Upload a DAR with its dependencies.";
    NotValidUpgradePackage = "NOT_VALID_UPGRADE_PACKAGE", C::InvalidIndependentOfSystemState,
        "The package has the name of another one, but is no valid upgrade of it.",
        "Change the model as upgrades allow, or give the package another name.";
    KnownPackageVersion = "KNOWN_PACKAGE_VERSION", C::InvalidIndependentOfSystemState,
        "Another package has this name and version.",
        "Raise the version.";
    DamlPrimNotUtilityPackage = "DAML_PRIM_NOT_UTILITY_PACKAGE", C::InvalidIndependentOfSystemState,
        "A package has the name of a standard library, but defines templates or interfaces.",
        "Give the package another name.";
    UnresolvedVettingReference = "UNRESOLVED_VETTING_REFERENCE", C::InvalidGivenCurrentSystemStateResourceMissing,
        "A package that is to be vetted is not known here.",
        "Check id, name and version; upload the package first.";
    AmbiguousVettingReference = "AMBIGUOUS_VETTING_REFERENCE", C::InvalidGivenCurrentSystemStateOther,
        "Several packages fit to one that is to be vetted.",
        "Name its version or its id.";
    TopologyCannotVetDueToMissingPackages = "TOPOLOGY_CANNOT_VET_DUE_TO_MISSING_PACKAGES", C::InvalidGivenCurrentSystemStateResourceMissing,
        "A package that is to be vetted, or one that it needs, is not known here.",
        "Upload the package first.";
    TopologyDependenciesNotVetted = "TOPOLOGY_DEPENDENCIES_NOT_VETTED", C::InvalidGivenCurrentSystemStateOther,
        "A package that another one needs would not be vetted with it.",
        "Vet what it needs, too, or force the change.";
    TopologySerialMismatch = "TOPOLOGY_SERIAL_MISMATCH", C::InvalidGivenCurrentSystemStateOther,
        "The vetted packages were changed since they were read.",
        "Read them again, and decide again.";
    TopologyInvalidMapping = "TOPOLOGY_INVALID_MAPPING", C::InvalidIndependentOfSystemState,
        "What is to be published makes no sense.",
        "The message says why.";
    PackageServiceNotConnectedToSynchronizer = "PACKAGE_SERVICE_NOT_CONNECTED_TO_SYNCHRONIZER", C::InvalidGivenCurrentSystemStateOther,
        "The participant is not connected to the domain on which packages are to be vetted.",
        "Connect it, or name another.";
    PackageServiceCannotAutodetectSynchronizer = "PACKAGE_SERVICE_CANNOT_AUTODETECT_SYNCHRONIZER", C::InvalidGivenCurrentSystemStateOther,
        "The participant is connected to several domains, and the request does not say on which one the packages are to be vetted.",
        "Name the domain.";
    PartyAllocationCannotDetermineSynchronizer = "PARTY_ALLOCATION_CANNOT_DETERMINE_SYNCHRONIZER", C::InvalidGivenCurrentSystemStateOther,
        "The participant is connected to several domains, and the request does not say on which one the party is to be known.",
        "Name the domain.";
    NotConnectedToAllContractSynchronizers = "NOT_CONNECTED_TO_ALL_CONTRACT_SYNCHRONIZERS", C::InvalidGivenCurrentSystemStateOther,
        "The transaction uses contracts of a domain to which the participant is not connected, or that cannot take it.",
        "Look at the connections of the participant.";
    AutomaticReassignmentForTransactionFailed = "AUTOMATIC_REASSIGNMENT_FOR_TRANSACTION_FAILED", C::InvalidGivenCurrentSystemStateOther,
        "The transaction uses contracts of several domains.",
        "Use contracts of one domain.";
    NoPreferredPackagesFound = "NO_PREFERRED_PACKAGES_FOUND", C::InvalidGivenCurrentSystemStateOther,
        "No version of a package is vetted by all participants concerned.",
        "Upload the package at all of them.";
    NoVettedInterfaceImplementationPackage = "NO_VETTED_INTERFACE_IMPLEMENTATION_PACKAGE",
        C::InvalidGivenCurrentSystemStateOther,
        "No version of the contract's package that implements the interface can be used.",
        "Vet a version that implements the interface, and open the stream again.";
    PackageSelectionFailed = "PACKAGE_SELECTION_FAILED", C::InvalidGivenCurrentSystemStateOther,
        "No package with this name can be used.",
        "Upload the package at all participants concerned.";
    PackageNameDiscardedDueToUnvettedPackages = "PACKAGE_NAME_DISCARDED_DUE_TO_UNVETTED_PACKAGES",
        C::InvalidGivenCurrentSystemStateResourceMissing,
        "No version of a package that is named can be used by those concerned.",
        "Vet a version of the package, or do not name it.";

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
    InterpretationUserError = "INTERPRETATION_USER_ERROR", C::InvalidGivenCurrentSystemStateOther,
        "Daml code ended with an error.",
        "The message comes from the model.";
    TemplatePreconditionViolated = "TEMPLATE_PRECONDITION_VIOLATED", C::InvalidIndependentOfSystemState,
        "A contract would not meet its template's precondition.",
        "Change the contract's argument.";
    CreateEmptyContractKeyMaintainers = "CREATE_EMPTY_CONTRACT_KEY_MAINTAINERS", C::InvalidIndependentOfSystemState,
        "A contract would have a key without maintainers.",
        "Change the contract's argument.";
    FetchEmptyContractKeyMaintainers = "FETCH_EMPTY_CONTRACT_KEY_MAINTAINERS", C::InvalidIndependentOfSystemState,
        "Contracts were looked for by a key without maintainers.",
        "Change the key.";
    ContractIdInContractKey = "CONTRACT_ID_IN_CONTRACT_KEY", C::InvalidIndependentOfSystemState,
        "A contract key contains a contract id.",
        "Change the key, or the template.";
    NonComparableValues = "NON_COMPARABLE_VALUES", C::InvalidIndependentOfSystemState,
        "Daml code compares what cannot be compared.",
        "Change the model.";
    ValueNesting = "VALUE_NESTING", C::InvalidIndependentOfSystemState,
        "A value is nested too deep.",
        "Change the command or the model.";
    MalformedText = "MALFORMED_TEXT", C::InvalidIndependentOfSystemState,
        "A text has a character that the ledger does not store.",
        "Change the command or the model.";
    DamlEffectfulRollbackError = "DAML_EFFECTFUL_ROLLBACK_ERROR", C::InvalidIndependentOfSystemState,
        "An exception would undo what happened on the ledger.",
        "Change the model.";
    InterpretationTimeExceeded = "INTERPRETATION_TIME_EXCEEDED", C::ContentionOnSharedResources,
        "The command takes too long.",
        "Split the command, or change the model.";
    ContractDoesNotImplementRequiringInterface = "CONTRACT_DOES_NOT_IMPLEMENT_REQUIRING_INTERFACE", C::InvalidIndependentOfSystemState,
        "The contract's template does not implement an interface that requires another.",
        "Use a contract whose template does.";
    InterpretationUpgradeErrorAuthenticationFailed = "INTERPRETATION_UPGRADE_ERROR_AUTHENTICATION_FAILED", C::InvalidIndependentOfSystemState,
        "The contract is not what its id says.",
        "Pass the contract as it was read.";
    InterpretationUpgradeErrorValidationFailed = "INTERPRETATION_UPGRADE_ERROR_VALIDATION_FAILED", C::InvalidIndependentOfSystemState,
        "The contract does not fit the version of its template that is used.",
        "Use another version, or change the model.";
    InterpretationUpgradeErrorTranslationFailed = "INTERPRETATION_UPGRADE_ERROR_TRANSLATION_FAILED", C::InvalidIndependentOfSystemState,
        "What the contract says does not fit the version of its template that is used.",
        "Use a version that knows all of the contract's fields.";
    UnresolvedPackageName = "UNRESOLVED_PACKAGE_NAME", C::InvalidGivenCurrentSystemStateResourceMissing,
        "No version of the package of a contract that is used through an interface can be used.",
        "Vet a version of the package.";
    InterpretationCryptoErrorMalformedByteEncoding = "INTERPRETATION_CRYPTO_ERROR_MALFORMED_BYTE_ENCODING", C::InvalidGivenCurrentSystemStateOther,
        "A text that should be hexadecimal is not.",
        "Change the command or the model.";
    InterpretationCryptoErrorMalformedKey = "INTERPRETATION_CRYPTO_ERROR_MALFORMED_KEY", C::InvalidGivenCurrentSystemStateOther,
        "A public key is malformed.",
        "Change the command or the model.";
    InterpretationCryptoErrorMalformedSignature = "INTERPRETATION_CRYPTO_ERROR_MALFORMED_SIGNATURE", C::InvalidGivenCurrentSystemStateOther,
        "A signature is malformed.",
        "Change the command or the model.";
    DisclosedContractsConflictingPayloads = "DISCLOSED_CONTRACTS_CONFLICTING_PAYLOADS", C::SecurityAlert,
        "Disclosed contracts have the same contract id and different contents.",
        "Ask where the contracts come from: some are forged.";

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
    InvalidDeduplicationPeriod = "INVALID_DEDUPLICATION_PERIOD", C::InvalidGivenCurrentSystemStateOther,
        "The deduplication period starts before what the participant remembers.",
        "Use a shorter period.";
    ProtoDeserializationFailure = "PROTO_DESERIALIZATION_FAILURE", C::InvalidIndependentOfSystemState,
        "A part of the request is not what it must be.",
        "Send what the API defines.";

    // reading
    NegativeOffset = "NEGATIVE_OFFSET", C::InvalidIndependentOfSystemState,
        "An offset is negative.",
        "Use offsets as the participant gave them; 0 is the beginning.";
    NonPositiveOffset = "NON_POSITIVE_OFFSET", C::InvalidIndependentOfSystemState,
        "An offset is not positive.",
        "Use offsets as the participant gave them.";
    OffsetAfterLedgerEnd = "OFFSET_AFTER_LEDGER_END", C::InvalidGivenCurrentSystemStateSeekAfterEnd,
        "An offset is beyond the end of the ledger.",
        "Try again later; if it happens again the offset comes from another participant.";
    OffsetOutOfRange = "OFFSET_OUT_OF_RANGE", C::InvalidGivenCurrentSystemStateOther,
        "Offsets are in the wrong order.",
        "Use a begin that is not after the end.";
    DescendingOrderMissingEnd = "DESCENDING_ORDER_MISSING_END", C::InvalidIndependentOfSystemState,
        "Updates are asked for in descending order without an end to begin at.",
        "Set the end.";
    ParticipantPrunedDataAccessed = "PARTICIPANT_PRUNED_DATA_ACCESSED", C::InvalidGivenCurrentSystemStateOther,
        "The participant has removed what is asked for.",
        "Begin at a later offset; the error names the earliest.";
    ParticipantPruningInProgress = "PARTICIPANT_PRUNING_IN_PROGRESS", C::InvalidGivenCurrentSystemStateOther,
        "The participant is removing what was pruned before.",
        "Try again when that has ended.";
    UnsafeToPrune = "UNSAFE_TO_PRUNE", C::InvalidGivenCurrentSystemStateOther,
        "What is to be removed may be needed still: to find duplicates.",
        "Prune up to an earlier offset, the error names the last one that is safe, or try again later.";
    UpdateNotFound = "UPDATE_NOT_FOUND", C::InvalidGivenCurrentSystemStateResourceMissing,
        "There is no such update, or nothing of it to show.",
        "Check the id or offset and the format.";
    ContractEventsNotFound = "CONTRACT_EVENTS_NOT_FOUND", C::InvalidGivenCurrentSystemStateResourceMissing,
        "There is no such contract, or nothing of it to show.",
        "Check the id and the format.";
    ContractPayloadNotFound = "CONTRACT_PAYLOAD_NOT_FOUND", C::InvalidGivenCurrentSystemStateResourceMissing,
        "There is no such contract, or it is not visible to the parties.",
        "Check the id and the parties.";
    PackageNamesNotFound = "PACKAGE_NAMES_NOT_FOUND", C::InvalidGivenCurrentSystemStateResourceMissing,
        "No package with this name is known.",
        "Upload the package.";
    NoTemplatesForPackageNameAndQualifiedName = "NO_TEMPLATES_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME", C::InvalidGivenCurrentSystemStateResourceMissing,
        "No package with this name has this template.",
        "Check the name of the template, or upload the package.";
    NoInterfaceForPackageNameAndQualifiedName = "NO_INTERFACE_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME", C::InvalidGivenCurrentSystemStateResourceMissing,
        "No package with this name has this interface.",
        "Check the name of the interface, or upload the package.";
    InvalidContinuationToken = "INVALID_CONTINUATION_TOKEN", C::InvalidIndependentOfSystemState,
        "The token is not from the stream that it should continue.",
        "Use the token with the request that gave it.";
    InvalidAcsPageToken = "INVALID_ACS_PAGE_TOKEN", C::InvalidIndependentOfSystemState,
        "The token is not from the page that it should continue.",
        "Use the token with the request that gave it.";
    InvalidUpdatesPageToken = "INVALID_UPDATES_PAGE_TOKEN", C::InvalidIndependentOfSystemState,
        "The token is not from the page that it should continue.",
        "Use the token with the request that gave it.";

    // administration
    UserNotFound = "USER_NOT_FOUND", C::InvalidGivenCurrentSystemStateResourceMissing,
        "There is no such user.",
        "Check the id.";
    UserAlreadyExists = "USER_ALREADY_EXISTS", C::InvalidGivenCurrentSystemStateResourceExists,
        "There is a user with this id.",
        "Choose another id, or update the user.";
    TooManyUserRights = "TOO_MANY_USER_RIGHTS", C::InvalidGivenCurrentSystemStateOther,
        "The user would have more rights than a user may have.",
        "Revoke rights, or use several users.";
    InvalidUserUpdateRequest = "INVALID_USER_UPDATE_REQUEST", C::InvalidIndependentOfSystemState,
        "The update mask does not fit a user.",
        "The message says what does not fit.";
    ConcurrentUserUpdateDetected = "CONCURRENT_USER_UPDATE_DETECTED", C::ContentionOnSharedResources,
        "The user was changed meanwhile.",
        "Read the user again and repeat the change.";
    MaxUserAnnotationsSizeExceeded = "MAX_USER_ANNOTATIONS_SIZE_EXCEEDED", C::InvalidGivenCurrentSystemStateOther,
        "The user's annotations would be too large.",
        "Remove annotations.";
    PartyNotFound = "PARTY_NOT_FOUND", C::InvalidGivenCurrentSystemStateResourceMissing,
        "There is no such party.",
        "Check the party; allocate it first.";
    InvalidPartyDetailsUpdateRequest = "INVALID_PARTY_DETAILS_UPDATE_REQUEST", C::InvalidIndependentOfSystemState,
        "The update mask does not fit a party, or names what cannot be changed.",
        "The message says what does not fit.";
    ConcurrentPartyDetailsUpdateDetected = "CONCURRENT_PARTY_DETAILS_UPDATE_DETECTED", C::ContentionOnSharedResources,
        "The party's details were changed meanwhile.",
        "Read them again and repeat the change.";
    MaxPartyDetailsAnnotationsSizeExceeded = "MAX_PARTY_DETAILS_ANNOTATIONS_SIZE_EXCEEDED", C::InvalidGivenCurrentSystemStateOther,
        "The party's annotations would be too large.",
        "Remove annotations.";
    Unimplemented = "UNIMPLEMENTED", C::InternalUnsupportedOperation,
        "Jura does not do this yet.",
        "The message says what is missing.";
}

impl ErrorId {
    /// Whether clients are told if the answer is definite. Where Canton does not tell, neither do we.
    pub const fn tells_definite_answer(self) -> bool {
        !matches!(
            self,
            Self::NegativeOffset
                | Self::NonPositiveOffset
                | Self::DescendingOrderMissingEnd
                | Self::InvalidUserUpdateRequest
                | Self::ConcurrentUserUpdateDetected
                | Self::MaxUserAnnotationsSizeExceeded
                | Self::InvalidPartyDetailsUpdateRequest
                | Self::ConcurrentPartyDetailsUpdateDetected
                | Self::MaxPartyDetailsAnnotationsSizeExceeded
                | Self::ProtoDeserializationFailure
                | Self::InvalidDar
                | Self::InvalidZipEntry
                | Self::ZipBomb
                | Self::DarParseError
                | Self::DarValidationError
                | Self::DarDependenciesNotValid
                | Self::NotValidUpgradePackage
                | Self::KnownPackageVersion
                | Self::DamlPrimNotUtilityPackage
                | Self::UnresolvedVettingReference
                | Self::AmbiguousVettingReference
                | Self::TopologyCannotVetDueToMissingPackages
                | Self::TopologyDependenciesNotVetted
                | Self::TopologySerialMismatch
                | Self::TopologyInvalidMapping
                | Self::PackageServiceNotConnectedToSynchronizer
                | Self::UnsafeToPrune
                | Self::PackageServiceCannotAutodetectSynchronizer
        )
    }

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
