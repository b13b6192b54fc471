//! The words of the ledger: identifiers, parties, contracts, times, offsets, hashes.
//!
//! Everything in Jura speaks in these types. A string from outside becomes one of them at the
//! door or is refused; from then on it is known to be well formed.
//!
//! Invariants: pure data, no IO, no clock, no randomness; every type is cheap to clone; `Display`
//! gives the form that the Ledger API uses, and `FromStr`/`parse` accepts exactly that form.

mod text;

mod identifier;
mod party;

mod contract_id;
mod hash;

mod offset;
mod time;

mod protocol_version;

mod member;

pub use contract_id::{ContractId, ContractIdError};
pub use hash::{Hash, HashBuilder, Purpose};
pub use identifier::{
    DottedName, Identifier, IdentifierError, ModuleName, Name, PackageId, PackageName, PackageRef,
    PackageVersion, TypeConRef,
};
pub use member::{DomainId, Fingerprint, MemberId, MemberKind, ParticipantId};
pub use offset::Offset;
pub use party::{CommandId, Party, PartyHint, SubmissionId, UpdateId, UserId, WorkflowId};
pub use protocol_version::ProtocolVersion;
pub use text::{NAME_RULE, TextError, is_name};
pub use time::{Duration, TimeError, Timestamp};
