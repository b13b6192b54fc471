//! Authorisation against a small model that knows it by sets only.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::world::*;
use crate::model::Fingerprint;
use crate::topology::*;

/// Namespaces 0 to 4 have the key of their number; this one has owners.
const SHARED: u8 = 5;
const FOUNDERS: [u8; 3] = [0, 1, 2];

type Keys = BTreeSet<u8>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    /// In a namespace, a key, with a restriction by number, or none: the end of it.
    Delegate(u8, u8, Option<u8>),
    /// The owners of the shared namespace and their threshold.
    Own(u8, Keys),
    /// The party of a namespace, at participants with permissions.
    Host(u8, u8, BTreeMap<u8, u8>),
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Authorized,
    Proposed,
    Refused,
    Nothing,
}

#[derive(Debug, Default)]
struct Model {
    /// By namespace and key: the restriction, and who has signed.
    delegations: BTreeMap<(u8, u8), (u8, Keys)>,
    dead_roots: Keys,
    owners: Option<(u8, Keys)>,
    hosting: BTreeMap<u8, (u8, BTreeMap<u8, u8>)>,
    serials: BTreeMap<String, u32>,
    proposals: BTreeMap<(String, Says), Keys>,
}

impl Model {
    fn subject(says: &Says) -> String {
        match says {
            Says::Delegate(namespace, key, _) => format!("delegate {namespace} {key}"),
            Says::Own(..) => "own".to_owned(),
            Says::Host(party, ..) => format!("host {party}"),
        }
    }

    /// The keys that may sign a kind of statement for a namespace with a key: a fixpoint.
    fn keys(&self, namespace: u8, kind: Kind) -> Keys {
        let allows = |restriction: u8, kind| match restriction {
            0 => true,
            1 => kind != Kind::NamespaceDelegation,
            _ => kind == Kind::PartyToParticipant,
        };
        if self.dead_roots.contains(&namespace) {
            return Keys::new();
        }
        let grow = |from: &Keys, kind| -> Keys {
            let trusted = self
                .delegations
                .iter()
                .filter(|((of, _), (restriction, by))| {
                    *of == namespace && allows(*restriction, kind) && !by.is_disjoint(from)
                });
            let keys = trusted.map(|((_, key), _)| *key);
            keys.chain([namespace]).collect()
        };
        let mut delegating = Keys::from([namespace]);
        for _ in 0..8 {
            delegating = grow(&delegating, Kind::NamespaceDelegation);
        }
        grow(&delegating, kind)
    }

    /// Whether a namespace has signed, and the keys that count.
    fn signed(&self, namespace: u8, kind: Kind, by: &Keys, counting: &mut Keys) -> bool {
        let mut alone = |namespace| {
            let keys = &self.keys(namespace, kind) & by;
            counting.extend(&keys);
            !keys.is_empty()
        };
        if namespace != SHARED {
            return alone(namespace);
        }
        let Some((threshold, owners)) = &self.owners else {
            return false;
        };
        let signed = owners.iter().filter(|owner| alone(**owner)).count();
        signed >= usize::from(*threshold)
    }

    fn is_authorized(&self, says: &Says, by: &Keys, counting: &mut Keys) -> bool {
        match says {
            Says::Delegate(namespace, ..) => {
                self.signed(*namespace, Kind::NamespaceDelegation, by, counting)
            }
            Says::Own(_, owners) => {
                let kind = Kind::DecentralizedNamespace;
                let known = self.owners.as_ref().map(|(_, known)| known.clone());
                let mut all = known.is_none() || self.signed(SHARED, kind, by, counting);
                for owner in owners - &known.unwrap_or_default() {
                    all &= self.signed(owner, kind, by, counting);
                }
                all
            }
            Says::Host(party, threshold, hosts) => {
                let kind = Kind::PartyToParticipant;
                let none = (0, BTreeMap::new());
                let (old_threshold, old) = self.hosting.get(party).unwrap_or(&none);
                let mut all = true;
                if threshold != old_threshold {
                    all &= self.signed(*party, kind, by, counting);
                }
                let everybody: Keys = old.keys().chain(hosts.keys()).copied().collect();
                for host in everybody {
                    let (before, after) = (old.get(&host), hosts.get(&host));
                    if before == after {
                        continue;
                    }
                    let ours = self.signed(*party, kind, by, counting);
                    let theirs = self.signed(host, kind, by, counting);
                    all &= if after > before {
                        ours && theirs
                    } else {
                        ours || theirs
                    };
                }
                all
            }
        }
    }

