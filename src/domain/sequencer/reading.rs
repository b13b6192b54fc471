//! What the shell does for readers: from memory, from the database, or later.

use std::rc::Rc;

use super::actor::{Shell, answer, not_introduced};
use super::history::Stream;
use super::messages::Reader;
use super::recent::{Section, SectionBound};
use crate::model::Timestamp;
use crate::protocol::EventPage;
use crate::runtime::Task;
use crate::sequencer_client::ReadError;
use crate::storage;

/// What the database had for a reader.
pub(super) struct Catching {
    reader: Reader,
    section: Result<Section, storage::Error>,
    /// Everything up to this time was in the database when it was read.
    complete_to: Timestamp,
}

impl Shell {
    /// Answers from memory, from the database, or later.
    pub(super) fn read(&mut self, mut reader: Reader) {
        let Some(member) = self.members.get(&reader.member) else {
            let error = ReadError::UnknownMember(reader.member.to_string());
            return answer(reader.reply, Err(error));
        };
        let number = member.number;
        let (Some((domain, _)), Some(tip)) = (&self.identity.office, self.chains.tip(number))
        else {
            return answer(reader.reply, Err(not_introduced()));
        };
        let bound = self.bound(reader.max);
        let section = self
            .recent
            .read(&reader.member, tip, number, reader.after, bound);
        match section {
            // somebody who has seen more than there is must learn it
            Some(section) if section.events.is_empty() && reader.after <= self.known_to() => {
                // what is known holds nothing for it: it need not be looked through again
                reader.after = reader.after.max(self.recent.newest());
                if !reader.reply.is_closed() {
                    self.waiting.push(reader);
                }
            }
            Some(section) => self.turn(reader, section),
            None => {
                let stream = Stream {
                    domain: domain.clone(),
                    member: reader.member.clone(),
                    number,
                };
                self.read_store(reader, stream);
            }
        }
    }

    /// Every time up to here was given out, or never will be.
    fn known_to(&self) -> Timestamp {
        self.recent.last_drawn()
    }

    fn bound(&self, events: usize) -> SectionBound {
        SectionBound {
            events: events.clamp(1, self.role.config.page_events_max),
            bytes: self.role.config.page_bytes_max,
        }
    }

    fn read_store(&self, reader: Reader, stream: Stream) {
        let store = Rc::clone(&self.store);
        let complete_to = self.recent.newest();
        let bound = self.bound(reader.max);
        self.catching_up.push(Task::start(async move {
            Catching {
                section: stream.section(&store, reader.after, bound).await,
                reader,
                complete_to,
            }
        }));
    }

    pub(super) fn caught_up(&mut self, caught: Catching) {
        let mut reader = caught.reader;
        match caught.section {
            Ok(section) if section.events.is_empty() => {
                // nothing for it up to here: from here on it keeps up
                reader.after = reader.after.max(caught.complete_to);
                self.read(reader);
            }
            Ok(section) => self.turn(reader, section),
            Err(error) => {
                answer(reader.reply, Err(ReadError::Unavailable(error.to_string())));
            }
        }
    }

    /// Signs a section and hands it over.
    fn turn(&self, reader: Reader, section: Section) {
        let Some((domain, _)) = &self.identity.office else {
            return answer(reader.reply, Err(not_introduced()));
        };
        let page = EventPage::seal(
            domain,
            &reader.member,
            section.start,
            section.events,
            &section.end,
            &self.identity.key,
        );
        answer(reader.reply, Ok(page));
    }

    /// Nothing arrived for a while: readers ask again, so that one who left is forgotten.
    pub(super) fn dismiss_readers(&mut self) {
        for reader in std::mem::take(&mut self.waiting) {
            let number = self.members.get(&reader.member).map(|it| it.number);
            match number.and_then(|number| self.chains.tip(number)) {
                Some(tip) => self.turn(reader, Section::empty(tip)),
                None => answer(reader.reply, Err(not_introduced())),
            }
        }
    }

    /// Reads again where each member's events end, up to a time.
    pub(super) async fn load_chains(&mut self, until: Timestamp) -> Result<(), storage::Error> {
        let Some((domain, _)) = &self.identity.office else {
            return Ok(());
        };
        for (id, member) in self.members.iter() {
            let stream = Stream {
                domain: domain.clone(),
                member: id.clone(),
                number: member.number,
            };
            let point = stream.point(&self.store, until).await?;
            self.chains.insert(member.number, point);
        }
        Ok(())
    }
}
