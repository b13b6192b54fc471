//! The sequencer in the simulation: the production parts and what the shell does around them.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use super::chains::{Chains, Link};
use super::config::Config;
use super::intake::{Accepted, Member, MemberNumber, Members};
use super::membership::KEY_GRACE;
use super::recent::{Batch, Recent, Section, SectionBound, Sequenced};
use crate::crypto::{PublicKey, SigningKey};
use crate::model::{DomainId, MemberId, MemberKind, Timestamp};
use crate::protocol::{
    ChainPoint, Envelope, EventPage, Message, MessageId, RequestId, SignedMessage, SignedRequest,
};
use crate::sequencer_client::SendError;
use crate::simulation::moment::{Broken, Crashed, Moment};
use crate::topology::{Mapping, MemberKeys, SignedTransaction, Transaction};

/// What survives.
#[derive(Debug)]
pub(crate) struct Disk {
    pub key: SigningKey,
    last_time: Timestamp,
    events: Vec<(Batch, Vec<MemberNumber>)>,
    by_message: HashMap<(MemberNumber, MessageId), usize>,
    members: Vec<(MemberId, Member)>,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            key: SigningKey::generate(),
            last_time: Timestamp::EPOCH,
            events: Vec::new(),
            by_message: HashMap::new(),
            members: Vec::new(),
        }
    }

    /// What the sequencer says of itself.
    pub(crate) fn introduction(&self, manager: &MemberId) -> (MemberId, Vec<SignedTransaction>) {
        let member = manager.sibling(MemberKind::Sequencer);
        let mapping = Mapping::OwnerToKey {
            member: member.clone(),
            keys: MemberKeys::signing(self.key.public()),
        };
        (member, vec![Transaction::first(mapping).sign(&[&self.key])])
    }

    /// As the statement that appends does it: the last time before; and none for what was there before
    /// or is too late.
    fn append(
        &mut self,
        batches: &[Accepted],
        now: Timestamp,
        broken: Option<Broken>,
    ) -> (Timestamp, Vec<Option<Timestamp>>) {
        let previous = self.last_time;
        let first = self.last_time.successor().max(now);
        let mut times = Vec::new();
        let mut time = first;
        for accepted in batches {
            let key = (accepted.sender, accepted.message_id);
            let is_known = self.by_message.contains_key(&key);
            let forgets = broken == Some(Broken::SequencesTwice);
            let is_new = (!is_known || forgets) && time <= accepted.max_time;
            if is_new {
                self.by_message.insert(key, self.events.len());
                let batch = Batch {
                    time,
                    sender: accepted.sender,
                    message_id: accepted.message_id,
                    envelopes: accepted.envelopes.clone(),
                };
                let addressees = accepted.addressees.iter().map(|it| it.number);
                self.events.push((batch, addressees.collect()));
            }
            times.push(is_new.then_some(time));
            self.last_time = time;
            time = time.successor();
        }
        (previous, times)
    }

    fn is_sequenced(&self, accepted: &Accepted) -> Option<bool> {
        let key = (accepted.sender, accepted.message_id);
        let Some(index) = self.by_message.get(&key) else {
            return Some(false);
        };
        let (batch, _) = &self.events[*index];
        let bytes = Envelope::encode_all;
        (bytes(&batch.envelopes) == bytes(&accepted.envelopes)).then_some(true)
    }

    /// The requests on which the mediator has not said anything.
    pub(crate) fn without_verdict(&self, domain: &DomainId, mediator: &MemberId) -> Vec<RequestId> {
        let mut members = self.members.iter();
        let Some((_, found)) = members.find(|(id, _)| id == mediator) else {
            return Vec::new();
        };
        let is_request = |envelope: &Envelope| {
            let opened = SignedMessage::open_unchecked(envelope.content.clone(), domain);
            matches!(opened.unwrap().message, Message::InformeeTree(_))
        };
        let events = self.events.iter().map(|(batch, _)| batch);
        let requests = events.filter(|batch| batch.envelopes.iter().any(is_request));
        let requests = requests.map(|batch| RequestId(batch.time));
        let open = requests.filter(|request| {
            let verdict = MessageId::about_request("verdict", *request);
            !self.by_message.contains_key(&(found.number, verdict))
        });
        open.collect()
    }

    fn received(&self, number: MemberNumber) -> impl Iterator<Item = &Batch> {
        let events = self.events.iter();
        let received = events.filter(move |(_, addressees)| addressees.contains(&number));
        received.map(|(batch, _)| batch)
    }
}

/// When each batch was sequenced, or what is wrong with the store.
type Appended = Result<Vec<Option<Timestamp>>, &'static str>;

/// A sequencer that is up.
#[derive(Debug)]
pub(crate) struct Sequencer {
    domain: DomainId,
    config: Config,
    members: Members,
    chains: Chains,
    recent: Recent,
}

impl Sequencer {
    /// With so few bytes in memory.
    pub(crate) fn load(disk: &Disk, domain: &DomainId, recent_bytes_max: usize) -> Self {
        let mut sequencer = Self {
            domain: domain.clone(),
            config: Config {
                recent_bytes_max,
                ..Config::default()
            },
            members: Members::default(),
            chains: Chains::default(),
            recent: Recent::new(disk.last_time, recent_bytes_max),
        };
        for (id, member) in &disk.members {
            sequencer.members.insert(id.clone(), member.clone());
        }
        sequencer.load_chains(disk, disk.last_time);
        sequencer
    }

