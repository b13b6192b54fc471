//! Telling the sequencer up to where events are kept, now and then.

use std::time::Duration;

use tokio::sync::watch;

use super::SubscriptionSettings;
use crate::model::Timestamp;
use crate::protocol::{Acknowledgement, SignedAcknowledgement};

/// Between two acknowledgements at least: they are for pruning, which is in no hurry.
const INTERVAL: Duration = Duration::from_secs(1);

/// Sends acknowledgements beside the member's loop.
#[derive(Debug)]
pub(super) struct Acknowledger(watch::Sender<Timestamp>);

impl Acknowledger {
    pub(super) fn start(settings: &SubscriptionSettings) -> Self {
        let (sender, mut receiver) = watch::channel(settings.position.resume.time);
        let sequencer = std::sync::Arc::clone(&settings.sequencer);
        let (domain, member) = (settings.domain.clone(), settings.member.clone());
        let key = settings.key.clone();
        tokio::task::spawn_local(async move {
            // ends with the subscription
            while receiver.changed().await.is_ok() {
                let acknowledgement = Acknowledgement {
                    member: member.clone(),
                    time: *receiver.borrow_and_update(),
                };
                let signed = SignedAcknowledgement::seal(acknowledgement, &domain, &key);
                if let Err(error) = sequencer.acknowledge(signed).await {
                    // the next one says more
                    tracing::debug!(%member, %error, "acknowledgement was not taken");
                }
                tokio::time::sleep(INTERVAL).await;
            }
        });
        Self(sender)
    }

    /// Events up to here are kept.
    pub(super) fn reached(&self, time: Timestamp) {
        self.0.send_if_modified(|known| {
            let is_later = *known < time;
            if is_later {
                *known = time;
            }
            is_later
        });
    }
}
