//! What an application wants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::lf::value::Value;
use crate::model::{ContractId, Hash, Identifier, Name, PackageId, PackageName, Party, Timestamp};

/// Commands that succeed or fail together.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What to do, in this order.
    pub commands: Vec<Command>,
    /// Keys of templates whose contracts may be needed: checked, so that a wrong one is told.
    pub prefetch_keys: Vec<(Identifier, Value)>,
    /// Whose authority the commands have.
    pub act_as: BTreeSet<Party>,
    /// Whose contracts may be read besides. The engine does not look at it: who may see a contract
    /// is decided by who answers for it.
    pub read_as: BTreeSet<Party>,
    /// The versions of packages by which contracts are looked at through interfaces.
    pub package_preference: Arc<BTreeMap<PackageName, PackageId>>,
    /// What `getTime` says, and the creation time of contracts.
    pub ledger_time: Timestamp,
    /// When the submission was prepared; goes into contract ids.
    pub preparation_time: Timestamp,
    /// A random number, from which all contract ids come.
    pub transaction_seed: Hash,
    /// Set from outside to end the interpretation.
    pub cancelled: Arc<AtomicBool>,
}

/// One thing to do. Values are as the application gave them; they are checked and brought to normal
/// form first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Creates a contract.
    Create {
        /// The template.
        template: Identifier,
        /// What the contract says.
        argument: Value,
    },
    /// Exercises a choice.
    Exercise {
        /// The template or interface whose choice it is.
        template: Identifier,
        /// The contract.
        contract_id: ContractId,
        /// The choice.
        choice: Name,
        /// Its argument.
        argument: Value,
    },
    /// Exercises a choice of the contract with a key.
    ExerciseByKey {
        /// The template.
        template: Identifier,
        /// The key.
        key: Value,
        /// The choice.
        choice: Name,
        /// Its argument.
        argument: Value,
    },
    /// Creates a contract and exercises a choice of it.
    CreateAndExercise {
        /// The template.
        template: Identifier,
        /// What the contract says.
        create_argument: Value,
        /// The choice.
        choice: Name,
        /// Its argument.
        choice_argument: Value,
    },
}

impl Command {
    /// The template or interface that it names.
    pub fn template(&self) -> &Identifier {
        match self {
            Self::Create { template, .. }
            | Self::Exercise { template, .. }
            | Self::ExerciseByKey { template, .. }
            | Self::CreateAndExercise { template, .. } => template,
        }
    }

    /// The same with another template or interface.
    #[must_use]
    pub fn of_template(mut self, named: Identifier) -> Self {
        match &mut self {
            Self::Create { template, .. }
            | Self::Exercise { template, .. }
            | Self::ExerciseByKey { template, .. }
            | Self::CreateAndExercise { template, .. } => *template = named,
        }
        self
    }
}