    fn in_force(&self, says: &Says) -> bool {
        match says {
            Says::Delegate(namespace, key, restriction) => {
                let known = self.delegations.get(&(*namespace, *key));
                known.map(|(restriction, _)| *restriction) == *restriction
            }
            Says::Own(threshold, owners) => self.owners == Some((*threshold, owners.clone())),
            Says::Host(party, threshold, hosts) => {
                self.hosting.get(party) == Some(&(*threshold, hosts.clone()))
            }
        }
    }

    fn is_possible(&self, says: &Says) -> bool {
        match says {
            Says::Delegate(namespace, key, Some(restriction)) => {
                namespace != key || *restriction == 0
            }
            Says::Own(_, owners) => self.owners.is_some() || *owners == FOUNDERS.into(),
            Says::Delegate(..) | Says::Host(..) => true,
        }
    }

    fn take(&mut self, says: &Says, by: &Keys) -> Outcome {
        let subject = Self::subject(says);
        if self.in_force(says) {
            // the end of what never was is a refusal
            let is_end = matches!(says, Says::Delegate(_, _, None));
            return if is_end {
                Outcome::Refused
            } else {
                Outcome::Nothing
            };
        }
        if !self.is_possible(says) {
            return Outcome::Refused;
        }
        let proposal = (subject.clone(), says.clone());
        let known = self.proposals.get(&proposal).cloned();
        let mut counting = Keys::new();
        let all = &known.clone().unwrap_or_default() | by;
        let authorized = self.is_authorized(says, &all, &mut counting);
        if counting.is_empty() {
            return Outcome::Refused;
        }
        if authorized {
            *self.serials.entry(subject.clone()).or_default() += 1;
            self.proposals.retain(|(about, _), _| *about != subject);
            self.enforce(says, counting);
            return Outcome::Authorized;
        }
        if known
            .as_ref()
            .is_some_and(|known| known.len() == counting.len())
        {
            return Outcome::Nothing;
        }
        let about = self.proposals.keys().filter(|(about, _)| *about == subject);
        if known.is_none() && about.count() >= 8 {
            return Outcome::Refused;
        }
        self.proposals.insert(proposal, counting);
        Outcome::Proposed
    }

    fn enforce(&mut self, says: &Says, by: Keys) {
        match says {
            Says::Delegate(namespace, key, Some(restriction)) => {
                self.delegations
                    .insert((*namespace, *key), (*restriction, by));
                if namespace == key {
                    self.dead_roots.remove(namespace);
                }
            }
            Says::Delegate(namespace, key, None) => {
                self.delegations.remove(&(*namespace, *key));
                if namespace == key {
                    self.dead_roots.insert(*namespace);
                }
            }
            Says::Own(threshold, owners) => self.owners = Some((*threshold, owners.clone())),
            Says::Host(party, threshold, hosts) => {
                self.hosting.insert(*party, (*threshold, hosts.clone()));
            }
        }
    }
}

fn founders() -> Fingerprint {
    let founders: BTreeSet<_> = FOUNDERS.iter().map(|it| namespace(*it)).collect();
    Mapping::namespace_of(&founders)
}

fn restriction(number: u8) -> Restriction {
    match number {
        0 => Restriction::Nothing,
        1 => Restriction::NoDelegations,
        _ => Restriction::Only([Kind::PartyToParticipant].into()),
    }
}

const PERMISSIONS: [Permission; 3] = [
    Permission::Observation,
    Permission::Confirmation,
    Permission::Submission,
];

fn party_of(number: u8) -> crate::model::Party {
    party(&if number == SHARED {
        founders()
    } else {
        namespace(number)
    })
}

fn hosts_of(hosts: &BTreeMap<u8, u8>) -> Vec<(u8, Permission)> {
    let hosts = hosts.iter();
    hosts
        .map(|(host, permission)| (*host, PERMISSIONS[usize::from(*permission)]))
        .collect()
}

