//! What `#name` means in a command: pure.

use std::collections::BTreeSet;

use super::port::Command;
use crate::lf::engine;
use crate::model::{
    Identifier, PackageId, PackageName, PackageRef, ParticipantId, Timestamp, TypeConRef,
};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::KnownPackages;
use crate::topology::State;

/// Knows the packages and who has vetted them.
#[derive(Debug)]
pub struct Resolver<'a> {
    /// The packages of this participant.
    pub known: &'a KnownPackages,
    /// Who has vetted what.
    pub topology: &'a State,
    /// This participant.
    pub participant: &'a ParticipantId,
    /// The ledger time that is tried first.
    pub at: Timestamp,
    /// Versions that the application prefers.
    pub preference: &'a BTreeSet<PackageId>,
}

impl Resolver<'_> {
    /// The command with ids in place of names.
    ///
    /// # Errors
    /// If no version of a package can be used.
    pub fn command(&self, command: Command) -> Result<engine::Command, Refusal> {
        Ok(match command {
            Command::Create { template, argument } => engine::Command::Create {
                template: self.resolve(&template)?,
                argument,
            },
            Command::Exercise {
                template,
                contract_id,
                choice,
                argument,
            } => engine::Command::Exercise {
                template: self.resolve(&template)?,
                contract_id,
                choice,
                argument,
            },
            Command::ExerciseByKey {
                template,
                key,
                choice,
                argument,
            } => engine::Command::ExerciseByKey {
                template: self.resolve(&template)?,
                key,
                choice,
                argument,
            },
            Command::CreateAndExercise {
                template,
                create_argument,
                choice,
                choice_argument,
            } => engine::Command::CreateAndExercise {
                template: self.resolve(&template)?,
                create_argument,
                choice,
                choice_argument,
            },
        })
    }

    fn resolve(&self, reference: &TypeConRef) -> Result<Identifier, Refusal> {
        match &reference.package {
            PackageRef::Id(id) => Ok(reference.in_package(id.clone())),
            PackageRef::Name(name) => Ok(reference.in_package(self.select(name)?.clone())),
        }
    }

    /// The preferred version, or the newest that this participant has vetted.
    fn select(&self, name: &PackageName) -> Result<&PackageId, Refusal> {
        let vetted: Vec<&PackageId> = self
            .known
            .versions(name)
            .into_iter()
            .filter(|id| self.topology.is_vetted(self.participant, id, self.at))
            .collect();
        let preferred = vetted.iter().find(|id| self.preference.contains(**id));
        preferred.or(vetted.first()).copied().ok_or_else(|| {
            Refusal::new(
                ErrorId::PackageSelectionFailed,
                format!(
                    "No synchronizers satisfy the topology requirements for the submitted command: \
                     no package with package-name '{name}' is vetted by participant {}",
                    self.participant
                ),
            )
        })
    }
}
