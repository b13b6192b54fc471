//! The service's shell.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::config::Config;
use super::messages::ServiceMessage;
use super::policy;
use super::store::Store;
use crate::domain::topology_manager::{TopologyError, TopologyPort};
use crate::model::MemberId;
use crate::runtime::clock::Clock;
use crate::runtime::health::State;
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure, Task};
use crate::sequencer_client::AdmissionError;
use crate::storage::{Database, Schema};
use crate::topology::SignedTransaction;

/// Questions that are answered at once; others wait in the mailbox.
const ANSWERING_MAX: usize = 128;

/// The role `service`.
pub struct ServiceRole {
    /// Who may join.
    pub config: Config,
    /// Its database.
    pub database: Database,
    /// Its schema there.
    pub schema: Schema,
    /// The domain's topology manager.
    pub topology: Arc<dyn TopologyPort>,
    /// What time it is.
    pub clock: Clock,
}

impl Role for ServiceRole {
    type Message = ServiceMessage;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<ServiceMessage>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move {
            let store = Store::open(self.database.clone(), self.schema.clone()).await?;
            let shell = Arc::new(Shell { role: self, store });
            serve(&shell, &context, inbox).await
        })
    }
}

struct Shell {
    role: Arc<ServiceRole>,
    store: Store,
}

/// Answers side by side: who joins waits until everybody knows it, and nobody else waits for that.
async fn serve(
    shell: &Arc<Shell>,
    context: &RoleContext,
    mut inbox: Inbox<ServiceMessage>,
) -> Result<(), RoleFailure> {
    let mut answering: FuturesUnordered<Task<()>> = FuturesUnordered::new();
    context.health.set(State::Ok);
    loop {
        tokio::select! {
            message = inbox.recv(), if answering.len() < ANSWERING_MAX => match message {
                Some(message) => {
                    let shell = Arc::clone(shell);
                    answering.push(Task::start(async move { shell.answer(message).await }));
                }
                None => return Ok(()),
            },
            Some(()) = answering.next() => {}
        }
    }
}

impl Shell {
    async fn answer(&self, message: ServiceMessage) {
        match message {
            ServiceMessage::DomainInfo { reply } => {
                let info = self.role.topology.domain_info().await.map_err(admission);
                let _ = reply.send(info);
            }
            ServiceMessage::Admit {
                member,
                transactions,
                reply,
            } => {
                let answer = self.admit(member, transactions).await;
                let _ = reply.send(answer);
            }
        }
    }

    async fn admit(
        &self,
        member: MemberId,
        transactions: Vec<SignedTransaction>,
    ) -> Result<(), AdmissionError> {
        let answer = match policy::refusal(&self.role.config.admission, &member) {
            Some(reason) => Err(AdmissionError::Refused(reason)),
            None => self
                .role
                .topology
                .admit(member.clone(), transactions)
                .await
                .map_err(admission),
        };
        let refusal = match &answer {
            Ok(()) => None,
            Err(AdmissionError::Refused(reason)) => Some(reason.as_str()),
            Err(AdmissionError::Unavailable(_)) => return answer,
        };
        tracing::debug!(%member, refusal, "registration");
        self.store
            .keep(&member, refusal, self.role.clock.now())
            .await
            .map_err(|error| AdmissionError::Unavailable(error.to_string()))?;
        answer
    }
}

fn admission(error: TopologyError) -> AdmissionError {
    match error {
        TopologyError::Unavailable(_) => AdmissionError::Unavailable(error.to_string()),
        TopologyError::Refused(reason) => AdmissionError::Refused(reason.to_string()),
    }
}
