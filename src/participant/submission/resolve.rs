//! What `#name` means in a command: pure.

use std::collections::BTreeMap;

use super::port::Command;
use super::routing::prescribed;
use crate::lf::engine;
use crate::model::{
    DomainId, Identifier, PackageId, PackageName, PackageRef, ParticipantId, TypeConRef,
};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::KnownPackages;

/// Knows which versions of packages are to be used.
#[derive(Debug)]
pub struct Resolver<'a> {
    /// The version of each package.
    pub versions: &'a BTreeMap<PackageName, PackageId>,
    /// This participant.
    pub participant: &'a ParticipantId,
    /// The domain that the submission asks for.
    pub prescribed: Option<&'a DomainId>,
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

    /// A template of a key that may be needed. Such names do not count when versions are selected.
    ///
    /// # Errors
    /// If no version of its package can be used.
    pub fn prefetch(
        &self,
        template: &TypeConRef,
        known: &KnownPackages,
    ) -> Result<Identifier, Refusal> {
        let name = match &template.package {
            PackageRef::Id(id) => return Ok(template.in_package(id.clone())),
            PackageRef::Name(name) => name,
        };
        if let Some(id) = self.versions.get(name) {
            return Ok(template.in_package(id.clone()));
        }
        Err(if known.versions(name).is_empty() {
            Refusal::new(
                ErrorId::PackageNotFound,
                format!("Couldn't find package {name} while looking for template {template}"),
            )
        } else {
            Refusal::new(
                ErrorId::PackageNameDiscardedDueToUnvettedPackages,
                format!(
                    "Command interpretation failed: No packages with valid vetting exist that \
                     conform to topology restrictions for {name}, encountered in template \
                     {template}."
                ),
            )
        })
    }

    fn resolve(&self, reference: &TypeConRef) -> Result<Identifier, Refusal> {
        match &reference.package {
            PackageRef::Id(id) => Ok(reference.in_package(id.clone())),
            PackageRef::Name(name) => Ok(reference.in_package(self.select(name)?.clone())),
        }
    }

    fn select(&self, name: &PackageName) -> Result<&PackageId, Refusal> {
        self.versions.get(name).ok_or_else(|| {
            let reason = format!(
                "no package with package-name '{name}' is vetted by participant {} and the \
                 participants of all informees",
                self.participant
            );
            match self.prescribed {
                Some(domain) => prescribed(domain, &reason),
                None => Refusal::new(
                    ErrorId::PackageSelectionFailed,
                    format!(
                        "No synchronizers satisfy the topology requirements for the submitted \
                         command: {reason}"
                    ),
                ),
            }
        })
    }
}
