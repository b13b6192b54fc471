//! Answers that are streams.

use std::sync::Arc;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tonic::Status;

use super::context::Context;
use crate::participant::errors::Refusal;
use crate::participant::indexer::LedgerEnd;
use crate::participant::updates::Told;

/// A stream of messages.
pub(super) type Answers<M> = BoxStream<'static, Result<M, Status>>;

/// What is told, as messages: each is written when the client takes it.
pub(super) fn answers<T, M>(
    context: Context,
    told: BoxStream<'static, Result<Told<T>, Refusal>>,
    item: impl Fn(T) -> Result<M, Refusal> + Send + Sync + 'static,
    checkpoint: impl Fn(&LedgerEnd) -> M + Send + Sync + 'static,
) -> Answers<M>
where
    T: Send + 'static,
    M: Send + 'static,
{
    let item = Arc::new(item);
    let messages = move |told| -> BoxStream<'static, Result<M, Refusal>> {
        match told {
            Told::Checkpoint(end) => stream::iter([Ok(checkpoint(&end))]).boxed(),
            Told::Items(items) => {
                let item = Arc::clone(&item);
                stream::iter(items).map(move |told| item(told)).boxed()
            }
        }
    };
    told.map_ok(messages)
        .try_flatten()
        .map_err(move |refusal| context.status(&refusal))
        .boxed()
}