/// The statement as the code under test gets it.
fn transaction(model: &Model, says: &Says, by: &Keys) -> SignedTransaction {
    let mut remove = false;
    let mapping = match says {
        Says::Delegate(namespace, key, said) => {
            remove = said.is_none();
            let known = model.delegations.get(&(*namespace, *key));
            let known = known.map(|(restriction, _)| *restriction);
            delegated(*namespace, *key, restriction(said.or(known).unwrap_or(0)))
        }
        Says::Own(threshold, owners) => Mapping::DecentralizedNamespace {
            namespace: founders(),
            threshold: u32::from(*threshold),
            owners: owners.iter().map(|it| namespace(*it)).collect(),
        },
        Says::Host(party, threshold, hosts) => {
            hosted(&party_of(*party), u32::from(*threshold), &hosts_of(hosts))
        }
    };
    let serial = model.serials.get(&Model::subject(says)).copied();
    let transaction = Transaction {
        serial: serial.unwrap_or(0) + 1,
        remove,
        mapping,
    };
    let keys: Vec<_> = by.iter().map(|it| key(*it)).collect();
    transaction.sign(&keys.iter().collect::<Vec<_>>())
}

fn some_keys(most: usize) -> impl Strategy<Value = Keys> {
    let keys: Vec<u8> = (0..5).collect();
    subsequence(keys, 1..=most).prop_map(|it| it.into_iter().collect())
}

fn says() -> impl Strategy<Value = Says> {
    let delegate = (0..3_u8, 0..5_u8, proptest::option::weighted(0.7, 0..3_u8))
        .prop_map(|(namespace, key, restriction)| Says::Delegate(namespace, key, restriction));
    let founding = (1..=3_u8).prop_map(|threshold| Says::Own(threshold, FOUNDERS.into()));
    let own = (1..=2_u8, some_keys(4)).prop_map(|(threshold, owners)| {
        let threshold = threshold.min(u8::try_from(owners.len()).unwrap());
        Says::Own(threshold, owners)
    });
    let hosts = proptest::collection::btree_map(0..3_u8, 1..3_u8, 1..3);
    let host = (prop_oneof![0..2_u8, Just(SHARED)], 1..=2_u8, hosts).prop_map(
        |(party, threshold, hosts)| {
            let threshold = threshold.min(u8::try_from(hosts.len()).unwrap());
            Says::Host(party, threshold, hosts)
        },
    );
    prop_oneof![4 => delegate, 1 => founding, 1 => own, 4 => host]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_state_accepts_what_the_model_accepts(
        steps in proptest::collection::vec((says(), some_keys(5), any::<bool>()), 1..40),
    ) {
        let mut model = Model::default();
        let mut head = Head::default();
        let mut last: Option<Says> = None;
        for (fresh, by, again) in steps {
            // now and then others sign what was said last
            let says = last.clone().filter(|_| again).unwrap_or(fresh);
            let signed = transaction(&model, &says, &by);
            let taken = match head.take(signed, at(1), at(1)) {
                Ok(Taken::Authorized { .. }) => Outcome::Authorized,
                Ok(Taken::Proposed(_)) => Outcome::Proposed,
                Err(Error::AlreadyInForce | Error::AlreadyProposed) => Outcome::Nothing,
                Err(_) => Outcome::Refused,
            };
            prop_assert_eq!(taken, model.take(&says, &by), "{:?} by {:?}", says, by);
            last = Some(says);
            prop_assert_eq!(head.proposals().count(), model.proposals.len());
        }
        for (party, (threshold, hosts)) in &model.hosting {
            let expected = hosted(&party_of(*party), u32::from(*threshold), &hosts_of(hosts));
            let hosting = head.state().hosting(&party_of(*party)).cloned();
            let Mapping::PartyToParticipant { hosting: expected, .. } = expected else {
                unreachable!()
            };
            prop_assert_eq!(hosting, Some(expected));
        }
        for (number, count) in [(0, 0), (1, 0), (2, 0)].map(|(number, _)| {
            let hosts = |hosts: &&(u8, BTreeMap<u8, u8>)| hosts.1.contains_key(&number);
            (number, model.hosting.values().filter(hosts).count())
        }) {
            let counted = head.state().parties_hosted(&participant(number));
            prop_assert_eq!(usize::try_from(counted).unwrap(), count);
        }
    }
}
