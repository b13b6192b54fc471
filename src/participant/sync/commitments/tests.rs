//! Commitments with a database: what is kept and what a restart makes of it.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeSet, HashMap};

use super::super::store::{Activation, Writes};
use super::*;
use crate::lf::transaction::ContractInstance;
use crate::model::{DomainId, Fingerprint, Hash, MemberId, Offset};
use crate::participant::commitments::samples::{
    Domain, INTERVAL, at, contract, participant, party, period,
};
use crate::participant::commitments::{Compared, LtHash};
use crate::participant::schema;
use crate::protocol::SharedDigest;
use crate::protocol::{AcsCommitment, Period};
use crate::runtime::main_thread;
use crate::sequencer_client::Position;
use crate::storage::{DataDir, Database, DatabaseConfig, DatabaseKind, PoolConfig, Schema};

/// A participant's database and the domain that it is on. It is participant 0 and has a contract with
/// participant 1.
struct World {
    store: Arc<Store>,
    database: Database,
    compute: ComputePool,
    domain: Domain,
    number: DomainNumber,
}

fn with_world(test: impl AsyncFnOnce(&mut World)) {
    main_thread::run(async {
        let dir = DataDir::temporary().unwrap();
        let config = DatabaseConfig {
            kind: DatabaseKind::Embedded {
                dir: dir.path().to_owned(),
            },
            pool: PoolConfig::default(),
        };
        let database = Database::open_in(&config, Some(dir)).await.unwrap();
        let schema = Schema::new("p");
        schema::MIGRATIONS.run(&database, &schema).await.unwrap();
        let mut domain = Domain::found();
        for number in [0, 1] {
            domain.host(party(number), &BTreeSet::from([number]));
        }
        domain.event(Duration::from_millis(300));
        let store = Arc::new(Store::new(database.clone(), schema));
        let id = DomainId::new("d", &Fingerprint::of_key(&[1; 32])).unwrap();
        let mut world = World {
            number: store.restore_domain(&id).await.unwrap().number,
            store,
            compute: ComputePool::new(1).unwrap(),
            database,
            domain,
        };
        test(&mut world).await;
    });
}

fn instance() -> ContractInstance {
    ContractInstance {
        template: "0123456789:M:T".parse().unwrap(),
        package_name: "name".parse().unwrap(),
        argument: crate::lf::value::Value::Bool(true),
        signatories: [party(0)].into(),
        stakeholders: [party(0), party(1)].into(),
        key: None,
        created_at: Timestamp::EPOCH,
        salt: Hash::from_bytes([0; 32]),
    }
}

/// A turn that keeps the position at the domain's time.
fn turn(world: &World) -> Writes {
    let point = Position::known(world.domain.now, None);
    Writes {
        domain: Some(world.number),
        position: Some(Position {
            resume: point,
            seen: point,
        }),
        ..Writes::default()
    }
}

impl World {
    async fn create(&mut self, number: usize) {
        let (at, _) = self.domain.event(Duration::from_millis(1));
        let id = contract(number);
        let mut writes = turn(self);
        let instance = instance().to_bytes();
        writes.contracts.push((id.clone(), instance.into()));
        writes.activated.push(Activation {
            id,
            at,
            archived: None,
            key: None,
        });
        self.store.write(&writes).await.unwrap();
    }

    async fn archive(&mut self, number: usize) {
        let (at, _) = self.domain.event(Duration::from_millis(1));
        let mut writes = turn(self);
        writes.archive(&contract(number), at, Offset::new(1).unwrap());
        self.store.write(&writes).await.unwrap();
    }

    async fn restart(&self) -> Commitments {
        let mut commitments = Commitments::new(
            self.store.commitments(self.number).await.unwrap(),
            (self.number, participant(0)),
            &self.store,
            &Config::default(),
            (&self.compute, &Clock::fixed(self.domain.now)),
        );
        commitments.resume(self.domain.now, &self.domain.register);
        commitments
    }

    /// Time goes on to the event after the next boundary; gives what was computed and compared on the way.
    async fn pass(&mut self, commitments: &mut Commitments) -> (Computed, Option<Compared>) {
        let last = self.domain.now;
        let (now, effective) = self.domain.event(Duration::from_micros(INTERVAL));
        commitments.pass(last, now, &effective, &self.domain.register);
        commitments.work(now, &self.domain.register);
        settle(commitments, &self.domain).await.unwrap()
    }

    /// Participant 0 hears a commitment, as one turn.
    async fn hear(
        &self,
        commitments: &mut Commitments,
        signer: MemberId,
        said: AcsCommitment,
    ) -> bool {
        let mut writes = turn(self);
        let said = SaidCommitment {
            signer,
            commitment: said,
        };
        commitments.hear(
            &said,
            self.domain.now,
            &self.domain.register,
            &mut writes.commitments,
        );
        let is_taken = !writes.commitments.is_empty();
        self.store.write(&writes).await.unwrap();
        is_taken
    }

    async fn sql(&self, sql: &str) -> u64 {
        let client = self.database.client().await.unwrap();
        client.execute(sql, &[]).await.unwrap()
    }
}

