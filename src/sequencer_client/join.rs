//! Joining a domain, as often as it takes.

use std::sync::Arc;
use std::time::Duration;

use super::{AdmissionError, DomainInfo, ServicePort};
use crate::model::MemberId;
use crate::topology::SignedTransaction;

/// Pause between attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks the domain who it is, and to be admitted under the name and with the statements that `who`
/// makes for that domain; repeats it while the domain is away.
///
/// # Errors
/// Why the domain refuses.
pub async fn join(
    service: &Arc<dyn ServicePort>,
    who: impl Fn(&DomainInfo) -> (MemberId, Vec<SignedTransaction>),
) -> Result<DomainInfo, String> {
    loop {
        match try_join(service, &who).await {
            Ok(info) => return Ok(info),
            Err(AdmissionError::Refused(reason)) => return Err(reason),
            Err(AdmissionError::Unavailable(reason)) => {
                tracing::debug!(reason, "joining again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Tries it once.
///
/// # Errors
/// Why the domain refuses, or that it is away.
pub async fn try_join(
    service: &Arc<dyn ServicePort>,
    who: &impl Fn(&DomainInfo) -> (MemberId, Vec<SignedTransaction>),
) -> Result<DomainInfo, AdmissionError> {
    let info = service.domain_info().await?;
    let (member, transactions) = who(&info);
    service.admit(member, transactions).await?;
    Ok(info)
}
