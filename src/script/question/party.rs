//! Parties.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Answered, Unanswered};
use crate::lf::engine::MachineValue;
use crate::script::code::{Code, Read};
use crate::script::ledger::{KnownParty, Refusal};
use crate::script::runner::Runner;

const MODULE: &str = "Questions.PartyManagement";

/// Ends of names that are made unique. The same for each script, so that a script's parties have the
/// same names whatever ran before.
pub(in crate::script) struct PartyNames {
    salt: u64,
    given: u64,
}

impl PartyNames {
    /// Names that differ from those with another salt.
    pub(in crate::script) fn new(salt: u64) -> Self {
        Self { salt, given: 0 }
    }

    fn suffix(&mut self) -> String {
        self.given += 1;
        let mut hasher = Sha256::new();
        hasher.update(b"jura script party");
        hasher.update(self.salt.to_be_bytes());
        hasher.update(self.given.to_be_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        hex::encode(&digest[..4])
    }

    /// The hint that a name and a hint mean, of which one or both may be empty.
    fn hint(&mut self, name: &str, hint: &str) -> Result<String, Refusal> {
        match (name, hint) {
            ("", "") => Ok(format!("party-{}", self.suffix())),
            (name, "") => Ok(format!("{name}-{}", self.suffix())),
            ("", hint) => Ok(hint.to_owned()),
            (name, hint) if name == hint => Ok(hint.to_owned()),
            (name, hint) => Err(Refusal::new(format!(
                "Requested name '{name}' cannot be different from id hint '{hint}'"
            ))),
        }
    }
}

pub(super) fn allocate(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let code = &runner.code;
    let fields = code.fields((MODULE, "AllocateParty"), payload)?;
    // older libraries call the name a display name
    let name = match fields.find("requestedName") {
        Some(name) => name,
        None => fields.get("displayName")?,
    };
    let (name, hint) = (code.text(name)?, code.text(fields.get("idHint")?)?);
    let participants: Vec<Arc<str>> = if let Some(names) = fields.find("participants") {
        code.list_of(names, Code::text)?
    } else {
        let name = code.optional_of(fields.get("participant")?, Code::text)?;
        name.into_iter().collect()
    };
    let hint = runner.names.hint(&name, &hint)?;
    let party = runner.ledger.allocate_party(&hint, &participants)?;
    Ok(runner.code.make_party(&party)?)
}

pub(super) fn list(runner: &mut Runner<'_>, payload: &MachineValue) -> Answered {
    let participant = participant(runner, payload)?;
    let parties = runner.ledger.parties(participant.as_deref())?;
    let details = |code: &Code, known: KnownParty| -> Read<MachineValue> {
        code.make_fields(
            (MODULE, "PartyDetails"),
            &[
                ("party", code.make_party(&known.party)?),
                ("displayName", code.make_optional(None)?),
                ("isLocal", code.make_bool(known.is_local)?),
            ],
        )
    };
    Ok(runner.code.make_list_of(parties, details)?)
}

/// The participant that a question with this field only is about.
fn participant(
    runner: &Runner<'_>,
    payload: &MachineValue,
) -> Result<Option<Arc<str>>, Unanswered> {
    let [participant] = runner.code.fields_of(payload)?;
    let name = runner.code.optional_of(&participant, Code::text);
    Ok(name?)
}