/// Everything that is to be done; the last that comes of it.
async fn settle(
    commitments: &mut Commitments,
    domain: &Domain,
) -> Option<(Computed, Option<Compared>)> {
    let mut outcome = None;
    while commitments.working.is_some() {
        let done = commitments.next().await.unwrap();
        if let Some(computed) = commitments.done(done).await.unwrap() {
            outcome = Some((
                computed,
                commitments.reckoning.book.compared().next().cloned(),
            ));
        }
        commitments.work(domain.now, &domain.register);
    }
    outcome
}

fn said(seconds: i64, shared: SharedDigest) -> AcsCommitment {
    AcsCommitment {
        sender: participant(1),
        counter_participant: participant(0),
        period: period(seconds - 1, seconds),
        shared,
    }
}

/// The digest of contracts of these numbers.
fn digest(numbers: &[usize]) -> SharedDigest {
    let mut sum = LtHash::default();
    for number in numbers {
        sum.add(&LtHash::of_contract(&contract(*number), 0));
    }
    SharedDigest {
        hash: sum.digest(),
        contracts: numbers.len() as u64,
    }
}

#[test]
fn sums_go_on_after_a_restart_in_the_middle_of_a_period() {
    with_world(async |world| {
        world.create(1).await;
        world.create(2).await;
        let mut commitments = world.restart().await;
        // one second is over
        let (computed, _) = world.pass(&mut commitments).await;
        assert_eq!(computed.period, period(0, 1));
        assert_eq!(computed.shared[&participant(1)], digest(&[1, 2]));
        world.create(3).await;
        world.archive(1).await;

        let mut commitments = world.restart().await;
        let (again, _) = settle(&mut commitments, &world.domain).await.unwrap();
        assert_eq!(again, computed);
        let (computed, _) = world.pass(&mut commitments).await;
        assert_eq!(computed.period, period(1, 2));
        assert_eq!(computed.shared[&participant(1)], digest(&[2, 3]));
    });
}

#[test]
fn what_was_heard_before_a_restart_is_compared_after_it() {
    with_world(async |world| {
        world.create(1).await;
        let mut commitments = world.restart().await;
        world.domain.event(Duration::from_micros(INTERVAL));
        let member = participant(1).member();
        assert!(
            world
                .hear(&mut commitments, member.clone(), said(1, digest(&[1])))
                .await
        );
        // once is enough
        assert!(
            !world
                .hear(&mut commitments, member.clone(), said(1, digest(&[])))
                .await
        );

        let mut commitments = world.restart().await;
        let (_, compared) = settle(&mut commitments, &world.domain).await.unwrap();
        assert!(compared.unwrap().matches());
        let mut commitments = world.restart().await;
        assert_eq!(commitments.reckoning.book.compared().count(), 1);
        // late, and wrong
        assert!(
            world
                .hear(&mut commitments, member.clone(), said(1, digest(&[])))
                .await
        );
        let commitments = world.restart().await;
        let last = commitments.reckoning.book.compared().next().unwrap();
        assert!(!last.matches());
        assert_eq!((last.own, last.received), (digest(&[1]), digest(&[])));
    });
}

#[test]
fn a_row_that_is_gone_is_noticed_after_a_restart() {
    with_world(async |world| {
        world.create(1).await;
        let mut commitments = world.restart().await;
        world.pass(&mut commitments).await;
        assert_eq!(world.sql("DELETE FROM p.contract_states").await, 1);
        let mut commitments = world.restart().await;
        let (computed, _) = settle(&mut commitments, &world.domain).await.unwrap();
        // who was told of something is told of nothing
        assert_eq!(computed.shared, [(participant(1), digest(&[]))].into());
        let member = participant(1).member();
        assert!(
            world
                .hear(&mut commitments, member, said(1, digest(&[1])))
                .await
        );
        let last = commitments.reckoning.book.compared().next().unwrap();
        assert_eq!((last.own.contracts, last.received.contracts), (0, 1));
    });
}

#[test]
fn forged_commitments_change_nothing() {
    with_world(async |world| {
        world.create(1).await;
        let mut commitments = world.restart().await;
        world.pass(&mut commitments).await;
        let good = said(1, digest(&[1]));
        let forged: HashMap<&str, (MemberId, AcsCommitment)> = HashMap::from([
            ("another signs", (participant(2).member(), good.clone())),
            (
                "for another",
                (
                    participant(1).member(),
                    AcsCommitment {
                        counter_participant: participant(2),
                        ..good.clone()
                    },
                ),
            ),
            (
                "of the future",
                (
                    participant(1).member(),
                    AcsCommitment {
                        period: period(1, 2),
                        ..good.clone()
                    },
                ),
            ),
            (
                "off the grid",
                (
                    participant(1).member(),
                    AcsCommitment {
                        period: Period {
                            from: at(1),
                            to: at(INTERVAL),
                        },
                        ..good.clone()
                    },
                ),
            ),
        ]);
        for (what, (signer, said)) in forged {
            assert!(!world.hear(&mut commitments, signer, said).await, "{what}");
        }
        let kept = world.restart().await;
        for book in [&kept.reckoning.book, &commitments.reckoning.book] {
            assert_eq!(book.compared().count(), 0);
        }
        assert!(
            world
                .hear(&mut commitments, participant(1).member(), good)
                .await
        );
    });
}
