//! Where code failed.

use std::fmt;

use crate::lf::transaction::NodeId;
use crate::model::{ContractId, Identifier, ModuleName, Name, PackageId};

/// Something that was under way when code failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Level {
    /// Code of a package; lines and columns count from 1.
    Code {
        /// The package.
        package: PackageId,
        /// The module.
        module: ModuleName,
        /// First line and column.
        start: (u32, u32),
        /// Last line, column after the last.
        end: (u32, u32),
    },
    /// A choice.
    Exercise {
        /// The node that it would have become.
        node: NodeId,
        /// The contract's template.
        template: Identifier,
        /// The interface to which the choice belongs, if it belongs to one.
        interface: Option<Identifier>,
        /// The choice.
        choice: Name,
        /// The contract.
        contract_id: ContractId,
    },
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code {
                module,
                start: (line, column),
                ..
            } => write!(f, "{module}:{line}:{column}"),
            Self::Exercise {
                template,
                choice,
                contract_id,
                ..
            } => write!(
                f,
                "{choice} of {}:{} {contract_id}",
                template.module(),
                template.name()
            ),
        }
    }
}
