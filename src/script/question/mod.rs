//! The questions of the library: read, answered.
//!
//! One file per family. A question is known by its name and version; each version of the library asks
//! some of them. A question has one answer, a script to be run first, or a reason why it has none.

mod submit;

mod command;
mod submit_error;
mod tree;
mod upgrade_error;

mod query;

mod party;
mod time;

mod catch;

mod user;

mod package;

mod crypto;

pub(super) use catch::library_failure;
pub(super) use party::PartyNames;

use std::sync::Arc;

use super::code::Malformed;
use super::ledger::Refusal;
use super::runner::{Question, Runner, Wanted};
use crate::lf::engine::MachineValue;
use crate::lf::error::{Error, Level};

/// What to do with a question.
pub(super) enum Reply {
    /// Go on with this.
    Answer(MachineValue),
    /// Run this script first.
    Script {
        script: MachineValue,
        wanted: Wanted,
    },
    /// Run the script first that this function makes of `()`.
    Delayed {
        script: MachineValue,
        wanted: Wanted,
    },
}

/// Why a question has no answer.
pub(super) enum Unanswered {
    /// It throws this exception.
    Thrown(MachineValue),
    /// It is a failure of the script's own code.
    Failed(Error),
    /// What it asks cannot be done.
    Refused {
        class: Arc<str>,
        message: String,
        backtrace: Vec<Level>,
    },
    /// It is none that we know.
    Malformed(Malformed),
}

impl From<Malformed> for Unanswered {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<Refusal> for Unanswered {
    fn from(refusal: Refusal) -> Self {
        Self::Refused {
            class: refusal.class.into(),
            message: refusal.message,
            backtrace: Vec::new(),
        }
    }
}

type Answered = Result<MachineValue, Unanswered>;

/// Answers a question.
pub(super) fn answer(runner: &mut Runner<'_>, question: &Question) -> Result<Reply, Unanswered> {
    let asked = (&*question.name, question.version);
    let payload = &question.payload;
    let answer = match asked {
        ("Catch", 1) => return catch::catch(&runner.code, payload),
        ("TryFailureStatus", 1) => return catch::try_failure_status(&runner.code, payload),
        ("TryCommands", 1) => return catch::try_commands(&runner.code, payload),
        ("Throw", 1) => catch::throw(&runner.code, payload),
        ("FailWithStatus", 1) => catch::fail_with_status(&runner.code, payload),
        // a version 2 says that keys are without their types, which is seen from them
        ("Submit", 1 | 2) => submit::submit(runner, question),
        ("QueryACS", 1) => query::contracts(runner, payload),
        ("QueryContractId", 1) => query::contract(runner, payload),
        ("QueryInterface", 1) => query::views(runner, payload),
        ("QueryInterfaceContractId", 1) => query::view(runner, payload),
        ("QueryContractKey", 1) => query::by_key(runner, payload, "QueryContractKey"),
        ("QueryByKey", 1 | 2) => query::by_key(runner, payload, "QueryByKey"),
        ("QueryNByKey", 1 | 2) => query::some_by_key(runner, payload),
        ("AllocateParty", 1 | 2) => party::allocate(runner, payload),
        ("ListKnownParties", 1) => party::list(runner, payload),
        ("GetTime", 1) => time::get(runner),
        ("SetTime", 1) => time::set(runner, payload),
        ("Sleep", 1) => time::sleep(runner, payload),
        ("ValidateUserId", 1) => user::validate(runner, payload),
        ("CreateUser", 1) => user::create(runner, payload),
        ("GetUser", 1) => user::get(runner, payload),
        ("DeleteUser", 1) => user::delete(runner, payload),
        ("ListAllUsers", 1) => user::list(runner, payload),
        ("GrantUserRights", 1) => user::grant(runner, payload),
        ("RevokeUserRights", 1) => user::revoke(runner, payload),
        ("ListUserRights", 1) => user::rights(runner, payload),
        ("VetPackages", 1) => package::vet(runner, payload, true),
        ("UnvetPackages", 1) => package::vet(runner, payload, false),
        ("VetDar", 1) => package::vet_dar(runner, payload, true),
        ("UnvetDar", 1) => package::vet_dar(runner, payload, false),
        ("ListVettedPackages", 1) => package::list(runner, true),
        ("ListAllPackages", 1) => package::list(runner, false),
        ("Secp256k1Sign", 1) => crypto::sign(runner, payload, crypto::Signing::Hashed),
        ("Secp256k1WithEcdsaSign", 1) => crypto::sign(runner, payload, crypto::Signing::Digest),
        ("Secp256k1GenerateKeyPair", 1) => crypto::generate(runner),
        (name, version) => Err(Unanswered::Malformed(Malformed(format!(
            "the script asks {name} in version {version}, a question that is not known: its library may \
             be newer than this runner"
        )))),
    };
    answer.map(Reply::Answer)
}
