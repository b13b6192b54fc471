//! Who is calling: tokens of calls, shared by the services.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tonic::{Request, Status};

use super::authentication::{Authentication, Token};
use crate::domain::sequencer::verification::alarm;
use crate::model::MemberId;
use crate::runtime::clock::Clock;

/// What the services know of their callers. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Access {
    authentication: Arc<Mutex<Authentication>>,
    pub(super) clock: Clock,
}

/// Somebody who has proven who it is.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub member: MemberId,
    pub token: Token,
}

/// A member's stream; the seat is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    access: Access,
    pub caller: Caller,
}

impl Access {
    pub(super) fn new(authentication: Authentication, clock: Clock) -> Self {
        Self {
            authentication: Arc::new(Mutex::new(authentication)),
            clock,
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Authentication> {
        self.authentication
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is calling.
    pub(super) fn caller<T>(&self, request: &Request<T>) -> Result<Caller, Status> {
        let token = request
            .metadata()
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|value| hex::decode(value).ok())
            .and_then(|bytes| Token::try_from(bytes).ok())
            .ok_or_else(|| Status::unauthenticated("the call has no token"))?;
        let authentication = self.lock();
        let member = authentication.member(&token, self.clock.now());
        let member = member
            .cloned()
            .ok_or_else(|| Status::unauthenticated("the token does not hold"))?;
        Ok(Caller { member, token })
    }

    /// A place for one more stream.
    pub(super) fn seat(&self, caller: Caller) -> Result<Seat, Status> {
        if !self.lock().open_stream(&caller.member) {
            return Err(Status::resource_exhausted(
                "too many streams of this member",
            ));
        }
        Ok(Seat {
            access: self.clone(),
            caller,
        })
    }
}

impl Caller {
    /// What was signed by a member must come from that member.
    pub(super) fn must_be(&self, signer: &MemberId) -> Result<(), Status> {
        if self.member == *signer {
            return Ok(());
        }
        alarm(
            "sender",
            &format!("{} sent what {signer} has signed", self.member),
        );
        Err(Status::permission_denied("signed by another member"))
    }
}

impl Seat {
    /// Whether the caller's token still holds.
    pub(super) fn holds(&self) -> bool {
        let now = self.access.clock.now();
        self.access.lock().member(&self.caller.token, now).is_some()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.access.lock().close_stream(&self.caller.member);
    }
}
