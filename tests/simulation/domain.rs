//! A domain: its sequencer, topology manager and mediator, up or down.

use super::moment::{Crashed, Moment};
use super::network::{Sending, Who};
use super::place::Place;
use super::settings::Settings;
use crate::domain::mediator::simulated as mediator;
use crate::domain::sequencer::simulated as sequencer;
use crate::domain::topology_manager::simulated as manager;
use crate::model::{Duration, MemberId, Timestamp};
use crate::protocol::{EventPage, MessageId, RequestId, SignedRequest};
use crate::sequencer_client::SendError;
use crate::topology::DomainParameters;

/// One domain.
pub(crate) struct Domain {
    pub place: Place,
    pub parameters: DomainParameters,
    sequencer_disk: sequencer::Disk,
    pub sequencer: Option<sequencer::Sequencer>,
    /// Its store does not work at this moment.
    pub is_sequencer_out: bool,
    pub manager_disk: manager::Disk,
    pub manager: Option<manager::Manager>,
    pub mediator_disk: mediator::Disk,
    pub mediator: Option<mediator::Mediator>,
    /// What has arrived at the sequencer.
    pub arrived: Vec<Sending>,
    /// Readers for whom there is nothing yet.
    pub waiting: Vec<(Who, u64)>,
}

impl Domain {
    pub(crate) fn new(settings: &Settings) -> Self {
        let sequencer_disk = sequencer::Disk::new();
        let manager_disk = manager::Disk::new();
        let (domain, topology_manager) = manager_disk.domain();
        let place = Place {
            domain,
            topology_manager,
            sequencer_key: sequencer_disk.key.public(),
        };
        let parameters = DomainParameters {
            topology_change_delay: Duration::from_millis(settings.topology_delay_ms),
            reconciliation_interval: Duration::from_millis(settings.reconciliation_ms),
            confirmation_response_timeout: Duration::from_secs(5),
            mediator_reaction_timeout: Duration::from_secs(5),
            ..DomainParameters::default()
        };
        let mut domain = Self {
            place,
            parameters,
            sequencer_disk,
            sequencer: None,
            is_sequencer_out: false,
            manager_disk,
            manager: None,
            mediator_disk: mediator::Disk::new(),
            mediator: None,
            arrived: Vec::new(),
            waiting: Vec::new(),
        };
        domain.start_sequencer(settings.recent_bytes_max);
        domain.start_manager();
        domain
    }

    pub(crate) fn start_sequencer(&mut self, recent_bytes_max: usize) {
        let disk = &self.sequencer_disk;
        let started = sequencer::Sequencer::load(disk, &self.place.domain, recent_bytes_max);
        self.sequencer = Some(started);
    }

    /// Whether it was up.
    pub(crate) fn stop_sequencer(&mut self) -> bool {
        self.arrived.clear();
        self.sequencer.take().is_some()
    }

    pub(crate) fn start_manager(&mut self) {
        let disk = &mut self.manager_disk;
        self.manager = Some(manager::Manager::load(disk, &self.place, self.parameters));
    }

    pub(crate) fn start_mediator(&mut self) {
        self.mediator = Some(mediator::Mediator::load(&self.mediator_disk, &self.place));
    }

    pub(crate) fn mediator_id(&self) -> MemberId {
        mediator::Disk::member(&self.place)
    }

    /// The statements of the domain's own members.
    pub(crate) fn admit_own(&mut self, now: Timestamp) {
        let (sequencer, introduction) = self
            .sequencer_disk
            .introduction(&self.place.topology_manager);
        self.admit(&sequencer, introduction, now);
        let introduction = self.mediator_disk.introduction(&self.place);
        self.admit(&self.mediator_id(), introduction, now);
    }

    pub(crate) fn admit(
        &mut self,
        member: &MemberId,
        introduction: Vec<crate::topology::SignedTransaction>,
        now: Timestamp,
    ) {
        let manager = self.manager.as_mut().unwrap();
        manager.admit(&mut self.manager_disk, member, introduction, now);
        self.register(now);
    }

    /// Tells the sequencer of members.
    pub(crate) fn register(&mut self, now: Timestamp) {
        if self.is_sequencer_out {
            return;
        }
        if let (Some(manager), Some(sequencer)) = (&self.manager, &mut self.sequencer) {
            sequencer.register(&mut self.sequencer_disk, manager.members(), now);
        }
    }

    pub(crate) fn sequence(
        &mut self,
        requests: Vec<SignedRequest>,
        moment: &mut Moment<'_>,
    ) -> Result<Vec<Result<(), SendError>>, Crashed> {
        match &mut self.sequencer {
            Some(sequencer) => sequencer.sequence(&mut self.sequencer_disk, requests, moment),
            None => Ok(Vec::new()),
        }
    }

    pub(crate) fn page(
        &self,
        member: &MemberId,
        after: Timestamp,
        bound: usize,
    ) -> Option<EventPage> {
        let sequencer = self.sequencer.as_ref()?;
        sequencer.page(&self.sequencer_disk, member, after, bound)
    }

    pub(crate) fn manager_reads(
        &mut self,
        page: EventPage,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        let read = match &mut self.manager {
            Some(manager) => manager.read(&mut self.manager_disk, page, moment),
            None => Ok(()),
        };
        self.register(moment.now);
        read
    }

    pub(crate) fn manager_sent(
        &mut self,
        message_id: MessageId,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        match &mut self.manager {
            Some(manager) => manager.sent(&mut self.manager_disk, message_id, moment),
            None => Ok(()),
        }
    }

    pub(crate) fn checkpoint_mediator(&mut self, moment: &mut Moment<'_>) -> Result<(), Crashed> {
        match &mut self.mediator {
            Some(mediator) => mediator.checkpoint(&mut self.mediator_disk, moment),
            None => Ok(()),
        }
    }

    /// The requests on which the mediator has not said anything.
    pub(crate) fn without_verdict(&self) -> Vec<RequestId> {
        let disk = &self.sequencer_disk;
        disk.without_verdict(&self.place.domain, &self.mediator_id())
    }

    pub(crate) fn is_idle(&self) -> bool {
        let mediator = self
            .mediator
            .as_ref()
            .is_some_and(mediator::Mediator::is_idle);
        let manager = self
            .manager
            .as_ref()
            .is_some_and(manager::Manager::is_settled);
        self.sequencer.is_some() && mediator && manager
    }
}
