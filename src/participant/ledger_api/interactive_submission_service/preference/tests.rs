//! Versions of packages that need each other, vetted by some.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use super::*;
use crate::crypto::SigningKey;
use crate::lf::signature::PackageSignature;
use crate::lf::text::build_archive;
use crate::model::{ParticipantId, PartyHint};
use crate::participant::packages::Known;
use crate::topology::{Hosting, Mapping, Transaction, Validity};

/// Two participants, each with a party.
struct World {
    known: KnownPackages,
    signatures: Signatures,
    topology: State,
    key: SigningKey,
}

fn archives() -> Vec<crate::lf::archive::Archive> {
    let dependency = |version: &str| {
        format!("metadata ('dep' : '{version}'); module D {{ record @serializable D = {{ }}; }}")
    };
    let main = |version: &str, needs: &str| {
        format!(
            "metadata ('main' : '{version}'); import 'dep' = 'dep' : '{needs}';
             module M {{ record @serializable R = {{ d : 'dep':D:D }}; }}"
        )
    };
    let mut archives = Vec::new();
    for source in [
        dependency("1.0.0"),
        dependency("2.0.0"),
        main("1.0.0", "1.0.0"),
        main("2.0.0", "2.0.0"),
    ] {
        archives.push(build_archive(&source, &archives).unwrap());
    }
    archives
}

impl World {
    fn new() -> Self {
        let (mut known, mut signatures) = (KnownPackages::default(), Signatures::default());
        for archive in archives() {
            let package = archive.decode().unwrap();
            let signature = PackageSignature::of(&archive.id, &package, &signatures).unwrap();
            let entry = Known {
                name: package.name.clone(),
                version: package.version.clone(),
                known_since: Timestamp::EPOCH,
                size: 1,
            };
            known.insert(archive.id.clone(), entry);
            signatures.insert(Arc::new(signature));
        }
        let key = SigningKey::generate();
        let mut world = Self {
            known,
            signatures,
            topology: State::new(),
            key,
        };
        for name in ["alice", "bob"] {
            let mapping = Mapping::PartyToParticipant {
                party: world.party(name),
                hosting: Hosting::single(world.host(name)),
            };
            world.publish(mapping);
        }
        world
    }

    fn publish(&mut self, mapping: Mapping) {
        let serial = self.topology.next_serial(&mapping.subject());
        let transaction = Transaction {
            serial,
            ..Transaction::first(mapping)
        };
        self.topology
            .apply(&transaction.sign(&[&self.key]))
            .unwrap();
    }

    fn party(&self, name: &str) -> Party {
        let hint = PartyHint::parse(name).unwrap();
        Party::new(&hint, &self.key.public().fingerprint())
    }

    fn host(&self, name: &str) -> ParticipantId {
        ParticipantId::new(name, &self.key.public().fingerprint()).unwrap()
    }

    /// The participant of a party vets packages, from a time on.
    fn vet(&mut self, name: &str, packages: &[(&str, &str)], from: i64) {
        let validity = Validity {
            from: Some(Timestamp::from_micros(from).unwrap()),
            until: None,
        };
        let wanted =
            |known: &Known| packages.contains(&(known.name.as_str(), known.version.as_str()));
        let packages = self.known.iter().filter(|(_, known)| wanted(known));
        let packages = packages.map(|(id, _)| (id.clone(), validity)).collect();
        let participant = self.host(name);
        self.publish(Mapping::VettedPackages {
            participant,
            packages,
        });
    }

    /// The version to use of each package.
    fn prefer(&self, requirements: &[(&str, &[&str])]) -> Result<Vec<String>, String> {
        self.prefer_with(requirements, false)
    }

    fn prefer_with(
        &self,
        requirements: &[(&str, &[&str])],
        needs_all: bool,
    ) -> Result<Vec<String>, String> {
        let requirements: Requirements = requirements
            .iter()
            .map(|(name, parties)| {
                let parties = parties.iter().map(|it| self.party(it)).collect();
                (PackageName::parse(name).unwrap(), parties)
            })
            .collect();
        let preferences = Preferences {
            vetting: Vetting {
                topology: &self.topology,
                at: Timestamp::EPOCH,
            },
            known: &self.known,
            signatures: &self.signatures,
            needs_all,
        };
        let chosen = preferences.choose(&requirements)?;
        Ok(chosen.into_values().map(|it| it.package_version).collect())
    }
}

const ALL: &[(&str, &str)] = &[
    ("dep", "1.0.0"),
    ("dep", "2.0.0"),
    ("main", "1.0.0"),
    ("main", "2.0.0"),
];

#[test]
fn the_newest_version_that_all_have_vetted_is_preferred() {
    let mut world = World::new();
    world.vet("alice", ALL, 0);
    world.vet("bob", &[("main", "1.0.0"), ("dep", "1.0.0")], 0);
    assert_eq!(
        world.prefer(&[("main", &["alice"])]),
        Ok(vec!["2.0.0".into()])
    );
    assert_eq!(
        world.prefer(&[("main", &["alice", "bob"])]),
        Ok(vec!["1.0.0".into()])
    );
}

#[test]
fn what_is_vetted_for_another_time_does_not_count() {
    let mut world = World::new();
    world.vet("alice", ALL, 1);
    let reason = world.prefer(&[("main", &["alice"])]).unwrap_err();
    assert!(reason.contains("no version of main"), "{reason}");
    world.vet("alice", ALL, 0);
    assert!(world.prefer(&[("main", &["alice"])]).is_ok());
}

#[test]
fn a_version_that_needs_what_is_not_common_is_not_preferred() {
    let mut world = World::new();
    world.vet("alice", ALL, 0);
    world.vet("bob", &[("dep", "1.0.0")], 0);
    // only alice runs main, but both run dep, and main 2.0.0 needs the version that bob lacks
    let both = [("main", &["alice"][..]), ("dep", &["alice", "bob"][..])];
    assert_eq!(
        world.prefer(&both),
        Ok(vec!["1.0.0".into(), "1.0.0".into()])
    );
    // that holds for alice, too, when only bob is asked about dep
    let bob = [("main", &["alice"][..]), ("dep", &["bob"][..])];
    assert_eq!(world.prefer(&bob), Ok(vec!["1.0.0".into(), "1.0.0".into()]));
    // a dependency that nobody asks about need not be vetted
    world.vet("bob", &[("main", "2.0.0")], 0);
    assert_eq!(
        world.prefer(&[("main", &["alice", "bob"])]),
        Ok(vec!["2.0.0".into()])
    );
}

#[test]
fn under_protocol_version_34_a_version_is_preferred_only_with_all_that_it_needs() {
    let mut world = World::new();
    world.vet(
        "alice",
        &[("main", "1.0.0"), ("main", "2.0.0"), ("dep", "1.0.0")],
        0,
    );
    let wanted = [("main", &["alice"][..])];
    assert_eq!(world.prefer_with(&wanted, true), Ok(vec!["1.0.0".into()]));
    assert_eq!(world.prefer_with(&wanted, false), Ok(vec!["2.0.0".into()]));
}
