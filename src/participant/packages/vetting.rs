//! Changes of the packages that this participant has vetted: pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{PackageId, ParticipantId};
use crate::participant::errors::{ErrorId, Refusal};
use crate::topology::{State, Subject, Validity, Vetted};

/// A change of the packages that this participant has vetted.
#[derive(Debug, Clone, Default)]
pub struct VettingChange {
    /// What becomes of each package: vetted for a time, or not any more. Others stay as they are.
    pub targets: BTreeMap<PackageId, Option<Validity>>,
    /// Nothing is changed; the answer is what would come out.
    pub dry_run: bool,
    /// The state that the change builds on.
    pub expected: ExpectedSerial,
    /// Versions may be vetted together although one is no upgrade of the other.
    pub allow_incompatible: bool,
    /// What a package needs may stay unvetted.
    pub allow_unvetted_dependencies: bool,
}

/// The state that a change builds on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExpectedSerial {
    /// Any.
    #[default]
    Any,
    /// Nothing was ever vetted.
    NoPrior,
    /// The one with this serial.
    Prior(u32),
}

/// The packages that are vetted, with the serial of the statement that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VettingState {
    /// The packages.
    pub packages: Vetted,
    /// The serial.
    pub serial: u32,
}

/// What a change did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VettingUpdate {
    /// Before it; `None` if nothing was ever vetted.
    pub past: Option<VettingState>,
    /// After it.
    pub present: Option<VettingState>,
}

impl VettingState {
    /// What a participant has vetted; `None` if it never said.
    pub fn of(participant: &ParticipantId, topology: &State) -> Option<Self> {
        let subject = Subject::VettedPackages(participant.clone());
        Some(Self {
            packages: topology.vetted(participant)?.clone(),
            serial: topology.serial(&subject)?,
        })
    }
}

impl VettingChange {
    /// Vets packages for all time.
    pub fn vet_all(packages: &BTreeSet<PackageId>) -> Self {
        let targets = packages
            .iter()
            .map(|id| (id.clone(), Some(Validity::ALWAYS)));
        Self {
            targets: targets.collect(),
            ..Self::default()
        }
    }

    /// What comes out of a state.
    ///
    /// # Errors
    /// If the change does not build on this state, or a package would never be usable.
    pub fn apply(&self, current: Option<&VettingState>) -> Result<Vetted, Refusal> {
        self.check_serial(current.map(|it| it.serial))?;
        let empty = |(_, validity): &(&PackageId, &Option<Validity>)| {
            validity.is_some_and(Validity::is_empty)
        };
        if let Some((package, _)) = self.targets.iter().find(empty) {
            return Err(Refusal::new(
                ErrorId::TopologyInvalidMapping,
                format!(
                    "The topology transaction was rejected due to an invalid mapping: packages with \
                     empty validity period: {package}"
                ),
            ));
        }
        let mut packages = current.map(|it| it.packages.clone()).unwrap_or_default();
        for (package, validity) in &self.targets {
            match validity {
                Some(validity) => packages.insert(package.clone(), *validity),
                None => packages.remove(package),
            };
        }
        Ok(packages)
    }

    fn check_serial(&self, actual: Option<u32>) -> Result<(), Refusal> {
        let expected = match self.expected {
            ExpectedSerial::Any => return Ok(()),
            ExpectedSerial::NoPrior => None,
            ExpectedSerial::Prior(serial) => Some(serial),
        };
        if actual == expected {
            return Ok(());
        }
        let show = |serial: Option<u32>| serial.map_or("None".to_owned(), |it| it.to_string());
        Err(Refusal::new(
            ErrorId::TopologySerialMismatch,
            format!(
                "The provided serial {} did not match the expected serial {}.",
                show(actual),
                show(expected)
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn id(text: &str) -> PackageId {
        PackageId::parse(text).unwrap()
    }

    fn span(from: i64, until: i64) -> Validity {
        let at = |micros| Some(Timestamp::from_micros(micros).unwrap());
        Validity {
            from: at(from),
            until: at(until),
        }
    }

    fn change(targets: &[(&str, Option<Validity>)], expected: ExpectedSerial) -> VettingChange {
        let targets = targets.iter().map(|(package, it)| (id(package), *it));
        VettingChange {
            targets: targets.collect(),
            expected,
            ..VettingChange::default()
        }
    }

    #[test]
    fn a_change_touches_what_it_names_alone() {
        let current = VettingState {
            packages: [
                ("a", Validity::ALWAYS),
                ("b", span(1, 2)),
                ("c", span(1, 2)),
            ]
            .map(|(package, validity)| (id(package), validity))
            .into(),
            serial: 3,
        };
        let targets = [
            ("b", Some(span(5, 6))),
            ("c", None),
            ("d", None),
            ("e", Some(span(1, 9))),
        ];
        let next = change(&targets, ExpectedSerial::Prior(3)).apply(Some(&current));
        let expected = [
            ("a", Validity::ALWAYS),
            ("b", span(5, 6)),
            ("e", span(1, 9)),
        ];
        assert_eq!(
            next,
            Ok(expected.map(|(it, validity)| (id(it), validity)).into())
        );
        // an upload takes the bounds away
        let all = VettingChange::vet_all(&[id("b")].into())
            .apply(Some(&current))
            .unwrap();
        assert_eq!(all[&id("b")], Validity::ALWAYS);
    }

    #[test]
    fn a_change_that_builds_on_another_state_is_refused() {
        let current = VettingState {
            packages: Vetted::new(),
            serial: 3,
        };
        for (expected, current, accepted) in [
            (ExpectedSerial::Any, None, true),
            (ExpectedSerial::Any, Some(&current), true),
            (ExpectedSerial::NoPrior, None, true),
            (ExpectedSerial::NoPrior, Some(&current), false),
            (ExpectedSerial::Prior(3), Some(&current), true),
            (ExpectedSerial::Prior(2), Some(&current), false),
            (ExpectedSerial::Prior(1), None, false),
        ] {
            let outcome = change(&[], expected).apply(current);
            assert_eq!(outcome.is_ok(), accepted, "{expected:?}");
            if let Err(refusal) = outcome {
                assert_eq!(refusal.id, ErrorId::TopologySerialMismatch);
            }
        }
    }

    #[test]
    fn a_package_is_not_vetted_for_no_time() {
        let never = change(&[("a", Some(span(2, 2)))], ExpectedSerial::Any);
        let refusal = never.apply(None).unwrap_err();
        assert_eq!(refusal.id, ErrorId::TopologyInvalidMapping);
    }
}
