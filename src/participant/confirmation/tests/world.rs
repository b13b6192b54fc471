//! Four participants with a party each, and what they have made of a model.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::crypto::SigningKey;
use crate::lf::engine::{self, Engine, Interpreted, Step};
use crate::lf::models::Model;
use crate::lf::transaction::ContractInstance;
use crate::lf::value::{Record, Value};
use crate::model::{
    CommandId, ContractId, DomainId, DottedName, Duration, Hash, Identifier, MemberId, MemberKind,
    Name, Offset, PackageId, ParticipantId, Party, PartyHint, ProtocolVersion, Purpose,
    SubmissionId, Timestamp, UserId,
};
use crate::participant::confirmation::{CheckedRequest, Delivered, Read, read};
use crate::participant::submission::{
    ConfirmationRequest, DeduplicationPeriod, RequestTimes, Route, Submission, TraceContext, build,
};
use crate::participant::views::created_instances;
use crate::protocol::{Decrypted, LightView, Recipients, RequestId, RequestTree, RootHash};
use crate::topology::{History, Hosting, Mapping, MemberKeys, State, Transaction};

/// When everything happens.
pub(super) fn now() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).unwrap()
}

/// When requests are made.
pub(super) fn made_at() -> Timestamp {
    now().minus(Duration::from_secs(2))
}

/// A participant with one party.
pub(super) struct Member {
    pub participant: ParticipantId,
    pub party: Party,
    pub key: SigningKey,
}

pub(super) struct World {
    engine: Engine,
    package: PackageId,
    pub topology: State,
    /// What the topology was before.
    pub history: History,
    /// The topology that submitters know, if it is not that of now.
    known: Option<State>,
    pub bank: Member,
    pub alice: Member,
    pub bob: Member,
    pub mallory: Member,
    pub mediator: MemberId,
    contracts: BTreeMap<ContractId, Arc<ContractInstance>>,
    seeds: u8,
}

/// A request that a participant has checked.
pub(super) type Checked = Box<CheckedRequest>;

impl World {
    pub(super) fn new() -> Self {
        let archive = Model::Demo.archive().unwrap();
        let engine = Engine::new(engine::Config::default());
        engine
            .load(&archive.id, &archive.decode().unwrap())
            .unwrap();
        let mut topology = State::new();
        let mut member = |name| join(&mut topology, name, &archive.id);
        Self {
            bank: member("bank"),
            alice: member("alice"),
            bob: member("bob"),
            mallory: member("mallory"),
            mediator: join_mediator(&mut topology),
            engine,
            package: archive.id,
            topology,
            history: History::default(),
            known: None,
            contracts: BTreeMap::new(),
            seeds: 0,
        }
    }

    pub(super) fn id(&self, name: &str) -> Identifier {
        let module = DottedName::parse("Demo").unwrap();
        Identifier::new(
            self.package.clone(),
            module,
            DottedName::parse(name).unwrap(),
        )
    }

    pub(super) fn create(&self, template: &str, fields: Vec<Value>) -> engine::Command {
        engine::Command::Create {
            template: self.id(template),
            argument: record(fields),
        }
    }

    pub(super) fn exercise(
        &self,
        template: &str,
        contract: &ContractId,
        choice: &str,
        fields: Vec<Value>,
    ) -> engine::Command {
        engine::Command::Exercise {
            template: self.id(template),
            contract_id: contract.clone(),
            choice: Name::parse(choice).unwrap(),
            argument: record(fields),
        }
    }

