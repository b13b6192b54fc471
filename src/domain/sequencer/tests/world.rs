//! The sequencer under test and its members.

use std::sync::Arc;

use bytes::Bytes;

use crate::crypto::SigningKey;
use crate::domain::sequencer::public_api::{AuthenticationBounds, PublicApi};
use crate::domain::sequencer::{
    Config, InProcessSequencer, Registrar, SequencerMessage, SequencerRole,
};
use crate::domain::service::InProcessService;
use crate::model::{DomainId, Duration, MemberId, MemberKind, Timestamp};
use crate::protocol::{
    Acknowledgement, Envelope, EventPage, KnownPoint, MessageId, Recipients, SequencedEvent,
    SignedAcknowledgement, SignedRequest, SubmissionRequest,
};
use crate::runtime::clock::Clock;
use crate::runtime::compute::ComputePool;
use crate::runtime::health::{Health, Weight};
use crate::runtime::{Handle, Role, Supervisor, SupervisorConfig, main_thread};
use crate::sequencer_client::grpc::{Credentials, GrpcSequencer};
use crate::sequencer_client::{Position, SendError, SequencerPort};
use crate::storage::{DataDir, Database, DatabaseConfig, DatabaseKind, PoolConfig, Schema};
use crate::topology::{SignedTransaction, State};

/// When it is at the start of a test.
pub(super) const START: i64 = 1_000_000;

pub(super) struct World {
    pub sequencer: Handle<SequencerMessage>,
    pub clock: Clock,
    pub domain: DomainId,
    pub url: String,
    pub health: Health,
    namespace: SigningKey,
    database: Database,
    supervisors: Vec<Supervisor>,
}

/// Somebody who sends and receives.
#[derive(Clone)]
pub(super) struct Somebody {
    pub id: MemberId,
    pub key: SigningKey,
    pub domain: DomainId,
}

pub(super) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

/// Runs a test in a world of its own.
pub(super) fn with_world(test: impl AsyncFnOnce(&mut World)) {
    main_thread::run(async {
        let mut world = World::start().await;
        test(&mut world).await;
        world.stop().await;
    });
}

/// Runs a test with a way to reach the sequencer within the process, then with one over gRPC.
pub(super) fn with_both_ports(
    test: impl AsyncFn(&World, &dyn Fn(&Somebody) -> Arc<dyn SequencerPort>) + Copy,
) {
    with_world(async |world| {
        let within: &dyn Fn(&Somebody) -> Arc<dyn SequencerPort> = &|_| world.within();
        test(world, within).await;
    });
    with_world(async |world| {
        let over_grpc: &dyn Fn(&Somebody) -> Arc<dyn SequencerPort> =
            &|somebody| Arc::new(world.over_grpc(somebody));
        test(world, over_grpc).await;
    });
}

impl World {
    async fn start() -> Self {
        let dir = DataDir::temporary().unwrap();
        let config = DatabaseConfig {
            kind: DatabaseKind::Embedded {
                dir: dir.path().to_owned(),
            },
            pool: PoolConfig::default(),
        };
        let namespace = SigningKey::generate();
        let mut world = Self {
            sequencer: Handle::new("d.sequencer"),
            clock: Clock::fixed(at(START)),
            domain: DomainId::new("d", &namespace.public().fingerprint()).unwrap(),
            url: String::new(),
            health: Health::new(),
            namespace,
            database: Database::open_in(&config, Some(dir)).await.unwrap(),
            supervisors: Vec::new(),
        };
        world.start_roles();
        world.introduce().await;
        world
    }

    fn start_roles(&mut self) {
        let sequencer = SequencerRole {
            config: Config {
                // so that most of what is read has left the memory
                recent_bytes_max: 4096,
                poll_timeout: std::time::Duration::from_millis(20),
                ..Config::default()
            },
            database: self.database.clone(),
            schema: Schema::new("d_sequencer"),
            clock: self.clock.clone(),
            compute: ComputePool::new(1).unwrap(),
        };
        let handle = self.sequencer.clone();
        self.supervise(sequencer, handle);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        self.url = format!("http://{}", listener.local_addr().unwrap());
        let public_api = PublicApi {
            component: "d".to_owned(),
            listener,
            health: self.health.clone(),
            sequencer: self.sequencer.clone(),
            // nobody joins here: members are registered by hand
            service: Arc::new(InProcessService(Handle::new("d.service"))),
            request_bytes_max: Config::default().request_bytes_max,
            bounds: AuthenticationBounds::default(),
            clock: self.clock.clone(),
        };
        self.supervise(public_api, Handle::new("d.public-api"));
    }

    fn supervise<R: Role>(&mut self, role: R, handle: Handle<R::Message>) {
        let reporter = self.health.register(handle.role(), Weight::Critical);
        let config = SupervisorConfig::default();
        let supervisor = Supervisor::start(config, Arc::new(role), handle, reporter);
        self.supervisors.push(supervisor);
    }

    async fn stop(&mut self) {
        while let Some(supervisor) = self.supervisors.pop() {
            supervisor.stop().await;
        }
        self.database.close().await;
    }

    pub(super) fn registrar(&self) -> Registrar {
        Registrar(self.sequencer.clone())
    }

    pub(super) fn sequencer_id(&self) -> MemberId {
        let namespace = self.namespace.public().fingerprint();
        MemberId::new(MemberKind::Sequencer, "d", &namespace).unwrap()
    }

