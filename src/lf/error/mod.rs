//! Why a command has no transaction.
//!
//! Each variant is something that a caller can act on and carries what the answer to the
//! application must say. `Display` is the message in Canton's words; `report` gives the error's id,
//! category and resources there.

mod authorization;
mod backtrace;
mod message;
mod report;
mod upgrade;

pub use authorization::AuthorizationFailure;
pub use backtrace::Level;
pub use report::Report;
pub use upgrade::{Metadata, UpgradeFailure};

use std::collections::{BTreeMap, BTreeSet};

use super::signature::LookupError;
use super::transaction::{GlobalKey, NodeId};
use super::value::{TranslationError, Value};
use crate::model::{ContractId, Identifier, Name, PackageId, PackageName, Party};

/// Why interpretation ended without a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The command names something that its package does not have.
    Lookup(LookupError),
    /// A package that is needed is not there.
    MissingPackage {
        /// The package.
        package: PackageId,
        /// What was looked for.
        context: String,
    },
    /// A value of the command has not the type that it should have.
    Value(TranslationError),
    /// A node to be re-interpreted that no command could have made.
    RootNode(String),
    /// The required parties did not authorise an action.
    Authorization {
        /// The node.
        node: NodeId,
        /// What is missing.
        failure: AuthorizationFailure,
    },
    /// No such contract, or none that may be seen.
    ContractNotFound(ContractId),
    /// The contract was archived earlier in this transaction.
    ContractNotActive {
        /// The contract.
        contract_id: ContractId,
        /// Its template.
        template: Identifier,
        /// The exercise that archived it.
        consumed_by: NodeId,
    },
    /// The contract is of another template.
    WronglyTypedContract {
        /// The contract.
        contract_id: ContractId,
        /// The template that was expected.
        expected: Identifier,
        /// The template that it is of.
        actual: Identifier,
    },
    /// The contract's template does not implement the interface.
    DoesNotImplementInterface {
        /// The contract.
        contract_id: ContractId,
        /// Its template.
        template: Identifier,
        /// The interface.
        interface: Identifier,
    },
    /// The contract's template does not implement an interface that requires another.
    DoesNotImplementRequiringInterface {
        /// The contract.
        contract_id: ContractId,
        /// Its template.
        template: Identifier,
        /// The interface that it has.
        required: Identifier,
        /// The interface that it should have, too.
        requiring: Identifier,
    },
    /// The contract cannot be used with the version of its template that is asked for.
    Upgrade(Box<UpgradeFailure>),
    /// No version of a package is to be used.
    UnresolvedPackageName(PackageName),
    /// No contract with a key, or none that may be seen.
    ContractKeyNotFound(Box<GlobalKey>),
    /// A contract with a key was used that is not among those that the ledger told.
    InconsistentContractKey(Box<GlobalKey>),
    /// A contract was to be created whose key has no maintainers.
    CreateWithoutMaintainers {
        /// The template.
        template: Identifier,
        /// What the contract says.
        argument: Box<Value>,
        /// Its key.
        key: Box<Value>,
    },
    /// Contracts were looked for by a key that has no maintainers.
    KeyWithoutMaintainers(Box<GlobalKey>),
    /// A key contains a contract id.
    ContractIdInKey(ContractId),
    /// A query by key asks for this many contracts, which is none.
    QueryLimit(i64),
    /// `FAIL_WITH_STATUS`, or an exception that nobody caught.
    Failure(FailureStatus),
    /// `ERROR`: a fatal error of Daml code.
    UserError(String),
    /// `ensure` is false, in packages that do not throw then.
    TemplatePrecondition {
        /// The template.
        template: Identifier,
    },
    /// Functions were compared.
    NonComparableValues,
    /// A value for the ledger is nested deeper than 100 levels.
    ValueNesting,
    /// A text for the ledger contains a null character.
    MalformedText,
    /// An exception would undo what happened on the ledger.
    EffectfulRollback(BTreeSet<Effect>),
    /// A builtin got something that is not encoded as it should be.
    Crypto(CryptoError),
    /// A builtin got something that it has no answer for, where Canton's engine gives up, too.
    Internal {
        /// The builtin.
        builtin: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A contract was created with the id of another one.
    DuplicateContractId(ContractId),
    /// A limit of the engine was reached.
    Limit(Limit),
    /// The interpretation was cancelled from outside.
    Cancelled,
    /// The package is not well-typed: an operation got what it cannot work on.
    IllTyped(String),
}

/// A failure that Daml code reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureStatus {
    /// The error's id; for exceptions `UNHANDLED_EXCEPTION/` and their name.
    pub error_id: String,
    /// The number of Canton's error category.
    pub category: i64,
    /// What to say.
    pub message: String,
    /// More about it.
    pub metadata: BTreeMap<String, String>,
}

/// Something that happened on the ledger and cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "named as in the messages")]
pub enum Effect {
    Create {
        template: Identifier,
        contract_id: ContractId,
    },
    Exercise {
        template: Identifier,
        contract_id: ContractId,
        choice: Name,
    },
}

/// What a cryptographic builtin could not read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the messages")]
pub enum CryptoError {
    ByteEncoding { value: String, cause: &'static str },
    Key { value: String, cause: String },
    Signature { value: String, cause: String },
}

/// Limits of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Steps of one interpretation.
    Steps(u64),
    /// Bytes of memory allocated in one interpretation.
    Memory(u64),
    /// Bytes of the machine's stack: recursion is too deep.
    Stack(u64),
    /// Bytes of the encoding of a value that leaves the machine.
    Value(u64),
    /// Bytes of the encoding of a transaction and the contracts that it uses.
    Transaction(u64),
}

/// Parties as messages list them.
pub(crate) fn join(parties: &BTreeSet<Party>) -> String {
    let names: Vec<&str> = parties.iter().map(Party::as_str).collect();
    names.join(",")
}