    /// Interprets commands; what they create is known from then on.
    pub(super) fn interpret(
        &mut self,
        act_as: &[&Party],
        commands: Vec<engine::Command>,
    ) -> Box<Interpreted> {
        self.seeds += 1;
        let mut interpretation = self.engine.submit(engine::Submission {
            commands,
            act_as: act_as.iter().copied().cloned().collect(),
            read_as: BTreeSet::new(),
            prefetch_keys: Vec::new(),
            package_preference: Arc::default(),
            ledger_time: now(),
            preparation_time: now(),
            transaction_seed: Hash::of(Purpose::Transaction, &[self.seeds]),
            cancelled: Arc::new(AtomicBool::new(false)),
        });
        let interpreted = loop {
            match interpretation.run() {
                Step::NeedContract(id) => {
                    interpretation.answer_contract(self.contracts.get(&id).cloned());
                }
                Step::Done(interpreted) => break interpreted,
                Step::Failed(error) => panic!("{error}"),
                Step::Paused => {}
                Step::NeedKey(_) | Step::NeedPackage(_) => panic!("no keys, and one package"),
            }
        };
        let created = created_instances(&interpreted.transaction, &interpreted.node_seeds, now());
        self.contracts.extend(created);
        interpreted
    }

    /// Interprets a command that creates one contract.
    pub(super) fn make(&mut self, act_as: &[&Party], command: engine::Command) -> ContractId {
        let interpreted = self.interpret(act_as, vec![command]);
        let nodes = interpreted.transaction.nodes.iter().rev();
        let mut created =
            nodes.filter(|node| matches!(node, crate::lf::transaction::Node::Create(_)));
        created.next().unwrap().contract_id().unwrap().clone()
    }

    /// The request that a participant makes of what was interpreted.
    pub(super) fn request(
        &self,
        submitting: &ParticipantId,
        act_as: &[&Party],
        interpreted: &Interpreted,
    ) -> ConfirmationRequest {
        let namespace = SigningKey::generate().public().fingerprint();
        let domain = DomainId::new("domain", &namespace).unwrap();
        let route = Route {
            domain: &domain,
            is_prescribed: false,
            ledger_time: now(),
        };
        let times = RequestTimes {
            ledger_time: now(),
            preparation_time: now(),
            deduplication_offset: Offset::BEGIN,
            deduplication_start: Timestamp::EPOCH,
            max_sequencing_time: now(),
            topology_time: made_at(),
        };
        let submission = submission(act_as);
        build(
            &submission,
            interpreted,
            times,
            submitting,
            &self.topology,
            route,
        )
        .unwrap()
    }

    /// The topology changes while requests are on their way: they know nothing of it.
    pub(super) fn change(&mut self, at: Timestamp, mapping: Mapping, signers: &[&SigningKey]) {
        let before = self.topology.clone();
        let transaction = Transaction {
            serial: before.next_serial(&mapping.subject()),
            ..Transaction::first(mapping)
        };
        self.topology.apply(&transaction.sign(signers)).unwrap();
        self.history.change(Timestamp::EPOCH, before.clone());
        self.history.change(at, self.topology.clone());
        self.known = Some(before);
    }

    /// What a participant makes of the views of a request that it can see.
    pub(super) fn check(&self, by: &Member, request: &ConfirmationRequest) -> Option<Checked> {
        let (root, views) = request.tree.light_views();
        let visible = views.into_iter().zip(request.recipients.iter());
        let visible = visible.filter(|(_, readers)| readers.all.contains(&by.participant));
        let visible: Vec<LightView> = visible.map(|(view, _)| view).collect();
        (!visible.is_empty()).then(|| self.check_views(by, &request.tree, root, visible))
    }

    /// Whom a submitter that sends these views sends one of them to.
    fn told(&self, all: &[LightView], view: &LightView, tree: &RequestTree) -> Recipients {
        let position = view.position();
        let around = all.iter().filter(|it| position.is_inside(&it.position()));
        let mut around: Vec<&LightView> = around.collect();
        around.sort_by_key(|it| it.position().0.len());
        let readers = around.into_iter().chain([view]).map(|it| {
            let informees = &it.view.confirmers.content().informees;
            let known = self.known.as_ref().unwrap_or(&self.topology);
            let hosting = informees.iter().filter_map(|it| known.hosting(it));
            let hosts = hosting.flat_map(|it| it.hosts.iter());
            let submitting = &tree.common.content().submitting_participant;
            let submitting = it.is_root().then_some(submitting);
            let participants = hosts.map(|host| &host.participant).chain(submitting);
            participants.map(ParticipantId::member).collect()
        });
        Recipients::nested(readers.collect())
    }