    /// What the topology manager does.
    async fn introduce(&self) {
        let introduce = || {
            let (domain, id) = (self.domain.clone(), self.sequencer_id());
            async { self.registrar().introduce(domain, id).await }
        };
        let statement: SignedTransaction = insist(introduce).await;
        let certificate = statement.countersign(&self.namespace).encode();
        self.registrar().certify(vec![certificate]).await.unwrap();
    }

    /// Ends the sequencer's role without warning and waits until it is there again.
    pub(super) async fn crash(&self) {
        self.sequencer.crash().unwrap();
        insist(|| async { self.within().time().await }).await;
    }

    pub(super) async fn member(&self, name: &str) -> Somebody {
        let key = SigningKey::generate();
        let namespace = key.public().fingerprint();
        let somebody = Somebody {
            id: MemberId::new(MemberKind::Participant, name, &namespace).unwrap(),
            key,
            domain: self.domain.clone(),
        };
        let public = somebody.key.public();
        self.registrar()
            .register(somebody.id.clone(), vec![public])
            .await
            .unwrap();
        somebody
    }

    pub(super) fn within(&self) -> Arc<dyn SequencerPort> {
        Arc::new(InProcessSequencer(self.sequencer.clone()))
    }

    pub(super) fn over_grpc(&self, somebody: &Somebody) -> GrpcSequencer {
        let credentials = Credentials {
            domain: self.domain.clone(),
            member: somebody.id.clone(),
            key: somebody.key.clone(),
        };
        GrpcSequencer::new(&self.url, credentials).unwrap()
    }

    pub(super) fn advance(&self, by: Duration) {
        let now = self.clock.now();
        self.clock.set(now, now.plus(by)).unwrap();
    }

    /// Up to where a member has acknowledged, as the database has it.
    pub(super) async fn acknowledged(&self, somebody: &Somebody) -> i64 {
        let client = self.database.client().await.unwrap();
        let sql = "SELECT acknowledged FROM d_sequencer.members WHERE member = $1";
        let row = client.query_one(sql, &[&somebody.id.to_string()]).await;
        row.unwrap().get(0)
    }

    /// Reads everything that a member receives after a position, and checks it.
    pub(super) async fn read(
        &self,
        port: &Arc<dyn SequencerPort>,
        somebody: &Somebody,
        mut known: KnownPoint,
        count: usize,
    ) -> (Vec<SequencedEvent>, KnownPoint) {
        let mut events = Vec::new();
        while events.len() < count {
            let page = insist(|| port.read(&somebody.id, known.time, 16)).await;
            for (event, point) in self.check(page, somebody, &known).await {
                events.push(event);
                known = point.into();
            }
        }
        assert_eq!(events.len(), count);
        (events, known)
    }

    async fn check(
        &self,
        page: EventPage,
        somebody: &Somebody,
        known: &KnownPoint,
    ) -> Vec<(SequencedEvent, crate::protocol::ChainPoint)> {
        let mut state = State::new();
        for transaction in self.within().certificate().await.unwrap() {
            let signed = SignedTransaction::decode(transaction).unwrap();
            state.apply(&signed).unwrap();
        }
        let key = state.keys_of(&self.sequencer_id()).unwrap().signing[0];
        page.open(&self.domain, &somebody.id, known, &key).unwrap()
    }
}

impl Somebody {
    pub(super) fn request(&self, name: &str, to: &[&Self], content: &str) -> SubmissionRequest {
        SubmissionRequest {
            sender: self.id.clone(),
            message_id: MessageId::about("test", name.as_bytes()),
            envelopes: vec![Envelope {
                content: Bytes::copy_from_slice(content.as_bytes()),
                recipients: Recipients::group(to.iter().map(|it| it.id.clone())),
            }],
            max_sequencing_time: at(START).plus(Duration::from_secs(3600 * 24)),
        }
    }

    pub(super) fn sign(&self, request: SubmissionRequest) -> SignedRequest {
        SignedRequest::seal(request, &self.domain, &self.key)
    }

    /// Sends a content under its own name.
    pub(super) async fn send(
        &self,
        port: &Arc<dyn SequencerPort>,
        to: &[&Self],
        content: &str,
    ) -> Result<(), SendError> {
        port.send(self.sign(self.request(content, to, content)))
            .await
    }

    pub(super) fn acknowledgement(&self, time: Timestamp) -> SignedAcknowledgement {
        let acknowledgement = Acknowledgement {
            member: self.id.clone(),
            time,
        };
        SignedAcknowledgement::seal(acknowledgement, &self.domain, &self.key)
    }

    /// Where its events start.
    pub(super) fn start(&self) -> KnownPoint {
        crate::protocol::ChainPoint::start(&self.domain, &self.id).into()
    }
}

/// Texts of events' contents.
pub(super) fn texts(events: &[SequencedEvent]) -> Vec<String> {
    let contents = events.iter().flat_map(|event| &event.envelopes);
    contents
        .map(|it| String::from_utf8(it.content.to_vec()).unwrap())
        .collect()
}

/// Asks until there is an answer.
pub(super) async fn insist<T, E, F>(ask: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, E>>,
{
    loop {
        if let Ok(answer) = ask().await {
            return answer;
        }
        tokio::task::yield_now().await;
    }
}

/// Positions are for subscriptions.
pub(super) const BEGINNING: Position = Position::START;
