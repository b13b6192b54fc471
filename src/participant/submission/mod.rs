//! Phase 1 of 7: from a command to a confirmation request.
//!
//! A submission is interpreted (`selection`, `resolve`, `interpret`) on the compute pool, in parallel
//! with others, for the domain that can take what comes of it (`choice`, `routing`, `vetting`). Then, one after the other, it is looked up among accepted changes (`deduplication`),
//! becomes a request (`build`), is registered as in flight and sent.
//!
//! Invariants: interpretation comes before deduplication, and what fails there leaves no completion;
//! a submission that was accepted has exactly one completion, whatever fails; one change id is in
//! flight once; a request is durable before it is sent.

mod domains;
mod hosting;
mod port;

mod resolve;
mod selection;

mod interpret;

mod deduplication;

mod routing;

mod vetting;

mod build;
mod choice;

pub use build::{ConfirmationRequest, RequestTimes, build, check_submitters, members};
pub use choice::Candidate;
pub use deduplication::{
    AcceptedChange, ChangeId, Lookback, OffsetTimes, duplicate, forgotten, refuse_duplicate,
    start_time,
};
pub use domains::{
    ConnectedDomain, DomainCommitments, DomainConnection, DomainNumber, DomainState, DomainStatus,
};
pub use hosting::{HostingChange, HostingOutcome};
pub use interpret::{Contracts, Failure, Interpreter, KeyedContract, Success};
pub use port::{
    Command, DeduplicationPeriod, DisclosedContract, KeyRotation, MinLedgerTime, Submission,
    SyncPort, TraceContext, trace_id,
};
pub use resolve::Resolver;
pub use routing::{Route, Unfit, cannot_choose, not_connected};
