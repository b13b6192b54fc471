//! Services that are not built yet: they say so.

mod identity_providers;
mod party_alpha;

use tonic::{Request, Response, Status};

use super::context::open;
use crate::participant::errors::Refusal;

pub(super) use identity_providers::IdentityProviders;
pub(super) use party_alpha::PartyAlpha;

/// Refuses any request, and says what is missing.
fn refuse<M, T>(request: Request<M>, what: &str) -> Result<Response<T>, Status> {
    let (context, _) = open(request);
    context.answer(Err(Refusal::unimplemented(what)))
}
