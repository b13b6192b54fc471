//! What becomes of a batch before it is written: pure.

use std::collections::HashMap;

use super::config::Config;
use crate::model::{MemberId, Timestamp};
use crate::protocol::{Envelope, MessageId, SubmissionRequest};
use crate::sequencer_client::SendError;

/// A member's number in the database.
pub(super) type MemberNumber = i32;

/// The registered members.
#[derive(Debug, Default)]
pub(super) struct Members(HashMap<MemberId, MemberNumber>);

/// A batch ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    pub sender: MemberNumber,
    pub message_id: MessageId,
    pub envelopes: Vec<Envelope>,
    /// Everybody who gets an event: the recipients and the sender.
    pub addressees: Vec<MemberNumber>,
    pub max_time: Timestamp,
}

impl Members {
    pub(super) fn insert(&mut self, member: MemberId, number: MemberNumber) {
        self.0.insert(member, number);
    }

    pub(super) fn number(&self, member: &MemberId) -> Option<MemberNumber> {
        self.0.get(member).copied()
    }

    /// Checks a request, but not its time: it may have been sequenced before.
    pub(super) fn accept(
        &self,
        request: SubmissionRequest,
        config: &Config,
    ) -> Result<Accepted, SendError> {
        let bytes: usize = request.envelopes.iter().map(|it| it.content.len()).sum();
        if bytes > config.request_bytes_max {
            return Err(SendError::TooLarge {
                bytes,
                max: config.request_bytes_max,
            });
        }
        let number = |member: &MemberId| {
            self.number(member)
                .ok_or_else(|| SendError::UnknownMember(member.to_string()))
        };
        Ok(Accepted {
            sender: number(&request.sender)?,
            addressees: request
                .addressees()
                .into_iter()
                .map(number)
                .collect::<Result<_, _>>()?,
            message_id: request.message_id,
            envelopes: request.envelopes,
            max_time: request.max_sequencing_time,
        })
    }
}
