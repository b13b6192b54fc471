//! What the mediator makes of a request whose topology has changed while it was on its way.

use super::*;
use crate::model::Duration;
use crate::topology::{DomainParameters, Host, Permission};

/// Longer than a topology change takes to come into force.
const CHANGED: i64 = 300_000;

/// Participants by their numbers, with what they may do.
type Hosts<'a> = &'a [(usize, Permission)];

impl World {
    /// Three parties, a host each, and a participant without one. The request is about all of them.
    fn with_a_fourth() -> (Self, InformeeTree) {
        let mut world = world(4);
        let strangers = world.participants.split_off(3);
        world.event(Vec::new());
        world.topology_time = Timestamp::from_micros(world.now).unwrap();
        let tree = world.tree();
        world.participants.extend(strangers);
        (world, tree)
    }

    /// Participants say something else, which comes into force some time later.
    fn say_topology(&mut self, mapping: Mapping, remove: bool, by: &[usize]) {
        let keys = by.iter().map(|it| &self.participants[*it].1);
        let keys: Vec<&SigningKey> = keys.collect();
        let head = self.core.follower.register().head();
        let transaction = Transaction {
            serial: head.next_serial(&mapping.subject()),
            remove,
            ..Transaction::first(mapping)
        };
        let said = vec![transaction.sign(&keys).encode()];
        let (manager, key) = &self.manager;
        let message = Message::TopologyBroadcast(said);
        let content = SignedMessage::seal(&message, &self.domain, manager, key);
        let effects = self.event(vec![self.to_mediator(content)]);
        assert_eq!(effects.topology.len(), 1);
        self.now += CHANGED;
    }

    /// A participant's party gets other hosts.
    fn host(&mut self, owner: usize, threshold: u32, hosts: Hosts<'_>) {
        let list = hosts.iter().map(|(number, permission)| Host {
            participant: self.participants[*number].0.clone(),
            permission: *permission,
        });
        let mapping = Mapping::PartyToParticipant {
            party: self.participants[owner].2.clone(),
            hosting: Hosting::new(threshold, list.collect()),
        };
        let signers: BTreeSet<usize> = hosts.iter().map(|it| it.0).chain([owner]).collect();
        self.say_topology(mapping, false, &Vec::from_iter(signers));
    }

    /// A participant's party is not hosted any more.
    fn drop_party(&mut self, owner: usize) {
        let party = self.participants[owner].2.clone();
        let hosting = self.core.follower.topology().hosting(&party);
        let hosting = hosting.unwrap().clone();
        let mapping = Mapping::PartyToParticipant { party, hosting };
        self.say_topology(mapping, true, &[owner]);
    }

    /// What an honest submitter sends which knows of three participants.
    fn made_before(&self, tree: &InformeeTree) -> Vec<Envelope> {
        let mut batch: Vec<Envelope> = (0..3).map(|to| self.root_hash(tree, to)).collect();
        let tree = self.seal(0, &Message::InformeeTree(tree.clone()));
        batch.push(self.to_mediator(tree));
        batch
    }

    /// A rejection at once, its error, and whether it is an alarm.
    fn answer(&mut self, batch: Vec<Envelope>) -> (String, bool, Vec<MemberId>) {
        let effects = self.event(batch);
        let [decided] = &effects.verdicts[..] else {
            panic!("{effects:?}");
        };
        let Answer::Reject(reject) = &decided.verdict.answer else {
            panic!("{decided:?}");
        };
        assert_eq!(self.core.oldest_undecided(), None, "nothing is left behind");
        let told = decided.recipients.clone();
        (reject.error_id.clone(), reject.malformed, told)
    }

    fn is_overtaken(&mut self, tree: &InformeeTree, told: &[usize]) {
        self.is_answered(tree, "NO_VIEW_WITH_VALID_RECIPIENTS", told);
    }

    fn is_answered(&mut self, tree: &InformeeTree, error: &str, told: &[usize]) {
        let (id, malformed, recipients) = self.answer(self.made_before(tree));
        assert_eq!((id.as_str(), malformed), (error, false));
        let told = told.iter().map(|it| self.participants[*it].0.member());
        let told: BTreeSet<MemberId> = told.collect();
        assert_eq!(BTreeSet::from_iter(recipients), told);
    }

    fn is_malformed(&mut self, batch: Vec<Envelope>) {
        let (id, malformed, _) = self.answer(batch);
        assert_ne!(id, "NO_VIEW_WITH_VALID_RECIPIENTS");
        assert!(malformed, "{id}");
    }
}

use Permission::{Confirmation as Confirms, Submission as Submits};

#[test]
fn a_request_that_a_new_host_got_nothing_of_is_to_be_tried_again() {
    let (mut world, tree) = World::with_a_fourth();
    world.host(1, 1, &[(1, Submits), (3, Confirms)]);
    world.is_overtaken(&tree, &[0, 1, 2, 3]);
}

#[test]
fn a_request_that_a_former_host_got_is_to_be_tried_again_and_that_one_is_told() {
    let (mut world, tree) = World::with_a_fourth();
    world.host(1, 1, &[(0, Submits)]);
    world.is_overtaken(&tree, &[0, 1, 2]);
}

#[test]
fn a_request_for_a_party_that_nobody_hosts_any_more_is_no_alarm_and_its_former_host_is_told() {
    let (mut world, tree) = World::with_a_fourth();
    world.drop_party(1);
    world.is_answered(&tree, "UNKNOWN_INFORMEES", &[0, 1, 2]);
}