    /// What a participant makes of views.
    pub(super) fn check_views(
        &self,
        by: &Member,
        tree: &RequestTree,
        root_hash: RootHash,
        views: Vec<LightView>,
    ) -> Checked {
        self.check_delivered(by, tree, root_hash, views, |_, _| ())
    }

    /// What a participant makes of views that were sent to others than they should.
    pub(super) fn check_delivered(
        &self,
        by: &Member,
        tree: &RequestTree,
        root_hash: RootHash,
        views: Vec<LightView>,
        change: impl FnOnce(&mut Recipients, &mut Vec<Recipients>),
    ) -> Checked {
        let mut root_recipients =
            Recipients::group([by.participant.member(), self.mediator.clone()]);
        let told = views.iter().map(|view| {
            self.told(&views, view, tree)
                .as_told_to(&by.participant.member())
        });
        let mut told: Vec<Recipients> = told.map(Option::unwrap).collect();
        change(&mut root_recipients, &mut told);
        let signer = tree.common.content().submitting_participant.member();
        let delivered = Delivered {
            id: RequestId(now()),
            signer,
            root_hash,
            root_recipients,
            view_recipients: told.into_iter().map(Arc::new).collect(),
            decrypted: Arc::new(Decrypted {
                numbers: (0..views.len()).collect(),
                views,
                faults: Vec::new(),
            }),
            topology: self.topology.clone(),
            history: Arc::new(self.history.clone()),
            protocol_version: ProtocolVersion::V35,
        };
        match read(&delivered, &self.engine, &by.participant, &BTreeSet::new()) {
            Read::Checked(checked) => checked,
            Read::NeedsPackages(packages) => panic!("{packages:?}"),
        }
    }
}

fn join_mediator(topology: &mut State) -> MemberId {
    let key = SigningKey::generate();
    let namespace = key.public().fingerprint();
    let member = MemberId::new(MemberKind::Mediator, "domain", &namespace).unwrap();
    let mapping = Mapping::OwnerToKey {
        member: member.clone(),
        keys: MemberKeys::signing(key.public()),
    };
    topology
        .apply(&Transaction::first(mapping).sign(&[&key]))
        .unwrap();
    member
}

/// A new participant with one party, with a key, and willing to run the package.
fn join(topology: &mut State, name: &str, package: &PackageId) -> Member {
    let key = SigningKey::generate();
    let namespace = key.public().fingerprint();
    let participant = ParticipantId::new(name, &namespace).unwrap();
    let party = Party::new(&PartyHint::parse(name).unwrap(), &namespace);
    let packages = [(package.clone(), crate::topology::Validity::ALWAYS)];
    for mapping in [
        Mapping::PartyToParticipant {
            party: party.clone(),
            hosting: Hosting::single(participant.clone()),
        },
        Mapping::VettedPackages {
            participant: participant.clone(),
            packages: packages.into_iter().collect(),
        },
    ] {
        topology
            .apply(&Transaction::first(mapping).sign(&[&key]))
            .unwrap();
    }
    Member {
        participant,
        party,
        key,
    }
}

fn submission(act_as: &[&Party]) -> Submission {
    Submission {
        user_id: UserId::parse("user").unwrap(),
        command_id: CommandId::parse("command").unwrap(),
        submission_id: SubmissionId::parse("submission").unwrap(),
        workflow_id: None,
        act_as: act_as.iter().copied().cloned().collect(),
        read_as: BTreeSet::new(),
        commands: Vec::new(),
        prefetch_keys: Vec::new(),
        deduplication: DeduplicationPeriod::Maximum,
        min_ledger_time: None,
        domain: None,
        disclosed: Vec::new(),
        package_preference: BTreeSet::new(),
        trace: TraceContext::default(),
    }
}

pub(super) fn record(fields: Vec<Value>) -> Value {
    let fields = fields.into_iter().map(|value| (None, value)).collect();
    Value::Record(Record { id: None, fields })
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub(super) fn numeric(text: &str) -> Value {
    Value::Numeric(crate::lf::value::Numeric::parse_literal(text).unwrap())
}