    fn load_chains(&mut self, disk: &Disk, until: Timestamp) {
        for (id, member) in &disk.members {
            let point = self.point(disk, id, member.number, until);
            self.chains.insert(member.number, point);
        }
    }

    fn point(
        &self,
        disk: &Disk,
        member: &MemberId,
        number: MemberNumber,
        until: Timestamp,
    ) -> ChainPoint {
        let mut point = ChainPoint::start(&self.domain, member);
        for batch in disk.received(number).take_while(|it| it.time <= until) {
            point = point.after(&batch.for_member(member, number));
        }
        point
    }

    /// Lets members take part.
    pub(crate) fn register(
        &mut self,
        disk: &mut Disk,
        members: Vec<(MemberId, Vec<PublicKey>)>,
        now: Timestamp,
    ) {
        for (id, keys) in members {
            if let Some(known) = self.members.get_mut(&id) {
                if !known.has(&keys) {
                    known.replace_keys(&keys, now.plus(KEY_GRACE));
                    let mut kept = disk.members.iter_mut();
                    let kept = kept.find(|(kept, _)| *kept == id).map(|(_, kept)| kept);
                    *kept.unwrap() = known.clone();
                }
                continue;
            }
            let number = MemberNumber::try_from(disk.members.len()).unwrap() + 1;
            let mut member = Member {
                number,
                keys: Vec::new(),
                acknowledged: Timestamp::EPOCH,
            };
            member.replace_keys(&keys, Timestamp::MAX);
            disk.members.push((id.clone(), member.clone()));
            let start = ChainPoint::start(&self.domain, &id);
            self.chains.insert(number, start);
            self.members.insert(id, member);
        }
    }

    /// Sequences what has arrived, as one batch of work.
    pub(crate) fn sequence(
        &mut self,
        disk: &mut Disk,
        requests: Vec<SignedRequest>,
        moment: &mut Moment<'_>,
    ) -> Result<Vec<Result<(), SendError>>, Crashed> {
        let now = moment.now;
        let accepted: Vec<_> = requests
            .into_iter()
            .map(|request| {
                let candidate = self.members.candidate(request, &self.config, now)?;
                let verified = candidate.request.verify(&self.domain, &candidate.keys);
                verified.map_err(|error| SendError::Refused(error.to_string()))?;
                self.members.accept(candidate.request.into_request())
            })
            .collect();
        let batches: Vec<Accepted> = accepted.iter().flatten().cloned().collect();
        let times = match self.append(disk, &batches, moment)? {
            Ok(times) => times,
            Err(reason) => {
                let failed = || SendError::Unavailable(reason.to_owned());
                let refused = accepted.into_iter();
                return Ok(refused
                    .map(|it| Err(it.err().unwrap_or_else(failed)))
                    .collect());
            }
        };
        let mut times = times.into_iter();
        let mut outcomes = Vec::new();
        for result in accepted {
            outcomes.push(match result {
                Err(error) => Err(error),
                Ok(batch) => match times.next().flatten() {
                    Some(time) => {
                        self.remember(batch, time);
                        Ok(())
                    }
                    None => match disk.is_sequenced(&batch) {
                        Some(true) => Ok(()),
                        Some(false) => Err(SendError::TooLate),
                        None => Err(SendError::MessageIdReused),
                    },
                },
            });
        }
        self.recent.reaches(disk.last_time);
        Ok(outcomes)
    }

    /// Writes batches. An error of the store does not stop the sequencer.
    fn append(
        &mut self,
        disk: &mut Disk,
        batches: &[Accepted],
        moment: &mut Moment<'_>,
    ) -> Result<Appended, Crashed> {
        moment.may_crash("sequencer before it writes")?;
        if moment.is_out && !moment.is_answer_lost() {
            return Ok(Err("the store refuses"));
        }
        let (previous, times) = disk.append(batches, moment.now, moment.broken);
        moment.may_crash("sequencer after it wrote")?;
        if moment.is_out {
            return Ok(Err("the store does not answer"));
        }
        if !self.recent.follows(previous) && !moment.is_broken(Broken::TrustsItsMemory) {
            self.recent = Recent::new(previous, self.config.recent_bytes_max);
            self.load_chains(disk, previous);
        }
        Ok(Ok(times))
    }

    fn remember(&mut self, accepted: Accepted, time: Timestamp) {
        let batch = Batch {
            time,
            sender: accepted.sender,
            message_id: accepted.message_id,
            envelopes: accepted.envelopes,
        };
        let links: Vec<Link> = self.chains.extend(&batch, &accepted.addressees);
        self.recent.push(Sequenced { batch, links });
    }

    /// A member's next events; none if there are none.
    pub(crate) fn page(
        &self,
        disk: &Disk,
        member: &MemberId,
        after: Timestamp,
        events: usize,
    ) -> Option<EventPage> {
        let number = self.members.get(member)?.number;
        let tip = self.chains.tip(number)?;
        let bound = SectionBound {
            events,
            bytes: self.config.page_bytes_max,
        };
        let section = self.recent.read(member, tip, number, after, bound);
        let section = section.unwrap_or_else(|| {
            let mut section = Section::empty(self.point(disk, member, number, after));
            let later = disk.received(number).filter(|it| it.time > after);
            for batch in later.take(events) {
                let event = batch.for_member(member, number);
                let point = section.end.after(&event);
                section.push(event, point);
            }
            section
        });
        (!section.events.is_empty()).then(|| {
            EventPage::seal(
                &self.domain,
                member,
                section.start,
                section.events,
                &section.end,
                &disk.key,
            )
        })
    }
}