#[test]
fn a_request_is_confirmed_under_the_threshold_of_its_sequencing_time() {
    let (mut world, _) = World::with_a_fourth();
    world.host(1, 1, &[(1, Submits), (2, Confirms)]);
    world.topology_time = Timestamp::from_micros(world.now).unwrap();
    let fourth = world.participants.pop().unwrap();
    let tree = world.tree();
    world.participants.push(fourth);
    world.host(1, 2, &[(1, Submits), (2, Confirms)]);
    let batch = world.made_before(&tree);
    assert!(world.event(batch).verdicts.is_empty());
    let request = RequestId(Timestamp::from_micros(world.now).unwrap());
    let parties = |which: &[usize]| -> BTreeSet<Party> {
        which
            .iter()
            .map(|it| world.participants[*it].2.clone())
            .collect()
    };
    let answers = [
        (0, parties(&[0])),
        (1, parties(&[1])),
        (2, parties(&[1, 2])),
    ];
    for (number, parties) in answers {
        let positions = tree.views.positions().into_iter();
        let views = positions.map(|position| ConfirmedView {
            position,
            parties: parties.clone(),
        });
        let response = Response {
            request,
            root_hash: tree.root_hash(),
            views: views.collect(),
            answer: Answer::Approve,
        };
        let decided = world.say(number, &Message::Response(response)).verdicts;
        assert_eq!(
            decided.len(),
            usize::from(number == 2),
            "both hosts are needed"
        );
    }
}

#[test]
fn a_request_signed_with_a_key_that_was_withdrawn_on_its_way_leaves_nothing() {
    let (mut world, tree) = World::with_a_fourth();
    let batch = world.made_before(&tree);
    let (member, new) = (world.participants[0].0.member(), SigningKey::generate());
    let old = world.participants[0].1.clone();
    for keys in [vec![old.public(), new.public()], vec![new.public()]] {
        let mut mapping = MemberKeys::signing(new.public());
        mapping.signing = keys;
        let mapping = Mapping::OwnerToKey {
            member: member.clone(),
            keys: mapping,
        };
        let serial = world.core.follower.register().head();
        let transaction = Transaction {
            serial: serial.next_serial(&mapping.subject()),
            ..Transaction::first(mapping)
        };
        let said = vec![transaction.sign(&[&old, &new]).encode()];
        let (manager, key) = &world.manager;
        let message = Message::TopologyBroadcast(said);
        let content = SignedMessage::seal(&message, &world.domain, manager, key);
        world.event(vec![world.to_mediator(content)]);
        world.now += CHANGED;
    }
    assert!(world.event(batch).verdicts.is_empty());
    assert_eq!(world.core.oldest_undecided(), None);
    // with the new one it goes on
    world.participants[0].1 = new;
    let batch = world.made_before(&tree);
    assert!(world.event(batch).verdicts.is_empty());
    assert!(world.core.oldest_undecided().is_some());
}

#[test]
fn an_old_topology_excuses_nothing_that_was_wrong_under_it() {
    let (mut world, tree) = World::with_a_fourth();
    world.host(1, 1, &[(1, Submits), (3, Confirms)]);
    let mut withheld = world.made_before(&tree);
    withheld.remove(2);
    world.is_malformed(withheld);
    // under neither topology it is the fourth in the place of the second
    world.uuid += 1;
    let fourth = world.participants.pop().unwrap();
    let tree = world.tree();
    world.participants.push(fourth);
    let mut shown = world.made_before(&tree);
    shown.remove(1);
    shown.push(world.root_hash(&tree, 3));
    world.is_malformed(shown);
}

/// What a request says of its topology, given the true time of that.
type Claim = fn(&World, Timestamp) -> Timestamp;

#[test]
fn a_topology_that_was_not_yet_or_is_long_ago_or_still_in_force_is_no_excuse() {
    let tolerance = DomainParameters::default().topology_change_tolerance();
    let claims: [(Claim, i64, bool); 4] = [
        (|_, made| made, 0, true),
        (
            |world, _| Timestamp::from_micros(world.now).unwrap(),
            0,
            false,
        ),
        (
            |world, _| {
                let now = Timestamp::from_micros(world.now).unwrap();
                now.plus(Duration::from_secs(60))
            },
            0,
            false,
        ),
        (|_, made| made, tolerance.micros(), false),
    ];
    for (claim, later, excused) in claims {
        let (mut world, _) = World::with_a_fourth();
        let made = world.topology_time;
        world.host(1, 1, &[(1, Submits), (3, Confirms)]);
        world.now += later;
        world.topology_time = claim(&world, made);
        let fourth = world.participants.pop().unwrap();
        let tree = world.tree();
        world.participants.push(fourth);
        if excused {
            world.is_overtaken(&tree, &[0, 1, 2, 3]);
        } else {
            let batch = world.made_before(&tree);
            world.is_malformed(batch);
        }
    }
}

#[test]
fn a_request_that_is_said_again_is_malformed_whatever_its_topology() {
    let (mut world, tree) = World::with_a_fourth();
    let batch = world.made_before(&tree);
    world.event(batch.clone());
    world.core.undecided.clear();
    world.host(1, 1, &[(1, Submits), (3, Confirms)]);
    world.is_malformed(batch);
}
