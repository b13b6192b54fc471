//! Parties.

use super::MemoryLedger;
use crate::model::Party;
use crate::script::ledger::{KnownParty, Refusal};

impl MemoryLedger {
    pub(super) fn add_party(&mut self, hint: &str) -> Result<Party, Refusal> {
        let hint = if hint.is_empty() {
            self.names += 1;
            format!("party{}", self.names)
        } else {
            hint.to_owned()
        };
        let party = Party::parse(&hint).map_err(|error| Refusal {
            class: "InvalidPartyName",
            message: format!("invalid party: {error}"),
        })?;
        if self.parties.contains(&party) {
            return Err(Refusal {
                class: "PartyAlreadyExists",
                message: format!("tried to allocate a party that already exists: {party}"),
            });
        }
        self.parties.push(party.clone());
        Ok(party)
    }

    pub(super) fn known_parties(&self) -> Vec<KnownParty> {
        let parties = self.parties.iter();
        let known = parties.map(|party| KnownParty {
            party: party.clone(),
            is_local: true,
        });
        known.collect()
    }
}
