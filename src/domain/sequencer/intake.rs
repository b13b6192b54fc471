//! What becomes of a request before it is written: pure.

use std::collections::HashMap;

use super::config::Config;
use crate::crypto::PublicKey;
use crate::model::{MemberId, Timestamp};
use crate::protocol::{Envelope, MessageId, SignedRequest, SubmissionRequest};
use crate::sequencer_client::SendError;

/// A member's number in the database.
pub(super) type MemberNumber = i32;

/// The registered members.
#[derive(Debug, Default)]
pub(super) struct Members(HashMap<MemberId, Member>);

/// What the sequencer knows of a member.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub number: MemberNumber,
    pub keys: Vec<MemberKey>,
    /// Up to where it has kept its events.
    pub acknowledged: Timestamp,
}

/// A key with which a member signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MemberKey {
    pub key: PublicKey,
    /// Set once another key replaces it.
    pub valid_until: Option<Timestamp>,
}

/// A request whose signature is still to be checked.
#[derive(Debug)]
pub(super) struct Candidate {
    pub request: SignedRequest,
    pub keys: Vec<PublicKey>,
}

/// A batch ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    pub sender: MemberNumber,
    pub message_id: MessageId,
    pub envelopes: Vec<Envelope>,
    /// Everybody who gets an event: the recipients and the sender.
    pub addressees: Vec<Addressee>,
    pub max_time: Timestamp,
}

/// Somebody who gets an event.
#[derive(Debug, Clone)]
pub(super) struct Addressee {
    pub number: MemberNumber,
    pub member: MemberId,
}

impl Members {
    pub(super) fn get(&self, member: &MemberId) -> Option<&Member> {
        self.0.get(member)
    }

    pub(super) fn get_mut(&mut self, member: &MemberId) -> Option<&mut Member> {
        self.0.get_mut(member)
    }

    /// A member as the database has it.
    pub(super) fn insert(&mut self, id: MemberId, member: Member) {
        self.0.insert(id, member);
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&MemberId, &Member)> {
        self.0.iter()
    }

    /// The keys with which a member may sign now.
    pub(super) fn keys(&self, id: &MemberId, now: Timestamp) -> Option<Vec<PublicKey>> {
        let keys = self.get(id)?.keys.iter();
        let valid = keys.filter(|key| key.valid_until.is_none_or(|until| now <= until));
        Some(valid.map(|key| key.key).collect())
    }

    /// Checks a request, but neither its signature nor its time: it may have been sequenced before.
    pub(super) fn candidate(
        &self,
        request: SignedRequest,
        config: &Config,
        now: Timestamp,
    ) -> Result<Candidate, SendError> {
        let bytes = request.size();
        if bytes > config.request_bytes_max {
            return Err(SendError::TooLarge {
                bytes,
                max: config.request_bytes_max,
            });
        }
        let sender = &request.request().sender;
        let keys = self
            .keys(sender, now)
            .ok_or_else(|| SendError::UnknownMember(sender.to_string()))?;
        if keys.is_empty() {
            // registered before there were keys: the topology manager is about to tell
            let reason = format!("no key of {sender} is known yet");
            return Err(SendError::Unavailable(reason));
        }
        Ok(Candidate { request, keys })
    }

    /// Finds everybody who gets an event from a request.
    pub(super) fn accept(&self, request: SubmissionRequest) -> Result<Accepted, SendError> {
        let addressee = |member: &MemberId| {
            let known = self.get(member);
            known
                .map(|it| Addressee {
                    number: it.number,
                    member: member.clone(),
                })
                .ok_or_else(|| SendError::UnknownMember(member.to_string()))
        };
        Ok(Accepted {
            sender: addressee(&request.sender)?.number,
            addressees: request
                .addressees()
                .into_iter()
                .map(addressee)
                .collect::<Result<_, _>>()?,
            message_id: request.message_id,
            envelopes: request.envelopes,
            max_time: request.max_sequencing_time,
        })
    }
}
