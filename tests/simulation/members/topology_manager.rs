//! The topology manager in the simulation: the production core and what the shell does around it.

#![allow(clippy::unwrap_used, clippy::similar_names)]

use super::actor::PUBLICATION_PATIENCE;
use super::core::Publication;
use super::desk::{Desk, Outcome};
use super::identity::Identity;
use super::store::{Kept, Refusal};
use crate::crypto::PublicKey;
use crate::model::{DomainId, Duration, MemberId, Timestamp};
use crate::protocol::{
    EventPage, KnownPoint, Message, MessageId, SignedRequest, SubmissionRequest, TopologyRefusal,
};
use crate::sequencer_client::Position;
use crate::sequencer_client::history::History;
use crate::simulation::moment::{Crashed, Moment};
use crate::simulation::place::Place;
use crate::topology::{DomainParameters, Mapping, SignedTransaction, Transaction};

/// What survives.
#[derive(Debug)]
pub(crate) struct Disk {
    identity: Identity,
    publications: Vec<(Publication, bool, Option<Timestamp>)>,
    position: Position,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            identity: Identity::generate("domain").unwrap(),
            publications: Vec::new(),
            position: Position::START,
        }
    }

    pub(crate) fn domain(&self) -> (DomainId, MemberId) {
        (self.identity.domain.clone(), self.identity.member.clone())
    }
}

/// A topology manager that is up.
#[derive(Debug)]
pub(crate) struct Manager {
    desk: Desk,
    history: History,
    place: Place,
    /// The publication that is on its way.
    sending: Option<MessageId>,
}

impl Manager {
    pub(crate) fn load(disk: &mut Disk, place: &Place, parameters: DomainParameters) -> Self {
        let mut desk = Desk::new(disk.identity.clone());
        for (publication, is_sequenced, sequenced_at) in disk.publications.clone() {
            let kept = Kept {
                publication,
                is_sequenced,
                sequenced_at,
            };
            desk.restore(kept, disk.position.seen.time).unwrap();
        }
        desk.core.advance(disk.position.seen.time);
        let member = disk.identity.member.clone();
        let complete = disk.position.completed(&place.domain, &member);
        let mut manager = Self {
            history: History::new(place.domain.clone(), member, &complete),
            desk,
            place: place.clone(),
            sending: None,
        };
        if manager.desk.core.is_empty() {
            let genesis = manager.desk.core.genesis(&disk.identity, parameters);
            manager.keep(disk, vec![genesis.unwrap()]);
        }
        manager
    }

    fn keep(&mut self, disk: &mut Disk, publications: Vec<Publication>) {
        let kept = publications.iter().cloned();
        disk.publications.extend(kept.map(|it| (it, false, None)));
        self.desk.queue(publications);
    }

    /// A member joins.
    pub(crate) fn admit(
        &mut self,
        disk: &mut Disk,
        member: &MemberId,
        introduction: Vec<SignedTransaction>,
        now: Timestamp,
    ) {
        let Desk { core, identity, .. } = &mut self.desk;
        let admitted = core.admit(identity, member, introduction, now).unwrap();
        self.keep(disk, admitted.into_iter().collect());
    }

    /// Publishes what somebody says.
    pub(crate) fn submit(
        &mut self,
        disk: &mut Disk,
        transactions: &[SignedTransaction],
        now: Timestamp,
    ) {
        let encoded: Vec<_> = transactions.iter().map(SignedTransaction::encode).collect();
        let published = self.desk.core.submit(&encoded, now).unwrap();
        self.keep(disk, published.into_iter().collect());
    }

    /// Everybody whom the sequencer must know, with the keys.
    pub(crate) fn members(&self) -> Vec<(MemberId, Vec<PublicKey>)> {
        let state = self.desk.core.head();
        let members = state.members();
        let with_keys = members.filter_map(|member| {
            let keys = state.keys_of(member)?;
            Some((member.clone(), keys.signing.clone()))
        });
        with_keys.collect()
    }

    /// Whether a member may begin.
    pub(crate) fn is_admitted(&self, member: &MemberId) -> bool {
        self.desk.core.topology().keys_of(member).is_some()
    }

    /// Whether everything that was decided is in force.
    pub(crate) fn is_settled(&self) -> bool {
        self.desk.unsent.is_empty() && self.desk.core.last_change().is_none()
    }

    pub(crate) const fn reads_after(&self) -> Timestamp {
        self.history.at()
    }

