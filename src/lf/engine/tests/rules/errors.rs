//! The errors of the engine by name.

use crate::lf::error::Error;

macro_rules! names {
    ($($name:ident $fields:tt)*) => {
        /// Every error.
        pub(super) const ALL: &[&str] = &[$(stringify!($name)),*];

        /// An error's name.
        pub(super) fn name(error: &Error) -> &'static str {
            match error {
                $(Error::$name $fields => stringify!($name),)*
            }
        }
    };
}

names! {
    Lookup(_) MissingPackage { .. } Value(_) RootNode(_) Authorization { .. } ContractNotFound(_)
    ContractNotActive { .. } WronglyTypedContract { .. } DoesNotImplementInterface { .. }
    DoesNotImplementRequiringInterface { .. } Upgrade(_) UnresolvedPackageName(_)
    ContractKeyNotFound(_) InconsistentContractKey(_) CreateWithoutMaintainers { .. }
    KeyWithoutMaintainers(_) ContractIdInKey(_) QueryLimit(_)
    Failure(_) UserError(_) TemplatePrecondition { .. } NonComparableValues {} ValueNesting {}
    MalformedText {} EffectfulRollback(_) Crypto(_) Internal { .. } DuplicateContractId(_) Limit(_)
    Cancelled {} IllTyped(_)
}