    pub(crate) fn read(
        &mut self,
        disk: &mut Disk,
        page: EventPage,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        let events = self.history.take(page, &self.place.sequencer_key);
        let events = events.expect("the sequencer is honest");
        let Some((_, last)) = events.last() else {
            return Ok(());
        };
        let position = Position::at(KnownPoint::from(*last));
        let mut outcome = Outcome::default();
        for (event, _) in events {
            self.desk.process(event, &mut outcome).unwrap();
        }
        moment.before_writing("topology manager before it keeps what it decided")?;
        disk.position = position;
        for (number, time) in outcome.times {
            let index = usize::try_from(number - 1).unwrap();
            disk.publications[index].2 = Some(time);
        }
        self.keep(disk, outcome.publications);
        moment.after_writing("topology manager after it kept what it decided")?;
        self.send_next(moment);
        for refusal in outcome.refusals {
            self.refuse(refusal, moment);
        }
        Ok(())
    }

    /// Sends the next publication, if none is on its way.
    pub(crate) fn send_next(&mut self, moment: &mut Moment<'_>) {
        if self.sending.is_some() {
            return;
        }
        let Some((publication, envelopes)) = self.desk.next() else {
            return;
        };
        let message_id = publication.message_id();
        let request = SubmissionRequest {
            sender: self.desk.identity.member.clone(),
            message_id,
            envelopes,
            max_sequencing_time: moment.now.plus(PUBLICATION_PATIENCE),
        };
        self.sending = Some(message_id);
        let key = &self.desk.identity.signing_key;
        moment.send(SignedRequest::seal(request, &self.place.domain, key));
    }

    fn refuse(&self, refusal: Refusal, moment: &mut Moment<'_>) {
        let message = Message::TopologyRefusal(TopologyRefusal {
            id: refusal.submission_id,
            reason: refusal.reason,
        });
        let id = MessageId::about("topology refusal", refusal.submission_id.as_bytes());
        let request = SubmissionRequest {
            sender: self.desk.identity.member.clone(),
            message_id: id,
            envelopes: vec![self.desk.envelope(&message, vec![refusal.member])],
            max_sequencing_time: moment.now.plus(Duration::from_secs(60)),
        };
        let key = &self.desk.identity.signing_key;
        moment.send(SignedRequest::seal(request, &self.place.domain, key));
    }

    /// The owner changes how the domain works.
    pub(crate) fn change_parameters(
        &mut self,
        disk: &mut Disk,
        parameters: DomainParameters,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        let mapping = Mapping::DomainParameters {
            domain: disk.identity.domain.clone(),
            parameters,
        };
        let transaction = Transaction {
            serial: self.desk.core.head().next_serial(&mapping.subject()),
            remove: false,
            mapping,
        };
        let signed = transaction.sign(&[&disk.identity.namespace_key]);
        moment.before_writing("topology manager before it keeps parameters")?;
        self.submit(disk, &[signed], moment.now);
        moment.after_writing("topology manager after it kept parameters")?;
        self.send_next(moment);
        Ok(())
    }

    /// What will be in force when everything that was decided is.
    pub(crate) fn parameters(&self) -> DomainParameters {
        self.desk.core.head().parameters()
    }

    /// A message is sequenced.
    pub(crate) fn sent(
        &mut self,
        disk: &mut Disk,
        message_id: MessageId,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        if self.sending != Some(message_id) {
            return Ok(());
        }
        self.sending = None;
        let number = self.desk.unsent.front().map(|it| it.number);
        moment.before_writing("topology manager before it marks a publication as sent")?;
        if let Some(number) = number {
            disk.publications[usize::try_from(number - 1).unwrap()].1 = true;
        }
        moment.after_writing("topology manager after it marked a publication as sent")?;
        self.desk.sent();
        self.send_next(moment);
        Ok(())
    }

    /// Asks for a moment in time if a change is due.
    pub(crate) fn checkpoint(&self, moment: &mut Moment<'_>) {
        let due = self.desk.core.last_change();
        if due.is_none_or(|due| due > moment.now) {
            return;
        }
        let members = self.desk.core.members().cloned().collect();
        let request = SubmissionRequest {
            sender: self.desk.identity.member.clone(),
            message_id: MessageId::random(),
            envelopes: vec![self.desk.envelope(&Message::Tick, members)],
            max_sequencing_time: moment.now.plus(Duration::from_secs(60)),
        };
        let key = &self.desk.identity.signing_key;
        moment.send(SignedRequest::seal(request, &self.place.domain, key));
    }
}
